//! Processes: runs the script of a workflow at most once. The script outlives the promoc that started it.
//!
//! Four processes take part. promoc starts the *wrapper*, a few lines of `sh` in a process group of its own. The wrapper
//! first claims the effect with `mkdir`, then runs the *script* with `sh -e`, and writes its exit status with a rename. If
//! there are secrets to hide, the output goes through a *filter* (promoc itself, [`run_filter`]), so that no secret ever
//! reaches the log. All three outlive promoc; a later promoc finds out with [`adopt`] what became of them.
//!
//! The files of an effect `E` (its safe name) in the run directory:
//!
//! | file | created by | meaning |
//! |---|---|---|
//! | `E.lock` | promoc, before it starts the wrapper, which inherits the lock with everything it starts | a process is alive |
//! | `E.job/` | promoc, on disk before the start | `script`, `gives/`, and `boot`, the id of the machine's boot at the start |
//! | `E.claim/` | the wrapper's first instruction | the script may have run, so a second wrapper runs nothing. `pid` is the process group |
//! | `E` | the wrapper's last instruction | the exit status |
//!
//! The file `.marker` identifies the run directory ([`marker()`]).
//!
//! A process id is used only while the lock is held, so it cannot be another process's, and start times of processes are
//! not needed. This works without `/proc`. Only the boot is unknown then: if the *machine* crashes within the few
//! milliseconds between start and claim, such a system may start a script twice.
//!
//! Background processes of a script do not delay its workflow, and promoc does not manage them.
//!
//! This module must not know about workflows, releases or the ledger.

use std::collections::BTreeMap;
use std::path::PathBuf;

mod filter;
mod finished;
mod gives;
mod handle;
mod marker;
mod names;
mod private;
mod run_dir;
mod start;
mod tail;
#[cfg(test)]
mod tests;

pub(crate) use filter::{FILTER_ARGUMENT, run_filter};
pub(crate) use finished::{Finished, ScriptStatus};
pub(crate) use handle::{Adopted, Handle, adopt, forget};
pub(crate) use marker::marker;
pub(crate) use run_dir::has_files;
pub(crate) use start::start;
pub(in crate::run) use start::variable;

/// A script to be run once.
#[derive(Debug, Clone)]
pub(crate) struct ScriptSpec {
    /// The id under which it runs at most once.
    pub effect: String,
    pub script: String,
    pub directory: PathBuf,
    /// Its parameters, as environment variables. It inherits all other variables of this process.
    pub parameters: BTreeMap<String, String>,
    /// The names of the values that it must write.
    pub gives: Vec<String>,
    /// Where its output goes. The directory is created.
    pub log: PathBuf,
    /// Values that must not appear in the log. Parameters with secret names are added to them.
    pub secrets: Vec<String>,
    /// Where the files of the table above are. Created if necessary.
    pub run_directory: PathBuf,
    /// The promoc executable (`std::env::current_exe`), which is started with [`FILTER_ARGUMENT`] to mask the output.
    pub promoc: PathBuf,
}

/// Why a script could not be run or forgotten.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("`{effect}` has already been started; its files are in `{}`", run_directory.display())]
    AlreadyStarted { effect: String, run_directory: PathBuf },
    #[error("cannot {doing} `{}`: {}", path.display(), crate::source::plain(source))]
    System {
        /// A verb phrase that fits between "cannot" and the path.
        doing: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    /// A process cannot be given such a parameter.
    #[error("the value of parameter `{name}` contains a null character, which cannot be passed to a process")]
    NullCharacter { name: String },
}

impl Error {
    fn system(doing: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::System { doing, path: path.to_owned(), source }
    }
}
