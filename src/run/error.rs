//! Why a run cannot go on, or does not begin: values for the command line to show.

use super::secrets::Secrets;
use crate::git;
use crate::ledger;
use crate::project;
use crate::source::{Span, lines};

/// Why a preview, a run or a resume did not happen, or stopped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The program asks for what this runner cannot do; nothing has happened.
    #[error("{message}")]
    Refused {
        /// What is asked for.
        message: String,
        /// What to do instead.
        help: String,
        /// The statement, where there is one.
        span: Option<Span>,
    },
    /// A name that was given does not exist, or does not go together with another.
    #[error("{message}")]
    Unknown {
        /// What is wrong.
        message: String,
        /// What to write instead.
        help: String,
    },
    /// The ledger has no release of this id.
    #[error("there is no release `{id}`")]
    UnknownRelease {
        /// What was asked for.
        id: String,
        /// The nearest one that there is.
        near: Option<String>,
    },
    /// The project cannot be used as its settings say.
    #[error(transparent)]
    Project(#[from] project::Error),
    /// A repository cannot be used.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// What the program says of a repository is not there.
    #[error("{message}")]
    Content {
        /// What, where, and what to do.
        message: String,
        /// The statement, where there is one.
        span: Option<Span>,
    },
    /// A release of the product has not ended.
    #[error("release `{id}` has not ended")]
    NotEnded {
        /// The release.
        id: String,
    },
    /// The ledger cannot be read or written, or says what this binary does not understand; or another runner is at work.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// The system refuses something.
    #[error("{0}")]
    System(String),
}

impl RunError {
    /// A refusal.
    pub(super) fn refused(
        message: impl Into<String>,
        help: impl Into<String>,
        span: impl Into<Option<Span>>,
    ) -> RunError {
        RunError::Refused { message: message.into(), help: help.into(), span: span.into() }
    }

    /// The same, without secrets, and with nothing in it that a terminal would obey: messages quote what strangers wrote.
    #[must_use]
    pub(super) fn harmless(self) -> RunError {
        let secrets = Secrets::of_this_process();
        let clean = |text: &str| lines(&secrets.mask(text));
        match self {
            RunError::Refused { message, help, span } => RunError::Refused { message: clean(&message), help, span },
            RunError::Unknown { message, help } => RunError::Unknown { message: clean(&message), help: clean(&help) },
            RunError::UnknownRelease { id, near } => {
                RunError::UnknownRelease { id: clean(&id), near: near.as_deref().map(clean) }
            }
            RunError::Project(error) => RunError::Project(error.map(clean)),
            RunError::Git(error) => RunError::Content { message: clean(&error.to_string()), span: None },
            RunError::Content { message, span } => RunError::Content { message: clean(&message), span },
            RunError::NotEnded { id } => RunError::NotEnded { id },
            RunError::Ledger(error) => RunError::Ledger(error.map_text(clean)),
            RunError::System(message) => RunError::System(clean(&message)),
        }
    }

    /// Where in the program the reason stands.
    pub fn span(&self) -> Option<Span> {
        match self {
            RunError::Refused { span, .. } | RunError::Content { span, .. } => *span,
            _ => None,
        }
    }

    /// What to do, where the message does not say it.
    pub fn help(&self) -> &str {
        match self {
            RunError::Refused { help, .. } | RunError::Unknown { help, .. } => help,
            _ => "",
        }
    }

    /// The exit code of the command: 1 where the answer is no, 2 where the question could not be put.
    pub fn exit_code(&self) -> u8 {
        match self {
            RunError::NotEnded { .. } => 1,
            RunError::Ledger(error) if error.is_busy() => 1,
            _ => 2,
        }
    }
}
