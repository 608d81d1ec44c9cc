//! A local bare repository, accessed directly through libgit2.
//!
//! promoc does not push: libgit2's push to a local path neither runs hooks nor compares before it writes, and so loses
//! commits of concurrent writers. Instead, objects are written into the repository, and the branch is moved by
//! compare-and-swap under its lock file, which git itself honors too, and which no kill leaves behind for good (`lock`).

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use git2::{ErrorCode, Oid, Signature, Time, Tree};

use super::config::Configuration;
use super::references::{self, Swap};
use super::shared::Shared;
use super::signing::{self, CommitContent};
use super::written::written;
use super::{
    Advance, Author, Blobs, Commit, CommitId, ConfiguredAuthor, EntryContent, Error, FileChange, Head, Locking, Mode,
    PathChange, Repository, Result, Signatures, TreeEntry, durable, history, lock, objects, opening, tree,
};
use crate::diagnostic::{nearest, one_of};

const HEADS: &str = "refs/heads/";

/// A repository that is read and written without a working tree.
pub(super) struct Bare {
    repository: git2::Repository,
    path: PathBuf,
    configuration: Configuration,
    signatures: Signatures,
    blobs: Blobs,
    /// Why nothing may be written, because it could not be synced.
    durable: std::result::Result<(), String>,
}

impl Bare {
    pub(super) fn open(path: &Path, signatures: Signatures, blobs: &Blobs) -> Result<Self> {
        let (repository, configuration) = opening::open(path)?;
        let durable = durable::sync_all_writes(&repository);
        blobs.add(&repository.commondir().join("objects"));
        Ok(Self { repository, path: path.to_owned(), configuration, signatures, blobs: blobs.clone(), durable })
    }

    fn signs(&self) -> bool {
        self.signatures == Signatures::AsConfigured && self.configuration.is_on("commit.gpgsign")
    }

    /// Gives a new commit the permissions that a shared repository asks for.
    fn settle(&self, id: Oid) -> Result<CommitId> {
        if let Some(shared) = Shared::of(&self.configuration) {
            let files = objects::new_files(&self.repository, id).map_err(self.fail("read a commit"))?;
            shared.apply_all(self.repository.commondir(), &files);
        }
        Ok(CommitId(id.to_string()))
    }

    fn fail(&self, doing: &'static str) -> impl Fn(git2::Error) -> Error {
        move |error| Error::git(doing, &self.path, &error)
    }

    fn not_synced(&self) -> impl Fn(std::io::Error) -> Error {
        |error| Error::system("sync the objects of", &self.path, &error)
    }

    fn find(&self, id: &CommitId) -> Result<git2::Commit<'_>> {
        let none = || Error::NoCommit { path: self.path.clone(), commit: id.0.clone() };
        // Git does not abbreviate to fewer than four digits either.
        if !(4..=40).contains(&id.0.len()) || !id.0.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(none());
        }
        self.repository.find_commit_by_prefix(&id.0).map_err(|error| match error.code() {
            ErrorCode::NotFound | ErrorCode::Ambiguous => none(),
            _ => Error::git("read a commit", &self.path, &error),
        })
    }

    fn tree(&self, commit: &CommitId) -> Result<Tree<'_>> {
        self.find(commit)?.tree().map_err(self.fail("read a tree"))
    }

    fn describe(commit: &git2::Commit<'_>) -> Commit {
        let author = commit.author();
        let (name, email) =
            (String::from_utf8_lossy(author.name_bytes()), String::from_utf8_lossy(author.email_bytes()));
        // Anybody can write a date that no calendar has. It must not stop a release.
        let time = jiff::Timestamp::from_second(commit.time().seconds()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Commit {
            id: CommitId(commit.id().to_string()),
            parents: commit.parent_ids().map(|id| CommitId(id.to_string())).collect(),
            author: format!("{name} <{email}>"),
            message: String::from_utf8_lossy(commit.message_bytes()).into_owned(),
            time: time.to_string(),
        }
    }

    fn wrong_kind(&self, file: &str, what: &'static str) -> Error {
        Error::WrongKind { path: self.path.clone(), file: file.to_owned(), what, help: tree::EDIT_THE_FILE }
    }

    /// What on the way to a path is no directory; `None` if it is only missing.
    fn no_way(&self, root: &Tree<'_>, path: &str) -> Option<Error> {
        let above = path.match_indices('/').filter_map(|(end, _)| path.get(..end));
        above.into_iter().find_map(|above| {
            let what = match tree::mode(&tree::entry(&self.repository, root, above).ok()??)? {
                Mode::File | Mode::Executable => "a file, not a directory",
                Mode::Symlink => "a symbolic link",
                Mode::Submodule => "a submodule",
            };
            Some(self.wrong_kind(above, what))
        })
    }

    fn no_branch(&self, branch: &str) -> Error {
        let mut names: Vec<String> = Vec::new();
        if let Ok(branches) = self.repository.branches(Some(git2::BranchType::Local)) {
            names.extend(branches.flatten().filter_map(|(branch, _)| Some(branch.name().ok()??.to_owned())));
        }
        names.sort();
        let hint = if names.is_empty() {
            "; it has no commits yet, so push one first".to_owned()
        } else if let Some(near) = nearest(branch, names.iter().map(String::as_str)) {
            format!("; did you mean `{near}`?")
        } else if let Some(all) = one_of(names.iter().map(String::as_str)) {
            format!("; use {all}")
        } else {
            String::new()
        };
        Error::NoBranch { path: self.path.clone(), branch: branch.to_owned(), hint }
    }
}

impl Repository for Bare {
    fn location(&self) -> String {
        self.path.display().to_string()
    }

    fn head(&self, branch: Option<&str>) -> Result<Head> {
        let name = match branch {
            Some(branch) => format!("{HEADS}{branch}"),
            None => {
                let head = self.repository.find_reference("HEAD").map_err(self.fail("read HEAD"))?;
                let target = head.symbolic_target().map_err(self.fail("read HEAD"))?;
                target.ok_or_else(|| Error::Detached { path: self.path.clone() })?.to_owned()
            }
        };
        let short = name.strip_prefix(HEADS).unwrap_or(&name);
        let reference = self.repository.find_reference(&name).and_then(|reference| reference.resolve());
        let reference = reference.map_err(|error| match error.code() {
            ErrorCode::NotFound | ErrorCode::InvalidSpec => self.no_branch(short),
            _ => Error::git("read a branch", &self.path, &error),
        })?;
        let commit = reference.peel_to_commit().map_err(self.fail("read a branch"))?;
        let name = reference.name().map_err(self.fail("read a branch"))?;
        let branch = name.strip_prefix(HEADS).ok_or_else(|| self.no_branch(short))?.to_owned();
        Ok(Head { branch, commit: CommitId(commit.id().to_string()) })
    }

    fn read(&self, commit: &CommitId, path: &str) -> Result<Option<Vec<u8>>> {
        let path = tree::clean(path)?;
        if path.is_empty() {
            return Err(self.wrong_kind(".", "a directory"));
        }
        let root = self.tree(commit)?;
        let Some(entry) = tree::entry(&self.repository, &root, &path)? else {
            return self.no_way(&root, &path).map_or(Ok(None), Err);
        };
        match tree::mode(&entry) {
            None => Err(self.wrong_kind(&path, "a directory")),
            Some(Mode::Symlink) => Err(self.wrong_kind(&path, "a symbolic link")),
            Some(Mode::Submodule) => Err(self.wrong_kind(&path, "a submodule")),
            Some(Mode::File | Mode::Executable) => {
                let blob = self.repository.find_blob(entry.id()).map_err(self.fail("read a file"))?;
                Ok(Some(blob.content().to_vec()))
            }
        }
    }

    fn list(&self, commit: &CommitId, directory: &str) -> Result<Vec<TreeEntry>> {
        let path = tree::clean(directory)?;
        let root = self.tree(commit)?;
        if path.is_empty() {
            return tree::list(&self.repository, root);
        }
        let Some(entry) = tree::entry(&self.repository, &root, &path)? else {
            return self.no_way(&root, &path).map_or(Ok(Vec::new()), Err);
        };
        match tree::mode(&entry) {
            None => {
                let below = self.repository.find_tree(entry.id()).map_err(self.fail("list the files"))?;
                tree::list(&self.repository, below)
            }
            Some(Mode::File | Mode::Executable) => Err(self.wrong_kind(&path, "a file, not a directory")),
            Some(Mode::Symlink) => Err(self.wrong_kind(&path, "a symbolic link")),
            Some(Mode::Submodule) => Err(self.wrong_kind(&path, "a submodule")),
        }
    }

    fn glob(&self, commit: &CommitId, directory: &str, pattern: &str) -> Result<Vec<TreeEntry>> {
        let matcher = matcher(pattern)?;
        let mut entries = self.list(commit, directory)?;
        entries.retain(|entry| matcher.is_match(&entry.path));
        Ok(entries)
    }

    fn content(&self, entry: &TreeEntry) -> Result<EntryContent> {
        if entry.mode == Mode::Submodule {
            return Ok(EntryContent::Submodule(entry.id.clone()));
        }
        let id = references::parse(&self.path, &entry.id.0)?;
        let bytes = self.blobs.read(id).map_err(|error| Error::any("read a file", &self.path, &*error))?;
        Ok(match entry.mode {
            Mode::Symlink => EntryContent::Symlink(bytes),
            mode => EntryContent::File { bytes, executable: mode == Mode::Executable },
        })
    }

    fn size(&self, entry: &TreeEntry) -> Result<usize> {
        if entry.mode == Mode::Submodule {
            return Ok(0);
        }
        let id = references::parse(&self.path, &entry.id.0)?;
        self.blobs.size(id).map_err(|error| Error::any("read a file", &self.path, &*error))
    }

    fn last_touching(&self, from: &CommitId, path: &str) -> Result<Option<Commit>> {
        let found = history::last_touching(&self.repository, self.find(from)?, &tree::clean(path)?)?;
        Ok(found.as_ref().map(Self::describe))
    }

    fn last_touching_files(&self, from: &CommitId, directory: &str, patterns: &[String]) -> Result<Option<Commit>> {
        let directory = tree::clean(directory)?;
        let matchers = patterns.iter().map(|pattern| matcher(pattern)).collect::<Result<Vec<_>>>()?;
        let is_one = |file: &str| matchers.iter().any(|matcher| matcher.is_match(file));
        let found = history::last_touching_files(&self.repository, self.find(from)?, &directory, is_one)?;
        Ok(found.as_ref().map(Self::describe))
    }

    fn commit(&self, id: &CommitId) -> Result<Commit> {
        self.find(id).map(|commit| Self::describe(&commit))
    }

    fn find_trailer(&self, head: &CommitId, base: &CommitId, key: &str, value: &str) -> Result<Vec<CommitId>> {
        let base = references::parse(&self.path, &base.0)?;
        let found = history::find_trailer(&self.repository, self.find(head)?.id(), base, key, value)?;
        Ok(found.into_iter().map(|id| CommitId(id.to_string())).collect())
    }

    fn obstacles(&self, commit: &CommitId, changes: &[FileChange]) -> Result<Vec<Error>> {
        tree::obstacles(&self.repository, &self.tree(commit)?, changes)
    }

    fn write(
        &self,
        parent: &CommitId,
        changes: &[FileChange],
        author: &Author,
        message: &str,
    ) -> Result<Option<CommitId>> {
        self.durable.as_ref().map_err(|reason| Error::because("write to", &self.path, reason))?;
        let parent = self.find(parent)?;
        let before = parent.tree().map_err(self.fail("read a tree"))?;
        for change in changes {
            if let PathChange::Place(mode, id) = &change.change
                && *mode != Mode::Submodule
            {
                let id = references::parse(&self.path, &id.0)?;
                let copied = self.blobs.copy(id, &self.repository);
                copied.map_err(|error| Error::any("write a file", &self.path, &*error))?;
            }
        }
        let after = tree::changed(&self.repository, &before, changes)?;
        if after == before.id() {
            return Ok(None);
        }
        if self.signs() {
            let parent = &CommitId(parent.id().to_string());
            let content = CommitContent { tree: after, parent, author, message, seconds: now() };
            let id = signing::commit(&self.repository, &content)?;
            durable::sync_object(&self.repository, id).map_err(self.not_synced())?;
            return self.settle(id).map(Some);
        }
        let after = self.repository.find_tree(after).map_err(self.fail("read a tree"))?;
        let id = commit(&self.repository, &[&parent], &after, author, message).map_err(self.fail("write a commit"))?;
        self.settle(id).map(Some)
    }

    fn check_writable(&self, branch: &str) -> Result<()> {
        match opening::checked_out(&self.repository, &self.configuration, &format!("{HEADS}{branch}")) {
            Some(tree) => Err(Error::CheckedOut { path: self.path.clone(), branch: branch.to_owned(), tree }),
            None => Ok(()),
        }
    }

    fn check_signature(&self, head: &CommitId, author: &Author) -> Result<bool> {
        if self.signs() {
            let tree = self.find(head)?.tree_id();
            let message = "A trial of promoc\n";
            let content = CommitContent { tree, parent: head, author, message, seconds: now() };
            signing::try_out(&self.repository, &content)?;
        }
        Ok(self.signs())
    }

    fn configured_author(&self) -> ConfiguredAuthor {
        self.configuration.author()
    }

    fn locking(&self) -> Locking {
        lock::locking(self.repository.commondir())
    }

    fn clear_leftovers(&self) {
        lock::clear(self.repository.commondir());
    }

    fn advance(&self, branch: &str, from: &CommitId, to: &CommitId) -> Result<Advance> {
        self.check_writable(branch)?;
        let (old, new) = (self.find(from)?.id(), self.find(to)?.id());
        // INVARIANT: a branch only moves forward, so no commit that was once on it is lost.
        if !self.repository.graph_descendant_of(new, old).map_err(self.fail("read the history"))? {
            return Err(Error::because(
                "update a branch",
                &self.path,
                &format!("`{to}` is not a descendant of `{from}`"),
            ));
        }
        durable::sync_folders(&self.repository).map_err(self.not_synced())?;
        match references::swap(&self.repository, &self.configuration, &format!("{HEADS}{branch}"), Some(old), new)? {
            Swap::Moved => Ok(Advance::Moved),
            Swap::Changed(Some(now)) => Ok(Advance::Busy { now }),
            Swap::Changed(None) => Err(self.no_branch(branch)),
        }
    }
}

/// Writes a commit as an object only, dated now, in UTC.
pub(super) fn commit(
    repository: &git2::Repository,
    parents: &[&git2::Commit<'_>],
    tree: &Tree<'_>,
    author: &Author,
    message: &str,
) -> std::result::Result<Oid, git2::Error> {
    let time = Time::new(now(), 0);
    let signature = Signature::new(&author.name, &author.email, &time)?;
    written(|| repository.commit(None, &signature, &signature, message, tree, parents))
}

/// The time in seconds since 1970.
pub(super) fn now() -> i64 {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

fn matcher(pattern: &str) -> Result<globset::GlobMatcher> {
    let built = globset::GlobBuilder::new(pattern).literal_separator(true).backslash_escape(true).build();
    built
        .map(|glob| glob.compile_matcher())
        .map_err(|error| Error::BadPattern { pattern: pattern.to_owned(), reason: error.kind().to_string() })
}
