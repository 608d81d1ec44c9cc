//! Repositories: read at a commit, written as objects, moved by compare-and-swap.
//!
//! A release uses repositories only through the trait `Repository`. Today there is one implementation, for local bare
//! repositories (`open`); repositories reached over ssh or https will need others. There is never a working tree, so no
//! filter, attribute or line ending conversion applies: a file is the bytes of its blob. Symbolic links and submodules
//! are data that can be copied, and are never followed.
//!
//! A bare repository that stores records, such as the ledger, is a `Database`.
//!
//! This module must not know about applications, environments or releases. INVARIANT: no other module uses libgit2, and
//! no type of libgit2 is part of the interface of this one.
//!
//! ```text
//! use promoc::git::{self, Advance, Author, Blobs, FileChange, PathChange, Signatures};
//! let (here, blobs) = (std::path::Path::new("."), Blobs::default());
//! let repository = git::open("./deployments.git", here, Signatures::AsConfigured, &blobs)?;
//! let head = repository.head(None)?;
//! let change = FileChange { path: "qa/values.yaml".into(), change: PathChange::Edit(b"tag: 2\n".to_vec()) };
//! let author = Author { name: "promoc".into(), email: "promoc@localhost".into() };
//! if let Some(commit) = repository.write(&head.commit, &[change], &author, "Promote to qa\n")? {
//!     match repository.advance(&head.branch, &head.commit, &commit)? {
//!         Advance::Moved => {}
//!         Advance::Busy { now: _ } => { /* another commit was faster: apply the change to the new head */ }
//!     }
//! }
//! ```
#![allow(clippy::disallowed_methods, reason = "this module is the real world")]

use std::fmt;
use std::path::Path;

mod bare;
mod blobs;
mod compact;
mod config;
mod create;
mod database;
mod durable;
mod error;
mod history;
mod location;
mod lock;
mod objects;
mod opening;
mod program;
mod references;
mod shared;
mod signing;
mod tree;
mod written;

#[cfg(test)]
mod tests;

pub(crate) use blobs::Blobs;
pub(crate) use config::ConfiguredAuthor;
pub(crate) use create::create;
pub(crate) use database::{Database, is_ref_name};
pub(crate) use error::{Error, with_help};
pub(crate) use history::trailers;
pub(crate) use location::transport;
pub(crate) use lock::{Locking, locking, this_boot};
pub(crate) use references::Swap;
pub(crate) use tree::clean as clean_path;

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// The id of a commit: forty hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct CommitId(pub String);

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of a blob, or of the commit of a submodule: forty hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub String);

impl ObjectId {
    /// The id that Git gives these bytes as a blob. It is only computed; nothing is stored.
    pub fn of_blob(bytes: &[u8]) -> Option<ObjectId> {
        let id = git2::Oid::hash_object(git2::ObjectType::Blob, bytes).ok()?;
        Some(ObjectId(id.to_string()))
    }
}

/// A branch and the commit at its head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    /// The branch without `refs/heads/`. An alias is resolved to the branch that it names.
    pub branch: String,
    /// The newest commit on the branch.
    pub commit: CommitId,
}

/// The metadata of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Commit {
    pub id: CommitId,
    /// Empty for the first commit, several for a merge.
    pub parents: Vec<CommitId>,
    /// Who wrote the change, as `Name <email>`.
    pub author: String,
    pub message: String,
    /// When the commit was made (the committer's date), RFC 3339 in UTC.
    pub time: String,
}

/// The kind of an entry in a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    File,
    Executable,
    /// A symbolic link. Its blob is the path that it points to.
    Symlink,
    /// A submodule. Its id is a commit of another repository.
    Submodule,
}

/// One file, link or submodule in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreeEntry {
    /// The path, relative to the listed directory.
    pub path: String,
    pub mode: Mode,
    /// The id of its content: equal ids mean equal content.
    pub id: ObjectId,
}

/// The complete content of an entry: written to another repository, it becomes the same entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EntryContent {
    File {
        bytes: Vec<u8>,
        executable: bool,
    },
    /// A symbolic link: the path that it points to, which is never followed.
    Symlink(Vec<u8>),
    /// A submodule: its commit. It is never entered.
    Submodule(ObjectId),
}

impl EntryContent {
    /// The entry that has this content.
    pub(crate) fn entry(&self, path: &str) -> Option<TreeEntry> {
        let (mode, id) = match self {
            EntryContent::File { bytes, executable: false } => (Mode::File, ObjectId::of_blob(bytes)?),
            EntryContent::File { bytes, executable: true } => (Mode::Executable, ObjectId::of_blob(bytes)?),
            EntryContent::Symlink(target) => (Mode::Symlink, ObjectId::of_blob(target)?),
            EntryContent::Submodule(id) => (Mode::Submodule, id.clone()),
        };
        Some(TreeEntry { path: path.to_owned(), mode, id })
    }
}

/// What happens to one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PathChange {
    /// A file gets new bytes and keeps its mode. If there is none, a plain file is created.
    Edit(Vec<u8>),
    /// The path becomes exactly this entry, whatever was there. A directory must be removed in the same commit.
    Put(EntryContent),
    /// As [`Put`](PathChange::Put), with the content of a blob that the repository has, or that is among its [`Blobs`].
    Place(Mode, ObjectId),
    /// The file, or the directory with everything in it, is removed.
    Remove,
}

/// One change of a commit. Removals come before everything else, so a directory can be removed and written again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileChange {
    /// The path from the repository's root.
    pub path: String,
    pub change: PathChange,
}

/// The author of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The full name, without `<`, `>` or line breaks.
    pub name: String,
    /// The email address, without `<`, `>` or line breaks.
    pub email: String,
}

impl Default for Author {
    /// promoc itself: `promoc <promoc@localhost>`.
    fn default() -> Author {
        Author { name: "promoc".to_owned(), email: "promoc@localhost".to_owned() }
    }
}

/// The result of trying to move a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Advance {
    /// The branch is at the new commit.
    Moved,
    /// The branch had moved before. Nothing was changed.
    Busy {
        /// Where the branch is now.
        now: CommitId,
    },
}

/// Which commits are signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Signatures {
    /// All, if git's `commit.gpgsign` says so in the repository.
    #[default]
    AsConfigured,
    /// None.
    Never,
}

/// A repository that a release reads and writes.
pub(crate) trait Repository: Send {
    /// Where it is, for messages.
    fn location(&self) -> String;

    /// The head of a branch, or of the branch that HEAD names.
    fn head(&self, branch: Option<&str>) -> Result<Head>;

    /// The bytes of a file at a commit; `None` if there is no such file. A link, submodule or directory is an error.
    fn read(&self, commit: &CommitId, path: &str) -> Result<Option<Vec<u8>>>;

    /// Everything in a directory at a commit, ordered by path; empty if there is no such directory.
    fn list(&self, commit: &CommitId, directory: &str) -> Result<Vec<TreeEntry>>;

    /// The entries of [`list`](Repository::list) that match a glob relative to the directory. `*` does not match `/`; `**`
    /// does.
    fn glob(&self, commit: &CommitId, directory: &str, pattern: &str) -> Result<Vec<TreeEntry>>;

    /// The content of an entry that was listed here or in another repository of its [`Blobs`].
    fn content(&self, entry: &TreeEntry) -> Result<EntryContent>;

    /// The size of the content in bytes, without reading it; 0 for a submodule.
    fn size(&self, entry: &TreeEntry) -> Result<usize>;

    /// The newest commit, from this one backwards, that touched a path: a file, a directory, or anything if it is empty.
    /// `None` if no commit did. Merges are treated as by `git log -1 -- PATH`: one that agrees with a parent is left
    /// through that parent, and one that agrees with none has touched the path itself. If a shallow clone ends before the
    /// answer, that is an error.
    fn last_touching(&self, from: &CommitId, path: &str) -> Result<Option<Commit>>;

    /// The newest commit, from this one backwards, that touched one of these files of a directory; each may be a glob, as in
    /// [`glob`](Repository::glob). Merges are treated as by [`last_touching`](Repository::last_touching).
    fn last_touching_files(&self, from: &CommitId, directory: &str, patterns: &[String]) -> Result<Option<Commit>>;

    /// The metadata of a commit. The id may be abbreviated.
    fn commit(&self, id: &CommitId) -> Result<Commit>;

    /// The commits with the trailer `key: value`, the newest first, from `head` back to `base`, which is not searched
    /// itself.
    fn find_trailer(&self, head: &CommitId, base: &CommitId, key: &str, value: &str) -> Result<Vec<CommitId>>;

    /// What stands in the way of [`write`](Repository::write) in the tree of a commit: a directory where a file would be
    /// written, or the reverse. Nothing is written.
    fn obstacles(&self, commit: &CommitId, changes: &[FileChange]) -> Result<Vec<Error>>;

    /// Writes a commit as objects only, on no branch yet. They are on disk when this returns. `None` if the changes change
    /// nothing.
    fn write(
        &self,
        parent: &CommitId,
        changes: &[FileChange],
        author: &Author,
        message: &str,
    ) -> Result<Option<CommitId>>;

    /// Checks that a branch may be moved: no working tree has it checked out, whose files would then be those of an older
    /// commit.
    fn check_writable(&self, branch: &str) -> Result<()>;

    /// Checks that a commit on top of `head` could be signed, if commits here are signed, and returns whether they are.
    /// Nothing is written to the repository.
    fn check_signature(&self, head: &CommitId, author: &Author) -> Result<bool>;

    /// The author of commits here, as git's configuration says.
    fn configured_author(&self) -> ConfiguredAuthor;

    /// How files can be locked here.
    fn locking(&self) -> Locking;

    /// Removes the locks that killed promocs have left in the repository, and nobody else's.
    fn clear_leftovers(&self);

    /// Moves a branch from one commit to a descendant of it, if and only if it is still at the first.
    fn advance(&self, branch: &str, from: &CommitId, to: &CommitId) -> Result<Advance>;
}

/// Opens a local bare repository: a path, relative to `base`, or a `file://` URL. Its objects are among `blobs` then.
pub(crate) fn open(location: &str, base: &Path, signatures: Signatures, blobs: &Blobs) -> Result<Box<dyn Repository>> {
    let path = location::to_path(location, base)?;
    Ok(Box::new(bare::Bare::open(&path, signatures, blobs)?))
}
