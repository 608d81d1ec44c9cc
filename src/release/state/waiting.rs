//! What an environment waits for, as facts that [`describe`](crate::release::describe) puts into words.

use super::{NEVER, Phase, State, TaskProgress, Timer, same};
use crate::release::{ApplicationPlanId, EffectId, EnvironmentPlanId, Place, Plan, Stage};
use crate::syntax::literal::Instant;

/// Something that an environment waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// A need that is not met: its position in [`needs`](crate::release::EnvironmentPlan::needs), and how many are
    /// missing.
    Dependency(usize, u32),
    /// The soak ends at this instant.
    Soak(Instant),
    /// The nth approval, from 0.
    Approval(u16),
    /// The windows open together at this instant; `None`: not before the release's timeout.
    Window(Option<Instant>),
    /// The nth override of a window, from 0; the window may open before it is given.
    Override(u16),
    /// A workflow; hooks included.
    Workflow(EffectId),
    /// A commit, or the opening of a pull request.
    Action(ApplicationPlanId),
    /// The merge of a pull request.
    PullRequest(ApplicationPlanId),
    /// An application must run the release's values.
    Sync(ApplicationPlanId),
    /// An application must be healthy.
    Health(ApplicationPlanId),
    /// The next try of a workflow begins at this instant. The effect is the try that failed.
    WorkflowRetry(EffectId, Instant),
    /// The environment continues at this instant, after a failure (rule 10).
    Retry(Instant),
    /// An older release that is in flight there must end first (rule 23).
    Older,
    /// The rollback of an application, by a commit or the opening of a pull request (rule 18).
    Rollback(ApplicationPlanId),
}

impl State {
    /// Everything that an environment waits for, in order of declaration; empty if it has ended.
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
        (Stage::Override(nth), _) => Waiting::Override(nth),
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
