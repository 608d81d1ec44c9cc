//! Replaces a file of a repository under the lock that git itself honors, so that no kill leaves a lock that only a
//! person can remove.
//!
//! Git locks `FILE` by creating `FILE.lock`, which it renames to `FILE` in the end. A process that is killed in between
//! leaves a lock of which nobody can tell whose it was. So promoc writes a *draft* first, in the directory of the
//! repository. The name of the draft says on which machine, in which boot and by which process it was made, and that
//! process holds an flock on it while it lives. Then promoc *links* the draft to `FILE.lock`: an atomic step, which fails
//! if somebody else has the lock. From then on, the lock and the draft are one file with two names, and only promoc can
//! have made it so. That proves more than a recorded inode, because its number is not used again while the draft exists.
//!
//! INVARIANT: a lock is removed only if it is the same file as a draft whose process is gone, or by the process that has
//! taken it. A lock of anybody else stays, also at the place of a lock that was once promoc's.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

use super::compact;

/// Git locks a file only while it writes it. If one is locked for longer than this many tries, the process that locked it
/// has died.
pub(super) const TRIES: u32 = 30;
pub(super) const PAUSE: Duration = Duration::from_millis(5);

/// The files that promoc locks beside refs.
const LOCKED: [&str; 3] = ["config", "packed-refs", DERIVED];

/// The file that a [`Database`](super::Database) derives from its refs.
pub(super) const DERIVED: &str = "promoc-index";

/// The first part of the name of a draft: `promoc-draft+HOST+BOOT+PID+NUMBER`.
const DRAFT: &str = "promoc-draft";

/// Makes the names of this process's drafts different.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// The process that made a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Maker {
    host: String,
    boot: String,
    pid: u32,
}

impl Maker {
    fn this() -> Maker {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let plain = |character: char| {
            if character.is_ascii_alphanumeric() || ".-".contains(character) { character } else { '_' }
        };
        Maker { host: host.chars().map(plain).collect(), boot: this_boot(), pid: std::process::id() }
    }

    /// The reverse of [`Maker::draft`].
    fn of(name: &str) -> Option<Maker> {
        let mut parts = name.strip_prefix(DRAFT)?.strip_prefix('+')?.split('+');
        let (host, boot, pid) = (parts.next()?.to_owned(), parts.next()?.to_owned(), parts.next()?.parse().ok()?);
        Some(Maker { host, boot, pid })
    }

    fn draft(&self, number: u32) -> String {
        format!("{DRAFT}+{}+{}+{}+{number}", self.host, self.boot, self.pid)
    }

    /// Whether an flock that nobody holds proves that its process is gone. In the same boot the system would know it.
    /// Another boot of the same machine has ended. Anything else is another machine, whose flocks may be invisible here.
    fn is_judged_by_its_flock(&self) -> bool {
        let this = Maker::this();
        (!self.boot.is_empty() && self.boot == this.boot) || self.host == this.host
    }
}

impl std::fmt::Display for Maker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "process {} on `{}`", self.pid, self.host)
    }
}

/// The id of the machine's current boot, to tell a reboot from the death of a process; empty where there is none (`/proc`
/// is Linux only).
pub(crate) fn this_boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").map_or_else(|_| String::new(), |id| id.trim().to_owned())
}

/// A file that is locked until this is dropped.
#[derive(Debug)]
pub(super) struct FileLock {
    draft: PathBuf,
    /// Holds the flock.
    file: File,
    lock: PathBuf,
    target: PathBuf,
    taken: bool,
}

impl FileLock {
    /// Locks a file of the repository in `directory`, and clears what killed promocs have left there if that is in the
    /// way; `None` if it stays locked.
    ///
    /// # Errors
    /// If the system refuses something, for example where there are no hard links. Then nothing is locked.
    pub(super) fn wait(directory: &Path, target: &Path) -> io::Result<Option<FileLock>> {
        for turn in 1..=TRIES {
            if let Some(lock) = FileLock::take(directory, target)? {
                return Ok(Some(lock));
            }
            clear(directory);
            sleep(PAUSE * turn);
        }
        Ok(None)
    }

    /// Locks a file; `None` if it is locked, or if its directory was just removed.
    pub(super) fn take(directory: &Path, target: &Path) -> io::Result<Option<FileLock>> {
        let (draft, file) = create_draft(directory)?;
        // From here on, the draft is removed whatever happens.
        let mut this = FileLock { draft, file, lock: lock_of(target), target: target.to_owned(), taken: false };
        this.file.lock()?;
        match fs::hard_link(&this.draft, &this.lock) {
            Ok(()) => this.taken = true,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                // Git packs refs and removes empty directories. Or the draft was cleared before it had its flock.
                if let Some(above) = this.lock.parent() {
                    create_synced(above)?;
                }
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        Ok(Some(this))
    }

    /// Replaces the file by these bytes. With `sync`, they are on disk when this returns.
    ///
    /// # Errors
    /// If it cannot be replaced. Then it is as before, and no longer locked.
    pub(super) fn replace(mut self, bytes: &[u8], sync: bool) -> io::Result<()> {
        self.file.write_all(bytes)?;
        if sync {
            self.file.sync_all()?;
        }
        if self.target.is_dir() {
            // Where a ref is, there may be empty directories, left by refs whose names began with its name.
            remove_empty(&self.target);
        }
        fs::rename(&self.lock, &self.target)?;
        self.taken = false;
        match self.target.parent().filter(|_| sync) {
            Some(above) => sync_path(above),
            None => Ok(()),
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // What cannot be removed now is cleared by the next process, because this one no longer holds the flock then.
        if self.taken {
            drop(fs::remove_file(&self.lock));
        }
        drop(fs::remove_file(&self.draft));
    }
}

/// A draft that locks nothing, but proves that this process lives while it makes something else of the same name.
#[derive(Debug)]
pub(super) struct Living {
    draft: PathBuf,
    /// Holds the flock.
    file: File,
}

impl Living {
    pub(super) fn begin(directory: &Path) -> io::Result<Living> {
        loop {
            let (draft, file) = create_draft(directory)?;
            let this = Living { draft, file };
            this.file.lock()?;
            // Another process may have cleared it before it had its flock.
            if fs::symlink_metadata(&this.draft)
                .is_ok_and(|now| this.file.metadata().is_ok_and(|ours| same(&ours, &now)))
            {
                return Ok(this);
            }
        }
    }

    /// A name that only this process gives.
    pub(super) fn name(&self) -> &str {
        self.draft.file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }

    /// Ends as a kill would.
    #[cfg(test)]
    pub(super) fn abandon(self) {
        self.file.unlock().unwrap();
        std::mem::forget(self);
    }
}

impl Drop for Living {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.draft));
    }
}

/// How files can be locked in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Locking {
    /// By links, which no kill leaves behind for good.
    Safe,
    /// By libgit2: the file system has no hard links, and a kill may leave a lock that a person has to remove.
    WithoutLinks,
    /// Not at all: nothing can be written. Why not, and what to do, as a clause.
    Impossible(String),
}

/// Finds out how files can be locked in a directory. Leaves nothing there.
pub(crate) fn locking(directory: &Path) -> Locking {
    let made = tempfile::Builder::new().prefix(".promoc-").tempdir_in(directory).and_then(|probe| {
        let (draft, lock) = (probe.path().join("draft"), probe.path().join("lock"));
        // A full disk still has room for names.
        File::create_new(&draft)?.write_all(&[0; 4096])?;
        Ok(fs::hard_link(draft, lock))
    });
    match made {
        Ok(Ok(())) => Locking::Safe,
        Ok(Err(error)) => locking_after(&error),
        Err(error) => Locking::Impossible(super::error::with_help(&error)),
    }
}

/// How files can be locked where a link cannot be made for this reason. Linux says `EPERM` where the file system has no
/// links, and other systems and network file systems say otherwise.
fn locking_after(error: &io::Error) -> Locking {
    use rustix::io::Errno;
    const UNKNOWN: [Errno; 5] = [Errno::PERM, Errno::OPNOTSUPP, Errno::NOTSUP, Errno::NOSYS, Errno::MLINK];
    match Errno::from_io_error(error) {
        Some(errno) if UNKNOWN.contains(&errno) => Locking::WithoutLinks,
        _ => Locking::Impossible(super::error::with_help(error)),
    }
}

/// The lock of a file, as git names it.
pub(super) fn lock_of(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

fn create_draft(directory: &Path) -> io::Result<(PathBuf, File)> {
    let maker = Maker::this();
    loop {
        // A number may be in use: two containers can have the same host, boot and process id.
        let path = directory.join(maker.draft(NUMBER.fetch_add(1, Ordering::Relaxed)));
        match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// Creates a directory and those above it that are missing. They are on disk when this returns: nobody else syncs a
/// directory that git has removed and that is created again.
fn create_synced(directory: &Path) -> io::Result<()> {
    let Some(above) = directory.parent() else { return Ok(()) };
    match fs::create_dir(directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            create_synced(above)?;
            fs::create_dir(directory)?;
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        created => created?,
    }
    sync_path(above)
}

/// Puts a file or a directory on disk.
pub(super) fn sync_path(path: &Path) -> io::Result<()> {
    #[cfg(test)]
    SYNCED.with_borrow_mut(|synced| synced.push(path.to_owned()));
    File::open(path)?.sync_all()
}

#[cfg(test)]
thread_local! {
    /// The files and directories that this thread has synced by their path.
    pub(super) static SYNCED: std::cell::RefCell<Vec<PathBuf>> = const { std::cell::RefCell::new(Vec::new()) };
}

fn remove_empty(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_empty(&entry.path());
        }
    }
    // One that is not empty stays, and the rename then fails.
    drop(fs::remove_dir(directory));
}

fn same(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

/// The drafts in the directory of a repository.
fn drafts(directory: &Path) -> impl Iterator<Item = (PathBuf, Maker)> {
    let names = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    names.filter_map(|path| {
        let maker = Maker::of(path.file_name()?.to_str()?)?;
        Some((path, maker))
    })
}

/// The promoc that holds a lock, or has left it behind; `None` if it is not promoc's.
pub(super) fn maker(directory: &Path, lock: &Path) -> Option<Maker> {
    let lock = fs::symlink_metadata(lock).ok()?;
    let mut drafts = drafts(directory);
    drafts.find(|(path, _)| fs::symlink_metadata(path).is_ok_and(|draft| same(&draft, &lock))).map(|(_, maker)| maker)
}

/// Removes what killed promocs have left in the repository in `directory`: their locks and drafts, and nothing else. What
/// cannot be removed stays, which is reported once it is in the way.
pub(super) fn clear(directory: &Path) {
    for (path, maker) in drafts(directory) {
        if maker.is_judged_by_its_flock() {
            clear_draft(directory, &path);
        }
    }
}

fn clear_draft(directory: &Path, path: &Path) {
    // Locking for writing is all that some network file systems know.
    let Ok(file) = OpenOptions::new().read(true).write(true).open(path) else { return };
    match file.try_lock() {
        Ok(()) => {}
        // Its process lives, or another one is clearing it.
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => return,
    }
    let (Ok(held), Ok(now)) = (file.metadata(), fs::symlink_metadata(path)) else { return };
    if !same(&held, &now) {
        return;
    }
    // The lock before the draft: the draft is the proof.
    if held.nlink() > 1 {
        let mut locks: Vec<PathBuf> = LOCKED.iter().map(|name| lock_of(&directory.join(name))).collect();
        find_locks(&directory.join("refs"), &mut locks);
        for lock in locks {
            if fs::symlink_metadata(&lock).is_ok_and(|lock| same(&lock, &held)) && fs::remove_file(&lock).is_err() {
                return;
            }
        }
    }
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if compact::finish(directory, name).is_ok() {
        drop(fs::remove_file(path));
    }
}

fn find_locks(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            find_locks(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "lock") {
            found.push(path);
        }
    }
}

/// Ends as a kill would: the files stay, and the flock is released.
#[cfg(test)]
pub(super) fn abandon(lock: FileLock) {
    lock.file.unlock().unwrap();
    std::mem::forget(lock);
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::Errno;

    #[test]
    fn a_file_system_without_links_is_recognized_by_what_it_answers() {
        for errno in [Errno::PERM, Errno::OPNOTSUPP, Errno::NOSYS] {
            assert_eq!(locking_after(&errno.into()), Locking::WithoutLinks, "{errno}");
        }
        let full = "the disk is full; free some space on it";
        assert_eq!(locking_after(&Errno::NOSPC.into()), Locking::Impossible(full.to_owned()));
    }

    #[test]
    fn to_ask_how_files_are_locked_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(locking(folder.path()), Locking::Safe);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let Locking::Impossible(reason) = locking(&folder.path().join("nowhere")) else { panic!("it is not there") };
        assert!(reason.starts_with("no such file or folder"), "{reason}");
    }
}
