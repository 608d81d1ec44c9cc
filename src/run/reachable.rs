//! Whether a repository can be used, and a new one for the demo.

use std::path::Path;

use super::error::RunError;
use super::repositories::Repositories;
use crate::git::{self, Author};
use crate::program::Source;
use crate::source::SourceMap;

/// The branch of the repository of a source, if it can be used.
///
/// # Errors
/// Why it cannot.
pub(crate) fn reachable(root: &Path, sources: &SourceMap, source: &Source) -> Result<String, RunError> {
    Repositories::new(root).head(sources, source).map(|head| head.branch)
}

/// Makes a bare repository with one commit of these files.
///
/// # Errors
/// Where there is one already, or it cannot be written.
pub(crate) fn create_repository<'a>(
    path: &Path,
    branch: &str,
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    author: &Author,
    message: &str,
) -> Result<(), RunError> {
    Ok(git::create(path, branch, files, author, message)?)
}
