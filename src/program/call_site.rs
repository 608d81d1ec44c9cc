//! Where in a release a workflow runs.

use super::model::EnvironmentId;
use crate::syntax::ast::HookEvent;

/// Where a workflow runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallSite {
    /// Before the action of a target.
    PreAction(EnvironmentId),
    /// After the action of a target, or in the trigger.
    PostAction(EnvironmentId),
    /// Instead of the commit of a rollback.
    RollbackAction(EnvironmentId),
    /// A hook of a target, or of the release where there is no environment.
    Hook {
        /// When.
        event: HookEvent,
        /// Of which target.
        environment: Option<EnvironmentId>,
    },
}

impl CallSite {
    /// The environment; `None` for a hook of the release.
    pub fn environment(self) -> Option<EnvironmentId> {
        match self {
            CallSite::PreAction(id) | CallSite::PostAction(id) | CallSite::RollbackAction(id) => Some(id),
            CallSite::Hook { environment, .. } => environment,
        }
    }

    /// Whether it is a hook.
    pub fn is_hook(self) -> bool {
        matches!(self, CallSite::Hook { .. })
    }
}
