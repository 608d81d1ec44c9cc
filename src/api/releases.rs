//! `promoc releases --format json`: the releases of a project.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Instant, Status};
use crate::run::Listed;

/// The releases of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ReleasesDocument {
    /// The releases, in the order in which they began.
    pub releases: Vec<ListedRelease>,
}

/// A release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ListedRelease {
    /// Its id.
    pub id: String,
    /// Its product.
    pub product: String,
    /// Its flow, or `FROM-to-TO`.
    pub flow: String,
    /// The version that it promotes; empty where it is unknown.
    pub version: String,
    /// Its status.
    pub status: Status,
    /// When it began; null where it never did.
    pub started: Option<Instant>,
    /// When it ended; null where it has not.
    pub ended: Option<Instant>,
}

impl From<&[Listed]> for ReleasesDocument {
    fn from(releases: &[Listed]) -> ReleasesDocument {
        ReleasesDocument { releases: releases.iter().map(ListedRelease::from).collect() }
    }
}

impl From<&Listed> for ListedRelease {
    fn from(listed: &Listed) -> ListedRelease {
        ListedRelease {
            id: listed.id.clone(),
            product: listed.product.clone(),
            flow: listed.flow.clone(),
            version: listed.version.clone(),
            status: listed.status.into(),
            started: listed.started.clone().map(Instant),
            ended: listed.ended.clone().map(Instant),
        }
    }
}
