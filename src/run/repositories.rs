//! The repositories of a program: each is opened once, or refused with the statement that names it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use super::error::RunError;
use crate::git::{self, CommitId, Head, Repository};
use crate::program::Source;
use crate::source::SourceMap;

/// The repositories that have been opened so far.
pub(super) struct Repositories {
    root: PathBuf,
    open: BTreeMap<(PathBuf, String), Box<dyn Repository>>,
}

impl Repositories {
    pub(super) fn new(root: &Path) -> Repositories {
        Repositories { root: root.to_owned(), open: BTreeMap::new() }
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
                let repository = git::open(&source.repo, &base)
                    .map_err(|error| RunError::refused(error.to_string(), "", source.repo_span))?;
                entry.insert(repository)
            }
        };
        Ok(&**repository)
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
