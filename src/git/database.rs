//! A bare repository as a database: records of somebody's own as commits, under refs that are moved by compare-and-swap.
//!
//! For the ledger. There are no branches here, and nobody else's hooks or working trees; what the records mean is the
//! business of whoever keeps them. What a [`Repository`](super::Repository) is for is none of this.
//!
//! INVARIANT: the repository has `core.fsyncObjectFiles`, with which libgit2 synchronizes every object and every ref before it
//! renames them into place, and the directory after. The directories *above* those that it makes it leaves to the caller.
//!
//! ```no_run
//! use std::path::Path;
//! use promoc::git::{Database, Swap};
//! # fn main() -> Result<(), promoc::git::Error> {
//! let path = Path::new("/tmp/notes.git");
//! Database::create(path, path)?;
//! let database = Database::open(path, "the notes")?;
//! let first = database.commit(None, &[("notes/first.txt".to_owned(), b"hello")], "begin")?;
//! assert_eq!(database.swap("refs/notes/mine", None, &first)?, Swap::Moved);
//! assert_eq!(database.read(&first)?.files("notes")?["first.txt"], b"hello");
//! # Ok(())
//! # }
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use git2::{FileMode, Oid, Repository, Tree};

use super::references::{self, Swap};
use super::{Author, CommitId, EntryContent, Error, FileChange, PathChange, Result, bare, tree};

/// A bare repository that holds records.
pub(crate) struct Database {
    repository: Repository,
    path: PathBuf,
    called: &'static str,
}

/// Whether a ref may have this name.
pub(crate) fn is_ref_name(name: &str) -> bool {
    git2::Reference::is_valid_name(name)
}

impl Database {
    /// Makes an empty one in a directory that exists. Errors name it `path`, which is what it will be renamed to.
    pub(crate) fn create(directory: &Path, path: &Path) -> Result<()> {
        let fail = |error: git2::Error| Error::git("make the repository", path, &error);
        let repository = Repository::init_bare(directory).map_err(fail)?;
        let mut config = repository.config().map_err(fail)?;
        config.set_bool("core.fsyncObjectFiles", true).map_err(fail)
    }

    /// Opens one; errors call it as `called` says (`the ledger`).
    pub(crate) fn open(path: &Path, called: &'static str) -> Result<Database> {
        let fail = |error: git2::Error| Error::git("open the repository", path, &error);
        let mut repository = Repository::open_bare(path).map_err(fail)?;
        // One that somebody made by hand or cloned gets the setting too, before the first object is written.
        let mut config = repository.config().map_err(fail)?;
        if !config.get_bool("core.fsyncObjectFiles").unwrap_or(false) {
            config.set_bool("core.fsyncObjectFiles", true).map_err(fail)?;
            repository = Repository::open_bare(path).map_err(fail)?;
        }
        Ok(Database { repository, path: path.to_owned(), called })
    }

    /// The directory in which its objects and refs lie.
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

    /// Makes a commit on another one, as an object only, whose tree is this one file.
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

    /// Reads a commit.
    pub(crate) fn read(&self, id: &CommitId) -> Result<StoredCommit<'_>> {
        let commit = self.find(id, "read")?;
        let tree = commit.tree().map_err(self.fail("read"))?;
        let parent = commit.parent_ids().next().map(|id| CommitId(id.to_string()));
        Ok(StoredCommit { database: self, parent, tree })
    }

    /// Gives a ref the value `to` if and only if it has the value `from` (none: if and only if it does not exist).
    pub(crate) fn swap(&self, name: &str, from: Option<&CommitId>, to: &CommitId) -> Result<Swap> {
        let from = from.map(|id| self.oid(id)).transpose()?;
        references::swap(&self.repository, name, from, self.oid(to)?)
    }

    /// The value of a ref, if it exists.
    pub(crate) fn value(&self, name: &str) -> Result<Option<CommitId>> {
        Ok(references::current(&self.repository, name)?.map(|id| CommitId(id.to_string())))
    }

    /// The refs whose names begin so, in the order of their names, and their values.
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

/// A commit of a [`Database`].
pub(crate) struct StoredCommit<'a> {
    database: &'a Database,
    /// The commit that it was made on.
    pub parent: Option<CommitId>,
    tree: Tree<'a>,
}

impl StoredCommit<'_> {
    /// The bytes of a file at the root of its tree.
    pub(crate) fn file(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.tree.get_name(name).map(|entry| self.bytes(entry.id())).transpose()
    }

    /// The files below a directory at the root of its tree, by their paths there.
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
