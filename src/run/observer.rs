//! How whoever started a run learns what happens: this room never prints.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::ledger::entry::LedgerEntry;
use crate::syntax::literal::Instant;

/// Is told what happens, as it happens.
pub trait Observer {
    /// A release begins, or is driven on.
    fn begins(&mut self, id: &str, resumed: bool);

    /// This was written to the ledger.
    fn entry(&mut self, entry: &LedgerEntry);

    /// Something is waited for: what, and until when at most if that is known. Called several times a second.
    fn waiting(&mut self, _for: &[String], _until: Option<Instant>) {}

    /// What each environment waits for now, in words, as `ENVIRONMENT: WHAT`.
    fn waits(&mut self, _for: &[String]) {}

    /// The run was asked to stop: these workflows are awaited first.
    fn stopping(&mut self, _running: &[String]) {}
}

/// Nobody looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn begins(&mut self, _id: &str, _resumed: bool) {}

    fn entry(&mut self, _entry: &LedgerEntry) {}
}

/// A point between two steps at which a runner may die. Tests die there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// Nothing of this batch is written down: what happened, in words of the ledger.
    BeforeAppend,
    /// All of it is, and nothing is done.
    AfterAppend,
    /// An effect is about to be done.
    BeforePerform(String),
    /// It is done, or under way, and its outcome is not written down.
    AfterPerform(String),
}

/// What is called at each boundary.
pub(crate) type OnBoundary = Box<dyn FnMut(Boundary)>;

/// How a run is done.
pub struct RunOptions {
    /// Set it, and nothing new starts; the run ends when its workflows have (rule 35).
    pub interrupt: Arc<AtomicBool>,
    /// Called at each boundary.
    pub on_boundary: Option<OnBoundary>,
    /// The program that masks the output of workflows: promoc itself.
    pub promoc: PathBuf,
}

impl Default for RunOptions {
    fn default() -> RunOptions {
        let promoc = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("promoc"));
        RunOptions { interrupt: Arc::default(), on_boundary: None, promoc }
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
