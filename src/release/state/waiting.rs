//! What an environment waits for, for people.

use super::{NEVER, Phase, State, TaskProgress, Timer, same};
use crate::release::{ApplicationPlanId, EffectId, EnvironmentPlanId, Place, Plan, Stage};
use crate::syntax::literal::Instant;

/// Something that an environment waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// So many of a need are missing: the position in [`needs`](crate::release::EnvironmentPlan::needs), and how many.
    Dependency(usize, u32),
    /// Its soak ends then.
    Soak(Instant),
    /// The nth approval.
    Approval(u16),
    /// Its windows are all open then; `None`: never in the life of this release.
    Window(Option<Instant>),
    /// A workflow, a hook too.
    Workflow(EffectId),
    /// A commit, or the opening of a pull request.
    Action(ApplicationPlanId),
    /// A pull request must be merged.
    PullRequest(ApplicationPlanId),
    /// An application must run the release's values.
    Sync(ApplicationPlanId),
    /// An application must be healthy.
    Health(ApplicationPlanId),
    /// A workflow is tried again then; the effect is the try that failed.
    WorkflowRetry(EffectId, Instant),
    /// The environment goes on then.
    Retry(Instant),
    /// An older release that is in flight there must end first (rule 23).
    Older,
    /// An application is rolled back: by a commit, or the opening of a pull request (rule 18).
    Rollback(ApplicationPlanId),
}

impl State {
    /// What an environment waits for, in order of declaration; empty where it has ended.
    pub fn waits_for(&self, plan: &Plan, id: EnvironmentPlanId) -> Vec<Waiting> {
        let Some(environment) = self.environments.find(same(id)) else { return Vec::new() };
        let mut list = Vec::new();
        let timer = self.timer(Timer::Environment(id));
        match environment.phase {
            Phase::Dependencies => {
                for (nth, need) in plan.environments[id].needs.iter().enumerate() {
                    let missing = need.count.saturating_sub(self.succeeded_of(need));
                    if missing > 0 {
                        list.push(Waiting::Dependency(nth, missing));
                    }
                }
            }
            Phase::Soaking => list.push(Waiting::Soak(timer)),
            Phase::Window => list.push(Waiting::Window((timer != NEVER).then_some(timer))),
            Phase::Entering => list.push(Waiting::Older),
            Phase::Retrying => list.push(Waiting::Retry(timer)),
            _ => {}
        }
        for task_id in self.tasks_of(id) {
            let task = &self.tasks[task_id];
            match task.progress {
                TaskProgress::Running | TaskProgress::Stopping => list.push(waiting(plan, task.id)),
                TaskProgress::Waiting => list.push(Waiting::WorkflowRetry(task.id, self.timer(Timer::Task(task_id)))),
                TaskProgress::Idle | TaskProgress::Succeeded | TaskProgress::Failed => {}
            }
        }
        list
    }
}

fn waiting(plan: &Plan, id: EffectId) -> Waiting {
    match (id.stage, id.place) {
        (Stage::Approval(nth), _) => Waiting::Approval(nth),
        (Stage::Action, Place::Application(application)) => Waiting::Action(application),
        (Stage::Rollback, Place::Application(application)) if plan.call_of(id).is_none() => {
            Waiting::Rollback(application)
        }
        (Stage::Merge | Stage::RollbackMerge, Place::Application(application)) => Waiting::PullRequest(application),
        (Stage::Sync | Stage::RollbackSync, Place::Application(application)) => Waiting::Sync(application),
        (Stage::Health | Stage::RollbackHealth, Place::Application(application)) => Waiting::Health(application),
        _ => Waiting::Workflow(id),
    }
}
