//! The file lock beside a local ledger: one runner per product on one file system.
//!
//! The system releases the lock when its process ends, in whatever way. The file itself stays.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Error, Result};

/// The process that holds a lock, so that others can name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The name of the host.
    pub host: String,
    /// The process id on that host.
    pub pid: u32,
}

impl Owner {
    /// This process, on this host.
    pub fn this() -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self { host, pid: std::process::id() }
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

/// Tries to take the lock. Never waits.
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
    match file.try_lock() {
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
}
