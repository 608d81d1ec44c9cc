//! Moving a ref by compare-and-swap. The one place that writes a ref.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use git2::{ErrorCode, Oid};

use super::{CommitId, Error, Result};

/// A ref is locked only while somebody writes forty digits; waiting longer than this many turns means that they died.
const TRIES: u32 = 30;
const PAUSE: Duration = Duration::from_millis(5);

/// What became of an attempt to give a ref another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Swap {
    /// It has the new value.
    Moved,
    /// It had another value than expected, and has it still; none where it does not exist.
    Changed(Option<CommitId>),
}

/// Gives a ref the value `to` if and only if it has the value `from` (none: if and only if it does not exist).
pub(super) fn swap(repository: &git2::Repository, name: &str, from: Option<Oid>, to: Oid) -> Result<Swap> {
    let path = repository.path();
    let expected = from.unwrap_or(Oid::ZERO_SHA1);
    for turn in 1..=TRIES {
        // INVARIANT: libgit2 compares under the ref's lock file, which git's own processes honour as well.
        let Err(error) = repository.reference_matching(name, to, true, expected, "promoc") else {
            return Ok(Swap::Moved);
        };
        match error.code() {
            ErrorCode::Locked => {}
            // Both are also seen for an instant while another process packs refs and clears empty directories away.
            ErrorCode::Modified | ErrorCode::NotFound => {
                let now = current(repository, name)?;
                if now != from {
                    return Ok(Swap::Changed(now.map(|id| CommitId(id.to_string()))));
                }
            }
            _ => return Err(Error::git("move a ref", path, &error)),
        }
        sleep(PAUSE * turn);
    }
    Err(Error::Locked {
        path: path.to_owned(),
        reference: name.to_owned(),
        lock: repository.commondir().join(format!("{name}.lock")),
    })
}

/// The value of a ref, if it exists.
pub(super) fn current(repository: &git2::Repository, name: &str) -> Result<Option<Oid>> {
    match repository.refname_to_id(name) {
        Ok(id) => Ok(Some(id)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(Error::git("read a ref", repository.path(), &error)),
    }
}

/// An id from its text; one that is no id names no commit.
pub(super) fn parse(path: &Path, id: &str) -> Result<Oid> {
    Oid::from_str(id).map_err(|_| Error::NoCommit { path: path.to_owned(), commit: id.to_owned() })
}
