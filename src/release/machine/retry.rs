//! A release that failed or was terminated continues from the first stage that has not succeeded (rule 25).

use super::Transition;
use crate::release::state::{ApplicationRollback, EnvironmentRollback, Phase, ReleasePhase, TaskProgress, same};
use crate::release::{EnvironmentPlanId, Stage};

impl Transition<'_> {
    /// Queues the release again. Where it continues is decided when it begins.
    pub(super) fn retry(&mut self, force: bool) {
        if !self.state.status().can_be_retried() || (self.state.is_superseded() && !force) {
            return;
        }
        if force {
            for id in self.plan.environments.ids() {
                self.state.env_mut(id).superseded = false;
            }
        }
        self.state.phase = ReleasePhase::Queued;
        self.state.ended = None;
        self.state.terminating = false;
        self.state.warned = false;
        self.state.stopping_rollbacks = false;
    }

    /// Begins the next attempt.
    pub(super) fn next_attempt(&mut self) {
        self.state.attempt = self.state.attempt.saturating_add(1);
        self.state.own_failure = false;
        for id in self.state.tasks.ids() {
            // Hooks on failure may run again.
            if matches!(self.state.tasks[id].id.stage, Stage::OnFailure(_)) {
                self.set_progress(id, TaskProgress::Idle);
            }
        }
        for id in self.plan.environments.ids() {
            self.next_attempt_of(id);
        }
    }

    fn next_attempt_of(&mut self, id: EnvironmentPlanId) {
        for &application in &self.plan.environments[id].applications {
            let application = self.state.app_mut(application);
            application.rollback = ApplicationRollback::No;
            application.times = [0; 8];
        }
        let environment = self.state.env_mut(id);
        let rolled_back = matches!(environment.rollback, EnvironmentRollback::Done | EnvironmentRollback::Failed);
        let restarts = environment.terminated || environment.stopped || rolled_back;
        environment.rollback = EnvironmentRollback::No;
        environment.retries = 0;
        if environment.succeeded() && !restarts {
            return;
        }
        // A denied environment whose dependency was lost since then is back at stage 1 (rule 1).
        let void = environment.point == Phase::Dependencies;
        environment.resumes = !restarts && !void && (environment.failed || environment.resumes);
        environment.failed = false;
        environment.terminated = false;
        environment.stopped = false;
        self.set_phase(id, Phase::Dependencies);
        if restarts {
            self.restart(id);
        }
    }

    /// Environments that were rolled back, stopped or terminated begin again: they soak, ask and wait once more.
    fn restart(&mut self, id: EnvironmentPlanId) {
        let environment = self.state.env_mut(id);
        environment.started = None;
        environment.ended = None;
        for task in self.state.tasks_of(id) {
            self.set_progress(task, TaskProgress::Idle);
        }
        for &application in &self.plan.environments[id].applications {
            let application = &mut self.state.applications[same(application)];
            application.stage = Some(Stage::PreAction);
            application.again = None;
            application.watched = false;
        }
    }
}
