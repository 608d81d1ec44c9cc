//! promoc checks, simulates, compiles, and runs promotions of software between environments.
//!
//! ```text
//! text ─ source ─→ syntax ─→ program ─→ check ─→ { simulate ─→ { verify, report }, compile, run }
//!                  (tree)    (meaning)  (verdict)      │                               │
//!                                                  release ───────────────────────────┘   one pure machine, several worlds
//! ```
//!
//! [`analyse`] turns text into a checked program. `docs/architecture.md` describes the modules.

#![warn(unreachable_pub)]
#![allow(rustdoc::private_intra_doc_links, reason = "contributors read it with `--document-private-items`")]
// Without `run`, as the language server builds it, much of the library is unused.
#![cfg_attr(not(feature = "run"), allow(dead_code, unused_imports, unreachable_pub))]

pub mod api;
pub mod check;
pub mod compile;
pub mod diagnostic;
pub mod edit;
pub mod format;
pub mod graph;
pub mod ide;
pub mod program;
pub mod project;
pub mod release;
pub mod report;
pub mod simulate;
pub mod source;
pub mod syntax;
pub mod verify;

#[cfg(feature = "run")]
pub mod cli;
#[cfg(feature = "run")]
pub mod git;
#[cfg(feature = "run")]
pub mod ledger;
#[cfg(feature = "run")]
pub mod run;

pub use check::{Analysed, Checked};
pub use syntax::literal::Instant;

use program::{Files, LoadError};
use project::ProjectRoot;
use std::path::Path;

/// Reads a file and its imports, resolves their names, and checks the program.
///
/// # Errors
/// If the file itself cannot be read. Every other problem is a diagnostic.
///
/// ```
/// use promoc::program::MemoryFiles;
/// let text = "environment dev, qa\nflow main { trigger dev; promote staging }\n";
/// let files = MemoryFiles([("main.promo".to_string(), text.to_string())].into());
/// let analysed = promoc::analyse(&files, "main.promo").unwrap();
/// assert_eq!(analysed.diagnostics()[0].message, "no environment or group named `staging`");
/// assert!(analysed.checked().is_none());
/// ```
pub fn analyse(files: &dyn Files, root: &str) -> Result<Analysed, LoadError> {
    program::load(files, root).map(check::check)
}

/// A project and one of its programs, checked.
#[derive(Debug)]
pub struct Project {
    /// The root folder and the settings in it.
    pub root: ProjectRoot,
    /// The file that is checked, relative to the root.
    pub file: String,
    /// The program and its diagnostics.
    pub analysed: Analysed,
}

impl Project {
    /// Reads and checks the program at `path`, which is a file or a folder.
    ///
    /// # Errors
    /// If the program cannot be read, or a folder does not say which of its programs is meant. Problems in the program
    /// are in [`Project::analysed`].
    pub fn open(path: &Path) -> Result<Project, project::Error> {
        let root = ProjectRoot::find(path)?;
        let files = root.files()?;
        let file = root.program(path, &files)?;
        Project::read(root, &files, file)
    }

    /// Reads and checks the program `file` of a project whose files are already listed.
    ///
    /// # Errors
    /// If `file` cannot be read.
    pub fn read(root: ProjectRoot, files: &dyn Files, file: String) -> Result<Project, project::Error> {
        let unreadable =
            |error: LoadError| project::Error::Unreadable { path: root.path.join(&file), problem: error.to_string() };
        let analysed = analyse(files, &file).map_err(unreadable)?;
        Ok(Project { root, file, analysed })
    }
}
