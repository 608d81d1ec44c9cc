//! What a machine receives.

use super::{ApplicationPlanId, EffectId, EnvironmentPlanId};
use crate::syntax::literal::Instant;

/// Something that happened, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Never before the previous event.
    pub at: Instant,
    pub what: EventKind,
}

/// Something that a machine receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// The release begins, or its next attempt does (rule 25). The first event of a release, and the first after a
    /// retry.
    Begin,
    /// An effect has ended.
    Outcome(EffectId, Outcome),
    /// The instant that [`State::due`](super::State::due) named has come.
    Due,
    /// An application that was healthy has lost its health, for longer than the grace (rule 9).
    HealthLoss(ApplicationPlanId, HealthLoss),
    /// Terminate the release (rule 16). The second time, stop rollbacks in progress.
    Terminate,
    /// Retry a release that failed or was terminated (rule 25). It is queued again until it [begins](EventKind::Begin).
    /// If the release [is superseded](super::State::is_superseded), this is ignored without `force`.
    Retry {
        /// Retry a superseded release, too (`--force`).
        force: bool,
    },
    /// A newer release of the product has begun this environment (rule 24).
    Superseded(EnvironmentPlanId),
    /// An older release of the product is in flight in this environment, which must not begin yet (rule 23).
    Blocked(EnvironmentPlanId),
    /// No older release is in flight there any longer (rule 23).
    Unblocked(EnvironmentPlanId),
}

/// What is wrong with an application (rule 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HealthLoss {
    Degraded,
    /// It runs other values than those of the release.
    OutOfSync,
}

impl HealthLoss {
    /// The reverse of [`HealthLoss::as_str`].
    pub fn parse(word: &str) -> Option<HealthLoss> {
        [HealthLoss::Degraded, HealthLoss::OutOfSync].into_iter().find(|loss| loss.as_str() == word)
    }

    /// The word of the language, which is also stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            HealthLoss::Degraded => "degraded",
            HealthLoss::OutOfSync => "out-of-sync",
        }
    }
}

/// How an effect ended. The reason for a failure is text, and the world keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Done. An approval was given, or a pull request merged.
    Succeeded,
    /// There was nothing to change (rule 5).
    Unchanged,
    /// It failed. An approval was denied, or a pull request closed without a merge.
    Failed,
    /// It was stopped because of a [`Cancel`](super::Effect::Cancel).
    Stopped,
    /// The trigger's values changed before they were seen in sync (rule 8). Anywhere else this means failed.
    Superseded,
}

impl Outcome {
    /// Whether the effect is done, or had nothing to do.
    pub fn is_success(self) -> bool {
        matches!(self, Outcome::Succeeded | Outcome::Unchanged)
    }
}
