//! Whether an application is healthy: nobody knows (`none`), or a command says so (`command`).
//!
//! The command gets the parameters of the application as variables; it ends with 0 where it is healthy, with 75 where it is
//! not yet, and with anything else where it is degraded. Real health flaps: degraded counts once it has lasted the grace.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::ledger::entry::Detail;
use super::settings::Health;
use super::text::{Secrets, one_line};
use crate::release::{EffectId, Outcome};

/// What the command says by its exit status: not yet.
const NOT_YET: i32 = 75;

/// How much of the end of what it says is looked at.
const LAST_BYTES: u64 = 4096;

/// One application that is being watched.
pub(super) struct Watch {
    pub(super) id: EffectId,
    command: Command,
    program: String,
    health: Health,
    secrets: Secrets,
    since: Instant,
    asked: Option<Child>,
    said: Option<File>,
    next: Instant,
    trouble: Option<(Instant, String)>,
}

/// What a watch needs to know.
pub(super) struct Question<'a> {
    pub(super) id: EffectId,
    pub(super) health: &'a Health,
    pub(super) root: &'a Path,
    pub(super) secrets: &'a Secrets,
    pub(super) variables: BTreeMap<String, String>,
}

impl Watch {
    /// Begins to watch; `None` where nobody knows of health, so that everything counts as healthy.
    pub(super) fn begin(question: Question<'_>) -> Option<Watch> {
        let (program, arguments) = question.health.command.as_deref()?.split_first()?;
        let mut command = Command::new(program_at(question.root, program));
        let variable = |name: String| if name == "PATH" { "APP_PATH".to_owned() } else { name };
        command
            .args(arguments)
            .current_dir(question.root)
            .envs(question.variables.into_iter().map(|(name, value)| (variable(name), value.replace('\0', ""))))
            .stdin(Stdio::null())
            .process_group(0);
        let now = Instant::now();
        Some(Watch {
            id: question.id,
            command,
            program: program.clone(),
            health: question.health.clone(),
            secrets: question.secrets.clone(),
            since: now,
            asked: None,
            said: None,
            next: now,
            trouble: None,
        })
    }

    /// What is known by now; nothing while it is open. It never blocks.
    pub(super) fn poll(&mut self) -> Option<(Outcome, Detail)> {
        let now = Instant::now();
        let timeout = Duration::from_secs(self.health.timeout.0);
        let late = now.duration_since(self.since) >= timeout;
        match self.asked.as_mut().map(Child::try_wait) {
            None if late => return Some(failed(self.too_late())),
            None if now < self.next => return None,
            None => match self.ask() {
                Ok(child) => self.asked = Some(child),
                Err(error) => return Some(failed(format!("cannot start `{}`: {error}", self.program))),
            },
            Some(Ok(None)) if late => {
                self.cancel();
                return Some(failed(self.too_late()));
            }
            Some(Ok(None)) => {}
            Some(Err(error)) => return Some(failed(format!("cannot wait for `{}`: {error}", self.program))),
            Some(Ok(Some(status))) => {
                self.asked = None;
                self.next = now + Duration::from_secs(self.health.interval.0);
                return self.heard(status.code(), now);
            }
        }
        None
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

    fn heard(&mut self, code: Option<i32>, now: Instant) -> Option<(Outcome, Detail)> {
        match code {
            Some(0) => return Some((Outcome::Succeeded, Detail::default())),
            Some(NOT_YET) => self.trouble = None,
            _ => {
                let what = code.map_or_else(|| "it was killed".to_owned(), |code| format!("exit status {code}"));
                let what = format!("{what}{}", self.last_line());
                let since = self.trouble.as_ref().map_or(now, |(since, _)| *since);
                self.trouble = Some((since, what.clone()));
                let lasted = now.duration_since(since);
                if lasted >= Duration::from_secs(self.health.degraded.0) {
                    let grace = self.health.degraded;
                    return Some(failed(format!("it is degraded for {grace}: `{}` says {what}", self.program)));
                }
            }
        }
        None
    }

    fn too_late(&self) -> String {
        let trouble = self.trouble.as_ref().map(|(_, what)| format!("; `{}` says {what}", self.program));
        format!("it is not healthy after {}{}", self.health.timeout, trouble.unwrap_or_default())
    }

    /// Asks no more.
    pub(super) fn cancel(&mut self) {
        if let Some(mut child) = self.asked.take() {
            // It asks only; whatever it was about to say is of no interest.
            drop(child.kill());
            drop(child.wait());
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.cancel();
    }
}

fn failed(message: String) -> (Outcome, Detail) {
    (Outcome::Failed, Detail::error(message))
}

/// A program that is named by a relative path is the project's own, wherever promoc was started.
fn program_at(root: &Path, program: &str) -> PathBuf {
    if program.contains('/') { root.join(program) } else { PathBuf::from(program) }
}
