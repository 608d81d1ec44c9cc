//! Rule 9: health after the first `healthy`.

use super::Transition;
use crate::release::state::{NEVER, Phase, ReleasePhase};
use crate::release::{ApplicationPlanId, HealthLoss, Stage};

impl Transition<'_> {
    /// An application that was healthy is not any more: its environment fails, whether it has succeeded or is under way.
    /// What has ended otherwise, or is being rolled back, is not news; and while the release is terminated nothing fails.
    pub(super) fn health_lost(&mut self, id: ApplicationPlanId, loss: HealthLoss) {
        let Some(plan) = self.plan.applications.find(id) else { return };
        let counts = !self.state.terminating && self.state.phase != ReleasePhase::Queued;
        let application = self.state.app(id);
        // What a newer release has begun is that one's.
        if !counts || !application.watched || self.state.env(plan.environment).superseded {
            return;
        }
        let application = self.state.app_mut(id);
        // Whoever goes on awaits it again (rules 10 and 25).
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

    /// The release was about to succeed: it does not bake any more, and its hooks on success come to their end.
    fn disturb(&mut self) {
        match self.state.phase {
            ReleasePhase::Baking => {
                self.set_baked(NEVER);
                self.state.phase = ReleasePhase::Promoting;
            }
            ReleasePhase::OnSuccess => self.wind_up_release(false),
            // Its rollbacks, too, must end: what bounds them counts from here.
            ReleasePhase::OnFailure => self.bound_rollbacks(),
            _ => {}
        }
    }
}
