//! Terminating a release: by request, by its timeout, or because it is superseded (rules 8, 16 and 24).

use super::Transition;
use crate::release::state::{EnvironmentRollback, NEVER, Phase, ReleasePhase};
use crate::release::{EnvironmentPlanId, Report};

impl Transition<'_> {
    /// Counts the flow's timeout once more and then stops rollbacks, so that none can wait forever.
    pub(super) fn bound_rollbacks(&mut self) {
        let until = self.state.now.after(self.plan.timeout);
        self.set_release_timeout(until);
    }

    /// A newer release has begun this environment, or its values have changed.
    pub(super) fn supersede(&mut self, id: EnvironmentPlanId) {
        self.report(Report::Superseded(id));
        self.terminate();
    }

    pub(super) fn terminate(&mut self) {
        if self.state.terminating {
            return self.stop_rollbacks();
        }
        if self.state.phase == ReleasePhase::OnFailure {
            // It has failed and is ending. Only a rollback may have begun meanwhile; the first terminate lets it
            // finish.
            if std::mem::replace(&mut self.state.warned, true) {
                self.stop_rollbacks();
            }
            return;
        }
        self.state.terminating = true;
        if self.state.phase == ReleasePhase::Queued {
            return self.finish();
        }
        self.show_release();
        self.set_release_timeout(NEVER);
        self.set_baked(NEVER);
        self.wind_up_release(true);
        for id in self.plan.environments.ids() {
            let environment = self.state.env_mut(id);
            match environment.phase {
                phase if phase.is_before_start() => {
                    self.end_all(id, true);
                    self.set_phase(id, Phase::Halted);
                }
                // Its hooks on failure continue, because it has already failed.
                Phase::OnFailure | Phase::Halted | Phase::Over => {}
                // Rollbacks in progress finish.
                _ if environment.rollback == EnvironmentRollback::Due => {
                    self.bound_rollbacks();
                }
                _ => {
                    environment.terminated = !environment.failed;
                    self.set_timeout(id, NEVER);
                    self.wind_up(id, true);
                }
            }
        }
    }
}
