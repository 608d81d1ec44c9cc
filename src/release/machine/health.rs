//! Health after the first `healthy` (rule 9).

use super::Transition;
use crate::release::state::{NEVER, Phase, ReleasePhase};
use crate::release::{ApplicationPlanId, HealthLoss, Stage};

impl Transition<'_> {
    /// An application has lost its health, so its environment fails, whether it is in progress or has succeeded. The
    /// loss does not count if the environment has ended otherwise or is being rolled back, or if the release is
    /// terminating.
    pub(super) fn health_lost(&mut self, id: ApplicationPlanId, loss: HealthLoss) {
        let Some(plan) = self.plan.applications.find(id) else { return };
        let counts = !self.state.terminating && self.state.phase != ReleasePhase::Queued;
        let application = self.state.app(id);
        // A newer release is responsible for what it has begun.
        if !counts || !application.watched || self.state.env(plan.environment).superseded {
            return;
        }
        let application = self.state.app_mut(id);
        // A retry waits for it again (rules 10 and 25).
        application.watched = false;
        application.again = Some(match loss {
            HealthLoss::Degraded => Stage::Health,
            HealthLoss::OutOfSync => Stage::Sync,
        });
        let environment = self.state.env_mut(plan.environment);
        match environment.phase {
            Phase::Applications | Phase::OnSuccess => self.fail(plan.environment),
            Phase::Over if environment.succeeded() => {
                self.fail(plan.environment);
                self.disturb();
            }
            _ if environment.point == Phase::OnSuccess => environment.point = Phase::Applications,
            _ => {}
        }
    }

    /// The release was about to succeed: it stops baking, and its hooks on success finish.
    fn disturb(&mut self) {
        match self.state.phase {
            ReleasePhase::Baking => {
                self.set_baked(NEVER);
                self.state.phase = ReleasePhase::Promoting;
            }
            ReleasePhase::OnSuccess => self.wind_up_release(false),
            // The rollbacks that this fired must end, too. Their bound counts from here.
            ReleasePhase::OnFailure => self.bound_rollbacks(),
            _ => {}
        }
    }
}
