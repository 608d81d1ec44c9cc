//! How a script ended.

use std::collections::BTreeMap;
use std::fmt;

/// A script that has ended, or that could not be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finished {
    pub status: ScriptStatus,
    /// The values that it gave; empty unless it succeeded.
    pub gives: BTreeMap<String, String>,
    /// The last lines of its log, masked and escaped.
    pub last_lines: Vec<String>,
}

/// How a script ended. Its text is a clause that follows the name of the workflow and "failed:".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ScriptStatus {
    /// It exited with 0 and wrote every value that it gives.
    Succeeded,
    /// It exited with another status.
    Exited(i32),
    /// It was killed by this signal, and not by [`Handle::stop`](super::Handle::stop).
    Killed(i32),
    /// It was stopped as requested.
    Stopped,
    /// It never ran, for this reason.
    NotStarted(String),
    /// It exited with 0, but a value that it gives is missing or invalid.
    BadValue(String),
    /// It may have run: the process that would have written its exit status died.
    Lost,
}

impl fmt::Display for ScriptStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Succeeded => write!(f, "it succeeded"),
            // A convention of the shell.
            Self::Exited(code @ 129..=192) => {
                write!(f, "exit status {code} (killed by signal {})", code.saturating_sub(128))
            }
            Self::Exited(126) => write!(f, "exit status 126 (a command is not executable)"),
            Self::Exited(127) => write!(f, "exit status 127 (command not found)"),
            Self::Exited(code) => write!(f, "exit status {code}"),
            Self::Killed(signal) => write!(f, "it was killed by signal {signal}"),
            Self::Stopped => write!(f, "it was stopped"),
            Self::NotStarted(reason) | Self::BadValue(reason) => f.write_str(reason),
            Self::Lost => write!(f, "it may have run; retry when sure"),
        }
    }
}
