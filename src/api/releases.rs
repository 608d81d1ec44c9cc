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
    pub status: ListedStatus,
    /// The command that continues the release; only if `status` is `interrupted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume: Option<String>,
    /// When the release started; null if it has not.
    pub started: Option<Instant>,
    /// When the release ended; null if it has not.
    pub ended: Option<Instant>,
}

/// The status of a release in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(untagged)]
pub enum ListedStatus {
    /// It has ended, or is running as far as is known.
    Reported(Status),
    /// It has not ended, and no promoc is running it.
    Interrupted(Interrupted),
}

/// The word for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variant of `ListedStatus` says it")]
pub enum Interrupted {
    Interrupted,
}

impl From<&Listed> for ListedStatus {
    fn from(listed: &Listed) -> ListedStatus {
        match &listed.interrupted {
            Some(_) => ListedStatus::Interrupted(Interrupted::Interrupted),
            None => ListedStatus::Reported(listed.status.into()),
        }
    }
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
            status: listed.into(),
            resume: listed.interrupted.as_ref().map(|name| format!("promoc resume {name}")),
            started: listed.started.clone().map(Instant),
            ended: listed.ended.clone().map(Instant),
        }
    }
}
