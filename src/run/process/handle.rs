//! A script that was started by this promoc or an earlier one.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::run_dir::{RunDir, Trace, is_locked};
use super::start::started_before;
use super::{Error, Finished, ScriptSpec, ScriptStatus, gives, tail};

/// How many lines of a log are shown.
const LINES: usize = 20;

/// How long the filter may take to write the last output of a script. Only background processes take longer.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What became of a script that an earlier promoc was to run.
#[derive(Debug)]
pub(crate) enum Adopted {
    /// It has not run and may be started.
    NeverClaimed,
    /// It is running, or about to.
    Alive(Handle),
    Finished(Finished),
    /// It may have run, and how it ended is unknown.
    Lost,
}

/// A script that was started. Dropping the handle does not stop the script.
#[derive(Debug)]
pub(crate) struct Handle {
    run_dir: RunDir,
    declared: Vec<String>,
    log: PathBuf,
    /// The wrapper, if it is a child of this process.
    child: Option<Child>,
    filter: Option<Child>,
    stop: Option<Stop>,
    /// How it ended, and when that was seen.
    ended: Option<(ScriptStatus, Instant)>,
}

#[derive(Debug)]
struct Stop {
    kill_at: Instant,
    asked: bool,
    killed: bool,
}

/// Finds out what became of a script that may have been started before.
pub(crate) fn adopt(spec: &ScriptSpec) -> Adopted {
    let run_dir = RunDir::new(&spec.run_directory, &spec.effect);
    let mut handle = Handle::new(spec, run_dir);
    if handle.run_dir.trace() == Trace::NotRun && !handle.run_dir.is_held() && handle.run_dir.trace() == Trace::NotRun {
        return Adopted::NeverClaimed;
    }
    match handle.poll() {
        None => Adopted::Alive(handle),
        Some(Finished { status: ScriptStatus::Lost, .. }) => Adopted::Lost,
        Some(Finished { status: ScriptStatus::NotStarted(_), .. }) => Adopted::NeverClaimed,
        Some(finished) => Adopted::Finished(finished),
    }
}

/// Removes the files of a script, except its log, so that it may be started again. Call it when the outcome is recorded,
/// or when a lost script may run twice. Fails if the script is still running.
pub(crate) fn forget(spec: &ScriptSpec) -> Result<(), Error> {
    let run_dir = RunDir::new(&spec.run_directory, &spec.effect);
    if run_dir.is_held() && !matches!(run_dir.trace(), Trace::Ended(_)) {
        return Err(started_before(spec));
    }
    run_dir.remove().map_err(Error::system("remove the files of a workflow from", &spec.run_directory))
}

impl Handle {
    fn new(spec: &ScriptSpec, run_dir: RunDir) -> Self {
        let (declared, log) = (spec.gives.clone(), spec.log.clone());
        Self { run_dir, declared, log, child: None, filter: None, stop: None, ended: None }
    }

    pub(super) fn started(spec: &ScriptSpec, run_dir: RunDir, child: Child, filter: Option<Child>) -> Self {
        let mut handle = Self::new(spec, run_dir);
        (handle.child, handle.filter) = (Some(child), filter);
        handle
    }

    /// How the script ended; `None` while it runs. Never blocks. [`stop`](Handle::stop) only proceeds
    /// while this is called.
    pub(crate) fn poll(&mut self) -> Option<Finished> {
        self.pursue_stop();
        if self.ended.is_none() {
            let status = self.look()?;
            self.kill_leftovers();
            self.ended = Some((status, Instant::now()));
        }
        let (status, since) = self.ended.as_ref()?;
        if is_locked(&self.log) && since.elapsed() < LAST_WORDS {
            return None;
        }
        let mut status = status.clone();
        let mut given = BTreeMap::new();
        if status == ScriptStatus::Succeeded {
            match gives::read(&self.run_dir.gives(), &self.declared) {
                Ok(values) => given = values,
                Err(reason) => status = ScriptStatus::BadValue(reason),
            }
        }
        self.reap();
        Some(Finished { status, gives: given, last_lines: tail::last_lines(&self.log, LINES) })
    }

    /// Stops the script and everything in its process group: sends TERM now, and KILL in the first [`poll`](Handle::poll)
    /// after the grace period. Never blocks.
    pub(crate) fn stop(&mut self, grace: Duration) {
        let kill_at = Instant::now().checked_add(grace).unwrap_or_else(Instant::now);
        match &mut self.stop {
            Some(stop) => stop.kill_at = stop.kill_at.min(kill_at),
            None => self.stop = Some(Stop { kill_at, asked: false, killed: false }),
        }
        self.pursue_stop();
    }

    /// How the script ended, if it has.
    fn look(&mut self) -> Option<ScriptStatus> {
        if let Some(child) = &mut self.child {
            // An error means that there is no such child any more.
            let exit = match child.try_wait() {
                Ok(exit) => Some(exit?),
                Err(_) => None,
            };
            let ours = self.run_dir.claimed_by() == Some(child.id());
            self.child = None;
            if let (Some(exit), true, Trace::MayHaveRun) = (exit, ours, self.run_dir.trace()) {
                // It was killed before it could write its status, or the disk was full.
                return Some(match (exit.code(), exit.signal()) {
                    (Some(code), _) => self.of_code(code),
                    (None, Some(signal)) => self.of_signal(signal),
                    (None, None) => ScriptStatus::Lost,
                });
            }
        }
        let held = self.run_dir.is_held();
        // INVARIANT: read after the lock, so that a status written just before the lock was released is seen.
        match self.run_dir.trace() {
            Trace::Ended(code) => Some(self.of_code(code)),
            _ if held => None,
            Trace::MayHaveRun if self.stop.is_some() => Some(ScriptStatus::Stopped),
            Trace::MayHaveRun => Some(ScriptStatus::Lost),
            Trace::NotRun => {
                Some(ScriptStatus::NotStarted("it could not be started; see the end of its log".to_owned()))
            }
        }
    }

    fn of_code(&self, code: i32) -> ScriptStatus {
        match code {
            0 => ScriptStatus::Succeeded,
            _ if self.stop.is_some() => ScriptStatus::Stopped,
            code => ScriptStatus::Exited(code),
        }
    }

    fn of_signal(&self, signal: i32) -> ScriptStatus {
        if self.stop.is_some() { ScriptStatus::Stopped } else { ScriptStatus::Killed(signal) }
    }

    /// Sends TERM and KILL when they are due.
    fn pursue_stop(&mut self) {
        let Some(group) = self.living_group() else { return };
        let Some(stop) = &mut self.stop else { return };
        if !stop.asked {
            stop.asked = true;
            signal(group, Signal::TERM);
        }
        if !stop.killed && Instant::now() >= stop.kill_at {
            stop.killed = true;
            signal(group, Signal::KILL);
        }
    }

    /// The process group, if it is certain that its id has not been reused.
    fn living_group(&self) -> Option<u32> {
        if self.ended.is_some() {
            return None;
        }
        match &self.child {
            // Its id is not reused until it is waited for.
            Some(child) => Some(child.id()),
            None => self.run_dir.claimed_by().filter(|_| self.run_dir.is_held()),
        }
    }

    /// Kills what a stopped script leaves in its group, including processes that ignore TERM.
    fn kill_leftovers(&self) {
        if self.stop.is_some()
            && let Some(group) = self.run_dir.claimed_by()
            && self.run_dir.is_held()
        {
            signal(group, Signal::KILL);
        }
    }

    /// Drops the child processes as the death of promoc would.
    #[cfg(test)]
    pub(super) fn disown(&mut self) -> [Option<Child>; 2] {
        [self.child.take(), self.filter.take()]
    }

    #[cfg(test)]
    pub(super) fn children(&self) -> Vec<u32> {
        [&self.child, &self.filter].into_iter().flatten().map(Child::id).collect()
    }

    fn reap(&mut self) {
        for child in [&mut self.child, &mut self.filter] {
            if child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(Some(_)) | Err(_))) {
                *child = None;
            }
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.reap();
    }
}

fn signal(group: u32, signal: Signal) {
    if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        // This fails only if every process of the group has ended.
        let _ = kill_process_group(group, signal);
    }
}
