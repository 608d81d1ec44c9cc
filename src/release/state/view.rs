//! How a release is seen from outside.

use super::{EnvironmentRollback, EnvironmentState, NEVER, ReleasePhase, State, same};
use crate::release::{ApplicationPlanId, EffectId, EnvironmentPlanId, Plan, Status};
use crate::syntax::literal::Instant;

/// How an environment is seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvironmentStatus {
    /// Its status.
    pub status: Status,
    /// When stage 4 began.
    pub started: Option<Instant>,
    /// When it ended.
    pub ended: Option<Instant>,
}

impl EnvironmentStatus {
    /// That of an environment before anything has happened in it.
    pub const PENDING: EnvironmentStatus = EnvironmentStatus { status: Status::Pending, started: None, ended: None };
}

impl State {
    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        self.phase == ReleasePhase::Over
    }

    /// The next instant at which something is due without any outcome.
    pub fn due(&self) -> Option<Instant> {
        Some(self.timers.earliest()).filter(|at| *at != NEVER)
    }

    /// The release's status (rule 15).
    pub fn status(&self) -> Status {
        match self.phase {
            ReleasePhase::Queued => Status::Queued,
            ReleasePhase::Over if self.terminating => Status::Terminated,
            ReleasePhase::Over if self.own_failure || self.any_failed() => Status::Failed,
            ReleasePhase::Over => Status::Succeeded,
            _ if self.terminating => Status::Terminating,
            ReleasePhase::Promoting if self.busy == 0 && self.persons > 0 => Status::Suspended,
            _ => Status::Running,
        }
    }

    /// Whether it waits for its turn: before it begins, and after a retry (rules 23 and 25).
    pub fn is_queued(&self) -> bool {
        self.phase == ReleasePhase::Queued
    }

    /// Whether somebody or something has terminated it.
    pub fn is_terminating(&self) -> bool {
        self.terminating
    }

    /// The attempt, from 1 (rule 25).
    pub fn attempt(&self) -> u16 {
        self.attempt
    }

    /// Whether a newer release has begun an environment (rule 24).
    pub fn is_superseded_in(&self, id: EnvironmentPlanId) -> bool {
        self.environments.find(same(id)).is_some_and(|it| it.superseded)
    }

    /// Whether an older release is in flight in an environment (rule 23).
    pub fn is_blocked(&self, id: EnvironmentPlanId) -> bool {
        self.environments.find(same(id)).is_some_and(|it| it.blocked)
    }

    /// Whether an environment is in flight, or being rolled back.
    pub fn is_in_flight(&self, id: EnvironmentPlanId) -> bool {
        self.environments.find(same(id)).is_some_and(|it| it.started.is_some() && it.phase.is_in_flight())
    }

    /// Whether a newer release has begun an environment in which this one has not succeeded (rule 25).
    pub fn is_superseded(&self) -> bool {
        self.environments.values().any(|it| it.superseded && !it.succeeded())
    }

    /// The instant of the last event.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// When it began.
    pub fn started(&self) -> Option<Instant> {
        self.started
    }

    /// When it ended.
    pub fn ended(&self) -> Option<Instant> {
        self.ended
    }

    /// An environment; one that the plan does not have is pending.
    pub fn environment(&self, id: EnvironmentPlanId) -> EnvironmentStatus {
        match self.environments.find(same(id)) {
            Some(it) => EnvironmentStatus { status: it.status(), started: it.started, ended: it.ended },
            None => EnvironmentStatus::PENDING,
        }
    }

    /// The environments that have failed in this attempt, rolled back since or not, and those that could not be rolled
    /// back, in order of declaration (`FAILED_ENVIRONMENTS`, rule 13).
    pub fn failed_environments(&self) -> impl Iterator<Item = EnvironmentPlanId> {
        let has_failed = |it: &EnvironmentState| it.failed || it.rollback == EnvironmentRollback::Failed;
        self.environments.iter().filter(move |(_, environment)| has_failed(environment)).map(|(id, _)| same(id))
    }

    /// The applications whose loss of health counts (rule 9), in order of declaration: a world watches them, and says
    /// what it finds as [`EventKind::HealthLoss`](crate::release::EventKind::HealthLoss).
    pub fn watched(&self, plan: &Plan) -> impl Iterator<Item = ApplicationPlanId> {
        let counts = |id| {
            let environment = self.env(plan.applications[id].environment);
            !self.terminating
                && !environment.superseded
                && !environment.failed
                && environment.rollback == EnvironmentRollback::No
        };
        let watched = self.applications.iter().filter(|(_, application)| application.watched);
        watched.map(|(id, _)| same(id)).filter(move |id| counts(*id)).filter(|_| !self.is_over() && !self.is_queued())
    }

    /// The effects that were asked for and have no outcome, in order of declaration.
    pub fn in_progress(&self) -> Vec<EffectId> {
        self.tasks.values().filter(|task| task.progress.is_open()).map(|task| task.id).collect()
    }
}
