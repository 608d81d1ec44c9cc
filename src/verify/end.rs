//! Checks a release that has ended (V5 to V8).

use super::history::{History, RecordLayout};
use super::law::{Breach, Law};
use crate::release::{EnvironmentPlanId, Names, Place, Plan, State, Status};
use crate::syntax::ast::HookEvent;

pub(super) struct ReleaseEnd<'a> {
    pub plan: &'a Plan,
    pub names: &'a Names,
    pub layout: &'a RecordLayout,
    pub history: &'a History,
    pub state: &'a State,
}

impl ReleaseEnd<'_> {
    /// Everything that is wrong with it.
    pub(super) fn breaches(&self) -> Vec<Breach> {
        let mut found = Vec::new();
        self.release(&mut found);
        for id in self.plan.environments.ids() {
            self.environment(id, &mut found);
            self.on_failure(id, &mut found);
            self.rolled_back(id, &mut found);
        }
        self.left_alone(&mut found);
        found
    }

    fn name(&self, id: EnvironmentPlanId) -> &str {
        self.names.environment(id)
    }

    fn any_failed(&self) -> bool {
        self.history.environments.values().any(|it| it.failed)
    }

    /// V5 and V8 for the release.
    fn release(&self, found: &mut Vec<Breach>) {
        let release = &self.history.release;
        let expected = match (release.terminated, release.failed || self.any_failed()) {
            (true, _) => Status::Terminated,
            (false, true) => Status::Failed,
            (false, false) => Status::Succeeded,
        };
        let is = self.state.status();
        if is != expected || release.status != is {
            let what =
                format!("the release ends as {}, but should end as {}", release.status.as_str(), expected.as_str());
            found.push(Breach { law: Law::V5, what });
        }
        let goes_on = self.history.stages.values().any(|record| record.open);
        if goes_on || !self.state.in_progress().is_empty() || self.state.due().is_some() {
            found.push(Breach {
                law: Law::V5,
                what: "the release has ended, but something is still in progress".to_owned(),
            });
        }
        let hooks = self.layout.hooks(self.plan, Place::Release, HookEvent::Failure);
        let ran = hooks.iter().all(|record| self.history.stages[*record].attempt == release.attempt);
        if !hooks.is_empty() && ran != (expected != Status::Succeeded) {
            let word = if ran { "did" } else { "did not" };
            let what = format!("the release is {}, but its `on failure` hooks {word} run", expected.as_str());
            found.push(Breach { law: Law::V8, what });
        }
    }

    /// V5 for an environment.
    fn environment(&self, id: EnvironmentPlanId, found: &mut Vec<Breach>) {
        let it = self.history.env(id);
        let may_be = match it.status {
            Status::Pending => !it.begun,
            Status::Succeeded => !it.failed && !it.terminated,
            // It failed in an earlier attempt, and has not continued since.
            Status::Failed => it.failed || !it.begun || self.history.is_not_rolled_back(self.plan, id),
            Status::Terminated => it.terminated || it.stopped,
            Status::RolledBack => it.rolled_back,
            Status::Queued | Status::Running | Status::Suspended | Status::Terminating => false,
        };
        let shown = self.state.environment(id).status;
        if !may_be || shown != it.status {
            let what = format!("`{}` is {} after the end of the release", self.name(id), it.status.as_str());
            found.push(Breach { law: Law::V5, what });
        }
        let listed = self.state.failed_environments().any(|other| other == id);
        if it.failed && !listed {
            found.push(Breach {
                law: Law::V5,
                what: format!("`{}` has failed, but is not recorded as failed", self.name(id)),
            });
        }
    }

    fn on_failure(&self, id: EnvironmentPlanId, found: &mut Vec<Breach>) {
        let hooks = self.layout.hooks(self.plan, Place::Environment(id), HookEvent::Failure);
        let it = self.history.env(id);
        let due = it.failed || it.terminated;
        let attempt = self.history.release.attempt;
        let ran = hooks.iter().all(|record| self.history.stages[*record].attempt == attempt);
        if !hooks.is_empty() && ran != due {
            let words = if due { "did not run, although it has failed" } else { "ran, although it has not failed" };
            found.push(Breach { law: Law::V8, what: format!("the `on failure` hooks of `{}` {words}", self.name(id)) });
        }
    }

    fn rolled_back(&self, id: EnvironmentPlanId, found: &mut Vec<Breach>) {
        let it = self.history.env(id);
        let reported = it.status == Status::Failed || it.status == Status::Terminated && self.history.release.stopping;
        if self.history.is_not_rolled_back(self.plan, id) && !reported {
            let what = format!("a rollback has fired for `{0}`, but `{0}` was not rolled back", self.name(id));
            found.push(Breach { law: Law::V6, what });
        }
    }

    /// V7: an environment that has nothing to do with a failure has succeeded.
    fn left_alone(&self, found: &mut Vec<Breach>) {
        let release = &self.history.release;
        if release.failed || release.terminated {
            return;
        }
        let hit = |id: EnvironmentPlanId| self.history.env(id).failed || self.history.env(id).named;
        let reached = downstream(self.plan, self.plan.environments.ids().filter(|id| hit(*id)));
        for id in self.plan.environments.ids().filter(|id| !reached.contains(id)) {
            if self.history.env(id).status != Status::Succeeded {
                let status = self.history.env(id).status.as_str();
                let what = format!("`{}` is {status}, although nothing that it needs has failed", self.name(id));
                found.push(Breach { law: Law::V7, what });
            }
        }
    }
}

/// These environments and all that need one of them, directly or indirectly.
pub(super) fn downstream(plan: &Plan, from: impl Iterator<Item = EnvironmentPlanId>) -> Vec<EnvironmentPlanId> {
    let mut found: Vec<EnvironmentPlanId> = from.collect();
    let mut at = 0;
    while let Some(&id) = found.get(at) {
        for dependent in plan.dependents(id) {
            if !found.contains(&dependent) {
                found.push(dependent);
            }
        }
        at += 1;
    }
    found
}
