//! Waits until an application is healthy. Real health flaps, so degraded counts only after a grace period.

use std::time::{Duration, Instant};

use super::HealthCheck;
use super::probe::{HealthAnswer, HealthProbe, NOT_YET};
use crate::ledger::entry::Detail;
use crate::project::Health;
use crate::release::{EffectId, Outcome};

/// One application that is awaited.
pub(in crate::run) struct HealthWait {
    pub(in crate::run) id: EffectId,
    probe: HealthProbe,
    health: Health,
    since: Instant,
    trouble: Option<(Instant, String)>,
    /// What the command said last, if it said "not yet" and why.
    not_yet: Option<String>,
}

impl HealthWait {
    /// Starts to wait. `None` if there is no health provider, so that everything counts as healthy.
    pub(in crate::run) fn begin(id: EffectId, check: HealthCheck<'_>) -> Option<HealthWait> {
        let health = check.health.clone();
        Some(HealthWait {
            id,
            probe: HealthProbe::new(check, Duration::ZERO)?,
            health,
            since: Instant::now(),
            trouble: None,
            not_yet: None,
        })
    }

    /// The outcome, once there is one. Never blocks.
    pub(in crate::run) fn poll(&mut self) -> Option<(Outcome, Detail)> {
        let now = Instant::now();
        let answer = self.probe.poll(now);
        match answer {
            Some(HealthAnswer::Healthy) => return Some((Outcome::Succeeded, Detail::default())),
            Some(HealthAnswer::Unreachable(why)) => return Some(failed(why)),
            Some(HealthAnswer::NotYet(why)) => {
                self.trouble = None;
                self.not_yet = (!why.is_empty()).then(|| format!("exited with status {NOT_YET}{why}"));
            }
            Some(HealthAnswer::Degraded(what)) => {
                let since = self.trouble.as_ref().map_or(now, |(since, _)| *since);
                let grace = self.health.degraded;
                if now.duration_since(since) >= Duration::from_secs(grace.0) {
                    let program = self.probe.program();
                    return Some(failed(format!("it has been degraded for {grace}; `{program}` {what}")));
                }
                self.trouble = Some((since, what));
            }
            None => {}
        }
        let late = now.duration_since(self.since) >= Duration::from_secs(self.health.timeout.0);
        late.then(|| failed(self.too_late()))
    }

    fn too_late(&self) -> String {
        let trouble = self.trouble.as_ref().map(|(_, what)| what).or(self.not_yet.as_ref());
        let trouble = trouble.map(|what| format!("; `{}` {what}", self.probe.program()));
        format!("it did not become healthy within {}{}", self.health.timeout, trouble.unwrap_or_default())
    }
}

fn failed(message: String) -> (Outcome, Detail) {
    (Outcome::Failed, Detail::error(message))
}
