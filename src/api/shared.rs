//! Types that several documents share.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use crate::source::{SourceMap, Span};
use crate::{release, syntax::literal};

/// An instant in RFC 3339 format, in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(transparent)]
pub struct Instant(
    #[cfg_attr(test, schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")))] pub String,
);

impl From<literal::Instant> for Instant {
    fn from(at: literal::Instant) -> Instant {
        Instant(at.to_string())
    }
}

/// The status of a release or of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "rule 15 defines each status")]
pub enum Status {
    Queued,
    Pending,
    Running,
    Suspended,
    Terminating,
    Succeeded,
    Failed,
    Terminated,
    RolledBack,
}

impl From<release::Status> for Status {
    fn from(status: release::Status) -> Status {
        match status {
            release::Status::Queued => Status::Queued,
            release::Status::Pending => Status::Pending,
            release::Status::Running => Status::Running,
            release::Status::Suspended => Status::Suspended,
            release::Status::Terminating => Status::Terminating,
            release::Status::Succeeded => Status::Succeeded,
            release::Status::Failed => Status::Failed,
            release::Status::Terminated => Status::Terminated,
            release::Status::RolledBack => Status::RolledBack,
        }
    }
}

/// The position of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(crate) struct StatementLocation {
    /// The file, relative to the working directory.
    pub file: String,
    /// The first line of the statement, from 1.
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub line: u32,
}

impl StatementLocation {
    /// The position where a span begins.
    pub(crate) fn new(sources: &SourceMap, span: Span) -> StatementLocation {
        let file = sources.file(span.file);
        StatementLocation { file: file.path.clone(), line: file.lines.position(&file.text, span.start).line }
    }
}
