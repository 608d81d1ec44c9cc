//! The machine: takes an event, emits effects. One file for each concern.
//!
//! INVARIANT: statuses and the counters of a [`State`] change only through the setters in here, so that they are always
//! right and need not be counted again.

mod application;
mod dependencies;
mod environment;
mod gates;
mod health;
mod hooks;
mod late;
mod release;
mod retry;
mod rollback;
mod terminate;
mod timers;
mod workflow;

use super::state::{NEVER, Phase, TaskId, TaskProgress, Timer};
use super::{Effect, EffectId, EnvironmentPlanId, Event, EventKind, Outcome, Place, Plan, Report, Stage, State};
use crate::syntax::literal::Instant;

/// The last instant before [`NEVER`].
const LAST: Instant = Instant(i64::MAX - 1);

/// The machine: takes an event, emits effects.
///
/// It is total. An event that does not fit is ignored: a late outcome of a workflow that was stopped, a duplicate
/// outcome, or anything after the end except a late commit. Time never runs backwards: an event with an earlier instant
/// happens at the instant of the last event (rule 17).
pub(crate) fn step(plan: &Plan, state: &mut State, event: Event, effects: &mut Vec<Effect>) {
    let heard = matches!(event.what, EventKind::Retry { .. } | EventKind::Superseded(_) | EventKind::Outcome(..));
    if state.is_over() && !heard {
        return;
    }
    state.now = state.now.max(event.at).min(LAST);
    let mut transition = Transition { plan, state, effects };
    match event.what {
        EventKind::Begin => transition.begin(),
        EventKind::Outcome(id, outcome) => transition.outcome(id, outcome),
        EventKind::Due => transition.fire_due(),
        EventKind::Terminate => transition.terminate(),
        EventKind::HealthLoss(id, loss) => transition.health_lost(id, loss),
        EventKind::Retry { force } => transition.retry(force),
        EventKind::Superseded(id) => transition.superseded(id),
        EventKind::Blocked(id) => transition.blocked(id, true),
        EventKind::Unblocked(id) => transition.blocked(id, false),
    }
    transition.settle();
}

/// One event on its way through a release.
struct Transition<'a> {
    plan: &'a Plan,
    state: &'a mut State,
    effects: &'a mut Vec<Effect>,
}

impl Transition<'_> {
    fn outcome(&mut self, id: EffectId, outcome: Outcome) {
        let Some(task) = self.state.open_task(self.plan, id) else { return self.late(id, outcome) };
        let asked = self.state.tasks[task].progress == TaskProgress::Running;
        let done = outcome.is_success();
        // A workflow that was to be stopped has not succeeded, whatever it answers. A commit that was made counts.
        let succeeded = done && (asked || self.plan.is_change(id));
        if let Place::Application(application) = id.place
            && done
            && !asked
            && self.plan.is_bringing_workflow(id)
        {
            self.state.app_mut(application).runs = true;
        }
        if !succeeded && self.try_again(task) {
            return;
        }
        self.set_progress(task, if succeeded { TaskProgress::Succeeded } else { TaskProgress::Failed });
        match (id.place, id.stage) {
            (Place::Application(application), Stage::Sync)
                if outcome == Outcome::Superseded
                    && Plan::is_trigger(self.plan.applications[application].environment) =>
            {
                self.supersede(self.plan.applications[application].environment);
            }
            (Place::Application(application), stage) if stage.is_rollback() => {
                self.rollback_outcome(application, stage, succeeded, outcome);
            }
            (Place::Application(application), stage) => {
                self.application_outcome(application, stage, succeeded, outcome)
            }
            (Place::Environment(environment), Stage::Approval(_)) => self.approval_outcome(environment, succeeded),
            (Place::Environment(environment), Stage::Override(_)) => self.override_outcome(environment, succeeded),
            (place, stage) => {
                if let Some((event, _)) = stage.as_hook() {
                    self.hook_outcome(place, event, succeeded);
                }
            }
        }
    }

    fn report(&mut self, report: Report) {
        self.effects.push(Effect::Report(report));
    }

    fn set_phase(&mut self, id: EnvironmentPlanId, phase: Phase) {
        self.set_timer(id, NEVER);
        let environment = self.state.env_mut(id);
        let before = std::mem::replace(&mut environment.phase, phase);
        count(&mut self.state.active, before.is_active(), phase.is_active());
        count(&mut self.state.busy, before.has_timer(), phase.has_timer());
        self.show(id);
    }

    /// Reports the status of an environment if it has changed.
    fn show(&mut self, id: EnvironmentPlanId) {
        let environment = self.state.env_mut(id);
        let status = environment.status();
        if environment.shown != status {
            environment.shown = status;
            self.report(Report::Environment(id, status));
        }
    }

    /// Reports the status of the release if it has changed.
    fn show_release(&mut self) {
        let status = self.state.status();
        if self.state.shown != status {
            self.state.shown = status;
            self.report(Report::Release(status));
        }
    }

    /// Sets the progress of a task, and clears its timer.
    fn set_progress(&mut self, id: TaskId, progress: TaskProgress) {
        self.set_task_timer(id, NEVER);
        let task = &mut self.state.tasks[id];
        let before = (task.is_busy(), task.awaits_person());
        task.progress = progress;
        let after = (task.is_busy(), task.awaits_person());
        let (place, stage) = (task.id.place, task.id.stage);
        count(&mut self.state.busy, before.0, after.0);
        count(&mut self.state.persons, before.1, after.1);
        if let (Place::Application(application), true, true) = (place, stage.is_merge(), before.1 != after.1) {
            let environment = self.plan.applications[application].environment;
            count(&mut self.state.env_mut(environment).merges, before.1, after.1);
            self.show(environment);
        }
    }

    fn set_timer(&mut self, id: EnvironmentPlanId, at: Instant) {
        self.state.set_timer(Timer::Environment(id), at);
    }

    fn set_timeout(&mut self, id: EnvironmentPlanId, at: Instant) {
        self.state.set_timer(Timer::Timeout(id), at);
    }

    fn set_task_timer(&mut self, id: TaskId, at: Instant) {
        self.state.set_timer(Timer::Task(id), at);
    }

    fn set_release_timeout(&mut self, at: Instant) {
        self.state.set_timer(Timer::Release, at);
    }

    fn set_baked(&mut self, at: Instant) {
        self.state.set_timer(Timer::Bake, at);
    }
}

/// Updates a counter when one item changes.
fn count(counter: &mut u32, before: bool, after: bool) {
    match (before, after) {
        (false, true) => *counter = counter.saturating_add(1),
        (true, false) => *counter = counter.saturating_sub(1),
        _ => {}
    }
}
