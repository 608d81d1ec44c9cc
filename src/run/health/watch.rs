//! From the first `healthy` to the end of the release (rule 9): an application that turns degraded, and stays so for the
//! grace, is in trouble. Not yet, unreachable and unanswered are no news: only an answer of `healthy` ends a trouble.

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
    /// Begins to watch; `None` where nobody knows of health.
    pub(in crate::run) fn begin(application: ApplicationPlanId, check: HealthCheck<'_>) -> Option<HealthWatch> {
        let health = check.health.clone();
        // It has just said that it is healthy.
        let pause = Duration::from_secs(health.interval.0);
        Some(HealthWatch { application, probe: HealthProbe::new(check, pause)?, health, degraded_since: None })
    }

    /// What is wrong with it, once that has lasted. It never blocks.
    pub(in crate::run) fn poll(&mut self) -> Option<String> {
        let now = Instant::now();
        // A question that hangs tells nothing of the application; the next one may.
        let patience = Duration::from_secs(self.health.timeout.0);
        if self.probe.asked_at().is_some_and(|since| now.duration_since(since) >= patience) {
            self.probe.give_up(now);
        }
        match self.probe.poll(now)? {
            HealthAnswer::Healthy => self.degraded_since = None,
            HealthAnswer::NotYet | HealthAnswer::Unreachable(_) => {}
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
