//! `promoc run`, `promote` and `resume` with `--format json`: how the releases ended.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use super::Status;
use crate::run::Ended;

/// The releases that the command ran, and how they ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct RunDocument {
    /// One release for run and promote; for resume, those that it resumed, so it may be empty.
    pub releases: Vec<EndedRelease>,
}

/// How a release ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct EndedRelease {
    /// The ID of the release, unique within its product.
    pub id: String,
    /// The product that was released.
    pub product: String,
    /// The final status, or the current one if the release was interrupted.
    pub status: Status,
    /// Whether the release was interrupted; `promoc resume` continues it.
    pub interrupted: bool,
    /// Whether there was nothing to change: no release was started, because this one already promoted these values.
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
            product: ended.product.clone(),
            status: ended.status.into(),
            interrupted: ended.interrupted,
            nothing_to_change: ended.nothing_to_change,
        }
    }
}
