//! The store: a bare repository in which each ref is a record, begun with some files and grown by batches.
//!
//! A record is a line of commits. The tree of the first holds the files below `files/`; every later one holds one blob,
//! `batch`. A packed record is a single commit: `files/`, and its batches as `batches/000000` and so on.
//!
//! INVARIANT: what an operation says is done is on the disk. The repository has `core.fsyncObjectFiles`, with which libgit2
//! synchronizes every object and every ref before it renames them into place, and the directory after; what it leaves out, the
//! directories above those that it makes, is synchronized here.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use git2::{Commit, FileMode, Oid, Repository, Tree};

use super::record::{Appended, Created, Record, Tip};
use super::{Error, Result};
use crate::git::references::{self, Swap};
use crate::git::{self, Author};

const FILES: &str = "files";
const BATCH: &str = "batch";
const BATCHES: &str = "batches";

/// A ledger.
pub struct Store {
    repository: Repository,
    path: PathBuf,
}

/// The ref of a release.
pub fn release_ref(product: &str, id: &str) -> Result<String> {
    checked(format!("refs/promo/releases/{}/{}", part(product)?, part(id)?))
}

fn part(name: &str) -> Result<&str> {
    if name.is_empty() || name.contains('/') { Err(Error::BadName { name: name.to_owned() }) } else { Ok(name) }
}

fn checked(name: String) -> Result<String> {
    if git2::Reference::is_valid_name(&name) { Ok(name) } else { Err(Error::BadName { name }) }
}

impl Store {
    /// Opens the ledger at a path and makes it on first use, whoever else does so at the same time.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.exists() {
            create_repository(path)?;
        }
        Self::existing(path)
    }

    /// Opens the ledger at a path, if there is one: asking a question leaves nothing behind.
    pub fn open_existing(path: &Path) -> Result<Option<Self>> {
        if path.exists() { Self::existing(path).map(Some) } else { Ok(None) }
    }

    fn existing(path: &Path) -> Result<Self> {
        let fail = |error: git2::Error| git::Error::git("open the repository", path, &error);
        let repository = Repository::open_bare(path).map_err(fail)?;
        // A ledger that somebody made by hand or cloned gets the setting too, before the first object is written.
        let mut config = repository.config().map_err(fail)?;
        if !config.get_bool("core.fsyncObjectFiles").unwrap_or(false) {
            config.set_bool("core.fsyncObjectFiles", true).map_err(fail)?;
            let repository = Repository::open_bare(path).map_err(fail)?;
            return Ok(Self { repository, path: path.to_owned() });
        }
        Ok(Self { repository, path: path.to_owned() })
    }

    fn fail(&self, doing: &'static str) -> impl Fn(git2::Error) -> Error {
        move |error| git::Error::git(doing, &self.path, &error).into()
    }

    /// Begins a record with some files, if there is none of this name.
    pub fn create(&self, name: &str, files: &[(&str, &[u8])]) -> Result<Created> {
        let new = self.commit(&[], self.root(files, &[])?, "begin")?;
        self.sync_objects()?;
        match references::swap(&self.repository, name, None, new)? {
            Swap::Moved => {
                self.sync_above(name)?;
                Ok(Created::New(Tip(new)))
            }
            Swap::Changed(Some(now)) => Ok(Created::Exists(Tip(now))),
            Swap::Changed(None) => Err(self.foreign(name, "it is written and removed at the same time")),
        }
    }

    /// Appends a batch, if the record still ends where the caller thinks.
    pub fn append(&self, name: &str, expected: &Tip, batch: &[u8]) -> Result<Appended> {
        let fail = self.fail("append to the ledger");
        let parent = self.repository.find_commit(expected.0).map_err(&fail)?;
        let mut tree = self.repository.treebuilder(None).map_err(&fail)?;
        let blob = self.repository.blob(batch).map_err(&fail)?;
        tree.insert(BATCH, blob, FileMode::Blob.into()).map_err(&fail)?;
        let new = self.commit(&[&parent], tree.write().map_err(&fail)?, "append")?;
        self.replace(name, expected, new)
    }

    /// Packs a record that has ended into one commit: the same files and batches, with nothing to walk.
    pub fn pack(&self, name: &str, expected: &Tip) -> Result<Appended> {
        let record = self.record(name, expected.0)?;
        let files: Vec<(&str, &[u8])> =
            record.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        let new = self.commit(&[], self.root(&files, &record.batches)?, "pack")?;
        self.replace(name, expected, new)
    }

    fn replace(&self, name: &str, expected: &Tip, new: Oid) -> Result<Appended> {
        self.sync_objects()?;
        Ok(match references::swap(&self.repository, name, Some(expected.0), new)? {
            Swap::Moved => Appended::New(Tip(new)),
            Swap::Changed(now) => Appended::Moved(now.map(Tip)),
        })
    }

    /// What a record holds; nothing where there is none of this name.
    pub fn read(&self, name: &str) -> Result<Option<Record>> {
        self.tip(name)?.map(|tip| self.record(name, tip.0)).transpose()
    }

    /// Where a record ends.
    pub fn tip(&self, name: &str) -> Result<Option<Tip>> {
        Ok(references::current(&self.repository, name)?.map(Tip))
    }

    /// The records whose names begin so (`refs/promo/releases/`), in the order of their names.
    pub fn list(&self, prefix: &str) -> Result<Vec<(String, Tip)>> {
        let fail = self.fail("list the ledger");
        let mut found = BTreeMap::new();
        for reference in self.repository.references().map_err(&fail)? {
            let reference = reference.map_err(&fail)?;
            if let (Ok(name), Some(tip)) = (reference.name(), reference.target())
                && name.starts_with(prefix)
            {
                found.insert(name.to_owned(), Tip(tip));
            }
        }
        Ok(found.into_iter().collect())
    }

    /// Walks a record back to its first commit, or to (and without) the commit `until`.
    fn record(&self, name: &str, tip: Oid) -> Result<Record> {
        let fail = self.fail("read the ledger");
        let (mut files, mut batches) = (BTreeMap::new(), Vec::new());
        let mut next = Some(tip);
        while let Some(id) = next {
            let commit = self.repository.find_commit(id).map_err(&fail)?;
            let tree = commit.tree().map_err(&fail)?;
            next = commit.parent_ids().next();
            if next.is_some() {
                let blob =
                    tree.get_name(BATCH).ok_or_else(|| self.foreign(name, &format!("commit `{id}` has no batch")))?;
                batches.push(self.repository.find_blob(blob.id()).map_err(&fail)?.content().to_vec());
            } else {
                files = self.below(&tree, FILES)?;
                // A walk goes backwards.
                batches.extend(self.below(&tree, BATCHES)?.into_values().rev());
            }
        }
        batches.reverse();
        Ok(Record { tip: Tip(tip), files, batches })
    }

    /// The files below a directory of a tree.
    fn below(&self, tree: &Tree<'_>, directory: &str) -> Result<BTreeMap<String, Vec<u8>>> {
        let fail = self.fail("read the ledger");
        let Some(entry) = tree.get_name(directory) else { return Ok(BTreeMap::new()) };
        let tree = self.repository.find_tree(entry.id()).map_err(&fail)?;
        let mut files = BTreeMap::new();
        for entry in git::tree::list(&self.repository, tree)? {
            let id = references::parse(&self.path, &entry.id.0)?;
            files.insert(entry.path, self.repository.find_blob(id).map_err(&fail)?.content().to_vec());
        }
        Ok(files)
    }

    /// The tree of a first commit.
    fn root(&self, files: &[(&str, &[u8])], batches: &[Vec<u8>]) -> Result<Oid> {
        let fail = self.fail("write to the ledger");
        let put = |path: String, bytes: &[u8]| git::FileChange {
            path,
            change: git::Change::Put(git::Content::File { bytes: bytes.to_vec(), executable: false }),
        };
        let mut changes: Vec<_> = Vec::new();
        for (path, bytes) in files {
            // Checked before it is put below a directory, out of which it must not lead.
            let path = git::tree::clean(path)?;
            changes.push(put(format!("{FILES}/{path}"), bytes));
        }
        changes.extend(batches.iter().enumerate().map(|(number, batch)| put(format!("{BATCHES}/{number:06}"), batch)));
        let empty = self.repository.treebuilder(None).and_then(|builder| builder.write()).map_err(&fail)?;
        let empty = self.repository.find_tree(empty).map_err(&fail)?;
        Ok(git::tree::changed(&self.repository, &empty, &changes)?)
    }

    fn commit(&self, parents: &[&Commit<'_>], tree: Oid, message: &str) -> Result<Oid> {
        let fail = self.fail("write to the ledger");
        let tree = self.repository.find_tree(tree).map_err(&fail)?;
        let author = Author { name: "promoc".to_owned(), email: "promoc@localhost".to_owned() };
        git::bare::commit(&self.repository, parents, &tree, &author, message).map_err(&fail)
    }

    /// INVARIANT: everything that a ref will lead to is on the disk before the ref is; libgit2 does not synchronize the
    /// directory in which it makes the directories of objects.
    fn sync_objects(&self) -> Result<()> {
        sync(&self.repository.path().join("objects"))
    }

    /// Synchronizes the directories above a ref, which may be new.
    fn sync_above(&self, name: &str) -> Result<()> {
        Path::new(name).ancestors().skip(1).try_for_each(|above| sync(&self.repository.path().join(above)))
    }

    fn foreign(&self, name: &str, reason: &str) -> Error {
        Error::Foreign { name: name.to_owned(), path: self.path.clone(), reason: reason.to_owned() }
    }
}

/// Makes the repository under another name and renames it: it is there complete, or not at all.
fn create_repository(path: &Path) -> Result<()> {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(above).map_err(Error::system("make the directory", above))?;
    // As open to others as the project is; the draft would otherwise be this user's alone.
    let open = fs::Permissions::from_mode(0o777);
    let draft = tempfile::Builder::new().prefix(".state-").permissions(open).tempdir_in(above);
    let draft = draft.map_err(Error::system("make a directory in", above))?;
    let fail = |error: git2::Error| git::Error::git("make the repository", path, &error);
    let repository = Repository::init_bare(draft.path()).map_err(fail)?;
    let mut config = repository.config().map_err(fail)?;
    config.set_bool("core.fsyncObjectFiles", true).map_err(fail)?;
    drop((config, repository));
    sync_all(draft.path())?;
    match fs::rename(draft.path(), path) {
        Ok(()) => {
            drop(draft.keep());
            sync(above)
        }
        // Somebody else was faster; the draft goes when it is dropped.
        Err(_) if path.join("HEAD").exists() => Ok(()),
        Err(error) => Err(Error::system("make the ledger", path)(error)),
    }
}

fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|file| file.sync_all()).map_err(Error::system("write to the disk", path))
}

/// Synchronizes a directory with everything in it.
fn sync_all(directory: &Path) -> Result<()> {
    let fail = || Error::system("write to the disk", directory);
    for entry in fs::read_dir(directory).map_err(fail())? {
        let path = entry.map_err(fail())?.path();
        if path.is_dir() { sync_all(&path)? } else { sync(&path)? }
    }
    sync(directory)
}
