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
    /// The releases, in the order in which they were started.
    pub releases: Vec<ListedRelease>,
}

/// A release in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ListedRelease {
    /// The ID of the release.
    pub id: String,
    /// The name of the product.
    pub product: String,
    /// The name of the flow, or `FROM-to-TO`.
    pub flow: String,
    /// The version that the release promotes; empty if unknown.
    pub version: String,
    /// The current status.
    pub status: Status,
    /// When the release started; null if it has not.
    pub started: Option<Instant>,
    /// When the release ended; null if it has not.
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
