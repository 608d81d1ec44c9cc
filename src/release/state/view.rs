//! The outside view of a release.

use super::{ApplicationRollback, EnvironmentRollback, EnvironmentState, NEVER, Phase, ReleasePhase, State, same};
use crate::release::{ApplicationPlanId, EffectId, EnvironmentPlanId, Plan, Stage, Status};
use crate::syntax::literal::Instant;

/// The outside view of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvironmentStatus {
    pub status: Status,
    /// When stage 4 began; `None` if it has not in this attempt.
    pub started: Option<Instant>,
    pub ended: Option<Instant>,
}

impl EnvironmentStatus {
    /// An environment in which nothing has happened.
    pub const PENDING: EnvironmentStatus = EnvironmentStatus { status: Status::Pending, started: None, ended: None };
}

impl State {
    /// Whether the release has ended.
    pub fn is_over(&self) -> bool {
        self.phase == ReleasePhase::Over
    }

    /// The next instant at which something is due even without an outcome.
    pub fn due(&self) -> Option<Instant> {
        Some(self.timers.earliest()).filter(|at| *at != NEVER)
    }

    /// The status of the release (rule 15).
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

    /// Whether it was terminated, by request, by its timeout or as superseded (rule 16).
    pub fn is_terminating(&self) -> bool {
        self.terminating
    }

    /// The number of the attempt, from 1 (rule 25).
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

    /// Whether an environment is in flight. One that is being rolled back is, even if it has not begun in this attempt.
    pub fn is_in_flight(&self, plan: &Plan, id: EnvironmentPlanId) -> bool {
        let Some(environment) = self.environments.find(same(id)) else { return false };
        let rolls_back = |it: &ApplicationPlanId| matches!(self.app(*it).rollback, ApplicationRollback::At(_));
        environment.started.is_some() && environment.phase.is_in_flight()
            || plan.environments[id].applications.iter().any(rolls_back)
    }

    /// Whether a newer release has begun an environment in which this one has not succeeded (rule 25).
    pub fn is_superseded(&self) -> bool {
        self.environments.values().any(|it| it.superseded && !it.succeeded())
    }

    /// The instant of the last event.
    pub fn now(&self) -> Instant {
        self.now
    }

    pub fn started(&self) -> Option<Instant> {
        self.started
    }

    pub fn ended(&self) -> Option<Instant> {
        self.ended
    }

    /// The view of an environment; pending if the plan has no such environment.
    pub fn environment(&self, id: EnvironmentPlanId) -> EnvironmentStatus {
        match self.environments.find(same(id)) {
            Some(it) => EnvironmentStatus { status: it.status(), started: it.started, ended: it.ended },
            None => EnvironmentStatus::PENDING,
        }
    }

    /// The environments that failed in this attempt, rolled back since or not, and those whose rollback failed, in
    /// order of declaration (`FAILED_ENVIRONMENTS`, rule 13).
    pub fn failed_environments(&self) -> impl Iterator<Item = EnvironmentPlanId> {
        let has_failed = |it: &EnvironmentState| it.failed || it.rollback == EnvironmentRollback::Failed;
        self.environments.iter().filter(move |(_, environment)| has_failed(environment)).map(|(id, _)| same(id))
    }

    /// The applications whose loss of health counts (rule 9), in order of declaration. A world watches them and sends
    /// [`EventKind::HealthLoss`](crate::release::EventKind::HealthLoss).
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

    /// Whether the action of an application, or the sync after it, has not succeeded.
    pub fn has_action_ahead(&self, id: ApplicationPlanId) -> bool {
        let ahead = [Stage::PreAction, Stage::Action, Stage::Merge, Stage::Sync];
        let application = self.applications.find(same(id)).filter(|it| it.again.is_none());
        application.and_then(|it| it.stage).is_some_and(|stage| ahead.contains(&stage))
    }

    /// Whether an environment waits for its dependencies, or its turn.
    pub fn is_at_dependencies(&self, id: EnvironmentPlanId) -> bool {
        self.environments.find(same(id)).is_some_and(|it| it.phase == Phase::Dependencies)
    }

    /// Whether an application must be waited for again, because its health was lost (rule 9).
    pub fn is_awaited_again(&self, id: ApplicationPlanId) -> bool {
        self.applications.find(same(id)).is_some_and(|it| it.again.is_some())
    }

    /// The effects that are in progress, in order of declaration.
    pub fn in_progress(&self) -> Vec<EffectId> {
        self.tasks.values().filter(|task| task.progress.is_open()).map(|task| task.id).collect()
    }
}
