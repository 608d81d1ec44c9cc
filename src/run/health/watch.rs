//! Watches an application from the first `healthy` until the release ends (rule 9). If it turns degraded and stays so for
//! the grace period, it has lost its health. Only an answer of `healthy` ends a degraded period; not yet, unreachable
//! and unanswered do not count.

use std::time::{Duration, Instant};

use super::HealthCheck;
use super::probe::{HealthAnswer, HealthProbe};
use crate::project::Health;
use crate::release::ApplicationPlanId;

/// One application that is watched.
pub(in crate::run) struct HealthWatch {
    pub(in crate::run) application: ApplicationPlanId,
    probe: HealthProbe,
    health: Health,
    degraded_since: Option<Instant>,
}

impl HealthWatch {
    /// Starts to watch. `None` if there is no health provider.
    pub(in crate::run) fn begin(application: ApplicationPlanId, check: HealthCheck<'_>) -> Option<HealthWatch> {
        let health = check.health.clone();
        // It has just been healthy.
        let pause = Duration::from_secs(health.interval.0);
        Some(HealthWatch { application, probe: HealthProbe::new(check, pause)?, health, degraded_since: None })
    }

    /// Why it has lost its health, once it has. Never blocks.
    pub(in crate::run) fn poll(&mut self) -> Option<String> {
        let now = Instant::now();
        // A command that hangs says nothing about the application; the next run may.
        let patience = Duration::from_secs(self.health.timeout.0);
        if self.probe.asked_at().is_some_and(|since| now.duration_since(since) >= patience) {
            self.probe.give_up(now);
        }
        match self.probe.poll(now)? {
            HealthAnswer::Healthy => self.degraded_since = None,
            HealthAnswer::NotYet(_) | HealthAnswer::Unreachable(_) => {}
            HealthAnswer::Degraded(what) => {
                let grace = self.health.degraded;
                let since = *self.degraded_since.get_or_insert(now);
                if now.duration_since(since) >= Duration::from_secs(grace.0) {
                    let program = self.probe.program();
                    return Some(format!("it was healthy, but has been degraded for {grace}; `{program}` {what}"));
                }
            }
        }
        None
    }
}
