//! `promoc run`, `promote` and `resume` with `--format json`: how releases ended.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use super::Status;
use crate::run::Ended;

/// How the releases ended that a command drove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct RunDocument {
    /// One release for run and promote; for resume those that it resumed, perhaps none.
    pub releases: Vec<EndedRelease>,
}

/// How a release ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct EndedRelease {
    /// The id of the release.
    pub id: String,
    /// The status that it ended with, or that it has now.
    pub status: Status,
    /// Whether it was interrupted; `promoc resume` continues it.
    pub interrupted: bool,
    /// Whether there was nothing to change: no release began, because the one named here has brought these values.
    pub nothing_to_change: bool,
}

impl From<&[Ended]> for RunDocument {
    fn from(releases: &[Ended]) -> RunDocument {
        RunDocument { releases: releases.iter().map(EndedRelease::from).collect() }
    }
}

impl From<&Ended> for EndedRelease {
    fn from(ended: &Ended) -> EndedRelease {
        EndedRelease {
            id: ended.id.clone(),
            status: ended.status.into(),
            interrupted: ended.interrupted,
            nothing_to_change: ended.nothing_to_change,
        }
    }
}
