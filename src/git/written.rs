//! Writes objects while others collect garbage: `git gc` removes folders of objects that have become empty, also between
//! the moment in which libgit2 creates one and the moment in which it moves an object there. git itself tries again, and
//! libgit2 does not.

/// How often an object is written at most. Each failure needs another removal at the same moment.
const TIMES: usize = 20;

/// Writes an object; again if its folder was removed meanwhile.
///
/// # Errors
/// Those of the last try.
pub(super) fn written<T, E: WriteError>(mut write: impl FnMut() -> Result<T, E>) -> Result<T, E> {
    for _ in 1..TIMES {
        match write() {
            Err(error) if error.is_removed() => {}
            other => return other,
        }
    }
    write()
}

/// Why an object was not written.
pub(super) trait WriteError {
    /// Whether a folder or a draft was missing that libgit2 had just created.
    fn is_removed(&self) -> bool;
}

impl WriteError for git2::Error {
    fn is_removed(&self) -> bool {
        self.class() == git2::ErrorClass::Os && self.message().contains("No such file or directory")
    }
}

impl WriteError for Box<dyn std::error::Error> {
    fn is_removed(&self) -> bool {
        self.downcast_ref::<git2::Error>().is_some_and(git2::Error::is_removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_removed_folder_is_tried_again() {
        let error = |class, reason| git2::Error::new(git2::ErrorCode::GenericError, class, reason);
        let gone = || error(git2::ErrorClass::Os, "failed to rename lockfile to 'ab/cd': No such file or directory");
        let mut tries = 0;
        let third = written(|| {
            tries += 1;
            if tries < 3 { Err(gone()) } else { Ok(tries) }
        });
        assert_eq!(third.unwrap(), 3);
        let mut tries = 0;
        assert!(
            written(|| -> Result<(), _> {
                tries += 1;
                Err(error(git2::ErrorClass::Os, "No space left on device"))
            })
            .is_err()
        );
        assert_eq!(tries, 1);
        let mut tries = 0;
        assert!(
            written(|| -> Result<(), _> {
                tries += 1;
                Err(gone())
            })
            .is_err()
        );
        assert_eq!(tries, TIMES);
    }
}
