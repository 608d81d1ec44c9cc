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
pub(crate) mod process;
mod reachable;
mod releases;
mod repositories;
mod runner;
mod secrets;
mod spec;
mod values;
mod workflow;
mod world;

pub(crate) use crate::git::Author;
#[cfg(test)]
pub(crate) use crate::ledger::words::ActWord;
pub use crate::ledger::meta::Promotion;
pub use crate::ledger::meta::ReleaseSpec;
pub(crate) use author::author;
pub use error::RunError;
pub use observer::Boundary;
pub use observer::Observer;
pub use observer::RunOptions;
pub use observer::Silent;
pub use preview::Preview;
pub use preview::preview;
pub(crate) use preview::{ApplicationPreview, EnvironmentPreview};
pub(crate) use reachable::{create_repository, reachable};
pub use releases::ReleaseView;
pub use releases::release;
pub use releases::releases;
pub(crate) use releases::{CommitView, EffectView, EnvironmentView, Listed};
pub use runner::Ended;
pub use runner::promote;
pub use runner::resume;
pub use runner::run;
