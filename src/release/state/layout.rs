//! Which task belongs to which place and stage.

use super::environment::{ApplicationState, EnvironmentRollback, EnvironmentState, Phase};
use super::{Missing, NEVER, ReleasePhase, State, Task, TaskId, TaskProgress, Timers, same};
use crate::release::{EffectId, EnvironmentPlan, EnvironmentPlanId, Hooks, Place, Plan, Stage, Status, WindowPlanId};
use crate::source::{Arena, Id};
use crate::syntax::ast::HookEvent;
use crate::syntax::literal::Instant;

impl State {
    /// The state of a release that has not begun.
    pub fn new(plan: &Plan) -> State {
        let mut tasks = Arena::default();
        let mut applications: Arena<ApplicationState> = Arena::default();
        for _ in plan.applications.ids() {
            applications.push(ApplicationState::new(Id::new(u32::MAX)));
        }
        for event in [HookEvent::Start, HookEvent::Success, HookEvent::Failure] {
            push_hooks(&mut tasks, Place::Release, &plan.hooks, event);
        }
        let mut missing = Arena::default();
        for set in plan.sets.values() {
            missing.push(Missing(i64::from(set.need.count)));
        }
        let mut environments: Arena<EnvironmentState> = Arena::default();
        for (id, environment) in plan.environments.iter() {
            let (first, place) = (tasks.len() as u32, Place::Environment(id));
            for nth in 0..count(&environment.approvals) {
                tasks.push(Task::new(place, Stage::Approval(nth)));
            }
            for nth in 0..count(&environment.overrides) {
                tasks.push(Task::new(place, Stage::Override(nth)));
            }
            push_hooks(&mut tasks, place, &environment.hooks, HookEvent::Start);
            for &application in &environment.applications {
                applications[same(application)].task =
                    tasks.push(Task::new(Place::Application(application), Stage::PreAction));
            }
            push_hooks(&mut tasks, place, &environment.hooks, HookEvent::Success);
            push_hooks(&mut tasks, place, &environment.hooks, HookEvent::Failure);
            environments.push(EnvironmentState {
                phase: Phase::Dependencies,
                shown: Status::Pending,
                failed: false,
                terminated: false,
                stopped: false,
                rollback: EnvironmentRollback::No,
                resumes: false,
                point: Phase::Dependencies,
                retries: 0,
                again: NEVER,
                merges: 0,
                unmet: 0,
                superseded: false,
                blocked: false,
                order: None,
                started: None,
                ended: None,
                tasks: (first, tasks.len() as u32),
            });
            environments[same(id)].unmet = environment.needs.iter().filter(|need| need.count > 0).count() as u32;
        }
        let timers = Timers::new(2 + 2 * environments.len() + tasks.len());
        State {
            phase: ReleasePhase::Queued,
            now: Instant(i64::MIN),
            started: None,
            ended: None,
            attempt: 1,
            own_failure: false,
            terminating: false,
            warned: false,
            stopping_rollbacks: false,
            shown: Status::Queued,
            environments,
            applications,
            tasks,
            successes: 0,
            missing,
            ready: Vec::new(),
            active: 0,
            busy: 0,
            persons: 0,
            timers,
        }
    }

    /// The tasks of an environment, in order of declaration.
    pub(in crate::release) fn tasks_of(&self, id: EnvironmentPlanId) -> impl Iterator<Item = TaskId> + use<> {
        let (first, end) = self.env(id).tasks;
        (first..end).map(Id::new)
    }

    /// The tasks of the hooks of one event, in order of declaration.
    pub(in crate::release) fn hooks(
        &self,
        plan: &Plan,
        place: Place,
        event: HookEvent,
    ) -> impl Iterator<Item = TaskId> + use<> {
        let first = match place {
            Place::Release => offset(&plan.hooks, 0, 0, event),
            Place::Environment(id) => self.first_hook(plan, id, event),
            Place::Application(_) => 0,
        };
        let count = plan.hooks_of(place).map_or(0, |hooks| hooks.of(event).len());
        (first..first + count).map(|index| Id::new(index as u32))
    }

    /// The tasks of the approvals, in order of declaration.
    pub(in crate::release) fn approvals(
        &self,
        plan: &Plan,
        id: EnvironmentPlanId,
    ) -> impl Iterator<Item = TaskId> + use<> {
        let first = self.env(id).tasks.0;
        (first..first + u32::from(count(&plan.environments[id].approvals))).map(Id::new)
    }

    /// The tasks of the overrides, in order of declaration.
    pub(in crate::release) fn overrides(
        &self,
        plan: &Plan,
        id: EnvironmentPlanId,
    ) -> impl Iterator<Item = TaskId> + use<> {
        let EnvironmentPlan { approvals, overrides, .. } = &plan.environments[id];
        let first = self.env(id).tasks.0 + u32::from(count(approvals));
        (first..first + u32::from(count(overrides))).map(Id::new)
    }

    /// The windows that an environment must still wait for.
    pub(in crate::release) fn windows_of(&self, plan: &Plan, id: EnvironmentPlanId) -> Vec<WindowPlanId> {
        let given: Vec<bool> =
            self.overrides(plan, id).map(|task| self.tasks[task].progress == TaskProgress::Succeeded).collect();
        plan.windows_without(id, |nth| given.get(nth) == Some(&true))
    }

    /// The task of an effect that is in progress.
    pub(in crate::release) fn open_task(&self, plan: &Plan, id: EffectId) -> Option<TaskId> {
        let task = self.task_at(plan, id)?;
        let known = self.tasks.find(task)?;
        (known.id == id && known.progress.is_open()).then_some(task)
    }

    /// The rank of an effect in the order of declaration, which is the order of outcomes at one instant (rule 17).
    pub fn rank(&self, plan: &Plan, id: EffectId) -> usize {
        self.task_at(plan, id).map_or(usize::MAX, Id::index)
    }

    pub(super) fn task_at(&self, plan: &Plan, id: EffectId) -> Option<TaskId> {
        if let Place::Application(application) = id.place {
            return Some(self.applications.find(same(application))?.task);
        }
        if let Place::Environment(environment) = id.place {
            plan.environments.find(environment)?;
        }
        if let (Stage::Approval(nth), Place::Environment(environment)) = (id.stage, id.place) {
            return self.approvals(plan, environment).nth(nth.into());
        }
        if let (Stage::Override(nth), Place::Environment(environment)) = (id.stage, id.place) {
            return self.overrides(plan, environment).nth(nth.into());
        }
        let (event, nth) = id.stage.as_hook()?;
        self.hooks(plan, id.place, event).nth(nth.into())
    }

    fn first_hook(&self, plan: &Plan, id: EnvironmentPlanId, event: HookEvent) -> usize {
        let EnvironmentPlan { approvals, overrides, applications, hooks, .. } = &plan.environments[id];
        let before = usize::from(count(approvals)) + usize::from(count(overrides));
        let first = self.env(id).tasks.0 as usize + before;
        offset(hooks, first, applications.len(), event)
    }
}

/// The first task of an event, with `between` other tasks between the hooks on start and those on success.
fn offset(hooks: &Hooks, first: usize, between: usize, event: HookEvent) -> usize {
    match event {
        HookEvent::Start => first,
        HookEvent::Success => first + hooks.start.len() + between,
        HookEvent::Failure => first + hooks.start.len() + between + hooks.success.len(),
    }
}

fn push_hooks(tasks: &mut Arena<Task>, place: Place, hooks: &Hooks, event: HookEvent) {
    for nth in 0..count(hooks.of(event)) {
        tasks.push(Task::new(place, Stage::hook(event, nth)));
    }
}

fn count<T>(list: &[T]) -> u16 {
    u16::try_from(list.len()).unwrap_or(u16::MAX)
}
