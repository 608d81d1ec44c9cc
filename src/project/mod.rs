//! A project: its root, its settings, and its files.
//!
//! The command line, runs, and the language server all find files here, so that they agree: where the root is
//! ([`root_of`]), which files are below a folder (`walk`), which project each of them belongs to (`by_project`),
//! how to read them (`DiskFiles`), and what an editor has not saved yet ([`Overlay`]).
//!
//! This module must not know about checks, releases, or Git repositories, and gives no advice about commands.
//!
//! ```no_run
//! use promoc::project::ProjectRoot;
//! # fn main() -> Result<(), promoc::project::Error> {
//! let root = ProjectRoot::find(std::path::Path::new("deploy/main.promo"))?;
//! let program = promoc::program::load(&root.files()?, "main.promo");
//! # Ok(())
//! # }
//! ```
#![allow(clippy::disallowed_methods, reason = "a project is on the disk")]

mod disk;
mod error;
mod graph;
mod group;
mod listing;
mod overlay;
mod root;
mod settings;
mod walk;

pub use disk::below;
pub(crate) use disk::{DiskFiles, read_file, slashed};
pub use error::Error;
pub use group::Imported;
pub(crate) use group::by_project;
pub(crate) use listing::side_by_side;
pub use listing::{DiskUse, Listing, Look};
pub use overlay::Overlay;
pub use root::{ProjectRoot, root_of};
pub(crate) use settings::{FILE, Health, is_of_a_person};
pub use settings::{Settings, keys};
pub(crate) use walk::{WalkedFile, walk};
