//! Moves refs by compare-and-swap. Nothing else writes a ref.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use git2::{ErrorCode, Oid};

use super::{CommitId, Error, Result};

/// Git locks a ref only while it writes forty digits. If a ref is locked for longer than this many tries, the process that
/// locked it has died.
const TRIES: u32 = 30;
const PAUSE: Duration = Duration::from_millis(5);

/// The result of trying to change a ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Swap {
    /// The ref has the new value.
    Moved,
    /// The ref had another value than expected, and still has it; `None` if it does not exist.
    Changed(Option<CommitId>),
}

/// Sets a ref to `to` if and only if it is `from`, or does not exist if that is `None`.
pub(super) fn swap(repository: &git2::Repository, name: &str, from: Option<Oid>, to: Oid) -> Result<Swap> {
    let path = repository.path();
    let expected = from.unwrap_or(Oid::ZERO_SHA1);
    for turn in 1..=TRIES {
        // INVARIANT: libgit2 compares under the ref's lock file, which git itself honors too.
        let Err(error) = repository.reference_matching(name, to, true, expected, "promoc") else {
            return Ok(Swap::Moved);
        };
        match error.code() {
            ErrorCode::Locked => {}
            // Both also occur for a moment while another process packs refs and removes empty directories.
            ErrorCode::Modified | ErrorCode::NotFound => {
                let now = current(repository, name)?;
                if now != from {
                    return Ok(Swap::Changed(now.map(|id| CommitId(id.to_string()))));
                }
            }
            _ => return Err(Error::git("update a ref", path, &error)),
        }
        sleep(PAUSE * turn);
    }
    Err(Error::Locked {
        path: path.to_owned(),
        reference: name.to_owned(),
        lock: repository.commondir().join(format!("{name}.lock")),
    })
}

/// The value of a ref; `None` if it does not exist.
pub(super) fn current(repository: &git2::Repository, name: &str) -> Result<Option<Oid>> {
    match repository.refname_to_id(name) {
        Ok(id) => Ok(Some(id)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(Error::git("read a ref", repository.path(), &error)),
    }
}

/// Parses an id. Anything else is an unknown commit.
pub(super) fn parse(path: &Path, id: &str) -> Result<Oid> {
    Oid::from_str(id).map_err(|_| Error::NoCommit { path: path.to_owned(), commit: id.to_owned() })
}
