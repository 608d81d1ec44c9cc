//! What can go wrong with a ledger.

use std::path::{Path, PathBuf};

use crate::git;

/// An error of the ledger.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Of the repository that it is kept in.
    #[error("the ledger cannot be used: {0}")]
    Git(#[from] git::Error),
    /// Of the system.
    #[error("cannot {doing} `{}`: {}", path.display(), crate::source::plain(source))]
    System {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A name that no ref can have.
    #[error("`{name}` cannot be the name of a release or product in the ledger")]
    BadName {
        /// The name.
        name: String,
    },
    /// A ref that promoc did not write.
    #[error("`{name}` in the ledger `{}` is not a record of promoc: {reason}", path.display())]
    Foreign {
        /// The ref.
        name: String,
        /// The ledger.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

impl Error {
    pub(super) fn system(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::System { doing, path: path.to_owned(), source }
    }
}
