//! The health command, asked again and again; it never blocks.

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

/// What the command says by its exit status: not yet.
const NOT_YET: i32 = 75;

/// How much of the end of what it says is looked at.
const LAST_BYTES: u64 = 4096;

/// What the command answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HealthAnswer {
    Healthy,
    NotYet,
    /// What it said of that.
    Degraded(String),
    /// Why it could not be asked.
    Unreachable(String),
}

/// One application's command, and the question that it is asked now.
pub(super) struct HealthProbe {
    command: Command,
    program: String,
    interval: Duration,
    secrets: Secrets,
    /// The question that is under way, and since when.
    asked: Option<(Child, Instant)>,
    said: Option<File>,
    next: Instant,
}

impl HealthProbe {
    /// Asks for the first time after `pause`; `None` where nobody knows of health.
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

    /// The command's name, as people wrote it.
    pub(super) fn program(&self) -> &str {
        &self.program
    }

    /// Asks when it is time to, and gives the answer once there is one.
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
                    Some(NOT_YET) => HealthAnswer::NotYet,
                    Some(code) => HealthAnswer::Degraded(format!("ended with exit status {code}{}", self.last_line())),
                    None => HealthAnswer::Degraded(format!("was killed{}", self.last_line())),
                })
            }
        }
    }

    /// Since when the question that is under way is.
    pub(super) fn asked_at(&self) -> Option<Instant> {
        self.asked.as_ref().map(|(_, since)| *since)
    }

    /// Asks no more until the interval is over.
    pub(super) fn give_up(&mut self, now: Instant) {
        self.cancel();
        self.next = now + self.interval;
    }

    fn unreachable(&mut self, now: Instant, why: &str) -> HealthAnswer {
        self.give_up(now);
        HealthAnswer::Unreachable(why.to_owned())
    }

    /// Asks once; what is said goes into a file without a name.
    fn ask(&mut self) -> std::io::Result<Child> {
        let said = tempfile::tempfile()?;
        self.command.stdout(said.try_clone()?).stderr(said.try_clone()?);
        self.said = Some(said);
        self.command.spawn()
    }

    /// The last line that was said, masked.
    fn last_line(&mut self) -> String {
        let mut bytes = Vec::new();
        let read = self.said.take().map(|mut said| {
            let length = said.metadata()?.len();
            said.seek(SeekFrom::Start(length.saturating_sub(LAST_BYTES)))?;
            said.take(LAST_BYTES).read_to_end(&mut bytes)
        });
        // What cannot be read was not said.
        drop(read);
        let text = String::from_utf8_lossy(&bytes);
        let line = text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        if line.is_empty() { String::new() } else { format!(": {}", one_line(&self.secrets.mask(line))) }
    }

    fn cancel(&mut self) {
        if let Some((mut child, _)) = self.asked.take() {
            // It asks only; whatever it, and all that it started, was about to say is of no interest.
            if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                // The only failure that can be is that all of it has ended already.
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

/// A program that is named by a relative path is the project's own, wherever promoc was started.
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
        let child = child.expect("the question is under way");
        // An orphan stays for an instant until somebody has taken note of its end.
        let stat = format!("/proc/{}/stat", child.as_raw_nonzero());
        let lives = || std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
        assert!((0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            !lives()
        }));
    }
}
