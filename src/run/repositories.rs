//! The repositories of a program: each is opened once, or refused with the statement that names it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::error::RunError;
use crate::diagnostic::nearest;
use crate::git::{self, CommitId, Head, Repository, Signatures, TreeEntry};
use crate::program::Source;
use crate::project::Settings;
use crate::source::SourceMap;

/// The repositories that have been opened so far.
pub(super) struct Repositories {
    root: PathBuf,
    signatures: Signatures,
    open: BTreeMap<(PathBuf, String), Box<dyn Repository>>,
    pins: Vec<Pin>,
}

/// A commit at which a branch is read instead of at its head, because a person chose it or a plan was saved there. Only
/// what is promoted is read there; the targets are what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pin {
    pub repository: String,
    pub branch: String,
    pub commit: CommitId,
}

impl Repositories {
    pub(super) fn new(root: &Path, settings: &Settings) -> Repositories {
        let signatures = if settings.sign { Signatures::AsConfigured } else { Signatures::Never };
        Repositories { root: root.to_owned(), signatures, open: BTreeMap::new(), pins: Vec::new() }
    }

    /// The repository of a source, opened on first use.
    ///
    /// # Errors
    /// If it does not exist or cannot be used.
    pub(super) fn of(&mut self, sources: &SourceMap, source: &Source) -> Result<&dyn Repository, RunError> {
        // A relative path is relative to the file that contains it.
        let file = Path::new(&sources.file(source.repo_span.file).path);
        let base = self.root.join(file.parent().unwrap_or(Path::new("")));
        let repository = match self.open.entry((base.clone(), source.repo.clone())) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let repository = git::open(&source.repo, &base, self.signatures)
                    .map_err(|error| RunError::refused(error.to_string(), "", source.repo_span))?;
                entry.insert(repository)
            }
        };
        Ok(&**repository)
    }

    /// Reads a branch at a commit from now on, where it is read for what is promoted.
    pub(super) fn pin(&mut self, pin: Pin) {
        self.pins.push(pin);
    }

    /// Where a source is read for what is promoted: at the head of its branch, or where that is pinned.
    ///
    /// # Errors
    /// If there is no such repository, branch or commit.
    pub(super) fn origin(&mut self, sources: &SourceMap, source: &Source) -> Result<Head, RunError> {
        let head = self.head(sources, source)?;
        if self.pins.is_empty() {
            return Ok(head);
        }
        let location = self.of(sources, source)?.location();
        let pin = self.pins.iter().find(|pin| (&pin.repository, &pin.branch) == (&location, &head.branch));
        let Some(commit) = pin.map(|pin| pin.commit.clone()) else { return Ok(head) };
        let commit = self.of(sources, source)?.commit(&commit);
        let commit =
            commit.map_err(|error| RunError::Content { message: error.to_string(), span: Some(source.repo_span) })?;
        Ok(Head { branch: head.branch, commit: commit.id })
    }

    /// The head of the branch of a source.
    ///
    /// # Errors
    /// If there is no such repository or branch.
    pub(super) fn head(&mut self, sources: &SourceMap, source: &Source) -> Result<Head, RunError> {
        let repository = self.of(sources, source)?;
        repository
            .head(source.branch.as_deref())
            .map_err(|error| RunError::Content { message: error.to_string(), span: Some(source.repo_span) })
    }
}

/// A directory at a commit, as messages name it.
pub(super) fn place(repository: &dyn Repository, commit: &CommitId, directory: &str) -> String {
    let at = commit.0.get(..10).unwrap_or(&commit.0);
    let directory = if directory.is_empty() { "the root".to_owned() } else { format!("`{directory}`") };
    format!("{directory} of `{}` at commit {at}", repository.location())
}

/// The path of a file in a directory of a repository; the root is the empty path.
pub(super) fn below(directory: &str, file: &str) -> String {
    if directory.is_empty() { file.to_owned() } else { format!("{directory}/{file}") }
}

/// The file of a directory that a missing one was most likely meant to be, as a clause; empty if none is similar.
pub(super) fn nearest_file(missing: &str, there: &[TreeEntry]) -> String {
    let near = nearest(missing, there.iter().map(|entry| entry.path.as_str()));
    near.map(|near| format!("; the nearest name there is `{near}`")).unwrap_or_default()
}

/// The directory that a missing one was most likely meant to be, as a clause; empty if none is similar.
pub(super) fn nearest_directory(repository: &dyn Repository, commit: &CommitId, missing: &str) -> String {
    let all = repository.list(commit, "").unwrap_or_default();
    let mut directories = BTreeSet::new();
    for entry in &all {
        directories.extend(entry.path.match_indices('/').filter_map(|(end, _)| entry.path.get(..end)));
    }
    let near = nearest(missing, directories);
    near.map(|near| format!("; the nearest directory is `{near}`")).unwrap_or_default()
}
