//! The real world: Git, the ledger, health, processes.
//!
//! The machine of `release` decides; what is here does it, once, and says honestly what became of it. [`run`], [`promote`],
//! [`resume`] and [`preview`] speak of programs and releases, and tell an [`Observer`] what happens; `process` knows neither
//! and speaks of scripts. INVARIANT: nothing here prints, ends the process or asks a person.
#![allow(clippy::disallowed_methods, reason = "this room is the world")]

mod changes;
mod commit;
mod context;
pub(crate) mod error;
mod files;
mod health;
mod ledger;
mod observer;
mod origin;
mod parameters;
mod prepare;
mod preview;
pub mod process;
pub(crate) mod project;
mod reachable;
mod releases;
mod repositories;
mod runner;
mod secrets;
pub(crate) mod settings;
mod spec;
mod values;
mod workflow;
mod world;

pub use crate::git::Author;
pub use crate::ledger::meta::{Promotion, ReleaseSpec};
pub use commit::{EFFECT, RELEASE, VERSION};
pub use error::RunError;
pub use files::DiskFiles;
pub use observer::{Boundary, Observer, OnBoundary, Options, Silent};
pub use preview::{ApplicationPreview, EnvironmentPreview, Preview, preview};
pub use project::{Project, ProjectRoot};
pub use reachable::{create_repository, reachable};
pub use releases::{CommitView, EffectView, EnvironmentView, Listed, ReleaseView, release, releases};
pub use runner::{Ended, promote, resume, run};
pub use secrets::Secrets;
pub use settings::{FILE, Health, KEYS, Settings};
