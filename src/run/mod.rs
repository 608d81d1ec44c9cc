//! Runs releases in the real world: Git, the ledger, health, processes.
//!
//! The state machine in `release` decides what happens. This module performs it, once, and reports the outcome.
//! [`run`], [`promote`], [`resume`] and [`preview()`] deal with programs and releases and report to an [`Observer`];
//! `process` knows neither and deals with scripts.
//!
//! INVARIANT: nothing here prints, exits the process or asks a person.
#![allow(clippy::disallowed_methods, reason = "this module is the real world")]

mod author;
mod base;
mod changes;
mod clock;
mod commit;
mod context;
mod difference;
mod error;
mod faults;
mod file_names;
mod health;
mod ledger;
mod observer;
mod origin;
mod parameters;
mod prepare;
mod preview;
pub(crate) mod process;
mod reachable;
mod releases;
mod repositories;
mod runner;
mod saved;
mod secrets;
mod spec;
mod values;
mod version;
mod waits;
mod workflow;
mod world;

pub(crate) use crate::git::{Author, Locking};
pub use crate::ledger::meta::{Promotion, ReleaseSpec};
#[cfg(test)]
pub(crate) use crate::ledger::words::ActWord;
pub use clock::RunClock;
pub(crate) use clock::time_zones;
pub use error::RunError;
pub(crate) use ledger::has_ledger;
pub use observer::{Boundary, Observer, RunOptions, Silent};
pub(crate) use preview::{ApplicationPreview, EnvironmentPreview};
pub use preview::{Preview, preview, preview_and_save};
pub(crate) use reachable::{UsableRepository, create_repository, ledger_locking, reachable};
pub(crate) use releases::{CommitView, EffectView, EnvironmentView, Listed};
pub use releases::{ReleaseView, release, releases};
pub use runner::{Ended, promote, resume, run, run_plan};
pub use saved::SavedPlan;
pub(crate) use version::is_older;
