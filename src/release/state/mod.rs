//! Where a release stands: plain data, dense, without names; and how it is seen from outside.
//!
//! Only the [machine](super::step) changes it. It is the fold of its events: the same events give an equal state.
//!
//! INVARIANT: a state is only ever used with the plan that it was made for.

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

/// Where a release stands: the fold of its events.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub(super) phase: ReleasePhase,
    /// The instant of the last event.
    pub(super) now: Instant,
    pub(super) started: Option<Instant>,
    pub(super) ended: Option<Instant>,
    pub(super) attempt: u16,
    /// One of its own hooks other than on-failure has failed (rule 14).
    pub(super) own_failure: bool,
    /// Rule 16 is at work.
    pub(super) terminating: bool,
    /// Rule 16 was asked for while its hooks on failure ran: there was nothing to terminate any more.
    pub(super) warned: bool,
    /// Rule 16, the second time.
    pub(super) stopping_rollbacks: bool,
    /// The status that was reported last.
    pub(super) shown: Status,
    pub(super) environments: Arena<EnvironmentState>,
    pub(super) applications: Arena<ApplicationState>,
    /// In order of declaration: the release's hooks; then of each environment its approvals, on start, applications, on
    /// success, on failure.
    pub(super) tasks: Arena<Task>,
    /// How many environments have succeeded so far.
    pub(super) successes: u32,
    /// By environment and need: how many are missing; less than none if there are more than needed.
    pub(super) missing: Arena<Missing>,
    /// Environments whose dependencies have become met; empty between events.
    pub(super) ready: Vec<EnvironmentPlanId>,
    /// How many environments are neither waiting for others nor over.
    pub(super) active: u32,
    /// How many things are in progress, or waited for by a timer that is no timeout, that are not a person's.
    pub(super) busy: u32,
    /// How many persons' answers are awaited.
    pub(super) persons: u32,
    pub(super) timers: Timers,
}

/// How many of a need are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Missing(pub i64);

/// Where the release itself is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum ReleasePhase {
    /// Before the first event.
    Queued,
    /// Its hooks on start run.
    OnStart,
    /// Its environments are at work.
    Promoting,
    /// Rule 13.
    Baking,
    /// Its hooks on success run.
    OnSuccess,
    /// It will not succeed any more: what is in progress ends (rules 13 and 16).
    Ending,
    /// Its hooks on failure run.
    OnFailure,
    /// It has ended.
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

/// The id of the state's part for the plan's part: both lists have the same order.
pub(super) fn same<A, B>(id: Id<A>) -> Id<B> {
    Id::new(u32::try_from(id.index()).unwrap_or(u32::MAX))
}

#[cfg(test)]
impl State {
    /// Holds the counters against what they count.
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
