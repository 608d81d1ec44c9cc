//! What the properties remember of a run, beside the state. It is kept from events and effects alone, so that the
//! machine is judged by what it does and not by what it says.

use std::hash::{Hash, Hasher};

use crate::release::{ApplicationPlanId, EffectId, EnvironmentPlanId, Place, Plan, Stage, Status};
use crate::source::{Arena, Id};
use crate::syntax::ast::HookEvent;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct History {
    pub release: ReleaseRecord,
    pub environments: Arena<EnvironmentRecord>,
    pub applications: Arena<ApplicationRecord>,
    /// In order: the release's hooks; each environment's approvals and hooks; each application's stages.
    pub stages: Arena<StageRecord>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ReleaseRecord {
    pub attempt: u16,
    pub status: Status,
    /// One of its own hooks on start or on success has failed.
    pub failed: bool,
    /// It was terminated (rule 16).
    pub terminated: bool,
    /// Its hooks on failure were requested.
    pub winding_up: bool,
    /// It was terminated again, which stops rollbacks.
    pub stopping: bool,
    /// The number of successes, from which environments get their order.
    pub successes: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EnvironmentRecord {
    /// The status that was reported last.
    pub status: Status,
    /// Stage 4 has begun in this attempt.
    pub begun: bool,
    /// Stage 4 has begun since the environment last began with stage 1.
    pub alive: bool,
    /// It had begun and failed in the previous attempt, so it keeps its soak, approvals and window (rule 25).
    pub keeps: bool,
    pub soak: Soak,
    /// How many retries it has used in this attempt.
    pub falls: u32,
    /// Something has failed, and it will be retried.
    pub falling: bool,
    /// It has failed in this attempt.
    pub failed: bool,
    /// It was in flight when the release was terminated.
    pub terminated: bool,
    /// A fired rule has named it in this attempt.
    pub named: bool,
    /// It was in flight when a rule named it (rule 20).
    pub stopped: bool,
    /// Its rollback has begun in this attempt.
    pub rolled_back: bool,
    /// Its number among the environments that have succeeded, in that order.
    pub order: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Soak {
    No,
    Soaking,
    Soaked,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct ApplicationRecord {
    /// It runs this release (rule 19).
    pub runs: bool,
    /// The state of its rollback in this attempt.
    pub rollback: RollbackRecord,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum RollbackRecord {
    #[default]
    No,
    /// Requested, and not ended.
    Begun,
    /// It runs something else and was left alone.
    LeftAlone,
    /// It runs what it ran before.
    Done,
    Failed,
}

/// One stage at one place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct StageRecord {
    /// The attempt and the count of the last request.
    pub attempt: u16,
    pub time: u16,
    /// Requested, and not ended.
    pub open: bool,
    /// It was to be stopped.
    pub cancelled: bool,
    /// It has succeeded, and that still counts.
    pub done: bool,
}

/// The stages of an application, in the order of their records.
pub(super) const STAGES: [Stage; 10] = [
    Stage::PreAction,
    Stage::Action,
    Stage::Merge,
    Stage::Sync,
    Stage::Health,
    Stage::PostAction,
    Stage::Rollback,
    Stage::RollbackMerge,
    Stage::RollbackSync,
    Stage::RollbackHealth,
];

/// The id in the history for an id in the plan. Both lists have the same order.
pub(super) fn same<A, B>(id: Id<A>) -> Id<B> {
    Id::new(u32::try_from(id.index()).unwrap_or(u32::MAX))
}

impl History {
    pub(super) fn new(plan: &Plan) -> History {
        let release = ReleaseRecord {
            attempt: 1,
            status: Status::Queued,
            failed: false,
            terminated: false,
            winding_up: false,
            stopping: false,
            successes: 0,
        };
        let (mut environments, mut applications, mut stages) = (Arena::default(), Arena::default(), Arena::default());
        for _ in 0..RecordLayout::new(plan).total {
            stages.push(StageRecord::default());
        }
        for _ in plan.environments.ids() {
            environments.push(EnvironmentRecord {
                status: Status::Pending,
                begun: false,
                alive: false,
                keeps: false,
                soak: Soak::No,
                falls: 0,
                falling: false,
                failed: false,
                terminated: false,
                named: false,
                stopped: false,
                rolled_back: false,
                order: None,
            });
        }
        for _ in plan.applications.ids() {
            applications.push(ApplicationRecord::default());
        }
        History { release, environments, applications, stages }
    }

    pub(super) fn env(&self, id: EnvironmentPlanId) -> &EnvironmentRecord {
        &self.environments[same(id)]
    }

    pub(super) fn env_mut(&mut self, id: EnvironmentPlanId) -> &mut EnvironmentRecord {
        &mut self.environments[same(id)]
    }

    pub(super) fn app_mut(&mut self, id: ApplicationPlanId) -> &mut ApplicationRecord {
        &mut self.applications[same(id)]
    }

    pub(super) fn app(&self, id: ApplicationPlanId) -> &ApplicationRecord {
        &self.applications[same(id)]
    }

    /// Whether the rollback of an environment was not completed, at the end of an attempt.
    pub(super) fn is_not_rolled_back(&self, plan: &Plan, id: EnvironmentPlanId) -> bool {
        let kept = |id: &ApplicationPlanId| match self.app(*id).rollback {
            RollbackRecord::No => self.app(*id).runs && plan.can_roll_back(*id),
            back => matches!(back, RollbackRecord::Begun | RollbackRecord::Failed),
        };
        self.env(id).named && plan.environments[id].applications.iter().any(kept)
    }

    /// Whether the needs of an environment are met.
    pub(super) fn meets(&self, plan: &Plan, id: EnvironmentPlanId) -> bool {
        let succeeded = |id: &&EnvironmentPlanId| self.env(**id).status == Status::Succeeded;
        plan.environments[id].needs.iter().all(|need| need.of.iter().filter(succeeded).count() >= need.count as usize)
    }

    /// Hashes an environment without names and ids. Its applications are hashed separately.
    pub(super) fn sketch_environment(
        &self,
        plan: &Plan,
        layout: &RecordLayout,
        id: EnvironmentPlanId,
        hasher: &mut impl Hasher,
    ) {
        let it = self.env(id);
        (it.status, it.begun, it.alive, it.keeps, it.soak, it.falls, it.falling, it.failed).hash(hasher);
        (it.terminated, it.named, it.stopped, it.rolled_back, it.order.is_some()).hash(hasher);
        for record in layout.of_environment(plan, id) {
            self.stages[record].hash(hasher);
        }
    }

    /// Hashes an application without names and ids.
    pub(super) fn sketch_application(&self, layout: &RecordLayout, id: ApplicationPlanId, hasher: &mut impl Hasher) {
        self.applications[same(id)].hash(hasher);
        for stage in STAGES {
            if let Some(record) = layout.application(id, stage) {
                self.stages[record].hash(hasher);
            }
        }
    }

    /// Hashes the release itself.
    pub(super) fn sketch_release(&self, layout: &RecordLayout, hasher: &mut impl Hasher) {
        let it = &self.release;
        (it.attempt, it.status, it.failed, it.terminated, it.winding_up, it.stopping).hash(hasher);
        for record in 0..layout.release {
            self.stages[Id::new(record)].hash(hasher);
        }
    }
}

/// Which record belongs to which place and stage.
#[derive(Clone, Debug)]
pub(super) struct RecordLayout {
    /// The number of records of the release.
    release: u32,
    /// The first record of each environment.
    environments: Vec<u32>,
    /// The first record of the first application.
    applications: u32,
    total: u32,
}

impl RecordLayout {
    pub(super) fn new(plan: &Plan) -> RecordLayout {
        let count = |list: usize| u32::try_from(list).unwrap_or(u32::MAX);
        let release = count(plan.hooks.count());
        let mut next = release;
        let mut environments = Vec::new();
        for environment in plan.environments.values() {
            environments.push(next);
            next += count(environment.approvals.len() + environment.overrides.len() + environment.hooks.count());
        }
        let total = next + count(plan.applications.len() * STAGES.len());
        RecordLayout { release, environments, applications: next, total }
    }

    /// The record of an effect; `None` if the plan has no such effect.
    pub(super) fn stage(&self, plan: &Plan, id: EffectId) -> Option<Id<StageRecord>> {
        match id.place {
            Place::Application(application) => {
                plan.applications.find(application)?;
                self.application(application, id.stage)
            }
            Place::Release => Some(Id::new(hook(&plan.hooks, id.stage)?)),
            Place::Environment(environment) => {
                let it = plan.environments.find(environment)?;
                let first = *self.environments.get(environment.index())?;
                let approvals = u32::try_from(it.approvals.len()).unwrap_or(u32::MAX);
                let overrides = u32::try_from(it.overrides.len()).unwrap_or(u32::MAX);
                match id.stage {
                    Stage::Approval(nth) => (u32::from(nth) < approvals).then(|| Id::new(first + u32::from(nth))),
                    Stage::Override(nth) => {
                        (u32::from(nth) < overrides).then(|| Id::new(first + approvals + u32::from(nth)))
                    }
                    stage => Some(Id::new(first + approvals + overrides + hook(&it.hooks, stage)?)),
                }
            }
        }
    }

    /// The record of a stage of an application.
    pub(super) fn application(&self, id: ApplicationPlanId, stage: Stage) -> Option<Id<StageRecord>> {
        let nth = STAGES.iter().position(|other| *other == stage)?;
        Some(Id::new(self.applications + u32::try_from(id.index() * STAGES.len() + nth).ok()?))
    }

    /// The records of an environment: approvals and hooks.
    pub(super) fn of_environment(
        &self,
        plan: &Plan,
        id: EnvironmentPlanId,
    ) -> impl Iterator<Item = Id<StageRecord>> + use<> {
        let it = &plan.environments[id];
        let first = self.environments.get(id.index()).copied().unwrap_or(u32::MAX);
        let count = u32::try_from(it.approvals.len() + it.overrides.len() + it.hooks.count()).unwrap_or(0);
        (first..first.saturating_add(count)).map(Id::new)
    }

    /// The records of the hooks of one event.
    pub(super) fn hooks(&self, plan: &Plan, place: Place, event: HookEvent) -> Vec<Id<StageRecord>> {
        let Some(hooks) = plan.hooks_of(place) else { return Vec::new() };
        let record = |nth| {
            let stage = Stage::hook(event, u16::try_from(nth).ok()?);
            self.stage(plan, EffectId { attempt: 1, place, stage, time: 1 })
        };
        (0..hooks.of(event).len()).filter_map(record).collect()
    }
}

fn hook(hooks: &crate::release::Hooks, stage: Stage) -> Option<u32> {
    let (event, nth) = stage.as_hook()?;
    let before = match event {
        HookEvent::Start => 0,
        HookEvent::Success => hooks.start.len(),
        HookEvent::Failure => hooks.start.len() + hooks.success.len(),
    };
    (usize::from(nth) < hooks.of(event).len()).then_some(())?;
    u32::try_from(before + usize::from(nth)).ok()
}
