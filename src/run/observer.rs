//! How a caller follows a run. This module never prints.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::clock::RunClock;
use crate::ledger::entry::LedgerEntry;
use crate::syntax::literal::Instant;

/// Receives what happens during a run, as it happens.
pub trait Observer {
    /// A release starts, or is resumed; `id` is how commands name it.
    fn begins(&mut self, id: &str, resumed: bool);

    /// An entry was written to the ledger; it is on disk.
    fn entry(&mut self, entry: &LedgerEntry);

    /// The run is waiting: for these effects in progress, and until this instant if a timer is next. Called several times
    /// a second.
    fn waiting(&mut self, _for: &[String], _until: Option<Instant>) {}

    /// What each environment waits for now, as `ENVIRONMENT: WHAT`. Called after every batch of entries.
    fn waits(&mut self, _for: &[String]) {}

    /// Something that a person should know, and that stops nothing.
    fn warns(&mut self, _message: &str) {}

    /// The run was asked to stop. It waits for these effects before it does.
    fn stopping(&mut self, _running: &[String]) {}
}

/// Ignores everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn begins(&mut self, _id: &str, _resumed: bool) {}

    fn entry(&mut self, _entry: &LedgerEntry) {}
}

/// A point between two steps at which a runner may die. The crash tests kill it at each of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// Before a batch of entries is written to the ledger.
    BeforeAppend,
    /// After the batch is on disk, before any of its effects is performed.
    AfterAppend,
    /// Before an effect is performed: its id.
    BeforePerform(String),
    /// After an effect was performed or started, before its outcome is written: its id.
    AfterPerform(String),
}

/// Called at each boundary.
pub(crate) type OnBoundary = Box<dyn FnMut(Boundary)>;

/// Options of a run or a resume.
pub struct RunOptions {
    /// Set it to stop: nothing new starts, and the run ends once its running workflows have (rule 35).
    pub interrupt: Arc<AtomicBool>,
    /// The commit at which what is promoted is read; at the head of its branch if `None`.
    pub at: Option<String>,
    /// The clocks of the machine.
    pub clock: RunClock,
    /// Called at each boundary; for tests.
    pub on_boundary: Option<OnBoundary>,
    /// The promoc executable, which is started again to mask the output of workflows.
    pub promoc: PathBuf,
}

impl Default for RunOptions {
    fn default() -> RunOptions {
        let promoc = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("promoc"));
        RunOptions { interrupt: Arc::default(), at: None, clock: RunClock::default(), on_boundary: None, promoc }
    }
}

impl RunOptions {
    pub(super) fn interrupted(&self) -> bool {
        self.interrupt.load(Ordering::SeqCst)
    }

    pub(super) fn boundary(&mut self, boundary: impl FnOnce() -> Boundary) {
        if let Some(call) = &mut self.on_boundary {
            call(boundary());
        }
    }
}
