//! Progress of a release: a line for each event and, on a terminal, a status line that is redrawn.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::{Failure, Format, Out};
use crate::ledger::entry::{EntryKind, LedgerEntry};
use crate::ledger::sentences;
use crate::ledger::words::{ActWord, ReportWord};
use crate::release::{Outcome, Status, describe};
use crate::run::{Observer, RunOptions};
use crate::source::harmless;
use crate::syntax::literal::Instant;

/// Options of a run (rule 35).
pub(super) fn options() -> Result<RunOptions, Failure> {
    Ok(RunOptions { interrupt: interrupt()?, ..RunOptions::default() })
}

/// A flag that the first Ctrl-C (or TERM, HUP) sets. The second one exits immediately.
pub(super) fn interrupt() -> Result<Arc<AtomicBool>, Failure> {
    let interrupt = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // The order matters: the first signal finds the flag unset, does not exit, and sets it; the second one exits.
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&interrupt))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&interrupt)))
            .map_err(|error| Failure::new(format!("cannot install signal handlers: {error}")))?;
    }
    Ok(interrupt)
}

/// A progress bar on standard error that counts simulated releases; hidden unless it is a terminal.
pub(super) fn counter(out: &Out, releases: u64) -> ProgressBar {
    let target = if out.live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    ProgressBar::with_draw_target(Some(releases), target).with_style(
        ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len} releases, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    )
}

/// Reports a run on standard error.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    /// Report no events, because the result is printed as JSON.
    quiet: bool,
    asked_to_stop: bool,
    /// What each waiting environment waits for, in words.
    waits: Vec<String>,
}

impl Progress {
    pub(super) fn new(out: &Out, format: Format) -> Progress {
        let bar = out.live.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(
                ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}")
                    .unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Progress { bar, quiet: format == Format::Json, asked_to_stop: false, waits: Vec::new() }
    }

    /// Removes the status line.
    pub(super) fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    fn say(&self, text: &str) {
        let text = harmless(text);
        match &self.bar {
            Some(bar) => bar.println(text),
            // if standard error is closed, the line is dropped and the release continues
            None => drop(writeln!(std::io::stderr(), "{text}")),
        }
    }
}

impl Observer for Progress {
    fn begins(&mut self, id: &str, resumed: bool) {
        if !self.quiet {
            self.say(&format!("release {id} {}", if resumed { "resumed" } else { "started" }));
        }
    }

    fn entry(&mut self, entry: &LedgerEntry) {
        if !self.quiet
            && let Some(text) = told(entry)
        {
            let clock = entry.at.split('T').nth(1).and_then(|time| time.get(..8)).unwrap_or_default();
            self.say(&format!("{clock}  {text}"));
        }
    }

    fn waiting(&mut self, things: &[String], until: Option<Instant>) {
        if let Some(bar) = &self.bar {
            let places: Vec<String> = things.iter().map(|effect| place(effect)).collect();
            let what = match (things, self.waits.as_slice()) {
                ([], []) => describe::until("waiting", until),
                ([], waits) => waits.join("; "),
                _ => places.join(", "),
            };
            bar.set_message(harmless(&what).into_owned());
        }
    }

    fn waits(&mut self, environments: &[String]) {
        self.waits = environments.to_vec();
    }

    fn stopping(&mut self, running: &[String]) {
        if !self.asked_to_stop {
            self.asked_to_stop = true;
            let rest = if running.is_empty() {
                String::new()
            } else {
                format!("; waiting for {}", running.iter().map(|effect| place(effect)).collect::<Vec<_>>().join(", "))
            };
            self.say(&format!("stopping: no new work starts{rest}. To exit immediately, press Ctrl-C again."));
        }
    }
}

/// An entry of the ledger in words; `None` for entries that are of no interest while a release runs.
fn told(entry: &LedgerEntry) -> Option<String> {
    match &entry.kind {
        EntryKind::Report { environment: Some(environment), what, status, until, words, window, .. } => {
            let until = until.as_deref();
            let text = match what {
                ReportWord::Status => status.filter(|status| *status != Status::Pending)?.as_str().to_owned(),
                ReportWord::Soaking => describe::until(describe::SOAKS, until),
                ReportWord::AwaitingWindow => {
                    let waits = sentences::window(words.as_deref(), window.as_ref(), until, Some(&entry.at));
                    format!("waits: {}", waits.unwrap_or_default())
                }
                ReportWord::AwaitingOlder => format!("waits for {}", describe::OLDER_RELEASE_THERE),
                ReportWord::Retrying => describe::until(describe::TRIES_AGAIN, until),
                ReportWord::Started | ReportWord::Baking | ReportWord::RollingBack | ReportWord::Superseded => {
                    return None;
                }
            };
            Some(format!("{environment}: {text}"))
        }
        EntryKind::Report { environment: None, what: ReportWord::Baking, until: Some(until), .. } => {
            Some(format!("release: {}", describe::until(describe::BAKES, Some(until))))
        }
        EntryKind::Report { environment: None, what: ReportWord::Status, status, .. } => {
            status.filter(|status| *status != Status::Running).map(|status| format!("release: {}", status.as_str()))
        }
        EntryKind::HealthLoss { environment, error, trouble, .. } => {
            Some(format!("{environment}: health: {}", error.as_deref().unwrap_or(trouble.as_str())))
        }
        EntryKind::Intent { act: ActWord::Cancel, .. } => None,
        EntryKind::Intent { effect, workflow, words, approval, .. } => {
            let environment = effect.rsplit('/').nth(2).unwrap_or_default();
            let asks = sentences::approval(words.as_deref(), approval.as_ref());
            asks.map(|asks| format!("{environment}: waits for {asks}"))
                .or_else(|| workflow.as_ref().map(|workflow| format!("{}: runs {workflow}", place(effect))))
        }
        EntryKind::Outcome { effect, outcome, detail } => match outcome {
            Outcome::Failed => {
                let mut text =
                    format!("{}: failed: {}", place(effect), detail.error.as_deref().unwrap_or("no reason given"));
                for line in &detail.output {
                    text.push_str(&format!("\n          | {line}"));
                }
                Some(text)
            }
            Outcome::Unchanged => Some(format!("{}: nothing to change", place(effect))),
            _ => detail.commits.first().map(|commit| {
                let sha: String = commit.sha.chars().take(10).collect();
                let values: usize = detail.files.iter().map(|file| file.properties.len().max(1)).sum();
                format!(
                    "{}: commit {sha}, {} in {}",
                    place(effect),
                    some(values, "change"),
                    some(detail.files.len(), "file")
                )
            }),
        },
        _ => None,
    }
}

/// A count with its noun, such as `1 error` or `0 errors`.
pub(super) fn some(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// `ENVIRONMENT APPLICATION STAGE`: the end of the ID of an effect.
fn place(effect: &str) -> String {
    let mut parts: Vec<&str> = effect.rsplit('/').take(3).filter(|part| *part != "-").collect();
    parts.reverse();
    parts.join(" ")
}
