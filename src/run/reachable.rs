//! Checks whether a repository can be used (`doctor`), and creates one (`demo`).

use std::path::Path;

use super::author::author;
use super::error::RunError;
use super::repositories::Repositories;
use crate::git::{self, Author};
use crate::program::Source;
use crate::project::ProjectRoot;
use crate::source::SourceMap;

/// The branch of a source, and whether commits there are signed, if its repository can be used.
///
/// # Errors
/// Why it cannot be used.
pub(crate) fn reachable(root: &ProjectRoot, sources: &SourceMap, source: &Source) -> Result<(String, bool), RunError> {
    let mut repositories = Repositories::new(&root.path, &root.settings);
    let head = repositories.head(sources, source)?;
    let signs = repositories.of(sources, source)?.check_signature(&head.commit, &author(&root.settings))?;
    Ok((head.branch, signs))
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
