//! Environments that can be swapped: a run in which they are swapped is the same run.

use std::collections::BTreeSet;

use crate::release::{CallId, EnvironmentPlan, EnvironmentPlanId, Hooks, Plan};

/// The environments of a plan in classes of those that can be swapped. An environment in one of the `sets` is only
/// swapped with others in that set.
pub(super) fn classes(plan: &Plan, sets: &[Vec<EnvironmentPlanId>]) -> Vec<Vec<EnvironmentPlanId>> {
    let mut found: Vec<Vec<EnvironmentPlanId>> = Vec::new();
    for id in plan.environments.ids() {
        let alike = |class: &&mut Vec<EnvironmentPlanId>| {
            let together = |first: &EnvironmentPlanId| sets.iter().all(|set| set.contains(first) == set.contains(&id));
            class.first().is_some_and(|first| together(first) && can_swap(plan, *first, id))
        };
        match found.iter_mut().find(alike) {
            Some(class) => class.push(id),
            None => found.push(vec![id]),
        }
    }
    found
}

/// Whether the plan is the same if two environments are swapped.
fn can_swap(plan: &Plan, one: EnvironmentPlanId, other: EnvironmentPlanId) -> bool {
    // The trigger has rules of its own.
    if Plan::is_trigger(one) || Plan::is_trigger(other) {
        return false;
    }
    let swapped = |id: EnvironmentPlanId| match id {
        id if id == one => other,
        id if id == other => one,
        id => id,
    };
    let all = |list: &[EnvironmentPlanId]| list.iter().map(|id| swapped(*id)).collect::<BTreeSet<_>>();
    let plain = |list: &[EnvironmentPlanId]| list.iter().copied().collect::<BTreeSet<_>>();
    let same_links = plan.environments.iter().all(|(id, it)| {
        let image = &plan.environments[swapped(id)];
        let needs = it.needs.iter().map(|need| (need.count, all(&need.of)));
        needs.eq(image.needs.iter().map(|need| (need.count, plain(&need.of))))
            && all(&it.rolls_back) == plain(&image.rolls_back)
    });
    same_links && same_way(plan, &plan.environments[one], &plan.environments[other])
}

/// Whether two environments have the same settings, except for durations.
fn same_way(plan: &Plan, one: &EnvironmentPlan, other: &EnvironmentPlan) -> bool {
    let shape = |it: &EnvironmentPlan| {
        let retry = it.retry.map(|retry| (retry.times, retry.every.0 > 0));
        let shut = it.windows.iter().any(|window| plan.windows[*window].calendar.is_none());
        let gates = (it.soak.0 > 0, it.approvals.len(), it.windows.is_empty(), shut);
        (gates, it.action, it.timeout.is_some(), retry, hooks(plan, &it.hooks), applications(plan, it))
    };
    shape(one) == shape(other)
}

/// What matters of a workflow: whether it has a timeout, its retries, and whether they wait.
type CallShape = (bool, Option<(u32, bool)>);

fn call(plan: &Plan, id: CallId) -> CallShape {
    let it = &plan.calls[id];
    (it.timeout.is_some(), it.retry.map(|retry| (retry.times, retry.every.0 > 0)))
}

fn hooks(plan: &Plan, hooks: &Hooks) -> [Vec<CallShape>; 3] {
    [&hooks.start, &hooks.success, &hooks.failure].map(|list| list.iter().map(|id| call(plan, *id)).collect())
}

fn applications(plan: &Plan, environment: &EnvironmentPlan) -> Vec<[Option<CallShape>; 3]> {
    let mut found: Vec<_> = environment.applications.iter().map(|id| application(plan, *id)).collect();
    found.sort_unstable();
    found
}

/// What matters of an application. Applications of one environment that have this in common can be swapped.
pub(super) fn application(plan: &Plan, id: crate::release::ApplicationPlanId) -> [Option<CallShape>; 3] {
    let it = &plan.applications[id];
    [it.pre_action, it.post_action, it.rollback_action].map(|id| id.map(|id| call(plan, id)))
}
