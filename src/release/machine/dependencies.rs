//! Whether an environment's dependencies are met (rule 1).

use std::collections::BTreeSet;

use super::Transition;
use crate::release::state::{Missing, Phase, same};
use crate::release::{EnvironmentPlanId, Need, NeedSetId, State};

impl State {
    /// How many members of a need have succeeded.
    pub(in crate::release) fn succeeded_of(&self, need: &Need) -> u32 {
        need.of.iter().filter(|&&id| self.env(id).succeeded()).count() as u32
    }

    fn missing(&mut self, set: NeedSetId) -> &mut Missing {
        &mut self.missing[same(set)]
    }
}

impl Transition<'_> {
    /// Finds the environments whose dependencies are met: when environments may begin, and after a retry.
    pub(super) fn look_at_dependencies(&mut self) {
        for id in self.plan.environments.ids() {
            self.look_at(id);
        }
    }

    fn look_at(&mut self, id: EnvironmentPlanId) {
        let environment = self.state.env(id);
        if environment.phase == Phase::Dependencies && environment.unmet == 0 {
            self.state.ready.push(id);
        }
    }

    /// Continues the environments whose dependencies are now met, in order of declaration.
    pub(super) fn begin_ready(&mut self) {
        let mut ready = std::mem::take(&mut self.state.ready);
        ready.sort_unstable();
        for &id in &ready {
            let environment = self.state.env(id);
            if environment.phase == Phase::Dependencies && environment.unmet == 0 {
                self.dependencies_met(id);
            }
        }
        // What became ready meanwhile comes next; otherwise the memory is reused.
        ready.clear();
        if self.state.ready.is_empty() {
            self.state.ready = ready;
        }
    }

    /// Counts an environment that has succeeded for its dependents.
    pub(super) fn count_in(&mut self, succeeded: EnvironmentPlanId) {
        let order = self.state.successes.saturating_add(1);
        self.state.successes = order;
        self.state.env_mut(succeeded).order = Some(order);
        for &set in &self.plan.environments[succeeded].member_of {
            let missing = self.state.missing(set);
            missing.0 -= 1;
            if missing.0 == 0 {
                for &dependent in &self.plan.sets[set].dependents {
                    let environment = self.state.env_mut(dependent);
                    environment.unmet = environment.unmet.saturating_sub(1);
                    self.look_at(dependent);
                }
            }
        }
    }

    /// Stops counting an environment that had succeeded, because it failed or is rolled back. Dependents that counted
    /// it and have not begun are back at stage 1; their soak and approvals are void.
    pub(super) fn uncount(&mut self, lost: EnvironmentPlanId) {
        let Some(order) = self.state.env_mut(lost).order.take() else { return };
        let sets = &self.plan.environments[lost].member_of;
        let mut voided = BTreeSet::new();
        for &set in sets {
            let missing = self.state.missing(set);
            missing.0 += 1;
            let dependents = &self.plan.sets[set].dependents;
            if missing.0 == 1 {
                dependents.iter().for_each(|id| self.state.env_mut(*id).unmet += 1);
            }
            if self.counted(&self.plan.sets[set].need, order) {
                voided.extend(dependents.iter().copied());
            }
        }
        for id in voided {
            let environment = self.state.env(id);
            let phase = environment.phase;
            let waits = phase.is_before_start() && phase != Phase::Dependencies;
            if environment.failed && environment.point == Phase::Approving {
                // It was denied. Its soak is void, too, so a retry begins with stage 1.
                self.state.env_mut(id).point = Phase::Dependencies;
            }
            if waits {
                self.end_all(id, false);
                self.set_phase(id, Phase::Dependencies);
                self.look_at(id);
            }
        }
    }

    /// Whether the environment that succeeded as the `order`th one made up the count of a need: fewer than the needed
    /// number had succeeded before it.
    fn counted(&self, need: &Need, order: u32) -> bool {
        let before = |&&id: &&EnvironmentPlanId| {
            let environment: &crate::release::state::EnvironmentState = &self.state.environments[same(id)];
            environment.order.is_some_and(|other| other < order)
        };
        (need.of.iter().filter(before).count() as u32) < need.count
    }
}
