//! Checks whether a repository can be used (`doctor`), and creates one (`demo`).

use std::path::Path;

use super::author::author;
use super::error::RunError;
use super::ledger;
use super::repositories::Repositories;
use crate::git::{self, Author, Locking};
use crate::program::Source;
use crate::project::ProjectRoot;
use crate::source::SourceMap;

/// What a release would find in a repository that it can use.
#[derive(Clone, Debug)]
pub(crate) struct UsableRepository {
    pub branch: String,
    /// The author of its commits.
    pub author: Author,
    /// Whether commits are signed.
    pub signs: bool,
    pub locking: Locking,
    /// Why no release can move the branch, and what to do.
    pub stuck: Option<String>,
}

/// The repository of a source, if it can be used.
///
/// # Errors
/// Why it cannot be used.
pub(crate) fn reachable(
    root: &ProjectRoot,
    sources: &SourceMap,
    source: &Source,
) -> Result<UsableRepository, RunError> {
    let mut repositories = Repositories::new(&root.path, &root.settings);
    let head = repositories.head(sources, source)?;
    let repository = repositories.of(sources, source)?;
    let author = author(&root.settings, repository);
    let signs = repository.check_signature(&head.commit, &author)?;
    let stuck = repository.check_writable(&head.branch).err().map(|error| error.to_string());
    Ok(UsableRepository { branch: head.branch, author, signs, locking: repository.locking(), stuck })
}

/// How files can be locked in the ledger of a project, which need not exist yet.
///
/// # Errors
/// If the ledger is a remote.
pub(crate) fn ledger_locking(root: &ProjectRoot) -> Result<Locking, RunError> {
    Ok(ledger::of(root)?.locking())
}

/// Creates a bare repository with one commit of these files.
///
/// # Errors
/// If something exists at the path, or it cannot be written.
pub(crate) fn create_repository<'a>(
    path: &Path,
    branch: &str,
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    author: &Author,
    message: &str,
) -> Result<(), RunError> {
    Ok(git::create(path, branch, files, author, message)?)
}
