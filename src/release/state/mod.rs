//! How far a release is: plain, dense data without names, and the outside view of it.
//!
//! Only the [machine](super::step) changes it. It is the fold of its events: the same events give an equal state.
//!
//! INVARIANT: a state is only used with the plan that it was made for.

mod environment;
mod layout;
mod task;
mod timeless;
mod timers;
mod view;
mod waiting;

pub(super) use environment::{ApplicationRollback, ApplicationState, EnvironmentRollback, EnvironmentState, Phase};
pub(super) use task::{Task, TaskId, TaskProgress};
pub(crate) use timeless::Alarm;
pub(super) use timers::{Timer, Timers};
pub(crate) use view::EnvironmentStatus;
pub(crate) use waiting::Waiting;

use super::{ApplicationPlanId, EnvironmentPlanId, Status};
use crate::source::{Arena, Id};
use crate::syntax::literal::Instant;

/// A timer that is not set.
pub(super) const NEVER: Instant = Instant(i64::MAX);

/// How far a release is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub(super) phase: ReleasePhase,
    /// The instant of the last event.
    pub(super) now: Instant,
    pub(super) started: Option<Instant>,
    pub(super) ended: Option<Instant>,
    pub(super) attempt: u16,
    /// One of its own hooks on start or on success has failed (rule 14).
    pub(super) own_failure: bool,
    /// It was terminated (rule 16).
    pub(super) terminating: bool,
    /// It was terminated while its hooks on failure ran, when there was nothing left to terminate (rule 16).
    pub(super) warned: bool,
    /// It was terminated twice, which stops rollbacks (rule 16).
    pub(super) stopping_rollbacks: bool,
    /// The status that was reported last.
    pub(super) shown: Status,
    pub(super) environments: Arena<EnvironmentState>,
    pub(super) applications: Arena<ApplicationState>,
    /// In order of declaration: the release's hooks; then, for each environment, its approvals, hooks on start,
    /// applications, hooks on success and hooks on failure.
    pub(super) tasks: Arena<Task>,
    /// How many environments have succeeded so far.
    pub(super) successes: u32,
    /// By [`NeedSetId`](crate::release::NeedSetId): how many are missing; negative if more have succeeded than are needed.
    pub(super) missing: Arena<Missing>,
    /// Environments whose dependencies have just been met; empty between events.
    pub(super) ready: Vec<EnvironmentPlanId>,
    /// How many environments continue by themselves.
    pub(super) active: u32,
    /// How many effects are in progress and timers other than timeouts are set, without those that wait for a person.
    pub(super) busy: u32,
    /// How many effects wait for a person.
    pub(super) persons: u32,
    pub(super) timers: Timers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Missing(pub i64);

/// How far the release itself is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum ReleasePhase {
    /// Before the first event, and after a retry.
    Queued,
    OnStart,
    /// Its environments are in progress.
    Promoting,
    Baking,
    OnSuccess,
    /// It can no longer succeed. What is in progress ends (rules 13 and 16).
    Ending,
    OnFailure,
    Over,
}

impl State {
    pub(super) fn env(&self, id: EnvironmentPlanId) -> &EnvironmentState {
        &self.environments[same(id)]
    }

    pub(super) fn env_mut(&mut self, id: EnvironmentPlanId) -> &mut EnvironmentState {
        &mut self.environments[same(id)]
    }

    pub(super) fn app(&self, id: ApplicationPlanId) -> &ApplicationState {
        &self.applications[same(id)]
    }

    pub(super) fn app_mut(&mut self, id: ApplicationPlanId) -> &mut ApplicationState {
        &mut self.applications[same(id)]
    }

    pub(super) fn any_failed(&self) -> bool {
        self.environments.values().any(|environment| environment.failed)
    }
}

/// The id in the state for an id in the plan. Both lists have the same order.
pub(super) fn same<A, B>(id: Id<A>) -> Id<B> {
    Id::new(u32::try_from(id.index()).unwrap_or(u32::MAX))
}

#[cfg(test)]
impl State {
    /// Compares the counters with what they count.
    pub(super) fn check_counters(&self) {
        let environments = || self.environments.values();
        assert_eq!(self.active as usize, environments().filter(|it| it.phase.is_active()).count());
        let timers = environments().filter(|it| it.phase.has_timer()).count();
        assert_eq!(self.busy as usize, timers + self.tasks.values().filter(|task| task.is_busy()).count());
        assert_eq!(self.persons as usize, self.tasks.values().filter(|task| task.awaits_person()).count());
        assert!(self.ready.is_empty());
        for (id, environment) in self.environments.iter() {
            assert_eq!(environment.shown, environment.status());
            assert!(environment.phase.has_timer() || self.timer(Timer::Environment(same(id))) == NEVER);
        }
    }
}
