//! Rollbacks (rules 18 to 22).

use super::Transition;
use crate::release::state::{ApplicationRollback, EnvironmentRollback, NEVER, Phase, TaskProgress};
use crate::release::{Act, ApplicationPlanId, EffectId, EnvironmentPlanId, Outcome, Place, Report, Stage};
use crate::syntax::ast::HookEvent;

impl Transition<'_> {
    /// Whether a failed environment is its own target. If so, its rollback is due.
    pub(super) fn names_itself(&mut self, id: EnvironmentPlanId) -> bool {
        let own = !self.state.terminating && self.plan.environments[id].rolls_back.contains(&id);
        own && self.name(id)
    }

    /// As soon as an environment has failed, its targets are rolled back (rule 18).
    pub(super) fn fire(&mut self, failed: EnvironmentPlanId) {
        // What fails while it is terminated counts as terminated (rule 16).
        if self.state.terminating {
            return;
        }
        for &id in self.plan.environments[failed].rolls_back.iter().filter(|id| **id != failed) {
            if self.name(id) {
                self.revoke(id);
            }
        }
    }

    /// Marks an environment as the target of a rule. Returns false if a rule named it before in this attempt (rule 22).
    fn name(&mut self, id: EnvironmentPlanId) -> bool {
        let environment = self.state.env_mut(id);
        let first = environment.rollback == EnvironmentRollback::No;
        if first {
            environment.rollback = EnvironmentRollback::Due;
        }
        first
    }

    /// Handles a target (rules 18 and 20): if it has not begun, it never does; if it is in flight, it is stopped first.
    fn revoke(&mut self, id: EnvironmentPlanId) {
        let mut applications = self.plan.environments[id].applications.iter();
        let changed = applications.any(|&application| self.must_roll_back(application));
        let environment = self.state.env_mut(id);
        match environment.phase {
            phase if phase.is_promotion() || matches!(phase, Phase::Retrying | Phase::Ending) => {
                environment.stopped = !environment.failed;
                self.set_timeout(id, NEVER);
                self.wind_up(id, true);
            }
            phase if changed => {
                // It has not begun in this attempt, but runs the release since an earlier one.
                if phase.is_before_start() {
                    self.end_all(id, false);
                }
                self.uncount(id);
                self.roll_back(id);
            }
            // If the release did not change it, it keeps its status; if it has not begun, it never does.
            phase => {
                environment.rollback = EnvironmentRollback::Untouched;
                if phase.is_before_start() {
                    self.end_all(id, false);
                    self.set_phase(id, Phase::Halted);
                }
            }
        }
    }

    /// Nothing is in progress in the environment, except perhaps its hooks on failure: those of a failed environment
    /// run beside the rollback.
    pub(super) fn roll_back(&mut self, id: EnvironmentPlanId) {
        let before = self.state.env(id).phase;
        let applications = &self.plan.environments[id].applications;
        let any = applications.iter().any(|&application| self.must_roll_back(application));
        if any && !self.state.stopping_rollbacks {
            self.report(Report::RollingBack(id));
        }
        self.set_phase(id, Phase::RollingBack);
        if before == Phase::Ending && self.state.env(id).failed {
            self.run_hooks(Place::Environment(id), HookEvent::Failure);
        }
        for &application in applications {
            if self.must_roll_back(application) {
                let stopping = self.state.stopping_rollbacks;
                self.state.app_mut(application).rollback =
                    if stopping { ApplicationRollback::Failed } else { ApplicationRollback::At(Stage::Rollback) };
                self.advance_rollback(application);
            }
        }
        self.rolled_back(id);
    }

    /// Whether an application runs the release, as far as the machine knows (rule 19), and can be rolled back. If no
    /// action says how, there is nothing to do (E0309).
    fn must_roll_back(&self, id: ApplicationPlanId) -> bool {
        let application = self.state.app(id);
        // A rollback that failed is not repeated by itself (rule 21).
        application.runs && application.rollback != ApplicationRollback::Failed && self.plan.can_roll_back(id)
    }

    /// Begins the current stage of an application's rollback.
    pub(super) fn advance_rollback(&mut self, id: ApplicationPlanId) {
        let ApplicationRollback::At(stage) = self.state.app(id).rollback else { return };
        let plan = &self.plan.applications[id];
        let act = match (stage, plan.rollback_action) {
            (Stage::Rollback, Some(call)) => Act::Workflow(call),
            (Stage::Rollback, None) if self.plan.rollback_opens_pull_request(id) => Act::OpenRollbackPr,
            (Stage::Rollback, None) => Act::Rollback,
            (Stage::RollbackMerge, _) => Act::AwaitMerge,
            (Stage::RollbackSync, _) => Act::AwaitSync,
            _ => Act::AwaitHealth,
        };
        self.perform_stage(id, stage, act);
    }

    pub(super) fn rollback_outcome(&mut self, id: ApplicationPlanId, stage: Stage, succeeded: bool, outcome: Outcome) {
        let plan = &self.plan.applications[id];
        let opens = self.plan.rollback_opens_pull_request(id);
        let stopping = self.state.stopping_rollbacks;
        let application = self.state.app_mut(id);
        // A late workflow or commit has brought the values again since they were rolled back.
        let again = application.runs && matches!(stage, Stage::RollbackSync | Stage::RollbackHealth);
        let next = match stage {
            _ if !succeeded => ApplicationRollback::Failed,
            _ if again => ApplicationRollback::At(Stage::Rollback),
            Stage::Rollback | Stage::RollbackMerge if outcome == Outcome::Unchanged => ApplicationRollback::LeftAlone,
            Stage::Rollback if opens => ApplicationRollback::At(Stage::RollbackMerge),
            Stage::Rollback | Stage::RollbackMerge => ApplicationRollback::At(Stage::RollbackSync),
            Stage::RollbackSync => ApplicationRollback::At(Stage::RollbackHealth),
            _ => ApplicationRollback::Done,
        };
        if matches!(next, ApplicationRollback::LeftAlone | ApplicationRollback::At(Stage::RollbackSync)) {
            application.runs = false;
        }
        // Nothing more is begun. A pull request that was opened meanwhile is closed.
        if stopping && next == ApplicationRollback::At(Stage::RollbackMerge) {
            application.rollback = next;
            return self.close(id, Stage::RollbackMerge);
        }
        application.rollback =
            if stopping && matches!(next, ApplicationRollback::At(_)) { ApplicationRollback::Failed } else { next };
        self.advance_rollback(id);
        self.rolled_back(plan.environment);
    }

    /// Closes the last pull request and waits for the answer, because it may have been merged before.
    pub(super) fn close(&mut self, id: ApplicationPlanId, stage: Stage) {
        let application = self.state.app_mut(id);
        let (task, time) = (application.task, application.time(stage).map_or(1, |time| *time));
        self.state.tasks[task].id =
            EffectId { attempt: self.state.attempt, place: Place::Application(id), stage, time };
        self.stop(task);
    }

    /// Ends an environment when all its applications are rolled back or cannot be (rule 21).
    pub(super) fn rolled_back(&mut self, id: EnvironmentPlanId) {
        let place = Place::Environment(id);
        let applications = &self.plan.environments[id].applications;
        let is = |wanted: ApplicationRollback| applications.iter().any(|&it| self.state.app(it).rollback == wanted);
        let goes_on = applications.iter().any(|&it| matches!(self.state.app(it).rollback, ApplicationRollback::At(_)));
        if self.state.env(id).phase != Phase::RollingBack || goes_on || self.hooks_go_on(place, HookEvent::Failure) {
            return;
        }
        let rollback = match (is(ApplicationRollback::Failed), is(ApplicationRollback::Done)) {
            (true, _) => EnvironmentRollback::Failed,
            (false, true) => EnvironmentRollback::Done,
            (false, false) => EnvironmentRollback::Untouched,
        };
        let now = self.state.now;
        let environment = self.state.env_mut(id);
        environment.rollback = rollback;
        if rollback == EnvironmentRollback::Untouched {
            environment.terminated |= environment.stopped;
        } else {
            environment.ended = Some(now);
        }
        if self.state.env(id).resumes && rollback == EnvironmentRollback::Untouched {
            return self.set_phase(id, Phase::Halted);
        }
        self.end(id);
        if self.state.env(id).succeeded() {
            self.count_in(id);
        }
    }

    /// A second terminate stops rollbacks in progress (rule 16). What was to be rolled back and is not has failed.
    pub(super) fn stop_rollbacks(&mut self) {
        if std::mem::replace(&mut self.state.stopping_rollbacks, true) {
            return;
        }
        for id in self.plan.environments.ids() {
            if self.state.env(id).phase != Phase::RollingBack {
                continue;
            }
            for &application in &self.plan.environments[id].applications {
                let ApplicationRollback::At(_) = self.state.app(application).rollback else { continue };
                let task = self.state.app(application).task;
                self.end_task(task, true);
                if !matches!(self.state.tasks[task].progress, TaskProgress::Running | TaskProgress::Stopping) {
                    self.state.app_mut(application).rollback = ApplicationRollback::Failed;
                }
            }
            self.rolled_back(id);
        }
    }
}
