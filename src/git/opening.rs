//! Decides which repositories promoc accepts: local, bare, supported by libgit2, and without hooks that would have to run.

use std::path::{Path, PathBuf};

use git2::{ErrorCode, RepositoryOpenFlags};

use super::{Error, Result};

/// The hooks that a push runs in the receiving repository. libgit2 runs none of them.
const HOOKS: [&str; 6] =
    ["pre-receive", "update", "post-receive", "post-update", "reference-transaction", "proc-receive"];

/// Opens a local bare repository, or says why it is not accepted.
pub(super) fn open(path: &Path) -> Result<git2::Repository> {
    if !path.exists() {
        return Err(Error::Missing { path: path.to_owned() });
    }
    let no_ceiling: [&str; 0] = [];
    let repository = git2::Repository::open_ext(path, RepositoryOpenFlags::NO_SEARCH, no_ceiling)
        .map_err(|error| not_opened(path, &error))?;
    if !repository.is_bare() || repository.is_worktree() {
        return Err(Error::NotBare { path: path.to_owned() });
    }
    match active_hook(&repository, path)? {
        Some(hook) => Err(Error::Hook { path: path.to_owned(), hook }),
        None => Ok(repository),
    }
}

fn not_opened(path: &Path, error: &git2::Error) -> Error {
    let unsupported = |what: &str, option: &str| Error::Unsupported {
        path: path.to_owned(),
        what: what.to_owned(),
        help: format!("create a repository with `git init --bare {option}`, and push to it"),
    };
    let message = error.message();
    if message.contains("object format") {
        unsupported("uses SHA-256 object names", "--object-format=sha1")
    } else if message.contains("refstorage") {
        unsupported("keeps its refs in a reftable", "--ref-format=files")
    } else if message.contains("unsupported extension") {
        unsupported(&format!("uses an extension ({message})"), "")
    } else if error.code() == ErrorCode::NotFound {
        Error::NotARepository { path: path.to_owned() }
    } else {
        Error::git("open the repository", path, error)
    }
}

/// The first hook that `git push` would run in this repository.
fn active_hook(repository: &git2::Repository, path: &Path) -> Result<Option<PathBuf>> {
    let config = repository.config().map_err(|error| Error::git("read the configuration", path, &error))?;
    let directory = match config.get_path("core.hooksPath") {
        // Joining an absolute path replaces the base, as Git does.
        Ok(hooks) => repository.path().join(hooks),
        Err(error) if error.code() == ErrorCode::NotFound => repository.commondir().join("hooks"),
        Err(error) => return Err(Error::git("read `core.hooksPath`", path, &error)),
    };
    Ok(HOOKS.into_iter().map(|name| directory.join(name)).find(|hook| is_active(hook)))
}

#[cfg(unix)]
fn is_active(hook: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    hook.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_active(hook: &Path) -> bool {
    hook.is_file()
}
