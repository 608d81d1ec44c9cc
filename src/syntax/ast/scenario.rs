//! `scenario` and its statements.

use super::{Ident, Text};
use crate::source::{Span, Spanned};
use crate::syntax::literal::{Instant, Seconds};

/// `release PRODUCT via FLOW [at INSTANT] [version S] [message S] [after D]`
#[derive(Clone, Debug)]
pub struct ReleaseStmt {
    pub product: Option<Ident>,
    pub flow: Option<Ident>,
    pub at: Option<Spanned<Instant>>,
    pub version: Option<Text>,
    pub message: Option<Text>,
    /// From the arrival of the first release.
    pub after: Option<Spanned<Seconds>>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Given {
    pub kind: GivenKind,
    /// `of N`: only for the Nth release, from 1.
    pub of: Option<Spanned<u32>>,
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
    /// `override in TARGETS takes D`
    OverrideTakes(Vec<Ident>, Spanned<Seconds>),
    /// `override in TARGETS is denied`
    OverrideDenied(Vec<Ident>),
    /// `rollback in ENV takes D`
    RollbackTakes(Ident, Spanned<Seconds>),
    /// `rollback in ENV fails`
    RollbackFails(Ident),
    /// `terminate after D`
    Terminate(Spanned<Seconds>),
    /// `retry after D`
    Retry(Spanned<Seconds>),
}

/// The statuses of a release or an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

    /// The status with this word.
    pub fn parse(text: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// The subject of an expected status.
#[derive(Clone, Debug)]
pub enum Subject {
    /// `release [N]`
    Release,
    /// An environment or a group.
    Environment(Ident),
}

#[derive(Clone, Debug)]
pub enum Expectation {
    /// `… STATUS [within D]`
    Status {
        subject: Subject,
        /// The number of the release, from 1; `None` for the last one.
        of: Option<Spanned<u32>>,
        status: Spanned<Status>,
        /// From the start of that release.
        within: Option<Spanned<Seconds>>,
        span: Span,
    },
    /// `W runs N times [in ENV]`
    Runs {
        workflow: Ident,
        /// The number of the release, from 1; `None` for the last one.
        of: Option<Spanned<u32>>,
        times: Spanned<u32>,
        environment: Option<Ident>,
        span: Span,
    },
    /// `ENV at version S`
    Version {
        /// An environment or a group.
        environment: Ident,
        /// The number of the release, from 1; `None` for the last one.
        of: Option<Spanned<u32>>,
        version: Text,
        span: Span,
    },
    /// `ENV not started before INSTANT`
    NotStartedBefore {
        /// An environment or a group.
        environment: Ident,
        /// The number of the release, from 1; `None` for the last one.
        of: Option<Spanned<u32>>,
        instant: Spanned<Instant>,
        span: Span,
    },
}

/// `scenario NAME { … }`
#[derive(Clone, Debug)]
pub struct ScenarioDecl {
    pub name: Option<Ident>,
    pub releases: Vec<ReleaseStmt>,
    pub givens: Vec<Given>,
    pub expectations: Vec<Expectation>,
    pub span: Span,
    pub damaged: bool,
}
