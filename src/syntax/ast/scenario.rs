//! `scenario`.

use super::{Ident, Text};
use crate::source::{Span, Spanned};
use crate::syntax::literal::{Instant, Seconds};

/// `release PRODUCT via FLOW [at INSTANT] [version S] [message S] [after D]`
#[derive(Clone, Debug)]
pub struct ReleaseStmt {
    /// The product.
    pub product: Option<Ident>,
    /// The flow.
    pub flow: Option<Ident>,
    /// `at INSTANT`
    pub at: Option<Spanned<Instant>>,
    /// `version S`
    pub version: Option<Text>,
    /// `message S`
    pub message: Option<Text>,
    /// `after D`, from the start of the first release.
    pub after: Option<Spanned<Seconds>>,
    /// The statement.
    pub span: Span,
}

/// `given …`
#[derive(Clone, Debug)]
pub struct Given {
    /// What is given.
    pub kind: GivenKind,
    /// `of N`: of the Nth release only, from 1.
    pub of: Option<Spanned<u32>>,
    /// The statement.
    pub span: Span,
}

/// The forms of `given`.
#[derive(Clone, Debug)]
pub enum GivenKind {
    /// `TARGETS at version S`
    Version(Vec<Ident>, Text),
    /// `W [in ENV] takes D`
    Takes(Ident, Option<Ident>, Spanned<Seconds>),
    /// `W [in ENV] fails [N times]`
    Fails(Ident, Option<Ident>, Option<Spanned<u32>>),
    /// `ENV becomes healthy|degraded|out-of-sync [after D]`
    Becomes(Ident, Spanned<String>, Option<Spanned<Seconds>>),
    /// `pull-request in ENV merges after D`
    Merges(Ident, Spanned<Seconds>),
    /// `pull-request in ENV is closed after D`
    Closed(Ident, Spanned<Seconds>),
    /// `pull-request in ENV never merges`
    NeverMerges(Ident),
    /// `approval in ENV takes D`
    ApprovalTakes(Ident, Spanned<Seconds>),
    /// `approval in ENV is denied`
    Denied(Ident),
    /// `rollback in ENV takes D`
    RollbackTakes(Ident, Spanned<Seconds>),
    /// `rollback in ENV fails`
    RollbackFails(Ident),
    /// `terminate after D`
    Terminate(Spanned<Seconds>),
    /// `retry after D`
    Retry(Spanned<Seconds>),
}

/// The status words of an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the word that is written")]
pub enum Status {
    Queued,
    Pending,
    Running,
    Suspended,
    Succeeded,
    Failed,
    Terminated,
    RolledBack,
}

impl Status {
    const ALL: [Status; 8] = [
        Status::Queued,
        Status::Pending,
        Status::Running,
        Status::Suspended,
        Status::Succeeded,
        Status::Failed,
        Status::Terminated,
        Status::RolledBack,
    ];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Queued => "queued",
            Status::Pending => "pending",
            Status::Running => "running",
            Status::Suspended => "suspended",
            Status::Succeeded => "succeeded",
            Status::Failed => "failed",
            Status::Terminated => "terminated",
            Status::RolledBack => "rolled-back",
        }
    }

    /// The status that is written so.
    pub fn parse(text: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// Of what an expectation speaks.
#[derive(Clone, Debug)]
pub enum Subject {
    /// `release [N]`
    Release,
    /// An environment or a group.
    Environment(Ident),
}

/// `expect …`
#[derive(Clone, Debug)]
pub enum Expectation {
    /// `… STATUS [within D]`
    Status {
        /// Of what.
        subject: Subject,
        /// Of the Nth release; the last where `None`.
        of: Option<Spanned<u32>>,
        /// What it must be.
        status: Spanned<Status>,
        /// By when, from that release's own start.
        within: Option<Spanned<Seconds>>,
        /// The statement.
        span: Span,
    },
    /// `W runs N times [in ENV]`
    Runs {
        /// The workflow.
        workflow: Ident,
        /// Of the Nth release.
        of: Option<Spanned<u32>>,
        /// How often.
        times: Spanned<u32>,
        /// Where.
        environment: Option<Ident>,
        /// The statement.
        span: Span,
    },
    /// `ENV at version S`
    Version {
        /// An environment or a group.
        environment: Ident,
        /// Of the Nth release.
        of: Option<Spanned<u32>>,
        /// The version.
        version: Text,
        /// The statement.
        span: Span,
    },
    /// `ENV not started before INSTANT`
    NotStartedBefore {
        /// An environment or a group.
        environment: Ident,
        /// Of the Nth release.
        of: Option<Spanned<u32>>,
        /// Until when not.
        instant: Spanned<Instant>,
        /// The statement.
        span: Span,
    },
}

/// `scenario NAME { … }`
#[derive(Clone, Debug)]
pub struct ScenarioDecl {
    /// Its name.
    pub name: Option<Ident>,
    /// `release …`, in order.
    pub releases: Vec<ReleaseStmt>,
    /// `given …`, in order.
    pub givens: Vec<Given>,
    /// `expect …`, in order.
    pub expectations: Vec<Expectation>,
    /// The declaration.
    pub span: Span,
    /// See [`super`].
    pub damaged: bool,
}
