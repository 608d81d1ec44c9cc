//! Stages 4 to 6 of an environment, and its end: succeeded, failed or terminated.

use super::Transition;
use crate::release::state::{EnvironmentRollback, NEVER, Phase, TaskId, TaskProgress};
use crate::release::{Effect, EnvironmentPlanId, Place, Report};
use crate::syntax::ast::HookEvent;

impl Transition<'_> {
    /// Begins stage 4. After a retry, a failed environment continues where it failed (rule 25).
    pub(super) fn start(&mut self, id: EnvironmentPlanId) {
        let now = self.state.now;
        let environment = self.state.env_mut(id);
        environment.started = environment.started.or(Some(now));
        environment.ended = None;
        let goes_on = std::mem::take(&mut environment.resumes);
        let stage = if goes_on { environment.point } else { Phase::OnStart };
        if let Some(timeout) = self.plan.environments[id].timeout {
            self.set_timeout(id, self.state.now.after(timeout));
        }
        self.report(Report::Started(id));
        self.enter(id, stage);
    }

    /// Begins stage 4, 5 or 6, or continues it after a failure (rule 10). If there is nothing to do, the next stage
    /// follows.
    pub(super) fn enter(&mut self, id: EnvironmentPlanId, stage: Phase) {
        self.set_phase(id, stage);
        let place = Place::Environment(id);
        match stage {
            Phase::OnStart if !self.run_hooks(place, HookEvent::Start) => self.enter(id, Phase::Applications),
            Phase::Applications if !self.run_applications(id) => self.enter(id, Phase::OnSuccess),
            Phase::OnSuccess if !self.run_hooks(place, HookEvent::Success) => self.succeed(id),
            _ => {}
        }
    }

    fn succeed(&mut self, id: EnvironmentPlanId) {
        self.end(id);
        self.count_in(id);
    }

    /// Where a retry continues. An application that is no longer healthy is awaited first.
    fn point(&self, id: EnvironmentPlanId) -> Phase {
        let environment = self.state.env(id);
        match environment.phase {
            Phase::Over => Phase::Applications,
            Phase::OnSuccess if !self.all_done(id) => Phase::Applications,
            Phase::Ending | Phase::Retrying => environment.point,
            phase => phase,
        }
    }

    /// Something in stages 2 or 4 to 6 has failed (rules 2 and 7); the environment may have retries left (rule 10). Or
    /// an environment that had succeeded has lost its health (rule 9).
    pub(super) fn fail(&mut self, id: EnvironmentPlanId) {
        let (now, point) = (self.state.now, self.point(id));
        let environment = self.state.env_mut(id);
        let retry = self.plan.environments[id].retry.filter(|retry| environment.retries < retry.times);
        environment.point = point;
        match retry {
            Some(retry) if environment.phase.is_promotion() => {
                environment.retries += 1;
                environment.again = now.after(retry.every);
                self.wind_up(id, false);
            }
            _ => self.fail_for_good(id, false),
        }
    }

    /// The environment counts as failed from here on, and its targets are rolled back (rule 18).
    fn fail_for_good(&mut self, id: EnvironmentPlanId, stop: bool) {
        let environment = self.state.env_mut(id);
        environment.failed = true;
        environment.ended = None;
        self.uncount(id);
        // A target in flight is stopped first (rule 20). This applies to an environment that is its own target, too.
        let own = self.names_itself(id);
        self.wind_up(id, stop || own);
        self.fire(id);
    }

    /// The environment has timed out (rule 10).
    pub(super) fn time_out(&mut self, id: EnvironmentPlanId) {
        self.set_timeout(id, NEVER);
        self.state.env_mut(id).point = self.point(id);
        self.fail_for_good(id, true);
    }

    /// Waits for what is in progress, or stops it; [`Self::wound_up`] continues.
    pub(super) fn wind_up(&mut self, id: EnvironmentPlanId, stop: bool) {
        self.set_phase(id, Phase::Ending);
        self.end_all(id, stop);
        self.wound_up(id);
    }

    /// Continues once nothing is in progress: with the hooks on failure, a rollback or the next try.
    pub(super) fn wound_up(&mut self, id: EnvironmentPlanId) {
        if self.state.env(id).phase != Phase::Ending || self.is_open(id) {
            return;
        }
        let now = self.state.now;
        let environment = self.state.env_mut(id);
        let is_due = environment.rollback == EnvironmentRollback::Due;
        if !environment.failed && !environment.terminated && !is_due {
            let (again, point) = (environment.again, environment.point);
            if again <= now {
                return self.enter(id, point);
            }
            self.set_phase(id, Phase::Retrying);
            self.set_timer(id, again);
            return self.report(Report::RetryingEnvironment(id, again));
        }
        if environment.terminated {
            environment.ended = Some(now);
        }
        self.set_timeout(id, NEVER);
        if is_due {
            return self.roll_back(id);
        }
        self.set_phase(id, Phase::OnFailure);
        if !self.run_hooks(Place::Environment(id), HookEvent::Failure) {
            self.end(id);
        }
    }

    pub(super) fn end(&mut self, id: EnvironmentPlanId) {
        let now = self.state.now;
        let environment = self.state.env_mut(id);
        environment.ended = environment.ended.or(Some(now));
        self.set_timeout(id, NEVER);
        self.set_phase(id, Phase::Over);
    }

    /// Whether an effect in the environment has no outcome yet.
    fn is_open(&self, id: EnvironmentPlanId) -> bool {
        self.state.tasks_of(id).any(|task| self.state.tasks[task].progress.is_open())
    }

    /// Ends all waits, and workflows between two tries; with `stop`, also workflows in progress.
    pub(super) fn end_all(&mut self, id: EnvironmentPlanId, stop: bool) {
        for task in self.state.tasks_of(id) {
            self.end_task(task, stop);
        }
    }

    pub(super) fn end_task(&mut self, id: TaskId, stop: bool) {
        let task = &self.state.tasks[id];
        let effect = task.id;
        match task.progress {
            TaskProgress::Waiting => self.set_progress(id, TaskProgress::Failed),
            TaskProgress::Running if task.id.stage.is_wait() => {
                self.set_progress(id, TaskProgress::Idle);
                self.effects.push(Effect::Cancel(effect));
            }
            TaskProgress::Running if stop || effect.stage.is_merge() => self.stop(id),
            _ => {}
        }
    }
}
