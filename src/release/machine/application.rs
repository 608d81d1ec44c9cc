//! The steps of an application in its environment (rule 5).

use super::Transition;
use crate::release::state::Phase;
use crate::release::{Act, ApplicationPlanId, EnvironmentPlanId, Outcome, Stage, ValueChange};
use crate::syntax::ast::Action;

impl Transition<'_> {
    /// Starts all applications side by side, each at the first stage that has not succeeded. Returns whether any has
    /// something to do.
    pub(super) fn run_applications(&mut self, id: EnvironmentPlanId) -> bool {
        for &application in &self.plan.environments[id].applications {
            self.advance(application);
        }
        !self.all_done(id)
    }

    pub(super) fn application_outcome(
        &mut self,
        application: ApplicationPlanId,
        stage: Stage,
        succeeded: bool,
        outcome: Outcome,
    ) {
        let environment = self.plan.applications[application].environment;
        let at_work = self.state.env(environment).phase == Phase::Applications;
        if succeeded {
            let changed = outcome != Outcome::Unchanged;
            let brought = self.plan.value_change(application, stage) == Some(ValueChange::Brought);
            let action = self.plan.environments[environment].action;
            let it = self.state.app_mut(application);
            it.runs |= brought && (changed || !stage.is_action());
            it.watched |= stage == Stage::Health;
            if it.again == Some(stage) {
                it.again = Some(Stage::Health).filter(|_| stage == Stage::Sync);
            } else {
                it.stage = match stage {
                    Stage::PreAction => Some(Stage::Action),
                    Stage::Action if changed && action == Action::PullRequest => Some(Stage::Merge),
                    Stage::Action | Stage::Merge => Some(Stage::Sync),
                    Stage::Sync => Some(Stage::Health),
                    Stage::Health => Some(Stage::PostAction),
                    _ => None,
                };
            }
        } else if stage == Stage::Merge {
            self.state.app_mut(application).stage = Some(Stage::Action);
        }
        match (at_work, succeeded) {
            (true, true) => {
                self.advance(application);
                if self.all_done(environment) {
                    self.enter(environment, Phase::OnSuccess);
                }
            }
            (true, false) => self.fail(environment),
            (false, _) => {
                self.close_unwanted(application);
                self.wound_up(environment);
            }
        }
    }

    /// Closes a pull request that was opened while its environment was failing (rule 7).
    fn close_unwanted(&mut self, id: ApplicationPlanId) {
        if self.state.app(id).stage == Some(Stage::Merge) {
            self.close(id, Stage::Merge);
        }
    }

    /// Begins the current stage of an application, or the next one if there is nothing to do in it.
    fn advance(&mut self, id: ApplicationPlanId) {
        let plan = &self.plan.applications[id];
        while let Some(stage) = self.state.app(id).again.or(self.state.app(id).stage) {
            let (act, next) = match stage {
                Stage::PreAction => (plan.pre_action.map(Act::Workflow), Some(Stage::Action)),
                Stage::Action => match self.plan.environments[plan.environment].action {
                    Action::Commit => (Some(Act::Commit), None),
                    Action::PullRequest => (Some(Act::OpenPullRequest), None),
                    Action::None => (None, Some(Stage::Sync)),
                },
                Stage::Merge => (Some(Act::AwaitMerge), None),
                Stage::Sync => (Some(Act::AwaitSync), None),
                Stage::Health => (Some(Act::AwaitHealth), None),
                _ => (plan.post_action.map(Act::Workflow), None),
            };
            match act {
                Some(act) => return self.perform_stage(id, stage, act),
                None => self.state.app_mut(id).stage = next,
            }
        }
    }

    pub(super) fn perform_stage(&mut self, id: ApplicationPlanId, stage: Stage, act: Act) {
        let task = self.state.app(id).task;
        self.state.tasks[task].id.stage = stage;
        self.perform(task, act);
    }

    pub(super) fn opens_pull_request(&self, id: EnvironmentPlanId) -> bool {
        self.plan.environments[id].action == Action::PullRequest
    }

    pub(super) fn all_done(&self, id: EnvironmentPlanId) -> bool {
        self.plan.environments[id].applications.iter().all(|&application| self.state.app(application).is_done())
    }
}
