//! The real world: Git, the ledger, health, processes.
//!
//! The machine of `release` decides; what is here does it, once, and says honestly what became of it. [`run`], [`promote`],
//! [`resume`] and [`preview`] speak of programs and releases, and tell an [`Observer`] what happens; `process` knows neither
//! and speaks of scripts. INVARIANT: nothing here prints, ends the process or asks a person.
#![allow(clippy::disallowed_methods, reason = "this room is the world")]

mod author;
mod changes;
mod commit;
mod context;
mod error;
mod health;
mod ledger;
mod observer;
mod origin;
mod parameters;
mod prepare;
mod preview;
pub mod process;
mod reachable;
mod releases;
mod repositories;
mod runner;
mod secrets;
mod spec;
mod values;
mod workflow;
mod world;

pub use crate::git::Author;
pub use crate::ledger::meta::{Promotion, ReleaseSpec};
pub use crate::ledger::words::ActWord;
pub use author::author;
pub use commit::{EFFECT, RELEASE, VERSION};
pub use error::RunError;
pub use observer::{Boundary, Observer, OnBoundary, RunOptions, Silent};
pub use preview::{ApplicationPreview, EnvironmentPreview, Preview, preview};
pub use reachable::{create_repository, reachable};
pub use releases::{CommitView, EffectView, EnvironmentView, Listed, ReleaseView, release, releases};
pub use runner::{Ended, promote, resume, run};
pub use secrets::Secrets;
