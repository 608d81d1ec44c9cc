//! Why a run cannot start or continue, as values for the command line to show.

use super::secrets::Secrets;
use crate::git;
use crate::ledger;
use crate::project;
use crate::source::{Span, lines};

/// Why a preview, a run or a resume did not start, or stopped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The program asks for something that `run` does not support. Nothing has happened.
    #[error("{message}")]
    Refused {
        /// What is not supported.
        message: String,
        /// What to write instead: a sentence.
        help: String,
        /// The statement in the program, if one is to blame.
        span: Option<Span>,
    },
    /// A name does not exist, or does not fit another name that was given.
    #[error("{message}")]
    Unknown {
        /// The name and what is wrong with it.
        message: String,
        /// What to write instead: a sentence, empty if the message says it.
        help: String,
    },
    /// The ledger has no release with this id.
    #[error("no release with ID `{id}`")]
    UnknownRelease {
        /// The id that was asked for.
        id: String,
        /// The most similar id in the ledger, if one is similar.
        near: Option<String>,
    },
    /// Several products have a release with this id.
    #[error("several products have a release `{id}`: {}", quoted(all))]
    AmbiguousRelease {
        /// The id that was asked for.
        id: String,
        /// Each of these releases, as `PRODUCT/ID`.
        all: Vec<String>,
    },
    /// Another open release, also of an early promoc, has the same ids of steps, and this checkout has files of one of them.
    #[error(
        "`{id}` and `{other}` have not ended and have the same step IDs, and `.promo/run` has files of these steps"
    )]
    SharedSteps {
        /// The release that was to be resumed, as `PRODUCT/ID`.
        id: String,
        /// The other one, as `PRODUCT/ID`.
        other: String,
    },
    /// The project or its settings cannot be used.
    #[error(transparent)]
    Project(#[from] project::Error),
    /// A repository cannot be used.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// A repository lacks something that the program names.
    #[error("{message}")]
    Content {
        /// What is missing, where, and what to do.
        message: String,
        /// The statement that names it, if there is one.
        span: Option<Span>,
    },
    /// Several of the above. Nothing has happened.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<RunError>),
    /// A file is not a plan that this promoc can run.
    #[error("{message}")]
    NotAPlan {
        /// What is wrong with it.
        message: String,
    },
    /// A saved plan no longer fits: the program or a copied value of a target has changed.
    #[error("the plan is out of date{}", .differences.iter().map(|line| format!("\n  {line}")).collect::<String>())]
    PlanDiffers {
        /// What has changed, one line each.
        differences: Vec<String>,
    },
    /// Another release of the product is active (rule 28).
    #[error("release `{id}` has not ended")]
    NotEnded {
        /// The active release, as commands name it.
        id: String,
    },
    /// The ledger cannot be read, written or understood, or another runner is using it.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// The system refused something, or promoc has a bug.
    #[error("{0}")]
    System(String),
}

impl RunError {
    pub(super) fn refused(
        message: impl Into<String>,
        help: impl Into<String>,
        span: impl Into<Option<Span>>,
    ) -> RunError {
        RunError::Refused { message: message.into(), help: help.into(), span: span.into() }
    }

    /// The same error with secrets masked and control characters escaped: messages quote other people's text.
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
            RunError::AmbiguousRelease { id, all } => {
                RunError::AmbiguousRelease { id: clean(&id), all: all.iter().map(|one| clean(one)).collect() }
            }
            RunError::SharedSteps { id, other } => RunError::SharedSteps { id: clean(&id), other: clean(&other) },
            RunError::Project(error) => RunError::Project(error.map(clean)),
            RunError::Git(error) => RunError::Content { message: clean(&error.to_string()), span: None },
            RunError::Content { message, span } => RunError::Content { message: clean(&message), span },
            RunError::Several(faults) => RunError::Several(faults.into_iter().map(RunError::harmless).collect()),
            RunError::NotAPlan { message } => RunError::NotAPlan { message: clean(&message) },
            RunError::PlanDiffers { differences } => {
                RunError::PlanDiffers { differences: differences.iter().map(|line| clean(line)).collect() }
            }
            RunError::NotEnded { id } => RunError::NotEnded { id },
            RunError::Ledger(error) => RunError::Ledger(error.map_text(clean)),
            RunError::System(message) => RunError::System(clean(&message)),
        }
    }

    /// The statement of the program that caused the error, if there is one.
    pub fn span(&self) -> Option<Span> {
        match self {
            RunError::Refused { span, .. } | RunError::Content { span, .. } => *span,
            _ => None,
        }
    }

    /// What to do, as a sentence; empty if the message says it.
    pub fn help(&self) -> &str {
        match self {
            RunError::Refused { help, .. } | RunError::Unknown { help, .. } => help,
            RunError::SharedSteps { .. } => {
                "Resume one of them in another checkout that uses this ledger; when it has ended, resume the other one here."
            }
            _ => "",
        }
    }

    /// The exit code of the command: 1 if another release is active or running, or a plan is out of date; 2 for everything
    /// else.
    pub fn exit_code(&self) -> u8 {
        match self {
            RunError::NotEnded { .. } | RunError::PlanDiffers { .. } => 1,
            RunError::Ledger(error) if error.is_busy() => 1,
            _ => 2,
        }
    }
}

fn quoted(all: &[String]) -> String {
    all.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", ")
}
