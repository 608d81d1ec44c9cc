//! Checks each effect that is requested, canceled or reported against what came before.

use super::Watch;
use crate::release::{
    Act, ApplicationPlanId, EffectId, EnvironmentPlanId, OverridePlan, Place, Report, Stage, Status, WindowPlanId,
};
use crate::syntax::ast::{Action, HookEvent};
use crate::verify::history::{RollbackRecord, STAGES, Soak, StageRecord};
use crate::verify::law::{Breach, Law};

impl Watch<'_> {
    pub(super) fn asked(&mut self, id: EffectId, act: Act) {
        let (text, attempt) = (self.text(id), self.history.release.attempt);
        let Some(record) = self.record(id) else {
            return self.breach(Law::V3, format!("{text} is not an effect of the plan"));
        };
        let before = std::mem::replace(
            record,
            StageRecord { attempt: id.attempt, time: id.time, open: true, cancelled: false, done: false },
        );
        let is_new = id.attempt == attempt && (before.attempt < attempt || before.time < id.time);
        if before.open || !is_new {
            self.breach(Law::V3, format!("{text} is requested again"));
        }
        if before.done {
            let law = if before.attempt == attempt { Law::V2 } else { Law::V9 };
            self.breach(law, format!("{text} has succeeded, but is requested again"));
        }
        if let Act::Workflow(call) = act {
            let tries = self.plan.calls[call].retry.map_or(0, |retry| retry.times);
            let falls = self.plan.environment_of(id.place).and_then(|id| self.plan.environments[id].retry);
            let runs = falls.map_or(0, |retry| retry.times).saturating_add(1);
            if u32::from(id.time) > tries.saturating_add(1).saturating_mul(runs) {
                self.breach(Law::V3, format!("{text} has more tries than allowed"));
            }
        }
        match (self.plan.environment_of(id.place), id.stage) {
            (None, stage) => self.asked_of_release(stage, &text),
            (Some(environment), stage) => self.asked_of_environment(environment, id, stage, &text),
        }
    }

    fn asked_of_release(&mut self, stage: Stage, text: &str) {
        let environments = || self.history.environments.values();
        let release = &self.history.release;
        let all_well =
            environments().all(|it| it.status == Status::Succeeded) && !release.failed && !release.terminated;
        match stage {
            Stage::OnSuccess(_) if !all_well => {
                self.breach(Law::V2, format!("{text} runs, although not every environment has succeeded"));
            }
            Stage::OnFailure(_) => {
                let failed = release.failed || release.terminated || environments().any(|it| it.failed);
                self.history.release.winding_up = true;
                if !failed {
                    self.breach(Law::V8, format!("{text} runs, although nothing has failed"));
                }
            }
            _ => {}
        }
    }

    fn asked_of_environment(&mut self, id: EnvironmentPlanId, effect: EffectId, stage: Stage, text: &str) {
        let it = self.history.env(id).clone();
        match (effect.place, stage) {
            (_, Stage::Approval(_) | Stage::Override(_)) => {
                let soaks = self.plan.environments[id].soak.0 > 0;
                if !self.history.meets(self.plan, id) || (soaks && it.soak != Soak::Soaked) {
                    self.breach(
                        Law::V1,
                        format!("{text} is requested before its dependencies are met and its soak has ended"),
                    );
                }
            }
            (_, Stage::OnFailure(_)) => {
                if !it.failed && !it.terminated {
                    self.breach(Law::V8, format!("{text} runs, although `{}` has not failed", self.name(id)));
                }
            }
            (Place::Application(application), stage) if stage.is_rollback() => {
                self.asked_back(id, application, stage, text);
            }
            (place, stage) => {
                if !it.begun {
                    self.breach(Law::V1, format!("{text} is requested before `{}` begins", self.name(id)));
                }
                if it.failed || it.terminated || it.named || self.history.release.terminated {
                    self.breach(Law::V2, format!("{text} begins after `{}` failed or was stopped", self.name(id)));
                }
                self.history.env_mut(id).falling = false;
                let in_order = match place {
                    Place::Application(application) => self.follows_in_order(id, application, stage),
                    _ => self.hook_in_order(id, stage),
                };
                if !in_order {
                    self.breach(Law::V2, format!("{text} comes before a stage that must come first"));
                }
            }
        }
    }

    fn hook_in_order(&self, id: EnvironmentPlanId, stage: Stage) -> bool {
        let mut applications = self.plan.environments[id].applications.iter();
        !matches!(stage, Stage::OnSuccess(_)) || applications.all(|application| self.is_through(*application))
    }

    /// Whether everything that must come before a stage has succeeded.
    fn follows_in_order(&self, id: EnvironmentPlanId, application: ApplicationPlanId, stage: Stage) -> bool {
        let plan = &self.plan.applications[application];
        let done = |stage| self.is_done(application, stage);
        let prepared = plan.pre_action.is_none() || done(Stage::PreAction);
        self.all_done(Place::Environment(id), HookEvent::Start)
            && match (stage, self.plan.environments[id].action) {
                (Stage::Action, _) => prepared,
                (Stage::Merge, _) => done(Stage::Action),
                (Stage::Sync, Action::Commit) => done(Stage::Action),
                (Stage::Sync, Action::PullRequest) => done(Stage::Merge),
                (Stage::Sync, Action::None) => prepared,
                (Stage::Health, _) => done(Stage::Sync),
                (Stage::PostAction, _) => done(Stage::Health),
                _ => true,
            }
    }

    fn asked_back(&mut self, id: EnvironmentPlanId, application: ApplicationPlanId, stage: Stage, text: &str) {
        let opens = self.plan.rollback_opens_pull_request(application);
        let in_order = match stage {
            Stage::Rollback => self.history.app(application).runs,
            Stage::RollbackMerge => self.is_done(application, Stage::Rollback),
            Stage::RollbackSync if opens => self.is_done(application, Stage::RollbackMerge),
            Stage::RollbackSync => self.is_done(application, Stage::Rollback),
            _ => self.is_done(application, Stage::RollbackSync),
        };
        self.history.app_mut(application).rollback = RollbackRecord::Begun;
        let promoted = STAGES.into_iter().filter(|stage| !stage.is_rollback());
        let mut records = promoted.filter_map(|stage| self.layout.application(application, stage));
        if records.any(|record| self.history.stages[record].open) || !self.history.env(id).named || !in_order {
            self.breach(Law::V6, format!("{text} comes too early, or where there is nothing to roll back"));
        }
    }

    pub(super) fn cancelled(&mut self, id: EffectId) {
        let (text, waits) = (self.text(id), id.stage.is_wait());
        let Some(record) = self.record(id) else { return };
        let known = record.open && (record.attempt, record.time) == (id.attempt, id.time);
        if known {
            (record.open, record.cancelled) = (!waits, !waits);
        } else if id.stage.is_merge() {
            // A pull request that is not awaited yet is closed, and the answer is awaited.
            *record = StageRecord { attempt: id.attempt, time: id.time, open: true, cancelled: true, done: false };
        } else {
            self.breach(Law::V3, format!("{text} is canceled, but is not in progress"));
        }
    }

    pub(super) fn reported(&mut self, report: Report) {
        match report {
            Report::Release(status) => self.history.release.status = status,
            Report::Environment(id, status) => self.became(id, status),
            Report::Started(id) => self.started(id),
            Report::Soaking(id, _) => {
                if !self.history.meets(self.plan, id) {
                    self.breach(Law::V1, format!("`{}` soaks before its dependencies are met", self.name(id)));
                }
                self.history.env_mut(id).soak = Soak::Soaking;
            }
            Report::RollingBack(id) => {
                let it = self.history.env_mut(id);
                let twice = std::mem::replace(&mut it.rolled_back, true);
                if twice {
                    self.breach(Law::V6, format!("`{}` is rolled back twice", self.name(id)));
                }
            }
            _ => {}
        }
    }

    fn became(&mut self, id: EnvironmentPlanId, status: Status) {
        let before = std::mem::replace(&mut self.history.env_mut(id).status, status);
        if status == Status::Succeeded {
            self.history.release.successes = self.history.release.successes.saturating_add(1);
            let order = self.history.release.successes;
            let it = self.history.env_mut(id);
            (it.order, it.falling) = (Some(order), false);
        } else if before == Status::Succeeded {
            self.lost(id);
        }
    }

    /// An environment is no longer succeeded, so the gates of its dependents that have not begun are void (rule 1).
    fn lost(&mut self, id: EnvironmentPlanId) {
        let Some(order) = self.history.env_mut(id).order.take() else { return };
        for set in self.plan.environments[id].member_of.iter().map(|set| &self.plan.sets[*set]) {
            let before = |id: &&EnvironmentPlanId| self.history.env(**id).order.is_some_and(|other| other < order);
            if set.need.of.iter().filter(before).count() >= set.need.count as usize {
                continue;
            }
            for dependent in &set.dependents {
                let it = self.history.env_mut(*dependent);
                if !it.begun && !it.alive {
                    it.soak = Soak::No;
                    for record in self.layout.of_environment(self.plan, *dependent) {
                        self.history.stages[record].done = false;
                    }
                }
            }
        }
    }

    fn started(&mut self, id: EnvironmentPlanId) {
        let it = self.history.env_mut(id);
        let (keeps, named) = (it.keeps, it.named);
        let soaked = self.plan.environments[id].soak.0 == 0 || it.soak == Soak::Soaked;
        (it.begun, it.alive, it.falling, it.keeps) = (true, true, false, false);
        let approved = (0..self.plan.environments[id].approvals.len()).all(|nth| {
            let stage = Stage::Approval(u16::try_from(nth).unwrap_or(u16::MAX));
            let id = EffectId { attempt: 1, place: Place::Environment(id), stage, time: 1 };
            self.layout.stage(self.plan, id).is_some_and(|record| self.history.stages[record].done)
        });
        let opens = |window: &WindowPlanId| self.plan.windows[*window].next_open(self.now) == Some(self.now);
        let environment = &self.plan.environments[id];
        let overridden = |nth: usize| {
            let stage = Stage::Override(u16::try_from(nth).unwrap_or(u16::MAX));
            let id = EffectId { attempt: 1, place: Place::Environment(id), stage, time: 1 };
            self.layout.stage(self.plan, id).is_some_and(|record| self.history.stages[record].done)
        };
        let passed = |(nth, it): (usize, &OverridePlan)| opens(&it.window) || overridden(nth);
        let open = environment.windows.iter().all(opens) && environment.overrides.iter().enumerate().all(passed);
        let name = self.name(id).to_owned();
        let mut missing = |holds: bool, what: &str| {
            if !holds {
                self.breaches.push(Breach { law: Law::V1, what: format!("`{name}` begins, but {what}") });
            }
        };
        missing(self.history.meets(self.plan, id), "its dependencies are not met");
        missing(keeps || soaked, "its soak has not ended");
        missing(keeps || approved, "it is not approved");
        missing(keeps || open, "its windows are not open");
        missing(!self.history.release.terminated, "the release is terminated");
        if !self.all_done(Place::Release, HookEvent::Start) {
            self.breach(Law::V1, format!("`{name}` begins before the `on start` hooks of the release have succeeded"));
        }
        if named {
            self.breach(Law::V6, format!("`{name}` begins after a rollback that names it has fired"));
        }
    }
}
