//! Follows a run step by step: what each event and each effect means for the history, and which laws it breaks (V1, V2,
//! V3, V6 to V9, V11).

mod effects;

use super::choice::NextEvent;
use super::history::{History, RecordLayout, RollbackRecord, STAGES, Soak, StageRecord};
use super::law::{Breach, Law};
use crate::release::{
    Alarm, ApplicationPlanId, Effect, EffectId, EnvironmentPlanId, HealthLoss, Names, Outcome, Place, Plan, Report,
    Stage, State, Status, ValueChange,
};
use crate::source::Id;
use crate::syntax::ast::HookEvent;
use crate::syntax::literal::Instant;

/// Follows one step.
pub(super) struct Watch<'a> {
    pub plan: &'a Plan,
    pub names: &'a Names,
    pub layout: &'a RecordLayout,
    pub history: &'a mut History,
    /// The effects of this step.
    pub effects: &'a [Effect],
    pub now: Instant,
    pub breaches: Vec<Breach>,
}

impl Watch<'_> {
    /// Notes what happened.
    pub(super) fn happened(&mut self, choice: NextEvent) {
        match choice {
            NextEvent::Begin => {}
            NextEvent::Retry => self.next_attempt(),
            NextEvent::Terminate | NextEvent::Ring(Alarm::ReleaseTimeout) => self.terminated(),
            NextEvent::HealthLoss(id, loss) => self.health_lost(id, loss),
            NextEvent::Outcome(id, outcome) => self.ended(id, outcome),
            NextEvent::Ring(alarm) => match alarm {
                Alarm::Soak(id) => self.history.env_mut(id).soak = Soak::Soaked,
                Alarm::Retry(id) => self.history.env_mut(id).falling = false,
                Alarm::Timeout(id) => self.failed(id),
                Alarm::StopTimeout(id) => self.ended(id, Outcome::Stopped),
                _ => {}
            },
        }
    }

    /// Checks the effects.
    pub(super) fn follows(&mut self) {
        for effect in self.effects {
            match *effect {
                Effect::Do { id, act } => self.asked(id, act),
                Effect::Cancel(id) => self.cancelled(id),
                Effect::Report(report) => self.reported(report),
            }
        }
    }

    /// The end of a step. The effects that a resumed release would wait for are those in progress (V11).
    pub(super) fn can_be_resumed(&mut self, state: &State) {
        let known = state.in_progress();
        for id in &known {
            let record = self.layout.stage(self.plan, *id).map(|record| &self.history.stages[record]);
            if !record.is_some_and(|record| record.open && (record.attempt, record.time) == (id.attempt, id.time)) {
                let text = self.text(*id);
                self.breach(Law::V11, format!("a resumed release would wait for {text}, which is not in progress"));
            }
        }
        let open = self.history.stages.values().filter(|record| record.open).count();
        if open > known.len() {
            self.breach(Law::V11, "a resumed release would not know everything that is in progress".to_owned());
        }
    }

    /// V7: an event in one environment does not affect environments that it does not reach.
    pub(super) fn stays_apart(&mut self, from: EnvironmentPlanId, reached: &[EnvironmentPlanId]) {
        for effect in self.effects {
            let environment = match *effect {
                Effect::Do { id, .. } | Effect::Cancel(id) => self.plan.environment_of(id.place),
                Effect::Report(report) => report.environment(),
            };
            if let Some(id) = environment.filter(|id| !reached.contains(id)) {
                let what = format!("an event in `{}` changes `{}`", self.name(from), self.name(id));
                self.breach(Law::V7, what);
            }
        }
    }

    fn breach(&mut self, law: Law, what: String) {
        self.breaches.push(Breach { law, what });
    }

    fn name(&self, id: EnvironmentPlanId) -> &str {
        self.names.environment(id)
    }

    fn text(&self, id: EffectId) -> String {
        let text = id.text("", self.plan, self.names);
        format!("`{}`", text.trim_start_matches('/'))
    }

    fn record(&mut self, id: EffectId) -> Option<&mut StageRecord> {
        let record = self.layout.stage(self.plan, id)?;
        Some(&mut self.history.stages[record])
    }

    fn stage(&mut self, id: ApplicationPlanId, stage: Stage) -> &mut StageRecord {
        let record = self.layout.application(id, stage).unwrap_or(Id::new(0));
        &mut self.history.stages[record]
    }

    fn is_done(&self, id: ApplicationPlanId, stage: Stage) -> bool {
        self.layout.application(id, stage).is_some_and(|record| self.history.stages[record].done)
    }

    fn all_done(&self, place: Place, event: HookEvent) -> bool {
        self.layout.hooks(self.plan, place, event).into_iter().all(|record| self.history.stages[record].done)
    }

    /// Whether an application has completed all its stages.
    fn is_through(&self, id: ApplicationPlanId) -> bool {
        let last = if self.plan.applications[id].post_action.is_some() { Stage::PostAction } else { Stage::Health };
        self.is_done(id, last) && self.is_done(id, Stage::Health)
    }

    // Events.

    fn next_attempt(&mut self) {
        let release = &mut self.history.release;
        release.attempt = release.attempt.saturating_add(1);
        (release.failed, release.terminated, release.winding_up, release.stopping) = (false, false, false, false);
        for record in self.layout.hooks(self.plan, Place::Release, HookEvent::Failure) {
            self.history.stages[record].done = false;
        }
        for id in self.plan.environments.ids() {
            let not_rolled_back = self.history.is_not_rolled_back(self.plan, id);
            let it = self.history.env_mut(id);
            let restarts = not_rolled_back
                || it.stopped
                || it.terminated
                || matches!(it.status, Status::Terminated | Status::RolledBack);
            it.keeps = it.alive && !restarts && it.status == Status::Failed;
            it.alive &= !restarts;
            if restarts {
                it.soak = Soak::No;
            }
            let alive = it.alive;
            (it.begun, it.falls, it.falling, it.failed, it.terminated) = (false, 0, false, false, false);
            (it.named, it.stopped, it.rolled_back) = (false, false, false);
            let failure = self.layout.hooks(self.plan, Place::Environment(id), HookEvent::Failure);
            for record in self.layout.of_environment(self.plan, id).filter(|record| !alive || failure.contains(record))
            {
                self.history.stages[record].done = false;
            }
            for &application in &self.plan.environments[id].applications {
                self.history.app_mut(application).rollback = RollbackRecord::No;
                for stage in STAGES.into_iter().filter(|stage| restarts || stage.is_rollback()) {
                    self.stage(application, stage).done = false;
                }
            }
        }
    }

    /// Rule 16.
    fn terminated(&mut self) {
        let release = &mut self.history.release;
        if release.terminated || release.winding_up {
            release.stopping = true;
            return;
        }
        release.terminated = true;
        for it in self.history.environments.values_mut() {
            let in_flight = it.begun && it.status.is_in_flight();
            it.terminated |= in_flight && !it.failed && !it.named;
        }
    }

    fn health_lost(&mut self, id: ApplicationPlanId, loss: HealthLoss) {
        self.stage(id, Stage::Health).done = false;
        if loss == HealthLoss::OutOfSync {
            self.stage(id, Stage::Sync).done = false;
        }
        let environment = self.plan.applications[id].environment;
        let it = self.history.env(environment);
        if it.begun || it.status == Status::Succeeded {
            self.fell(environment);
        }
    }

    fn ended(&mut self, id: EffectId, outcome: Outcome) {
        let Some(record) = self.record(id) else { return };
        let cancelled = std::mem::take(&mut record.cancelled);
        let workflow = cancelled && !id.stage.is_action() && !id.stage.is_merge();
        record.open = false;
        let succeeded = outcome.is_success() && !workflow;
        record.done = succeeded;
        if let Place::Application(application) = id.place {
            if cancelled && outcome == Outcome::Succeeded && self.plan.is_bringing_workflow(id) {
                self.history.app_mut(application).runs = true;
            }
            if succeeded {
                self.changed(application, id.stage, outcome);
            } else if id.stage == Stage::Merge {
                self.stage(application, Stage::Action).done = false;
            }
        }
        let again =
            |effect: &Effect| matches!(effect, Effect::Report(Report::RetryingWorkflow(other, _)) if *other == id);
        if succeeded || self.effects.iter().any(again) {
            return;
        }
        match (id.place, id.stage) {
            (_, Stage::OnFailure(_)) => {}
            (Place::Application(_), Stage::Sync) if outcome == Outcome::Superseded => self.terminated(),
            (Place::Application(application), stage) if stage.is_rollback() => {
                self.history.app_mut(application).rollback = RollbackRecord::Failed;
            }
            (Place::Release, _) => self.history.release.failed |= !self.history.release.terminated,
            _ => {
                if let Some(environment) = self.plan.environment_of(id.place) {
                    self.fell(environment);
                }
            }
        }
    }

    /// Notes what an application runs after a stage that has succeeded (rule 19).
    fn changed(&mut self, id: ApplicationPlanId, stage: Stage, outcome: Outcome) {
        let unchanged = outcome == Outcome::Unchanged;
        if stage == Stage::Action && unchanged {
            self.stage(id, Stage::Merge).done = true;
        }
        match stage {
            Stage::Rollback if unchanged => self.history.app_mut(id).rollback = RollbackRecord::LeftAlone,
            Stage::RollbackHealth => self.history.app_mut(id).rollback = RollbackRecord::Done,
            _ => {}
        }
        match self.plan.value_change(id, stage) {
            Some(ValueChange::Brought) if !unchanged || !stage.is_action() => self.history.app_mut(id).runs = true,
            Some(ValueChange::RolledBack) => self.history.app_mut(id).runs = false,
            None if stage == Stage::Rollback && unchanged => self.history.app_mut(id).runs = false,
            _ => {}
        }
    }

    /// Something has failed in an environment, which may have retries left (rule 10).
    fn fell(&mut self, id: EnvironmentPlanId) {
        let times = self.plan.environments[id].retry.map_or(0, |retry| retry.times);
        let it = self.history.env_mut(id);
        if it.failed || it.falling || it.terminated || it.stopped {
            return;
        }
        if it.begun && it.status != Status::Succeeded && it.falls < times {
            it.falls += 1;
            it.falling = true;
        } else {
            self.failed(id);
        }
    }

    /// The environment counts as failed, and its rules fire (rule 18).
    fn failed(&mut self, id: EnvironmentPlanId) {
        self.history.env_mut(id).failed = true;
        let fired = self.plan.rollbacks.iter().filter(|rule| rule.when.contains(&id));
        for target in fired.flat_map(|rule| &rule.targets) {
            let it = self.history.env_mut(*target);
            let in_flight = it.begun && it.status.is_in_flight();
            it.stopped |= in_flight && !it.failed && !it.named;
            it.named = true;
        }
    }
}
