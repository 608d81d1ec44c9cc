//! Creates a bare repository with a first commit, for the demo and for tests.

use std::path::Path;

use git2::{FileMode, Repository, RepositoryInitOptions, Signature};

use super::{Author, Error, Result};

/// Creates a bare repository whose HEAD is a branch with one commit of these files (path and bytes).
///
/// # Errors
/// If something exists at the path, or it cannot be written.
pub(crate) fn create<'a>(
    path: &Path,
    branch: &str,
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    author: &Author,
    message: &str,
) -> Result<()> {
    let made = || -> std::result::Result<(), git2::Error> {
        let mut options = RepositoryInitOptions::new();
        options.bare(true).no_reinit(true).initial_head(branch).external_template(false);
        let repository = Repository::init_opts(path, &options)?;
        let mut builder = git2::build::TreeUpdateBuilder::new();
        for (name, bytes) in files {
            builder.upsert(name, repository.blob(bytes)?, FileMode::Blob);
        }
        let empty = repository.find_tree(repository.treebuilder(None)?.write()?)?;
        let tree = repository.find_tree(builder.create_updated(&repository, &empty)?)?;
        let signature = Signature::now(&author.name, &author.email)?;
        repository.commit(Some(&format!("refs/heads/{branch}")), &signature, &signature, message, &tree, &[])?;
        Ok(())
    };
    made().map_err(|error| Error::git("create the repository", path, &error))
}
