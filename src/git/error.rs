//! Errors of a repository, with what to do about each.

use std::path::{Path, PathBuf};

use crate::source::plain;

/// Why a repository cannot be read or written. The text names the repository, the problem and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A remote: its transport is not supported yet.
    #[error(
        "promoc cannot use remotes over {transport} yet; clone `{location}` with `git clone --bare`, and write the path of the clone"
    )]
    Remote {
        /// The location as the program writes it.
        location: String,
        /// The transport, such as `https` or `ssh`.
        transport: String,
    },
    /// A `file://` URL or a text that is not the path of a file.
    #[error("`{location}` is not a path on this machine; write `file:///path/to/repository.git`, or the path itself")]
    BadLocation {
        /// The location as the program writes it.
        location: String,
    },
    /// Nothing exists at the path.
    #[error("there is no repository at `{0}`; clone yours with `git clone --bare URL {0}`, or correct the path", path.display())]
    Missing { path: PathBuf },
    /// Something other than a Git repository is at the path.
    #[error("`{}` is not a Git repository; create one with `git init --bare`, or correct the path", path.display())]
    NotARepository { path: PathBuf },
    /// The repository belongs to another user, whom git's configuration does not trust.
    #[error(
        "`{0}` belongs to another user; if you trust its owner, run `git config --global --add safe.directory {0}`",
        path.display()
    )]
    NotOwned { path: PathBuf },
    /// The repository has a working tree.
    #[error(
        "`{0}` is not a bare repository, and its working tree would go stale; use a clone made with `git clone --bare {0}`",
        path.display()
    )]
    NotBare { path: PathBuf },
    /// The repository uses a feature that libgit2 does not support.
    #[error("`{}` {what}, which promoc does not support yet; {help}", path.display())]
    Unsupported {
        path: PathBuf,
        /// A verb phrase for that feature.
        what: String,
        /// What to do.
        help: String,
    },
    /// The repository has an active hook, which promoc would not run.
    #[error(
        "`{}` has the hook `{}`, which promoc would not run; delete the hook, or disable it with `chmod -x`",
        path.display(),
        hook.display()
    )]
    Hook {
        path: PathBuf,
        /// The file of the hook.
        hook: PathBuf,
    },
    /// The configuration has a hook, which promoc would not run.
    #[error(
        "git's configuration has the hook `{hook}` for `{event}`, which promoc would not run in `{0}`; disable it there with `git -C {0} config --unset-all hook.{hook}.event {event}`, or remove it where it is configured",
        path.display()
    )]
    ConfiguredHook {
        path: PathBuf,
        /// Its name in the configuration.
        hook: String,
        /// When git would run it.
        event: String,
    },
    /// A working tree has the branch checked out.
    #[error(
        "branch `{branch}` of `{}` is checked out in `{tree}`, which would go stale; check out another branch there, or run `git -C {tree} checkout --detach`",
        path.display(),
        tree = tree.display()
    )]
    CheckedOut {
        path: PathBuf,
        /// The branch.
        branch: String,
        /// The folder of the working tree.
        tree: PathBuf,
    },
    /// Git is configured to sign commits, and cannot.
    #[error(
        "cannot sign a commit in `{}`: {reason}; make the signing key available to the user who runs promoc, or write `git.sign = false` in promo.toml",
        path.display()
    )]
    Unsigned {
        path: PathBuf,
        /// What git and the signing program reported.
        reason: String,
    },
    /// The repository does not have the branch.
    #[error("`{}` has no branch `{branch}`{hint}", path.display())]
    NoBranch {
        path: PathBuf,
        /// The branch that was asked for.
        branch: String,
        /// What to write instead: empty, or `; did you mean …`.
        hint: String,
    },
    /// HEAD does not name a branch.
    #[error("`{}` has a detached HEAD; write `branch NAME` in the program, or run `git symbolic-ref HEAD refs/heads/NAME` there", path.display())]
    Detached { path: PathBuf },
    /// The repository does not have the commit.
    #[error(
        "`{}` has no commit `{commit}`; was its history rewritten, or is this a different repository?",
        path.display()
    )]
    NoCommit {
        path: PathBuf,
        /// The commit that was asked for.
        commit: String,
    },
    /// The answer is older than what a shallow clone has.
    #[error(
        "`{0}` is a shallow clone and lacks the commit that last touched `{file}`; run `git -C {0} fetch --unshallow`",
        path.display()
    )]
    Shallow {
        path: PathBuf,
        /// The path whose history was asked for.
        file: String,
    },
    /// A path that no tree can hold.
    #[error("`{path}` is not a path inside a repository: {reason}")]
    BadPath {
        /// The path as the program writes it.
        path: String,
        /// The rule that it breaks.
        reason: &'static str,
    },
    /// An invalid glob.
    #[error("`{pattern}` is not a valid pattern: {reason}")]
    BadPattern {
        /// The glob as the program writes it.
        pattern: String,
        /// What is invalid.
        reason: String,
    },
    /// A path names something of another kind than expected.
    #[error("`{file}` in `{}` is {what}; {help}", path.display())]
    WrongKind {
        path: PathBuf,
        /// The path in the repository.
        file: String,
        /// What it is, such as `a symbolic link`.
        what: &'static str,
        /// What to do.
        help: &'static str,
    },
    /// A ref, or the configuration, is still locked after all tries.
    #[error(
        "`{reference}` in `{}` stays locked; {}, delete `{}`, which it left behind",
        path.display(),
        by.as_ref().map_or_else(|| "if the git process that locked it has ended".to_owned(), |by| format!("if promoc, {by}, has ended")),
        lock.display()
    )]
    Locked {
        path: PathBuf,
        /// The full name of the ref, or `config`.
        reference: String,
        /// The file that locks it.
        lock: PathBuf,
        /// The promoc that locks it and cannot be judged from here: its process and host. `None` if it is not promoc's.
        by: Option<String>,
    },
    /// Any other error of libgit2 or the system.
    #[error("cannot {doing} in `{}`: {reason}{help}", path.display())]
    Failed {
        /// What was tried: a verb phrase that fits between "cannot" and "in".
        doing: String,
        path: PathBuf,
        /// What libgit2 or the system reported.
        reason: String,
        /// What to do: empty, or `; …`.
        help: &'static str,
    },
}

impl Error {
    /// An error of libgit2 while doing something. Known causes get advice.
    pub(super) fn git(doing: impl Into<String>, path: &Path, error: &git2::Error) -> Self {
        match error.message() {
            // This is all that libgit2 reports if an object does not fit on the disk.
            "no error" if is_full(path) => Self::because(doing, path, "No space left"),
            "no error" => Self::because(doing, path, "the system refused to write; is the disk quota exceeded?"),
            message => Self::because(doing, path, message),
        }
    }

    /// An error of the system while doing something.
    pub(super) fn system(doing: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::because(doing, path, &plain(error))
    }

    /// An error of libgit2 or of something else while doing something.
    pub(super) fn any(doing: impl Into<String>, path: &Path, error: &(dyn std::error::Error + 'static)) -> Self {
        match error.downcast_ref::<git2::Error>() {
            Some(error) => Self::git(doing, path, error),
            None => Self::because(doing, path, &error.to_string()),
        }
    }

    /// A known reason while doing something.
    pub(super) fn because(doing: impl Into<String>, path: &Path, reason: &str) -> Self {
        // libgit2's own paths end in a slash.
        let path = path.components().collect();
        Self::Failed { doing: doing.into(), path, reason: reason.to_owned(), help: help(reason) }
    }
}

/// An error of the system, and what to do about it, as a clause.
pub(crate) fn with_help(error: &std::io::Error) -> String {
    let reason = plain(error);
    let help = help(&reason);
    reason + help
}

/// Whether a disk has less space left than any commit might need.
fn is_full(path: &Path) -> bool {
    const LITTLE: u64 = 1024 * 1024;
    rustix::fs::statvfs(path).is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) < LITTLE)
}

/// What to do about an error of the system. libgit2 keeps only the text of that error, and promoc has words of its own.
fn help(reason: &str) -> &'static str {
    // INVARIANT: nothing in promoc calls setlocale, so the system's messages are English.
    let known = [
        ("no space left", "; free some space on its disk"),
        ("the disk is full", "; free some space on it"),
        ("quota exceeded", "; free some space"),
        ("read-only file system", "; remount it read-write"),
        ("permission denied", "; give the user who runs promoc read and write access"),
        ("path is not a repository", "; correct the path"),
        ("object not found", "; the repository is incomplete: `git fsck` shows what is missing"),
    ];
    let reason = reason.to_ascii_lowercase();
    known.into_iter().find(|(words, _)| reason.contains(words)).map_or("", |(_, help)| help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_of_the_system_get_a_way_out() {
        let error = |text: &str| Error::because("write a commit", Path::new("/x.git"), text).to_string();
        assert_eq!(
            error("failed to write out file: No space left on device"),
            "cannot write a commit in `/x.git`: failed to write out file: No space left on device; free some space on its disk"
        );
        assert!(error("could not open: Permission denied").ends_with("read and write access"));
        assert!(error("mkdir: Read-only file system").ends_with("remount it read-write"));
        assert!(error("something else").ends_with("something else"));
    }

    #[test]
    fn where_libgit2_is_silent_the_disk_is_asked() {
        let silent = git2::Error::new(git2::ErrorCode::GenericError, git2::ErrorClass::Odb, "no error");
        let error = |path: &Path| Error::git("write a file", path, &silent).to_string();
        let directory = tempfile::tempdir().unwrap();
        assert!(error(directory.path()).ends_with("is the disk quota exceeded?; free some space"));
        // `/proc` reports that it has no space.
        if cfg!(target_os = "linux") {
            let message = "cannot write a file in `/proc`: No space left; free some space on its disk";
            assert_eq!(error(Path::new("/proc/")), message);
        }
    }
}
