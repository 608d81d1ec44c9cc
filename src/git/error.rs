//! What can go wrong with a repository, in words that say what to do.

use std::path::{Path, PathBuf};

/// An error of a repository. It names the repository, what is wrong and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Behind a transport that is not there yet.
    #[error(
        "promoc cannot use remotes over {transport} yet; clone `{location}` with `git clone --bare`, and write the path of the clone"
    )]
    Remote {
        /// What was written.
        location: String,
        /// `https`, `ssh` …
        transport: String,
    },
    /// A `file://` URL that names no path.
    #[error("`{location}` is not a path on this machine; write `file:///path/to/repository.git`, or the path itself")]
    BadLocation {
        /// What was written.
        location: String,
    },
    /// Nothing there.
    #[error("there is no repository at `{0}`; clone yours with `git clone --bare URL {0}`, or correct the path", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Something else there.
    #[error("`{}` is not a Git repository; create one with `git init --bare`, or correct the path", path.display())]
    NotARepository {
        /// What is there.
        path: PathBuf,
    },
    /// With a working tree.
    #[error(
        "`{0}` is not a bare repository, and its working tree would go stale; use a clone made with `git clone --bare {0}`",
        path.display()
    )]
    NotBare {
        /// The repository.
        path: PathBuf,
    },
    /// A repository that libgit2 cannot work with.
    #[error("`{}` {what}, which promoc does not support yet; {help}", path.display())]
    Unsupported {
        /// The repository.
        path: PathBuf,
        /// What it has.
        what: String,
        /// What to do.
        help: String,
    },
    /// A hook that would not be run.
    #[error(
        "`{}` has the hook `{}`, which promoc would not run; delete the hook, or disable it with `chmod -x`",
        path.display(),
        hook.display()
    )]
    Hook {
        /// The repository.
        path: PathBuf,
        /// The hook.
        hook: PathBuf,
    },
    /// No such branch.
    #[error("`{}` has no branch `{branch}`{hint}", path.display())]
    NoBranch {
        /// The repository.
        path: PathBuf,
        /// The branch that was asked for.
        branch: String,
        /// What there is instead: empty, or `; did you mean …`.
        hint: String,
    },
    /// HEAD names no branch.
    #[error("`{}` has a detached HEAD; write `branch NAME` in the program, or run `git symbolic-ref HEAD refs/heads/NAME` there", path.display())]
    Detached {
        /// The repository.
        path: PathBuf,
    },
    /// No such commit.
    #[error("`{}` has no commit `{commit}`; was its history rewritten, or is it another repository?", path.display())]
    NoCommit {
        /// The repository.
        path: PathBuf,
        /// The commit that was asked for.
        commit: String,
    },
    /// A path that no tree may hold.
    #[error("`{path}` is not a path inside a repository: {reason}")]
    BadPath {
        /// The path.
        path: String,
        /// Why not.
        reason: &'static str,
    },
    /// A glob that is none.
    #[error("`{pattern}` is not a valid pattern: {reason}")]
    BadPattern {
        /// The pattern.
        pattern: String,
        /// Why not.
        reason: String,
    },
    /// A path that is something else than it is used for.
    #[error("`{file}` in `{}` is {what}; {help}", path.display())]
    WrongKind {
        /// The repository.
        path: PathBuf,
        /// The path in it.
        file: String,
        /// `a symbolic link` …
        what: &'static str,
        /// What to do.
        help: &'static str,
    },
    /// A ref that stays locked.
    #[error(
        "`{reference}` in `{}` stays locked; if no git process is running there, delete `{}`, which a crashed one left behind",
        path.display(),
        lock.display()
    )]
    Locked {
        /// The repository.
        path: PathBuf,
        /// The ref.
        reference: String,
        /// The file that locks it.
        lock: PathBuf,
    },
    /// Anything else, as libgit2 says it.
    #[error("cannot {doing} in `{}`: {reason}{help}", path.display())]
    Failed {
        /// What was tried.
        doing: String,
        /// The repository.
        path: PathBuf,
        /// What libgit2 or the system says.
        reason: String,
        /// What to do: empty, or `; …`.
        help: &'static str,
    },
}

impl Error {
    /// An error of libgit2 while doing something: known causes get a way out.
    pub(super) fn git(doing: impl Into<String>, path: &Path, error: &git2::Error) -> Self {
        match error.message() {
            // This is all that libgit2 has to say when an object does not fit on the disk.
            "no error" if is_full(path) => Self::because(doing, path, "No space left"),
            "no error" => Self::because(doing, path, "the system refused to write; is the disk quota exceeded?"),
            message => Self::because(doing, path, message),
        }
    }

    /// An error of the system while doing something.
    pub(super) fn because(doing: impl Into<String>, path: &Path, reason: &str) -> Self {
        // libgit2's own paths end in a slash.
        let path = path.components().collect();
        Self::Failed { doing: doing.into(), path, reason: reason.to_owned(), help: help(reason) }
    }
}

/// Whether a disk has less room left than any commit might need.
fn is_full(path: &Path) -> bool {
    const LITTLE: u64 = 1024 * 1024;
    rustix::fs::statvfs(path).is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) < LITTLE)
}

/// What to do about a reason of the system. libgit2 keeps the system's error only as text.
fn help(reason: &str) -> &'static str {
    // INVARIANT: nothing here calls setlocale, so the system's messages are English.
    let known = [
        ("No space left", "; free some space on its disk"),
        ("quota exceeded", "; free some space"),
        ("Read-only file system", "; remount it read-write"),
        ("Permission denied", "; give the user who runs promoc read and write access"),
        ("not owned by current user", "; trust it with `git config --global --add safe.directory PATH`"),
        ("object not found", "; the repository is incomplete: `git fsck` shows what is missing"),
    ];
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
        // It says of itself that it has no room.
        if cfg!(target_os = "linux") {
            let message = "cannot write a file in `/proc`: No space left; free some space on its disk";
            assert_eq!(error(Path::new("/proc/")), message);
        }
    }
}
