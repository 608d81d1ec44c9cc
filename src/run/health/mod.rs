//! Whether an application is healthy: nobody knows (`none`), or a command says so (`command`).
//!
//! The command gets the parameters of the application as variables; it ends with 0 where it is healthy, with 75 where it is
//! not yet, and with anything else where it is degraded. Two ask it: [`HealthWait`] until an application is healthy, and [`HealthWatch`]
//! from then to the end of the release (rule 9).

mod probe;
mod wait;
mod watch;

use std::collections::BTreeMap;
use std::path::Path;

pub(super) use wait::HealthWait;
pub(super) use watch::HealthWatch;

use super::secrets::Secrets;
use crate::project::Health;

/// What whoever asks needs to know.
pub(super) struct HealthCheck<'a> {
    pub(super) health: &'a Health,
    pub(super) root: &'a Path,
    pub(super) secrets: Secrets,
    pub(super) variables: BTreeMap<String, String>,
}
