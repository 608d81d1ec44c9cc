//! Checks whether applications are healthy: with provider `none` everything is, with `command` a command decides.
//!
//! The command gets the application's parameters and the commit to wait for as environment variables. It exits with 0 for
//! healthy, 75 for not yet and anything else for degraded. [`HealthWait`] polls it until an application is healthy, and
//! [`HealthWatch`] from then until the release ends (rule 9).

mod probe;
mod wait;
mod watch;

use std::collections::BTreeMap;
use std::path::Path;

pub(super) use wait::HealthWait;
pub(super) use watch::HealthWatch;

use super::secrets::Secrets;
use crate::project::Health;

/// Everything that a health check needs.
pub(super) struct HealthCheck<'a> {
    pub(super) health: &'a Health,
    pub(super) root: &'a Path,
    pub(super) secrets: Secrets,
    pub(super) variables: BTreeMap<String, String>,
}
