//! How the stages of an application change the values that it runs (rules 5, 18 and 19).
//!
//! These are facts about a plan, whatever has happened. The machine, its worlds and `verify` all ask here; each keeps
//! its own record of what has happened. Must not look at a [`State`](super::State).

use super::{ApplicationPlanId, EffectId, Place, Plan, Stage};
use crate::syntax::ast::Action;

/// What the success of a stage means for the values that its application runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueChange {
    /// The application runs the release's values.
    Brought,
    /// The application runs what it ran before.
    RolledBack,
}

impl Plan {
    /// How the success of a stage changes the values of its application; `None`: not at all. An action with nothing to
    /// change also succeeds, and changes nothing.
    pub fn value_change(&self, id: ApplicationPlanId, stage: Stage) -> Option<ValueChange> {
        let application = self.applications.find(id)?;
        let action = self.environments.find(application.environment)?.action;
        match (stage, action) {
            // Without an action, the pre-action brings the values.
            (Stage::PreAction, Action::None) | (Stage::Action, Action::Commit) | (Stage::Merge, _) => {
                Some(ValueChange::Brought)
            }
            (Stage::Rollback, _) if !self.rollback_opens_pull_request(id) => Some(ValueChange::RolledBack),
            (Stage::RollbackMerge, _) => Some(ValueChange::RolledBack),
            _ => None,
        }
    }

    /// Whether an effect is the workflow that brings the values because there is no action (rule 19).
    pub fn is_bringing_workflow(&self, effect: EffectId) -> bool {
        let Place::Application(id) = effect.place else { return false };
        effect.stage == Stage::PreAction && self.value_change(id, effect.stage) == Some(ValueChange::Brought)
    }

    /// Whether an effect changes a repository itself: a commit or a pull request.
    pub fn is_change(&self, effect: EffectId) -> bool {
        (effect.stage.is_action() || effect.stage.is_merge()) && self.call_of(effect).is_none()
    }

    /// Whether an application can be rolled back: by a commit, a pull request or a workflow (otherwise E0309).
    pub fn can_roll_back(&self, id: ApplicationPlanId) -> bool {
        self.applications.find(id).is_some_and(|application| {
            let action = self.environments.find(application.environment).map(|it| it.action);
            application.rollback_action.is_some() || action.is_some_and(|action| action != Action::None)
        })
    }

    /// Whether an application is rolled back by a pull request, and thus only once that is merged.
    pub fn rollback_opens_pull_request(&self, id: ApplicationPlanId) -> bool {
        self.applications.find(id).is_some_and(|application| {
            let environment = self.environments.find(application.environment);
            application.rollback_action.is_none() && environment.is_some_and(|it| it.action == Action::PullRequest)
        })
    }
}
