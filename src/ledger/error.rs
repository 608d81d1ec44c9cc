//! What can go wrong with a ledger. No error says which command to give next: whoever shows it knows.

use std::path::{Path, PathBuf};

use super::fold::FoldError;
use super::lock::Owner;
use crate::git;
use crate::source::plain;

/// An error of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Of the repository that it is kept in.
    #[error("cannot use the ledger: {0}")]
    Git(#[from] git::Error),
    /// Of the system.
    #[error("cannot {doing} `{}`: {reason}", path.display())]
    System {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A name that no ref can have.
    #[error("`{name}` cannot be the name of a release or product in the ledger")]
    BadName {
        /// The name.
        name: String,
    },
    /// A ref that promoc did not write.
    #[error("`{name}` in the ledger `{}` was not written by promoc: {reason}", path.display())]
    Foreign {
        /// The ref.
        name: String,
        /// The ledger.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// What is recorded, or is to be, cannot be used.
    #[error("{0}")]
    Unusable(String),
    /// A release cannot be driven on.
    #[error("`{release}` cannot be resumed: {reason}")]
    Unfit {
        /// The release.
        release: String,
        /// Why not.
        reason: FoldError,
    },
    /// A batch is not on the disk: nothing of it may be done, and a later runner goes on from before it.
    #[error("{reason}; this step was not performed")]
    NotWritten {
        /// The release.
        release: String,
        /// Why not.
        reason: String,
    },
    /// Somebody else has written to the record since: this runner is deposed.
    #[error("another promoc has taken over `{release}`; this step was not performed")]
    TakenOver {
        /// The release.
        release: String,
    },
    /// Somebody else drives a release of the product.
    #[error("{} is already running a release of `{product}`; wait for it to end, or stop it first", named(by.as_ref()))]
    Driven {
        /// The product.
        product: String,
        /// Who, where they say so.
        by: Option<Owner>,
    },
}

impl Error {
    pub(super) fn system(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self::System { doing, path: path.to_owned(), reason: plain(&error) }
    }

    /// Whether somebody else is at work, and nothing is wrong.
    pub fn is_busy(&self) -> bool {
        matches!(self, Error::TakenOver { .. } | Error::Driven { .. })
    }

    /// The same, with every text in it put through `clean`: it may quote what strangers wrote.
    #[must_use]
    pub fn map_text(self, clean: impl Fn(&str) -> String) -> Error {
        match self {
            Error::NotWritten { release, reason } => {
                Error::NotWritten { release: clean(&release), reason: clean(&reason) }
            }
            Error::TakenOver { release } => Error::TakenOver { release: clean(&release) },
            Error::Driven { product, by } => Error::Driven {
                product: clean(&product),
                by: by.map(|Owner { host, pid }| Owner { host: clean(&host), pid }),
            },
            other => Error::Unusable(clean(&other.to_string())),
        }
    }
}

fn named(owner: Option<&Owner>) -> String {
    owner.map_or_else(|| "another promoc".to_owned(), |Owner { host, pid }| format!("process {pid} on `{host}`"))
}
