//! A bare repository as a database: records are commits, under refs that are moved by compare-and-swap.
//!
//! The ledger uses it. It has no branches, hooks or working trees. What the records mean is up to the caller. It shares
//! nothing with a [`Repository`](super::Repository), which is for the repositories that a release changes.
//!
//! INVARIANT: the repository has `core.fsyncObjectFiles`. With it, libgit2 syncs every object, and `references` every ref,
//! before it is renamed into place, and the directory afterwards. The caller syncs the directories *above* those that it creates.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use git2::{FileMode, Oid, Repository, Tree};

use super::config::Configuration;
use super::lock::{self, DERIVED, FileLock};
use super::references::{self, Swap};
use super::shared::Shared;
use super::written::written;
use super::{
    Author, Blobs, CommitId, EntryContent, Error, FileChange, Mode, ObjectId, PathChange, Result, bare, compact,
    objects, tree,
};

/// A bare repository that holds records.
pub(crate) struct Database {
    repository: Repository,
    path: PathBuf,
    called: &'static str,
    /// Read before the first write, because it takes a process of git.
    configuration: OnceCell<Configuration>,
}

/// Whether a ref can have this name.
pub(crate) fn is_ref_name(name: &str) -> bool {
    git2::Reference::is_valid_name(name)
}

impl Database {
    /// Creates an empty one in an existing directory. Errors show `path`, because the directory will be renamed to it.
    pub(crate) fn create(directory: &Path, path: &Path) -> Result<()> {
        let fail = |error: git2::Error| Error::git("create the repository", path, &error);
        let repository = Repository::init_bare(directory).map_err(fail)?;
        let mut config = repository.config().map_err(fail)?;
        config.set_bool("core.fsyncObjectFiles", true).map_err(fail)
    }

    /// Opens one. Errors refer to it as `called` says, such as `the ledger`.
    pub(crate) fn open(path: &Path, called: &'static str) -> Result<Database> {
        let fail = |error: git2::Error| Error::git("open the repository", path, &error);
        let mut repository = Repository::open_bare(path).map_err(fail)?;
        // A repository that somebody created by hand or cloned gets the setting too, before the first object is written.
        if !syncs(&repository) {
            sync_from_now_on(&repository)?;
            repository = Repository::open_bare(path).map_err(fail)?;
        }
        Ok(Database { repository, path: path.to_owned(), called, configuration: OnceCell::new() })
    }

    /// Removes what killed promocs have left behind: locks and drafts of theirs.
    pub(crate) fn clear_leftovers(&self) {
        lock::clear(self.repository.commondir());
    }

    /// The directory with its objects and refs.
    pub(crate) fn directory(&self) -> &Path {
        self.repository.path()
    }

    fn fail(&self, doing: &str) -> impl Fn(git2::Error) -> Error {
        let doing = format!("{doing} {}", self.called);
        move |error| Error::git(doing.clone(), &self.path, &error)
    }

    fn configuration(&self) -> Result<&Configuration> {
        match self.configuration.get() {
            Some(known) => Ok(known),
            None => {
                let read = Configuration::of(&self.repository)?;
                Ok(self.configuration.get_or_init(|| read))
            }
        }
    }

    fn oid(&self, id: &CommitId) -> Result<Oid> {
        references::parse(&self.path, &id.0)
    }

    /// Makes a commit of these files (path and bytes, or path and stored blob), as an object only: no ref leads to it yet.
    pub(crate) fn commit(
        &self,
        parent: Option<&CommitId>,
        files: &[(String, &[u8])],
        kept: &[(String, ObjectId)],
        message: &str,
    ) -> Result<CommitId> {
        let put = |(path, bytes): &(String, &[u8])| FileChange {
            path: path.clone(),
            change: PathChange::Put(EntryContent::File { bytes: bytes.to_vec(), executable: false }),
        };
        let place = |(path, id): &(String, ObjectId)| FileChange {
            path: path.clone(),
            change: PathChange::Place(Mode::File, id.clone()),
        };
        let changes: Vec<FileChange> = files.iter().map(put).chain(kept.iter().map(place)).collect();
        let fail = self.fail("write to");
        let empty = written(|| self.repository.treebuilder(None).and_then(|builder| builder.write())).map_err(&fail)?;
        let empty = self.repository.find_tree(empty).map_err(&fail)?;
        let tree = tree::changed(&self.repository, &empty, &changes)?;
        let parent = parent.map(|parent| self.find(parent, "write to")).transpose()?;
        self.commit_tree(parent.as_ref(), tree, message)
    }

    /// Stores blobs that the database lacks. The files of its next commit can name them.
    pub(crate) fn keep(&self, blobs: &Blobs, ids: &[ObjectId]) -> Result<()> {
        let ids = ids.iter().map(|id| references::parse(&self.path, &id.0)).collect::<Result<Vec<_>>>()?;
        let written = blobs.copy_all(&ids, &self.repository, self.shared());
        written.map_err(|error| Error::any(format!("write to {}", self.called), &self.path, &*error))
    }

    /// Makes a commit with a parent, as an object only. Its tree is this one file.
    pub(crate) fn commit_one(&self, parent: &CommitId, name: &str, bytes: &[u8], message: &str) -> Result<CommitId> {
        let fail = self.fail("append to");
        let parent = self.find(parent, "append to")?;
        let mut tree = self.repository.treebuilder(None).map_err(&fail)?;
        let blob = written(|| self.repository.blob(bytes)).map_err(&fail)?;
        tree.insert(name, blob, FileMode::Blob.into()).map_err(&fail)?;
        self.commit_tree(Some(&parent), written(|| tree.write()).map_err(&fail)?, message)
    }

    fn commit_tree(&self, parent: Option<&git2::Commit<'_>>, tree: Oid, message: &str) -> Result<CommitId> {
        let fail = self.fail("write to");
        let tree = self.repository.find_tree(tree).map_err(&fail)?;
        let parents: Vec<&git2::Commit<'_>> = parent.into_iter().collect();
        let author = Author { name: "promoc".to_owned(), email: "promoc@localhost".to_owned() };
        let id = bare::commit(&self.repository, &parents, &tree, &author, message).map_err(&fail)?;
        Ok(CommitId(id.to_string()))
    }

    fn find(&self, id: &CommitId, doing: &str) -> Result<git2::Commit<'_>> {
        self.repository.find_commit(self.oid(id)?).map_err(self.fail(doing))
    }

    pub(crate) fn read(&self, id: &CommitId) -> Result<StoredCommit<'_>> {
        let commit = self.find(id, "read")?;
        let tree = commit.tree().map_err(self.fail("read"))?;
        let parent = commit.parent_ids().next().map(|id| CommitId(id.to_string()));
        Ok(StoredCommit { database: self, parent, tree })
    }

    /// Sets a ref to `to` if and only if it is `from`, or does not exist if that is `None`.
    pub(crate) fn swap(&self, name: &str, from: Option<&CommitId>, to: &CommitId) -> Result<Swap> {
        let from = from.map(|id| self.oid(id)).transpose()?;
        references::swap(&self.repository, self.configuration()?, name, from, self.oid(to)?)
    }

    /// The value of a ref; `None` if it does not exist.
    pub(crate) fn value(&self, name: &str) -> Result<Option<CommitId>> {
        Ok(references::current(&self.repository, name)?.map(|id| CommitId(id.to_string())))
    }

    /// The refs whose names start with a prefix, ordered by name, with their values.
    pub(crate) fn list(&self, prefix: &str) -> Result<BTreeMap<String, CommitId>> {
        let list = references::list(&self.repository, prefix);
        let list = list.map_err(|error| Error::system("list the refs of", &self.path, &error))?;
        Ok(list.into_iter().map(|(name, id)| (name, CommitId(id.to_string()))).collect())
    }

    /// How many refs below a prefix are files of their own.
    pub(crate) fn loose_refs(&self, prefix: &str) -> usize {
        references::loose(self.repository.commondir(), prefix).map_or(0, |loose| loose.len())
    }

    /// Packs the loose objects, and the loose refs below a prefix. What cannot be packed stays as it is and works as well.
    pub(crate) fn compact(&self, prefix: &str) {
        drop(compact::compact(&self.repository, prefix, self.shared()));
    }

    /// The bytes that were derived from the refs last; empty if there are none, or they cannot be read.
    pub(crate) fn derived(&self) -> Vec<u8> {
        std::fs::read(self.repository.commondir().join(DERIVED)).unwrap_or_default()
    }

    /// Replaces what is derived from the refs, unless it cannot be written now: a directory that cannot be written can
    /// still be read. It is not synced, so it must be able to tell whether it is complete.
    pub(crate) fn derive(&self, change: impl FnOnce(&[u8]) -> Vec<u8>) {
        let directory = self.repository.commondir();
        let target = directory.join(DERIVED);
        if let Ok(Some(lock)) = FileLock::take(directory, &target) {
            let new = change(&self.derived());
            self.share(&[lock::lock_of(&target)]);
            drop(lock.replace(&new, false));
        }
    }

    fn shared(&self) -> Option<Shared> {
        Shared::of(self.configuration().ok()?)
    }

    /// Gives the files of a commit with all that its tree holds the permissions that a shared repository asks for. What is
    /// written stays written if that fails.
    pub(crate) fn share_commit(&self, id: &CommitId) {
        if let (Some(shared), Ok(id)) = (self.shared(), self.oid(id)) {
            let written = objects::new_files(&self.repository, id).unwrap_or_default();
            shared.apply_all(self.repository.commondir(), &written);
        }
    }

    /// Gives files, and the directories above them in the repository, the permissions that a shared repository asks for.
    pub(crate) fn share(&self, paths: &[PathBuf]) {
        if let Some(shared) = self.shared() {
            shared.apply_all(self.repository.commondir(), paths);
        }
    }
}

/// Whether libgit2 syncs the objects that it writes.
fn syncs(repository: &Repository) -> bool {
    repository.config().and_then(|config| config.get_bool("core.fsyncObjectFiles")).unwrap_or(false)
}

/// Adds the setting to the configuration. libgit2 would do it under a lock that a kill leaves behind.
fn sync_from_now_on(repository: &Repository) -> Result<()> {
    let target = repository.path().join("config");
    let fail = |error: std::io::Error| Error::system("change the configuration", repository.path(), &error);
    let lock = FileLock::wait(repository.path(), &target).map_err(fail)?;
    let lock = lock.ok_or_else(|| references::locked(repository, "config", &target))?;
    let mut text = std::fs::read(&target).map_err(fail)?;
    text.extend_from_slice(b"\n[core]\n\tfsyncObjectFiles = true\n");
    lock.replace(&text, true).map_err(fail)
}

/// A commit of a [`Database`].
pub(crate) struct StoredCommit<'a> {
    database: &'a Database,
    /// The commit that it builds on; `None` for the first.
    pub parent: Option<CommitId>,
    tree: Tree<'a>,
}

impl StoredCommit<'_> {
    /// The bytes of a file at the root of its tree.
    pub(crate) fn file(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.tree.get_name(name).map(|entry| self.bytes(entry.id())).transpose()
    }

    /// The files in a directory at the root of its tree, by their path in that directory.
    pub(crate) fn files(&self, directory: &str) -> Result<BTreeMap<String, Vec<u8>>> {
        let Some(entry) = self.tree.get_name(directory) else { return Ok(BTreeMap::new()) };
        let repository = &self.database.repository;
        let below = repository.find_tree(entry.id()).map_err(self.database.fail("read"))?;
        let mut files = BTreeMap::new();
        for entry in tree::list(repository, below)? {
            let id = references::parse(&self.database.path, &entry.id.0)?;
            files.insert(entry.path, self.bytes(id)?);
        }
        Ok(files)
    }

    fn bytes(&self, id: Oid) -> Result<Vec<u8>> {
        let blob = self.database.repository.find_blob(id).map_err(self.database.fail("read"))?;
        Ok(blob.content().to_vec())
    }
}
