//! Repositories: read at a commit, written as objects, moved by compare-and-swap.
//!
//! Everything a release does to a repository goes through the trait [`Repository`]; today there is one kind, a local bare
//! repository ([`open`]), and repositories behind ssh or https will come as further ones. There is never a working tree, so no
//! filter, attribute or line ending conversion applies: a file is the bytes of its blob. Symbolic links and submodules are
//! data that can be copied and are never followed.
//!
//! A bare repository in which somebody keeps records of their own, as the ledger does, is a [`Database`].
//!
//! This module must not know of applications, environments or releases. INVARIANT: it is the only one that names libgit2, and
//! no type of libgit2 is part of what it offers.
//!
//! ```no_run
//! use promoc::git::{self, Advance, Author, FileChange, PathChange};
//! # fn main() -> Result<(), git::Error> {
//! let repository = git::open("./deployments.git", std::path::Path::new("."))?;
//! let head = repository.head(None)?;
//! let change = FileChange { path: "qa/values.yaml".into(), change: PathChange::Edit(b"tag: 2\n".to_vec()) };
//! let author = Author { name: "promoc".into(), email: "promoc@localhost".into() };
//! if let Some(commit) = repository.write(&head.commit, &[change], &author, "Promote to qa\n")? {
//!     match repository.advance(&head.branch, &head.commit, &commit)? {
//!         Advance::Moved => {}
//!         Advance::Busy { now: _ } => { /* somebody was faster: apply the change to the new head */ }
//!     }
//! }
//! # Ok(())
//! # }
//! ```
#![allow(clippy::disallowed_methods, reason = "this room is the world")]

use std::fmt;
use std::path::Path;

mod bare;
mod config;
mod create;
mod database;
mod error;
mod history;
mod location;
mod opening;
mod references;
mod tree;

#[cfg(test)]
mod tests;

pub(crate) use config::configured_author;
pub(crate) use create::create;
pub(crate) use database::{Database, is_ref_name};
pub(crate) use error::Error;
pub(crate) use location::transport;
pub(crate) use references::Swap;
pub(crate) use tree::clean as clean_path;

/// What every operation here gives.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// The id of a commit, as forty hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct CommitId(pub String);

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of a blob, or of the commit that a submodule stands at, as forty hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub String);

impl ObjectId {
    /// The id that these bytes have as a blob, in whichever repository: a hash of them, and nothing is stored.
    pub fn of_blob(bytes: &[u8]) -> Option<ObjectId> {
        let id = git2::Oid::hash_object(git2::ObjectType::Blob, bytes).ok()?;
        Some(ObjectId(id.to_string()))
    }
}

/// A branch and the commit at its head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    /// The branch without `refs/heads/`; where one branch is an alias of another, the other.
    pub branch: String,
    /// The newest commit on it.
    pub commit: CommitId,
}

/// What a commit says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Commit {
    /// The hash that names it.
    pub id: CommitId,
    /// The commits it was made on: none for the first, several for a merge.
    pub parents: Vec<CommitId>,
    /// Who wrote the change, as `Name <mail>`.
    pub author: String,
    /// The whole message.
    pub message: String,
    /// When the commit was made (the committer's date), RFC 3339 in UTC.
    pub time: String,
}

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A plain file.
    File,
    /// A file that may be executed.
    Executable,
    /// A symbolic link; its blob is the path it points to.
    Symlink,
    /// A submodule; its id is a commit of another repository.
    Submodule,
}

/// One file, link or submodule below a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreeEntry {
    /// Its path, relative to the directory that was listed.
    pub path: String,
    /// What it is.
    pub mode: Mode,
    /// Its content: equal ids are equal content.
    pub id: ObjectId,
}

/// The content of an entry, complete: put into another repository it is the same entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EntryContent {
    /// A file.
    File {
        /// Its bytes.
        bytes: Vec<u8>,
        /// Whether it may be executed.
        executable: bool,
    },
    /// A symbolic link and what it says; never followed.
    Symlink(Vec<u8>),
    /// A submodule and the commit it stands at; never entered.
    Submodule(ObjectId),
}

/// What becomes of one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PathChange {
    /// New bytes for a file, whose mode stays; where there was none, a plain file.
    Edit(Vec<u8>),
    /// Exactly this entry, whatever was there (a directory must be removed by the same commit).
    Put(EntryContent),
    /// Nothing any more: the file, or the directory with all that is in it.
    Remove,
}

/// A change of a commit to be made. Removals come before everything else, so a directory can be removed and written anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileChange {
    /// The path from the repository's root.
    pub path: String,
    /// What becomes of it.
    pub change: PathChange,
}

/// In whose name a commit is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
}

impl Default for Author {
    /// promoc itself.
    fn default() -> Author {
        Author { name: "promoc".to_owned(), email: "promoc@localhost".to_owned() }
    }
}

/// What became of an attempt to move a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Advance {
    /// The branch stands at the new commit.
    Moved,
    /// The branch had moved before; nothing was changed.
    Busy {
        /// Where it stands now.
        now: CommitId,
    },
}

/// A repository that a release reads and writes.
pub(crate) trait Repository: Send {
    /// Where it is, for messages.
    fn location(&self) -> String;

    /// The head of a branch, or of the branch that HEAD names.
    fn head(&self, branch: Option<&str>) -> Result<Head>;

    /// The bytes of a file at a commit; nothing where there is none. A link, submodule or directory is an error.
    fn read(&self, commit: &CommitId, path: &str) -> Result<Option<Vec<u8>>>;

    /// Everything below a directory at a commit, in the order of the paths; nothing where there is no such directory.
    fn list(&self, commit: &CommitId, directory: &str) -> Result<Vec<TreeEntry>>;

    /// What of [`list`](Repository::list) matches a glob relative to the directory; `*` stops at `/`, `**` does not.
    fn glob(&self, commit: &CommitId, directory: &str, pattern: &str) -> Result<Vec<TreeEntry>>;

    /// The content of an entry that was listed.
    fn content(&self, entry: &TreeEntry) -> Result<EntryContent>;

    /// The newest commit, from this one backwards, that touched a path (a file or a directory; empty: anything); nothing
    /// where none did. As `git log -1 -- PATH` does it, a merge that agrees with one of its parents is passed by way of
    /// that parent, and one that agrees with none has touched the path itself.
    fn last_touching(&self, from: &CommitId, path: &str) -> Result<Option<Commit>>;

    /// What a commit says of itself. The id may be abbreviated.
    fn commit(&self, id: &CommitId) -> Result<Commit>;

    /// The newest commit from `head` back to, and without, `base` whose message ends in the trailer `key: value`.
    fn find_trailer(&self, head: &CommitId, base: &CommitId, key: &str, value: &str) -> Result<Option<CommitId>>;

    /// Makes a commit as objects only, on no branch yet; nothing where the changes change nothing.
    fn write(
        &self,
        parent: &CommitId,
        changes: &[FileChange],
        author: &Author,
        message: &str,
    ) -> Result<Option<CommitId>>;

    /// Moves a branch from one commit to a descendant of it, if and only if it still stands at the first.
    fn advance(&self, branch: &str, from: &CommitId, to: &CommitId) -> Result<Advance>;
}

/// Opens the repository that a program names: a path (relative to `base`) or a `file://` URL of a local bare repository.
pub(crate) fn open(location: &str, base: &Path) -> Result<Box<dyn Repository>> {
    let path = location::to_path(location, base)?;
    Ok(Box::new(bare::Bare::open(&path)?))
}
