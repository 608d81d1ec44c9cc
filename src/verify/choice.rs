//! What may happen next: every outcome of every effect, every timer, every operator, within the bounds.

use crate::release::{
    Alarm, ApplicationPlanId, EffectId, EnvironmentPlanId, Event, EventKind, HealthLoss, Outcome, Plan, Stage, State,
};
use crate::syntax::literal::Instant;

/// Something that may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum NextEvent {
    /// The release begins, or its next attempt does.
    Begin,
    Outcome(EffectId, Outcome),
    /// A timer fires.
    Ring(Alarm),
    /// An application loses its health.
    HealthLoss(ApplicationPlanId, HealthLoss),
    /// Someone terminates the release.
    Terminate,
    /// Someone retries the release.
    Retry,
}

/// What a run may still use up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Budget {
    /// Failures, timeouts, losses of health and terminates.
    pub failures: u32,
    /// Retries of the release.
    pub retries: u32,
    /// Actions that would change nothing.
    pub unchanged: u32,
}

impl Budget {
    /// What is left after a choice.
    pub(super) fn after(mut self, choice: NextEvent) -> Budget {
        match choice {
            NextEvent::Retry => self.retries = self.retries.saturating_sub(1),
            NextEvent::Outcome(_, Outcome::Unchanged) => self.unchanged = self.unchanged.saturating_sub(1),
            choice if choice.is_failure() => self.failures = self.failures.saturating_sub(1),
            _ => {}
        }
        self
    }
}

impl NextEvent {
    /// Whether it uses up a failure. The end of something that was to be stopped does not.
    pub(super) fn is_failure(self) -> bool {
        match self {
            NextEvent::Outcome(_, outcome) => matches!(outcome, Outcome::Failed | Outcome::Superseded),
            NextEvent::Ring(alarm) => alarm.is_timeout(),
            NextEvent::HealthLoss(..) | NextEvent::Terminate => true,
            NextEvent::Begin | NextEvent::Retry => false,
        }
    }

    /// The event, for a state without time. If a timer fires, the state is prepared for that.
    pub(super) fn event(self, plan: &Plan, state: &mut State) -> Option<Event> {
        let what = match self {
            NextEvent::Begin => EventKind::Begin,
            NextEvent::Outcome(id, outcome) => EventKind::Outcome(id, outcome),
            NextEvent::Ring(alarm) => return state.ring(plan, alarm),
            NextEvent::HealthLoss(id, loss) => EventKind::HealthLoss(id, loss),
            NextEvent::Terminate => EventKind::Terminate,
            NextEvent::Retry => EventKind::Retry { force: false },
        };
        Some(Event { at: Instant::DEFAULT_START, what })
    }

    /// The environment in which it happens; `None` for the release itself.
    pub(super) fn environment(self, plan: &Plan) -> Option<EnvironmentPlanId> {
        match self {
            NextEvent::Begin | NextEvent::Terminate | NextEvent::Retry => None,
            NextEvent::HealthLoss(id, _) => Some(plan.applications.find(id)?.environment),
            NextEvent::Outcome(id, _) => plan.environment_of(id.place),
            NextEvent::Ring(alarm) => match alarm {
                Alarm::Soak(id) | Alarm::Window(id) | Alarm::Retry(id) | Alarm::Timeout(id) => Some(id),
                Alarm::NextTry(id) | Alarm::WorkflowTimeout(id) | Alarm::StopTimeout(id) => {
                    plan.environment_of(id.place)
                }
                Alarm::Bake | Alarm::ReleaseTimeout => None,
            },
        }
    }
}

/// Everything that may happen next.
pub(super) fn choices(plan: &Plan, state: &State, budget: Budget) -> Vec<NextEvent> {
    if state.is_over() {
        return if state.status().can_be_retried() && budget.retries > 0 { vec![NextEvent::Retry] } else { Vec::new() };
    }
    if state.is_queued() {
        return vec![NextEvent::Begin];
    }
    let (mut found, may_fail) = (Vec::new(), budget.failures > 0);
    if may_fail {
        // Before timeouts, so that of two runs of the same length the one that a scenario can describe is found.
        found.push(NextEvent::Terminate);
    }
    let alarms = state.alarms();
    for id in state.in_progress() {
        outcomes(plan, id, alarms.contains(&Alarm::StopTimeout(id)), budget, &mut found);
    }
    found.extend(alarms.into_iter().filter(|alarm| may_fail || !alarm.is_timeout()).map(NextEvent::Ring));
    if may_fail {
        for id in state.watched(plan) {
            found.extend([HealthLoss::Degraded, HealthLoss::OutOfSync].map(|loss| NextEvent::HealthLoss(id, loss)));
        }
    } else if found.is_empty() && state.waits_forever(plan) {
        // Nothing goes wrong here: it is the only thing that can happen.
        found.push(NextEvent::Ring(Alarm::ReleaseTimeout));
    }
    found
}

/// Adds the ways in which an effect may end.
fn outcomes(plan: &Plan, id: EffectId, is_stopping: bool, budget: Budget, found: &mut Vec<NextEvent>) {
    let may_fail = budget.failures > 0;
    let mut add = |outcome| found.push(NextEvent::Outcome(id, outcome));
    if is_stopping {
        add(Outcome::Stopped);
        // A commit that was made counts, and so do the values that a pre-action has brought.
        if plan.is_change(id) || plan.is_bringing_workflow(id) {
            add(Outcome::Succeeded);
        }
        return;
    }
    add(Outcome::Succeeded);
    if id.stage.is_action() && plan.is_change(id) && budget.unchanged > 0 {
        add(Outcome::Unchanged);
    }
    if may_fail {
        add(Outcome::Failed);
        if id.stage == Stage::Sync && plan.environment_of(id.place).is_some_and(Plan::is_trigger) {
            add(Outcome::Superseded);
        }
    }
}
