//! The store: a bare repository in which each ref is a record, which starts with some files and grows by batches.
//!
//! A record is a linear history. The tree of the first commit holds the files in `files/`, in `content/` the blobs that
//! they name, which are not read with them, and the first batch as `batches/000000`; each later one holds one blob, `batch`.
//! Older versions wrote no batch into the first commit, or packed a record that had ended into it, with all its batches.
//!
//! INVARIANT: when an operation returns, its result is on disk. A [`Database`] syncs every object and every ref. It does
//! not sync the directories above those that it creates; this module does.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::record::{Appended, Created, Record, Tip};
use super::{Error, Result};
use crate::git::{self, Blobs, CommitId, Database, ObjectId, Swap};

#[cfg(test)]
thread_local! {
    /// How many records this thread has read.
    pub(super) static READS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

const FILES: &str = "files";
const BATCH: &str = "batch";
const BATCHES: &str = "batches";
const KEPT: &str = "content";

/// The repository of a ledger.
pub struct Store {
    database: Database,
    path: PathBuf,
}

/// The name of the ref of a release.
pub fn release_ref(product: &str, id: &str) -> Result<String> {
    checked(format!("refs/promo/releases/{}/{}", part(product)?, part(id)?))
}

fn part(name: &str) -> Result<&str> {
    if name.is_empty() || name.contains('/') { Err(Error::BadName { name: name.to_owned() }) } else { Ok(name) }
}

fn checked(name: String) -> Result<String> {
    if git::is_ref_name(&name) { Ok(name) } else { Err(Error::BadName { name }) }
}

impl Store {
    /// Opens the ledger at a path, and creates it first if necessary. Several processes may do so at once.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.exists() {
            create_repository(path)?;
        }
        Self::existing(path)
    }

    /// Opens the ledger at a path, if there is one. Creates nothing.
    pub fn open_existing(path: &Path) -> Result<Option<Self>> {
        if path.exists() { Self::existing(path).map(Some) } else { Ok(None) }
    }

    fn existing(path: &Path) -> Result<Self> {
        Ok(Self { database: Database::open(path, "the ledger")?, path: path.to_owned() })
    }

    /// Removes the locks that killed promocs have left in the ledger.
    pub(super) fn clear_leftovers(&self) {
        self.database.clear_leftovers();
    }

    /// Starts a record with some files, if there is none with this name.
    pub fn create(&self, name: &str, files: &[(&str, &[u8])]) -> Result<Created> {
        self.create_with(name, files, &[], None)
    }

    /// Starts a record with its first batch, if it has one already. It also keeps stored blobs, which nobody may remove as
    /// long as the record exists.
    pub(super) fn create_with(
        &self,
        name: &str,
        files: &[(&str, &[u8])],
        kept: &[ObjectId],
        batch: Option<&[u8]>,
    ) -> Result<Created> {
        let new = self.first(files, kept, batch)?;
        self.database.share_commit(&new);
        self.sync_objects()?;
        match self.database.swap(name, None, &new)? {
            Swap::Moved => {
                self.sync_above(name)?;
                Ok(Created::New(Tip(new)))
            }
            Swap::Changed(Some(now)) => Ok(Created::Exists(Tip(now))),
            Swap::Changed(None) => Err(self.foreign(name, "another process removed it at the same time")),
        }
    }

    /// Appends a batch, if the record still ends where the caller expects.
    pub fn append(&self, name: &str, expected: &Tip, batch: &[u8]) -> Result<Appended> {
        let new = self.database.commit_one(&expected.0, BATCH, batch, "append")?;
        self.database.share_commit(&new);
        self.sync_objects()?;
        Ok(match self.database.swap(name, Some(&expected.0), &new)? {
            Swap::Moved => Appended::New(Tip(new)),
            Swap::Changed(now) => Appended::Moved(now.map(Tip)),
        })
    }

    /// Packs the records below a prefix such as `refs/promo/releases/` once that many of them are files of their own. Nothing
    /// depends on it, so there is no error.
    pub fn compact(&self, prefix: &str, once: usize) {
        if self.database.loose_refs(prefix) >= once {
            self.database.compact(prefix);
        }
    }

    /// Stores blobs that the ledger lacks.
    pub(super) fn keep(&self, blobs: &Blobs, ids: &[ObjectId]) -> Result<()> {
        Ok(self.database.keep(blobs, ids)?)
    }

    /// The directory of its objects.
    pub(super) fn objects(&self) -> PathBuf {
        self.database.directory().join("objects")
    }

    /// What was derived from the records last, complete or not.
    pub(super) fn derived(&self) -> Vec<u8> {
        self.database.derived()
    }

    /// Replaces what is derived from the records, if that is possible now.
    pub(super) fn derive(&self, change: impl FnOnce(&[u8]) -> Vec<u8>) {
        self.database.derive(change);
    }

    /// The content of a record; `None` if there is none with this name.
    pub fn read(&self, name: &str) -> Result<Option<Record>> {
        #[cfg(test)]
        READS.set(READS.get() + 1);
        self.tip(name)?.map(|tip| self.record(name, &tip)).transpose()
    }

    /// The end of a record; `None` if there is none with this name.
    pub fn tip(&self, name: &str) -> Result<Option<Tip>> {
        Ok(self.database.value(name)?.map(Tip))
    }

    /// The records whose names start with a prefix such as `refs/promo/releases/`, ordered by name.
    pub fn list(&self, prefix: &str) -> Result<Vec<(String, Tip)>> {
        Ok(self.database.list(prefix)?.into_iter().map(|(name, id)| (name, Tip(id))).collect())
    }

    fn record(&self, name: &str, tip: &Tip) -> Result<Record> {
        let (mut files, mut batches) = (BTreeMap::new(), Vec::new());
        let mut next = Some(tip.0.clone());
        while let Some(id) = next {
            let commit = self.database.read(&id)?;
            if commit.parent.is_some() {
                let batch = commit.file(BATCH)?;
                batches.push(batch.ok_or_else(|| self.foreign(name, &format!("commit `{id}` has no batch")))?);
            } else {
                files = commit.files(FILES)?;
                // The walk goes backwards.
                batches.extend(commit.files(BATCHES)?.into_values().rev());
            }
            next = commit.parent;
        }
        batches.reverse();
        Ok(Record { tip: tip.clone(), files, batches })
    }

    /// The first commit of a record.
    fn first(&self, files: &[(&str, &[u8])], kept: &[ObjectId], batch: Option<&[u8]>) -> Result<CommitId> {
        let mut all: Vec<(String, &[u8])> = Vec::new();
        for (path, bytes) in files {
            // The path is cleaned before it is joined to a directory, so that it cannot lead out of that directory.
            all.push((format!("{FILES}/{}", git::clean_path(path)?), bytes));
        }
        all.extend(batch.map(|batch| (format!("{BATCHES}/000000"), batch)));
        let kept: Vec<(String, ObjectId)> = kept.iter().map(|id| (format!("{KEPT}/{}", id.0), id.clone())).collect();
        Ok(self.database.commit(None, &all, &kept, "begin")?)
    }

    /// INVARIANT: everything that a ref leads to is on disk before the ref is. A database does not sync the directory in
    /// which it creates the directories of objects.
    fn sync_objects(&self) -> Result<()> {
        sync(&self.database.directory().join("objects"))
    }

    /// Gives a file the permissions that a shared ledger asks for. What is written stays written if that fails.
    pub(super) fn share_path(&self, path: &Path) {
        self.database.share(&[path.to_owned()]);
    }

    /// Syncs the directories above that of a ref, which may be new. The swap has synced that of the ref.
    fn sync_above(&self, name: &str) -> Result<()> {
        Path::new(name).ancestors().skip(2).try_for_each(|above| sync(&self.database.directory().join(above)))
    }

    fn foreign(&self, name: &str, reason: &str) -> Error {
        Error::Foreign { name: name.to_owned(), path: self.path.clone(), reason: reason.to_owned() }
    }
}

/// Creates the repository under a temporary name and renames it, so that it exists completely or not at all.
fn create_repository(path: &Path) -> Result<()> {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(above).map_err(Error::system("create the directory", above))?;
    // For this user alone: a ledger holds the texts of what is promoted, secrets among them. To share one, create
    // it with `git init --bare --shared`.
    let private = fs::Permissions::from_mode(0o700);
    let draft = tempfile::Builder::new().prefix(".state-").permissions(private).tempdir_in(above);
    let draft = draft.map_err(Error::system("create a directory in", above))?;
    Database::create(draft.path(), path)?;
    sync_all(draft.path())?;
    match fs::rename(draft.path(), path) {
        Ok(()) => {
            drop(draft.keep());
            sync(above)
        }
        // Another process was faster. The draft is removed when it is dropped.
        Err(_) if path.join("HEAD").exists() => Ok(()),
        Err(error) => Err(Error::system("create the ledger", path)(error)),
    }
}

fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|file| file.sync_all()).map_err(Error::system("sync", path))
}

/// Syncs a directory and everything in it.
fn sync_all(directory: &Path) -> Result<()> {
    let fail = || Error::system("sync", directory);
    for entry in fs::read_dir(directory).map_err(fail())? {
        let path = entry.map_err(fail())?.path();
        if path.is_dir() { sync_all(&path)? } else { sync(&path)? }
    }
    sync(directory)
}
