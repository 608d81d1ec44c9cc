//! Decides which repositories promoc accepts: local, bare, supported by libgit2, and without hooks that would have to run.

use std::path::{Path, PathBuf};

use git2::{ErrorCode, RepositoryOpenFlags};

use super::config::Configuration;
use super::{Error, Result, program};

/// The hooks that a push runs in the receiving repository. libgit2 runs none of them.
const HOOKS: [&str; 6] =
    ["pre-receive", "update", "post-receive", "post-update", "reference-transaction", "proc-receive"];

/// Opens a local bare repository with its configuration, or says why it is not accepted.
pub(super) fn open(path: &Path) -> Result<(git2::Repository, Configuration)> {
    if !path.exists() {
        return Err(Error::Missing { path: path.to_owned() });
    }
    let no_ceiling: [&str; 0] = [];
    let opened = git2::Repository::open_ext(path, RepositoryOpenFlags::NO_SEARCH, no_ceiling);
    let (repository, is_trusted) = match opened {
        Ok(repository) => (repository, false),
        // libgit2 does not know every way to configure `safe.directory`.
        Err(error) if error.code() == ErrorCode::Owner && program::trusts(path) => {
            (git2::Repository::open_bare(path).map_err(|error| not_opened(path, &error))?, true)
        }
        Err(error) => return Err(not_opened(path, &error)),
    };
    if !repository.is_bare() || repository.is_worktree() {
        return Err(Error::NotBare { path: path.to_owned() });
    }
    let configuration = Configuration::of(&repository)?;
    // It was opened as if it were bare.
    if is_trusted && !configuration.is_on("core.bare") {
        return Err(Error::NotBare { path: path.to_owned() });
    }
    if let Some(hook) = active_hook(&repository, &configuration) {
        return Err(Error::Hook { path: path.to_owned(), hook });
    }
    if let Some((hook, event)) = configuration.hooks().into_iter().find(|(_, event)| HOOKS.contains(event)) {
        let (hook, event) = (hook.to_owned(), event.to_owned());
        return Err(Error::ConfiguredHook { path: path.to_owned(), hook, event });
    }
    Ok((repository, configuration))
}

/// The working tree in which a branch is checked out; `None` if there is none, or if git would move the branch
/// nevertheless (`receive.denyCurrentBranch`).
pub(super) fn checked_out(
    repository: &git2::Repository,
    configuration: &Configuration,
    reference: &str,
) -> Option<PathBuf> {
    let deny = configuration.value("receive.denycurrentbranch").unwrap_or_default().to_ascii_lowercase();
    if ["ignore", "warn", "false", "no", "off", "0"].contains(&deny.as_str()) {
        return None;
    }
    let all = std::fs::read_dir(repository.commondir().join("worktrees")).into_iter().flatten().flatten();
    let on_it = |folder: &PathBuf| {
        std::fs::read_to_string(folder.join("HEAD")).is_ok_and(|head| head.trim() == format!("ref: {reference}"))
    };
    let folder = all.map(|entry| entry.path()).find(on_it)?;
    // The file names the file `.git` of the working tree.
    let tree = std::fs::read_to_string(folder.join("gitdir")).unwrap_or_default();
    Some(Path::new(tree.trim()).parent().filter(|tree| *tree != Path::new("")).unwrap_or(&folder).to_owned())
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
    } else if error.code() == ErrorCode::Owner {
        Error::NotOwned { path: path.to_owned() }
    } else if error.code() == ErrorCode::NotFound {
        Error::NotARepository { path: path.to_owned() }
    } else {
        Error::git("open the repository", path, error)
    }
}

/// The first file of a hook that `git push` would run in this repository.
fn active_hook(repository: &git2::Repository, configuration: &Configuration) -> Option<PathBuf> {
    let directory = match configuration.path("core.hookspath") {
        // Joining an absolute path replaces the base, as Git does.
        Some(hooks) => repository.path().join(hooks),
        None => repository.commondir().join("hooks"),
    };
    HOOKS.into_iter().map(|name| directory.join(name)).find(|hook| is_active(hook))
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
