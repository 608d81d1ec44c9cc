//! A bare repository as a database: records are commits, under refs that are moved by compare-and-swap.
//!
//! The ledger uses it. It has no branches, hooks or working trees. What the records mean is up to the caller. It shares
//! nothing with a [`Repository`](super::Repository), which is for the repositories that a release changes.
//!
//! INVARIANT: the repository has `core.fsyncObjectFiles`. With it, libgit2 syncs every object, and `references` every ref,
//! before it is renamed into place, and the directory afterwards. The caller syncs the directories *above* those that it creates.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use git2::{FileMode, Oid, Repository, Tree};

use super::lock::{self, FileLock};
use super::references::{self, Swap};
use super::shared::Shared;
use super::{Author, CommitId, EntryContent, Error, FileChange, PathChange, Result, bare, tree};

/// A bare repository that holds records.
pub(crate) struct Database {
    repository: Repository,
    path: PathBuf,
    called: &'static str,
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
        if !references::syncs(&repository) {
            sync_from_now_on(&repository)?;
            repository = Repository::open_bare(path).map_err(fail)?;
        }
        Ok(Database { repository, path: path.to_owned(), called })
    }

    /// Removes what killed promocs have left behind: locks and drafts of theirs.
    pub(crate) fn clear_leftovers(&self) {
        lock::clear(self.repository.commondir());
    }

    /// With whom its files are shared.
    pub(crate) fn shared(&self) -> Option<Shared> {
        Shared::of(&self.repository)
    }

    /// The directory with its objects and refs.
    pub(crate) fn directory(&self) -> &Path {
        self.repository.path()
    }

    fn fail(&self, doing: &str) -> impl Fn(git2::Error) -> Error {
        let doing = format!("{doing} {}", self.called);
        move |error| Error::git(doing.clone(), &self.path, &error)
    }

    fn oid(&self, id: &CommitId) -> Result<Oid> {
        references::parse(&self.path, &id.0)
    }

    /// Makes a commit of these files (path and bytes), as an object only: no ref leads to it yet.
    pub(crate) fn commit(
        &self,
        parent: Option<&CommitId>,
        files: &[(String, &[u8])],
        message: &str,
    ) -> Result<CommitId> {
        let put = |(path, bytes): &(String, &[u8])| FileChange {
            path: path.clone(),
            change: PathChange::Put(EntryContent::File { bytes: bytes.to_vec(), executable: false }),
        };
        let changes: Vec<FileChange> = files.iter().map(put).collect();
        let fail = self.fail("write to");
        let empty = self.repository.treebuilder(None).and_then(|builder| builder.write()).map_err(&fail)?;
        let empty = self.repository.find_tree(empty).map_err(&fail)?;
        let tree = tree::changed(&self.repository, &empty, &changes)?;
        let parent = parent.map(|parent| self.find(parent, "write to")).transpose()?;
        self.commit_tree(parent.as_ref(), tree, message)
    }

    /// Makes a commit with a parent, as an object only. Its tree is this one file.
    pub(crate) fn commit_one(&self, parent: &CommitId, name: &str, bytes: &[u8], message: &str) -> Result<CommitId> {
        let fail = self.fail("append to");
        let parent = self.find(parent, "append to")?;
        let mut tree = self.repository.treebuilder(None).map_err(&fail)?;
        let blob = self.repository.blob(bytes).map_err(&fail)?;
        tree.insert(name, blob, FileMode::Blob.into()).map_err(&fail)?;
        self.commit_tree(Some(&parent), tree.write().map_err(&fail)?, message)
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
        references::swap(&self.repository, name, from, self.oid(to)?)
    }

    /// The value of a ref; `None` if it does not exist.
    pub(crate) fn value(&self, name: &str) -> Result<Option<CommitId>> {
        Ok(references::current(&self.repository, name)?.map(|id| CommitId(id.to_string())))
    }

    /// The refs whose names start with a prefix, ordered by name, with their values.
    pub(crate) fn list(&self, prefix: &str) -> Result<BTreeMap<String, CommitId>> {
        let fail = self.fail("list");
        let mut found = BTreeMap::new();
        for reference in self.repository.references().map_err(&fail)? {
            let reference = reference.map_err(&fail)?;
            if let (Ok(name), Some(id)) = (reference.name(), reference.target())
                && name.starts_with(prefix)
            {
                found.insert(name.to_owned(), CommitId(id.to_string()));
            }
        }
        Ok(found)
    }
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
