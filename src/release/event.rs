//! What happens to a machine.

use super::{ApplicationPlanId, EffectId, EnvironmentPlanId};
use crate::syntax::literal::Instant;

/// Something that happened, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// When. Never before the event before.
    pub at: Instant,
    /// What.
    pub what: EventKind,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// The release begins, or its next attempt does (rule 25): always the first event, and the first after a retry.
    Begin,
    /// An effect has ended.
    Outcome(EffectId, Outcome),
    /// The instant that [`State::due`](super::State::due) named has come.
    Due,
    /// An application that was healthy is not any more: what remains after the grace (rule 9).
    HealthLoss(ApplicationPlanId, HealthLoss),
    /// Somebody terminates the release (rule 16). The second time, rollbacks in progress are stopped.
    Terminate,
    /// Somebody retries the release, which failed or was terminated: it is queued again, until it [begins](EventKind::Begin)
    /// (rule 25). One that [is superseded](super::State::is_superseded) hears it only with `force`.
    Retry {
        /// `--force`.
        force: bool,
    },
    /// A newer release of the product has begun this environment (rule 24).
    Superseded(EnvironmentPlanId),
    /// An older release of the product is in flight in this environment: it is not begun (rule 23).
    Blocked(EnvironmentPlanId),
    /// No older release is in flight there any more (rule 23).
    Unblocked(EnvironmentPlanId),
}

/// What is wrong with an application (rule 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HealthLoss {
    /// It is degraded.
    Degraded,
    /// It runs other values than it should.
    OutOfSync,
}

impl HealthLoss {
    /// The loss that a word means.
    pub fn parse(word: &str) -> Option<HealthLoss> {
        [HealthLoss::Degraded, HealthLoss::OutOfSync].into_iter().find(|loss| loss.as_str() == word)
    }

    /// As it is written and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            HealthLoss::Degraded => "degraded",
            HealthLoss::OutOfSync => "out-of-sync",
        }
    }
}

/// How an effect ended. Why it failed is text, and stays with whoever writes events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Done; given, for an approval; merged, for a pull request.
    Succeeded,
    /// There was nothing to change (rule 5).
    Unchanged,
    /// It did not work; denied, for an approval; closed without merge, for a pull request.
    Failed,
    /// It was stopped, because a [`Cancel`](super::Effect::Cancel) asked for it.
    Stopped,
    /// The trigger's values became others before they were seen in sync (rule 8). Anywhere else it means failed.
    Superseded,
}

impl Outcome {
    /// Whether what was asked for is done, or had nothing to do.
    pub fn is_success(self) -> bool {
        matches!(self, Outcome::Succeeded | Outcome::Unchanged)
    }
}
