//! Errors of the ledger. None of them names the command to give next; the command line adds it.

use std::path::{Path, PathBuf};

use super::fold::FoldError;
use super::lock::Owner;
use crate::git;

/// Why the ledger cannot be used, or a step was not recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The repository that holds the ledger cannot be used.
    #[error("ledger error: {0}")]
    Git(#[from] git::Error),
    /// The system refused something.
    #[error("cannot {doing} `{}`: {reason}", path.display())]
    System {
        /// What was tried: a verb phrase that fits between "cannot" and the path.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system reported.
        reason: String,
    },
    /// A product or release has a name that no ref can have.
    #[error("`{name}` is not a valid name for a release or product in the ledger")]
    BadName {
        /// The name of the product, the release or the ref.
        name: String,
    },
    /// A ref in the ledger was not written by promoc.
    #[error("`{name}` in the ledger `{}` was not written by promoc: {reason}", path.display())]
    Foreign {
        /// The name of the ref.
        name: String,
        /// Where the ledger is.
        path: PathBuf,
        /// What promoc would not have written.
        reason: String,
    },
    /// Recorded data, or data to be recorded, is unusable.
    #[error("{0}")]
    Unusable(String),
    /// A release cannot be resumed.
    #[error("`{release}` cannot be resumed: {reason}")]
    Unfit {
        /// The id of the release.
        release: String,
        /// Why it cannot be resumed.
        reason: FoldError,
    },
    /// A batch is not on disk, so none of its effects may be performed. A later runner continues before it.
    #[error("{reason}; this step was not performed")]
    NotWritten {
        /// The release, as commands name it.
        release: String,
        /// What went wrong, in the user's words.
        reason: String,
    },
    /// Another runner has written to the record, so this one must stop.
    #[error("another promoc process has taken over `{release}`; this step was not performed")]
    TakenOver {
        /// The release, as commands name it.
        release: String,
    },
    /// Another process is driving a release of the product.
    #[error("{} is already running a release of `{product}`; wait for it to end, or stop it first", named(by.as_ref()))]
    Driven {
        /// The name of the product.
        product: String,
        /// That process, if its lock file names it.
        by: Option<Owner>,
    },
}

impl Error {
    pub(super) fn system(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self::System { doing, path: path.to_owned(), reason: git::with_help(&error) }
    }

    /// Whether another runner is at work and nothing is wrong.
    pub fn is_busy(&self) -> bool {
        matches!(self, Error::TakenOver { .. } | Error::Driven { .. })
    }

    /// The same error with every text in it passed through `clean`: it may quote other people's text.
    #[must_use]
    pub fn map_text(self, clean: impl Fn(&str) -> String) -> Error {
        match self {
            Error::NotWritten { release, reason } => {
                Error::NotWritten { release: clean(&release), reason: clean(&reason) }
            }
            Error::TakenOver { release } => Error::TakenOver { release: clean(&release) },
            Error::Driven { product, by } => Error::Driven {
                product: clean(&product),
                by: by.map(|Owner { host, pid, boot }| Owner { host: clean(&host), pid, boot: clean(&boot) }),
            },
            other => Error::Unusable(clean(&other.to_string())),
        }
    }
}

fn named(owner: Option<&Owner>) -> String {
    owner.map_or_else(
        || "another promoc process".to_owned(),
        |Owner { host, pid, .. }| format!("process {pid} on `{host}`"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_refuses_comes_with_what_to_do() {
        let error = |kind: std::io::ErrorKind| Error::system("open the lock", Path::new("/x/shop.lock"))(kind.into());
        assert_eq!(
            error(std::io::ErrorKind::PermissionDenied).to_string(),
            "cannot open the lock `/x/shop.lock`: permission denied; give the user who runs promoc read and write access"
        );
        assert!(
            error(std::io::ErrorKind::StorageFull).to_string().ends_with(": the disk is full; free some space on it")
        );
    }
}
