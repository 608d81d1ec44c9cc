//! What was seen in any run, and what should have been (V10).

use super::{SingleNode, SingleRelease};
use crate::release::{EnvironmentPlanId, Need, Status};
use crate::verify::deepen::Accumulate;

/// What was seen in any run.
#[derive(Clone, Debug, Default)]
pub(in crate::verify) struct Coverage {
    /// By environment: whether it succeeded.
    pub succeeded: Vec<bool>,
    /// By environment: whether it failed.
    pub failed: Vec<bool>,
    /// By property of the flow and condition: whether it was true.
    pub met: Vec<Vec<bool>>,
}

impl Accumulate for Coverage {
    fn add(&mut self, other: &Coverage) {
        unite(&mut self.succeeded, &other.succeeded);
        unite(&mut self.failed, &other.failed);
        self.met.resize(self.met.len().max(other.met.len()), Vec::new());
        self.met.iter_mut().zip(&other.met).for_each(|(all, more)| unite(all, more));
    }
}

fn unite(all: &mut Vec<bool>, more: &[bool]) {
    all.resize(all.len().max(more.len()), false);
    all.iter_mut().zip(more).for_each(|(all, more)| *all |= more);
}

impl SingleRelease<'_> {
    /// Collects what a node shows, by these ids of the environments in a larger plan.
    pub(in crate::verify) fn cover(&self, node: &SingleNode, ids: &[EnvironmentPlanId], seen: &mut Coverage) {
        let count = ids.iter().map(|id| id.index() + 1).max().unwrap_or(0);
        seen.succeeded.resize(count, false);
        seen.failed.resize(count, false);
        for (it, id) in node.history.environments.values().zip(ids) {
            seen.succeeded.get_mut(id.index()).into_iter().for_each(|it_did| *it_did |= it.status == Status::Succeeded);
            seen.failed.get_mut(id.index()).into_iter().for_each(|it_did| *it_did |= it.failed);
        }
        if node.state.is_queued() {
            return; // it begins at the same instant
        }
        seen.met.resize(self.properties.len(), Vec::new());
        for ((property, _), met) in self.properties.iter().zip(&mut seen.met) {
            let witnesses = property.witnesses(node.state.status(), |id| node.state.environment(id));
            let now: Vec<bool> = witnesses.map(|witness| witness.is_some()).collect();
            unite(met, &now);
        }
    }

    /// V10: what was never seen.
    pub(in crate::verify) fn never_seen(&self, seen: &Coverage) -> Vec<String> {
        let mut found = Vec::new();
        let has = |list: &[bool], id: EnvironmentPlanId| {
            let class = self.classes.iter().find(|class| class.contains(&id));
            class.is_some_and(|class| class.iter().any(|id| list.get(id.index()).copied().unwrap_or_default()))
        };
        let name = |id: EnvironmentPlanId| self.names.environment(id);
        for id in self.plan.environments.ids().filter(|id| !has(&seen.succeeded, *id)) {
            let succeeding = |need: &&Need| need.of.iter().filter(|id| has(&seen.succeeded, **id)).count();
            let needs = &self.plan.environments[id].needs;
            let lacks = needs.iter().find(|need| succeeding(need) < need.count as usize);
            let lacks = lacks.and_then(|need| need.of.iter().find(|id| !has(&seen.succeeded, **id)));
            let why = match lacks {
                Some(need) => format!(", because it needs `{}`", name(*need)),
                None if self.plan.is_shut(id) => ", because its windows are never open together".to_owned(),
                None => String::new(),
            };
            found.push(format!("`{}` does not succeed in any run{why}", name(id)));
        }
        for rule in &self.plan.rollbacks {
            if self.budget.failures > 0 && !rule.when.iter().any(|id| has(&seen.failed, *id)) {
                let when: Vec<&str> = rule.when.iter().map(|id| name(*id)).collect();
                let retried = rule.when.iter().find(|id| self.failures_to_fail(**id) > self.budget.failures);
                let why = retried.map_or(String::new(), |id| {
                    let (name, more) = (name(*id), self.failures_to_fail(*id));
                    format!(", because `{name}` has retries and fails only after {more} failures (`--failures {more}`)")
                });
                found.push(format!("the rollback when {} fails does not fire in any run{why}", when.join(", ")));
            }
        }
        found
    }

    /// How many failures an environment takes to fail, if they are failures of its steps (rules 10 and 11).
    fn failures_to_fail(&self, id: EnvironmentPlanId) -> u32 {
        self.plan.environments[id].retry.map_or(1, |retry| retry.times.saturating_add(1))
    }
}
