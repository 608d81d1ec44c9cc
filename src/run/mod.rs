//! The real world: Git, the ledger, health, processes.
//!
//! `git`, `process`, `machine` and the storage half of `ledger` know nothing of the language nor of the release machine: they
//! speak of repositories, scripts and bytes. What decides is elsewhere; what is here does it, once, and says honestly what
//! became of it.
//!
//! What decides is [`run`], [`promote`], [`resume`] and [`preview`]: they speak of programs and releases, and tell an [`Observer`]
//! what happens. INVARIANT: nothing here prints, ends the process or asks a person.
#![allow(clippy::disallowed_methods, reason = "this room is the world")]

mod author;
pub mod changes;
mod commit;
mod context;
pub(crate) mod error;
mod health;
pub mod machine;
mod observer;
pub(crate) mod origin;
mod parameters;
mod prepare;
mod preview;
pub mod process;
mod reachable;
mod releases;
mod repositories;
mod runner;
mod spec;
mod text;
mod values;
mod workflow;
mod world;

pub use crate::git::Author;
pub use crate::ledger::meta::{Promotion, ReleaseSpec};
pub use crate::source::plain;
pub use author::author;
pub use commit::{EFFECT, RELEASE, VERSION};
pub use error::RunError;
pub use observer::{Boundary, Observer, OnBoundary, Options, Silent};
pub use preview::{ApplicationPreview, EnvironmentPreview, Preview, preview};
pub use reachable::{create_repository, reachable};
pub use releases::{EffectView, EnvironmentView, Listed, ReleaseView, release, releases};
pub use runner::{Ended, promote, resume, run};
pub use text::Secrets;
