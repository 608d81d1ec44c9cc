//! The steps of a release at which a workflow runs.

use super::model::EnvironmentId;
use crate::syntax::ast::HookEvent;

/// Where a workflow runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallSite {
    PreAction(EnvironmentId),
    /// After the action of a target, or of the trigger.
    PostAction(EnvironmentId),
    RollbackAction(EnvironmentId),
    /// A hook of a target, or of the release.
    Hook {
        event: HookEvent,
        /// `None` for the release.
        environment: Option<EnvironmentId>,
    },
}

impl CallSite {
    /// The environment in which it runs; `None` for a hook of the release.
    pub fn environment(self) -> Option<EnvironmentId> {
        match self {
            CallSite::PreAction(id) | CallSite::PostAction(id) | CallSite::RollbackAction(id) => Some(id),
            CallSite::Hook { environment, .. } => environment,
        }
    }

    pub fn is_hook(self) -> bool {
        matches!(self, CallSite::Hook { .. })
    }
}
