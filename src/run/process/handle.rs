//! A script that was started, by this promoc or by one before it.

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

/// How long the filter may take to write what the script has said. Longer takes only what runs on in the background.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What became of a script that an earlier promoc was to run.
#[derive(Debug)]
pub(crate) enum Adopted {
    /// It has not run and may be started.
    NeverClaimed,
    /// It is still running, or about to.
    Alive(Handle),
    /// It has ended.
    Finished(Finished),
    /// It may have run, and nobody knows how it ended.
    Lost,
}

/// A script that was started. Dropped, the script goes on.
#[derive(Debug)]
pub(crate) struct Handle {
    run_dir: RunDir,
    declared: Vec<String>,
    log: PathBuf,
    /// The wrapper, where it is a child of this process.
    child: Option<Child>,
    filter: Option<Child>,
    stop: Option<Stop>,
    /// How it ended and when that was seen.
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

/// Removes what is known of a script, which may then be started anew; its log stays. To be called when its outcome is recorded,
/// or when it is lost and may run twice. A script that still runs is an error.
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

    /// What became of the script; nothing while it runs. It never blocks, and is what makes [`stop`](Handle::stop) go on.
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

    /// Ends the script and everything it started in its process group: asks by TERM now, and forces by KILL in the first
    /// [`poll`](Handle::poll) after the grace period. It never blocks.
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
                // Killed before it could write, or no room on the disk for three digits.
                return Some(match (exit.code(), exit.signal()) {
                    (Some(code), _) => self.of_code(code),
                    (None, Some(signal)) => self.of_signal(signal),
                    (None, None) => ScriptStatus::Lost,
                });
            }
        }
        let held = self.run_dir.is_held();
        // INVARIANT: looked at after the lock, so that a status written just before the lock was given back is seen.
        match self.run_dir.trace() {
            Trace::Ended(code) => Some(self.of_code(code)),
            _ if held => None,
            Trace::MayHaveRun if self.stop.is_some() => Some(ScriptStatus::Stopped),
            Trace::MayHaveRun => Some(ScriptStatus::Lost),
            Trace::NotRun => {
                Some(ScriptStatus::NotStarted("it could not be started; the end of its log says why".to_owned()))
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

    /// Sends what is due of TERM and KILL.
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

    /// The process group, where it is certain that its id is not another's by now.
    fn living_group(&self) -> Option<u32> {
        if self.ended.is_some() {
            return None;
        }
        match &self.child {
            // Its id stays its own until it is waited for.
            Some(child) => Some(child.id()),
            None => self.run_dir.claimed_by().filter(|_| self.run_dir.is_held()),
        }
    }

    /// A script that was stopped leaves nothing behind in its group, even what ignores TERM.
    fn kill_leftovers(&self) {
        if self.stop.is_some()
            && let Some(group) = self.run_dir.claimed_by()
            && self.run_dir.is_held()
        {
            signal(group, Signal::KILL);
        }
    }

    /// Lets go of the child processes, as the death of promoc would.
    #[cfg(test)]
    pub(super) fn disown(&mut self) -> [Option<Child>; 2] {
        [self.child.take(), self.filter.take()]
    }

    /// The ids of the child processes.
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
        // The only failure that can be is that everything in it has ended already.
        let _ = kill_process_group(group, signal);
    }
}
