//! Where the files of an effect are, and what they mean. The table is in the parent module.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::names::{file_name, may_begin};
use super::private;
use crate::git::this_boot;

/// The files of one effect.
#[derive(Debug, Clone)]
pub(super) struct RunDir {
    run: PathBuf,
    name: String,
}

/// What the files say, whether or not a process is alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trace {
    NotRun,
    /// The script may have run, in part or completely.
    MayHaveRun,
    Ended(i32),
}

impl RunDir {
    /// In a run directory that may not exist yet.
    pub(super) fn new(run: &Path, effect: &str) -> Self {
        Self { run: run.to_owned(), name: file_name(effect) }
    }

    fn with(&self, ending: &str) -> PathBuf {
        self.run.join(format!("{}{ending}", self.name))
    }

    pub(super) fn exit(&self) -> PathBuf {
        self.with("")
    }

    pub(super) fn claim(&self) -> PathBuf {
        self.with(".claim")
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.with(".lock")
    }

    pub(super) fn job(&self) -> PathBuf {
        self.with(".job")
    }

    pub(super) fn script(&self) -> PathBuf {
        self.job().join("script")
    }

    pub(super) fn gives(&self) -> PathBuf {
        self.job().join("gives")
    }

    fn boot(&self) -> PathBuf {
        self.job().join("boot")
    }

    /// Whether the wrapper, or something that it started, is alive.
    pub(super) fn is_held(&self) -> bool {
        is_locked(&self.lock())
    }

    /// The process group of the script, if it has been claimed.
    pub(super) fn claimed_by(&self) -> Option<u32> {
        fs::read_to_string(self.claim().join("pid")).ok()?.trim().parse().ok()
    }

    pub(super) fn trace(&self) -> Trace {
        let text = fs::read_to_string(self.exit()).unwrap_or_default();
        // A file that a crash of the machine has truncated contains no status.
        if let Some(code) = text.strip_suffix('\n').and_then(|code| code.parse().ok()) {
            return Trace::Ended(code);
        }
        if self.claim().exists() || self.was_started_in_another_boot() {
            return Trace::MayHaveRun;
        }
        Trace::NotRun
    }

    /// A claim is not synced to disk, so after a crash of the machine its absence means nothing. The job is synced.
    fn was_started_in_another_boot(&self) -> bool {
        fs::read_to_string(self.boot()).is_ok_and(|boot| boot != this_boot())
    }

    /// Writes the job; it is on disk when this returns.
    pub(super) fn prepare(&self, script: &str) -> io::Result<()> {
        match fs::remove_dir_all(self.job()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        private::directories(&self.gives())?;
        private::write(&self.script(), script)?;
        // An empty file would count as another boot.
        let draft = self.job().join("boot.tmp");
        let mut boot = private::options().write(true).create(true).truncate(true).open(&draft)?;
        io::Write::write_all(&mut boot, this_boot().as_bytes())?;
        boot.sync_all()?;
        fs::rename(draft, self.boot())?;
        File::open(self.job())?.sync_all()?;
        File::open(&self.run)?.sync_all()
    }

    /// Removes every file of the effect.
    pub(super) fn remove(&self) -> io::Result<()> {
        let gone = |result: io::Result<()>| match result {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
        gone(fs::remove_dir_all(self.job()))?;
        gone(fs::remove_file(self.exit()))?;
        // A wrapper that was killed between writing its status and renaming it leaves this.
        gone(fs::remove_file(self.with(".tmp")))?;
        gone(fs::remove_dir_all(self.claim()))?;
        gone(fs::remove_file(self.lock()))
    }
}

/// Whether a run directory may have files of an effect whose id begins like this.
pub(crate) fn has_files(run: &Path, beginning: &str) -> bool {
    match fs::read_dir(run) {
        Ok(files) => files.flatten().any(|file| may_begin(&file.file_name().to_string_lossy(), beginning)),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Whether some process holds a lock on a file.
pub(super) fn is_locked(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}
