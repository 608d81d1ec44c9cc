//! Processes: a workflow's script, run at most once, that outlives the promoc that started it.
//!
//! Four processes take part. promoc starts the *wrapper*, a few lines of `sh` in a process group of its own; the wrapper first
//! claims the effect by `mkdir`, runs the *script* by `sh -e`, and writes its exit status by rename. Where there are secrets to
//! hide, the output goes through a *filter* (promoc itself, [`run_filter`]), so that no secret ever reaches the log. All three
//! go on when promoc dies; a later promoc finds out by [`adopt`] what became of them.
//!
//! What lies in the run directory for an effect `E` (its safe name):
//!
//! | file | made by | says |
//! |---|---|---|
//! | `E.lock` | promoc, before it starts the wrapper, which inherits the lock with everything it starts | somebody is still alive |
//! | `E.job/` | promoc, on disk before the start | `script`, `gives/`, and `boot`, the boot of the machine that it was started in |
//! | `E.claim/` | the wrapper's first instruction | the script may have run; a second wrapper that finds it runs nothing. `pid` is the process group |
//! | `E` | the wrapper's last instruction | the exit status |
//!
//! The lock makes the start time of a process needless: a process id is only used while the lock says that it is not a
//! stranger's. It works without `/proc`; only the boot is unknown there, so after a crash *of the machine* within the few
//! milliseconds between start and claim such a system may start a script a second time.
//!
//! A script that leaves processes behind in the background does not hold up its workflow, but they are the script's own affair.
//!
//! This module must not know of workflows, releases or the ledger.

use std::collections::BTreeMap;
use std::path::PathBuf;

mod filter;
mod finished;
mod gives;
mod handle;
mod names;
mod run_dir;
mod start;
mod tail;
#[cfg(test)]
mod tests;

pub(crate) use filter::{FILTER_ARGUMENT, run_filter};
pub(crate) use finished::{Finished, ScriptStatus};
pub(crate) use handle::{Adopted, Handle, adopt, forget};
pub(crate) use start::start;
pub(in crate::run) use start::variable;

/// A script to be run once, and what it runs with.
#[derive(Debug, Clone)]
pub(crate) struct ScriptSpec {
    /// Who it is: each effect runs at most once.
    pub effect: String,
    /// The text of the script.
    pub script: String,
    /// Its working directory.
    pub directory: PathBuf,
    /// Its parameters, as variables. Everything else it has from the environment of this process.
    pub parameters: BTreeMap<String, String>,
    /// The values that it must give.
    pub gives: Vec<String>,
    /// Where its output goes; its directory is made.
    pub log: PathBuf,
    /// Values that must not appear in the log. Parameters with secret names are added to these.
    pub secrets: Vec<String>,
    /// Where the files of the table above lie; made if need be.
    pub run_directory: PathBuf,
    /// The program that is promoc (`std::env::current_exe`): it is started with [`FILTER_ARGUMENT`] to mask the output.
    pub promoc: PathBuf,
}

/// Why a script could not be run, waited for or forgotten.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// It has been started before.
    #[error("`{effect}` was already started; what became of it is in `{}`", run_directory.display())]
    AlreadyStarted {
        /// The effect.
        effect: String,
        /// Where its files are.
        run_directory: PathBuf,
    },
    /// The system refused.
    #[error("cannot {doing} `{}`: {}", path.display(), crate::source::plain(source))]
    System {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A parameter that no process can have.
    #[error("the value of parameter `{name}` contains a null character, which no process can be given")]
    NullCharacter {
        /// The parameter.
        name: String,
    },
}

impl Error {
    /// An error of the system while doing something to a path.
    fn system(doing: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::System { doing, path: path.to_owned(), source }
    }
}
