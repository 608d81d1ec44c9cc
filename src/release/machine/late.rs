//! Outcomes that nothing waits for any longer. They count if they changed something (rules 19 and 20).

use super::Transition;
use crate::release::state::{ApplicationRollback, EnvironmentRollback, Phase, ReleasePhase};
use crate::release::{ApplicationPlanId, Effect, EffectId, EnvironmentPlanId, Outcome, Place, Stage};

impl Transition<'_> {
    /// Stops waiting for the end of an effect that was to be stopped (rule 16).
    pub(super) fn give_up(&mut self, id: EffectId) {
        if let Place::Application(application) = id.place
            && (self.plan.is_change(id) || self.plan.is_bringing_workflow(id))
        {
            self.state.app_mut(application).overdue.push(id);
        }
        self.outcome(id, Outcome::Stopped);
    }

    /// An outcome that nothing waits for. It counts if it changed a repository.
    pub(super) fn late(&mut self, id: EffectId, outcome: Outcome) {
        let Place::Application(application) = id.place else { return };
        let Some(plan) = self.plan.applications.find(application) else { return };
        let overdue = &mut self.state.app_mut(application).overdue;
        let Some(at) = overdue.iter().position(|other| *other == id) else { return };
        overdue.remove(at);
        let opens = id.stage.is_action() && self.opens_pull_request(plan.environment);
        match (id.stage, outcome) {
            // The pull request was opened after all. It is closed, and that answer is late, too.
            (_, Outcome::Succeeded) if opens => {
                let stage = if id.stage == Stage::Action { Stage::Merge } else { Stage::RollbackMerge };
                let merge = EffectId { stage, ..id };
                self.state.app_mut(application).overdue.push(merge);
                self.effects.push(Effect::Cancel(merge));
            }
            (Stage::Rollback, Outcome::Succeeded | Outcome::Unchanged) | (Stage::RollbackMerge, Outcome::Succeeded) => {
                self.state.app_mut(application).runs = false;
            }
            (_, Outcome::Succeeded) => self.runs_after_all(application, plan.environment),
            _ => {}
        }
    }

    /// The application runs the release after all, so a retry need not bring the values again. If a rule has named its
    /// environment, it is rolled back as if the commit had been in time.
    fn runs_after_all(&mut self, id: ApplicationPlanId, environment: EnvironmentPlanId) {
        let at_rest = !self.state.tasks[self.state.app(id).task].progress.is_open();
        let application = self.state.app_mut(id);
        application.runs = true;
        if at_rest && application.stage == Some(Stage::Action) {
            application.stage = Some(Stage::Sync);
        }
        let named = self.state.env(environment).rollback != EnvironmentRollback::No;
        let ended = matches!(self.state.phase, ReleasePhase::Queued | ReleasePhase::Over);
        if !named || ended || self.state.stopping_rollbacks {
            return;
        }
        match self.state.env(environment).phase {
            // It is rolled back once nothing is in progress.
            Phase::Ending => return,
            Phase::RollingBack if at_rest => {
                self.state.app_mut(id).rollback = ApplicationRollback::At(Stage::Rollback);
                self.advance_rollback(id);
            }
            Phase::RollingBack => {}
            _ => {
                self.state.env_mut(environment).rollback = EnvironmentRollback::Due;
                self.uncount(environment);
                self.roll_back(environment);
            }
        }
        if self.state.terminating || self.state.phase == ReleasePhase::OnFailure {
            self.bound_rollbacks();
        }
    }
}
