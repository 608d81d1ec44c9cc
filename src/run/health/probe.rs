//! Runs the health command at intervals. Never blocks.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::HealthCheck;
use crate::run::process::variable;
use crate::run::secrets::Secrets;
use crate::source::{one_line, plain};

/// The exit status for "not yet".
pub(super) const NOT_YET: i32 = 75;

/// How much of the end of its output is read, in bytes.
const LAST_BYTES: u64 = 4096;

/// The answer of the health command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HealthAnswer {
    Healthy,
    /// Its last line of output.
    NotYet(String),
    /// Why: its exit status and its last line of output.
    Degraded(String),
    /// Why it could not be run.
    Unreachable(String),
}

/// The health command of one application, and its run in progress.
pub(super) struct HealthProbe {
    command: Command,
    program: String,
    interval: Duration,
    secrets: Secrets,
    /// The run in progress, and when it started.
    asked: Option<(Child, Instant)>,
    said: Option<File>,
    next: Instant,
}

impl HealthProbe {
    /// Runs the command first after `pause`. `None` if there is no health provider.
    pub(super) fn new(check: HealthCheck<'_>, pause: Duration) -> Option<HealthProbe> {
        let (program, arguments) = check.health.command.as_deref()?.split_first()?;
        let mut command = Command::new(program_at(check.root, program));
        command
            .args(arguments)
            .current_dir(check.root)
            .envs(
                check.variables.into_iter().map(|(name, value)| (variable(&name).to_owned(), value.replace('\0', ""))),
            )
            .stdin(Stdio::null())
            .process_group(0);
        Some(HealthProbe {
            command,
            program: program.clone(),
            interval: Duration::from_secs(check.health.interval.0),
            secrets: check.secrets,
            asked: None,
            said: None,
            next: Instant::now() + pause,
        })
    }

    /// The command's name as written in `promo.toml`.
    pub(super) fn program(&self) -> &str {
        &self.program
    }

    /// Starts the command when it is due, and returns its answer once there is one.
    pub(super) fn poll(&mut self, now: Instant) -> Option<HealthAnswer> {
        let Some((child, _)) = &mut self.asked else {
            if now >= self.next {
                match self.ask() {
                    Ok(child) => self.asked = Some((child, now)),
                    Err(error) => {
                        return Some(
                            self.unreachable(now, &format!("cannot start `{}`: {}", self.program, plain(&error))),
                        );
                    }
                }
            }
            return None;
        };
        match child.try_wait() {
            Ok(None) => None,
            Err(error) => {
                Some(self.unreachable(now, &format!("cannot wait for `{}`: {}", self.program, plain(&error))))
            }
            Ok(Some(status)) => {
                self.asked = None;
                self.next = now + self.interval;
                Some(match status.code() {
                    Some(0) => HealthAnswer::Healthy,
                    Some(NOT_YET) => HealthAnswer::NotYet(self.last_line()),
                    Some(code) => HealthAnswer::Degraded(format!("exited with status {code}{}", self.last_line())),
                    None => HealthAnswer::Degraded(format!("was killed{}", self.last_line())),
                })
            }
        }
    }

    /// When the run in progress started.
    pub(super) fn asked_at(&self) -> Option<Instant> {
        self.asked.as_ref().map(|(_, since)| *since)
    }

    /// Kills the run in progress and starts the next one after the interval.
    pub(super) fn give_up(&mut self, now: Instant) {
        self.cancel();
        self.next = now + self.interval;
    }

    fn unreachable(&mut self, now: Instant, why: &str) -> HealthAnswer {
        self.give_up(now);
        HealthAnswer::Unreachable(why.to_owned())
    }

    /// Runs the command once. Its output goes to an unnamed file.
    fn ask(&mut self) -> std::io::Result<Child> {
        let said = tempfile::tempfile()?;
        self.command.stdout(said.try_clone()?).stderr(said.try_clone()?);
        self.said = Some(said);
        self.command.spawn()
    }

    /// The last line of its output, masked, as the end of a sentence; empty if there is none.
    fn last_line(&mut self) -> String {
        let mut bytes = Vec::new();
        let read = self.said.take().map(|mut said| {
            let length = said.metadata()?.len();
            said.seek(SeekFrom::Start(length.saturating_sub(LAST_BYTES)))?;
            said.take(LAST_BYTES).read_to_end(&mut bytes)
        });
        // Output that cannot be read is treated as empty.
        drop(read);
        let text = String::from_utf8_lossy(&bytes);
        let line = text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        if line.is_empty() { String::new() } else { format!(": {}", one_line(&self.secrets.mask(line))) }
    }

    fn cancel(&mut self) {
        if let Some((mut child, _)) = self.asked.take() {
            // It only checks, so it and everything that it started can be killed.
            if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                // This fails only if all of its processes have ended.
                let _ = kill_process_group(group, Signal::KILL);
            }
            drop(child.wait());
        }
    }
}

impl Drop for HealthProbe {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// A command with a relative path belongs to the project, wherever promoc was started.
fn program_at(root: &Path, program: &str) -> PathBuf {
    if program.contains('/') { root.join(program) } else { PathBuf::from(program) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::project::Settings;

    #[test]
    fn a_question_that_is_given_up_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let mut health = Settings::default().health;
        health.command = Some(["sh", "-c", "sleep 300 & echo $! > new; mv new child; wait"].map(str::to_owned).into());
        let (root, secrets, variables) = (folder.path(), Secrets::default(), BTreeMap::new());
        let check = HealthCheck { health: &health, root, secrets, variables };
        let mut probe = HealthProbe::new(check, Duration::ZERO).unwrap();
        assert_eq!(probe.poll(Instant::now()), None);
        let child = (0..500).find_map(|_| {
            std::thread::sleep(Duration::from_millis(10));
            std::fs::read_to_string(root.join("child")).ok()?.trim().parse().ok().and_then(Pid::from_raw)
        });
        drop(probe);
        let child = child.expect("the command is running");
        // An orphan remains for a moment until its new parent has reaped it.
        let stat = format!("/proc/{}/stat", child.as_raw_nonzero());
        let lives = || std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
        assert!((0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            !lives()
        }));
    }
}
