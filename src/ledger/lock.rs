//! The file lock beside a local ledger: one runner per product on one file system.
//!
//! The system releases the lock when its process ends, in whatever way. The file itself stays.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Error, Result};
use crate::git::this_boot;

/// The process that holds a lock, so that others can name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The name of the host.
    pub host: String,
    /// The process id on that host.
    pub pid: u32,
    /// The boot of the host; empty if it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub boot: String,
}

impl Owner {
    /// This process, on this host.
    pub fn this() -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self { host, pid: std::process::id(), boot: this_boot() }
    }
}

/// Holds the lock until it is dropped.
#[derive(Debug)]
pub(crate) struct LockGuard {
    file: File,
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        // Closing the file is not enough: a child process that another thread is just starting has it open until it
        // executes its program. If unlocking fails, the file is closed next anyway.
        let _ = self.file.unlock();
    }
}

/// The result of trying to take a lock.
#[derive(Debug)]
pub(crate) enum Locked {
    /// The lock is ours.
    Taken(LockGuard),
    /// Another process holds it; `None` if that process has not written its name yet.
    HeldBy(Option<Owner>),
}

/// How often a lock that is held is tried again: one that is only [looked at](is_abandoned) is free a moment later.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(2);

/// Tries to take the lock. Never waits for another runner.
pub(crate) fn lock(path: &Path) -> Result<Locked> {
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).map_err(Error::system("create the directory", directory))?;
    }
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .map_err(Error::system("open the lock", path))?;
    let mut taken = file.try_lock();
    for _ in 1..TRIES {
        if matches!(taken, Err(TryLockError::WouldBlock)) {
            sleep(PAUSE);
            taken = file.try_lock();
        }
    }
    match taken {
        Ok(()) => {
            write_owner(&mut file).map_err(Error::system("write to the lock", path))?;
            Ok(Locked::Taken(LockGuard { file }))
        }
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            file.read_to_string(&mut text).map_err(Error::system("read the lock", path))?;
            Ok(Locked::HeldBy(serde_json::from_str(&text).ok()))
        }
        Err(TryLockError::Error(source)) => Err(Error::system("lock", path)(source)),
    }
}

/// Whether it is certain that nobody holds the lock, and that somebody once did.
///
/// A lock that is free here may be held on another machine, because not every network file system passes it on. So it
/// must be on a disk of this machine, or its last owner must have run in this boot, whose locks are all seen here.
pub(crate) fn is_abandoned(path: &Path) -> bool {
    let Ok(mut file) = File::open(path) else { return false };
    if file.try_lock_shared().is_err() {
        return false;
    }
    let mut text = String::new();
    let read = file.read_to_string(&mut text);
    drop(file.unlock());
    let owner: Option<Owner> = read.ok().and_then(|_| serde_json::from_str(&text).ok());
    is_local(&file) || owner.is_some_and(|owner| !owner.boot.is_empty() && owner.boot == this_boot())
}

/// Whether a file is on a file system that only this machine uses.
#[cfg(target_os = "linux")]
fn is_local(file: &File) -> bool {
    /// From linux/magic.h and the sources of ZFS and bcachefs: ext2 to ext4, XFS, Btrfs, tmpfs, ramfs, overlayfs, F2FS,
    /// ZFS, bcachefs.
    const LOCAL: [u64; 9] = [
        0xef53,
        0x5846_5342,
        0x9123_683e,
        0x0102_1994,
        0x8584_58f6,
        0x794c_7630,
        0xf2f5_2010,
        0x2fc1_2fc1,
        0xca45_1a4e,
    ];
    rustix::fs::fstatfs(file).is_ok_and(|found| u64::try_from(found.f_type).is_ok_and(|kind| LOCAL.contains(&kind)))
}

/// Whether a file is on a file system that only this machine uses; where that is not known, it is not.
#[cfg(not(target_os = "linux"))]
fn is_local(_: &File) -> bool {
    false
}

fn write_owner(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    serde_json::to_writer(&mut *file, &Owner::this())?;
    file.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_lock_is_free_even_where_a_child_has_inherited_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let Locked::Taken(guard) = lock(&path).unwrap() else { panic!("it is free") };
        let inherited = guard.file.try_clone().unwrap();
        assert!(matches!(lock(&path).unwrap(), Locked::HeldBy(Some(_))));
        drop(guard);
        assert!(matches!(lock(&path).unwrap(), Locked::Taken(_)));
        drop(inherited);
    }

    #[test]
    fn a_lock_is_abandoned_only_if_nobody_can_hold_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        assert!(!is_abandoned(&path), "nobody has ever held it");
        let Locked::Taken(guard) = lock(&path).unwrap() else { panic!("it is free") };
        assert!(!is_abandoned(&path));
        drop(guard);
        assert!(is_abandoned(&path), "its owner ran in this boot, or the disk is that of this machine");
        // Looking at it does not keep a runner from taking it.
        let looking = File::open(&path).unwrap();
        looking.lock_shared().unwrap();
        let thread = std::thread::spawn({
            let path = path.clone();
            move || lock(&path).map(|locked| matches!(locked, Locked::Taken(_)))
        });
        looking.unlock().unwrap();
        assert!(thread.join().unwrap().unwrap());
        let other = r#"{"host":"elsewhere","pid":1,"boot":"another"}"#;
        std::fs::write(&path, other).unwrap();
        let local = is_local(&File::open(&path).unwrap());
        assert_eq!(is_abandoned(&path), local, "the lock of another machine is seen only on a disk of this one");
    }
}
