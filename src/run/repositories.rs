//! The repositories of a program: found, opened once each, or refused with the statement that names them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use super::error::RunError;
use crate::git::{self, CommitId, Head, Repository};
use crate::program::Source;
use crate::source::SourceMap;

/// The repositories that were needed so far.
pub(super) struct Repositories {
    root: PathBuf,
    open: BTreeMap<(PathBuf, String), Box<dyn Repository>>,
}

impl Repositories {
    /// Those of a project whose root is here.
    pub(super) fn new(root: &Path) -> Repositories {
        Repositories { root: root.to_owned(), open: BTreeMap::new() }
    }

    /// The repository of a source.
    ///
    /// # Errors
    /// Where it is not there or cannot be used.
    pub(super) fn of(&mut self, sources: &SourceMap, source: &Source) -> Result<&dyn Repository, RunError> {
        // A relative path is relative to the file that says it.
        let file = Path::new(&sources.file(source.repo_span.file).path);
        let base = self.root.join(file.parent().unwrap_or(Path::new("")));
        let repository = match self.open.entry((base.clone(), source.repo.clone())) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let repository = git::open(&source.repo, &base)
                    .map_err(|error| RunError::refused(error.to_string(), "Nothing was changed.", source.repo_span))?;
                entry.insert(repository)
            }
        };
        Ok(&**repository)
    }

    /// The head of the branch of a source.
    ///
    /// # Errors
    /// Where there is no such repository or branch.
    pub(super) fn head(&mut self, sources: &SourceMap, source: &Source) -> Result<Head, RunError> {
        let repository = self.of(sources, source)?;
        repository
            .head(source.branch.as_deref())
            .map_err(|error| RunError::Content { message: error.to_string(), span: Some(source.repo_span) })
    }
}

/// A place in a repository, as messages name it.
pub(super) fn place(repository: &dyn Repository, commit: &CommitId, directory: &str) -> String {
    let at = commit.0.get(..10).unwrap_or(&commit.0);
    let directory = if directory.is_empty() { "the root".to_owned() } else { format!("`{directory}`") };
    format!("{directory} of `{}` at commit {at}", repository.location())
}

/// A path below a directory of a repository.
pub(super) fn below(directory: &str, file: &str) -> String {
    if directory.is_empty() { file.to_owned() } else { format!("{directory}/{file}") }
}
