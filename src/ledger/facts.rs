//! What a release has produced so far, beyond the state of the machine: texts, values, commits, errors.
//!
//! INVARIANT: facts follow from the entries alone. A run collects them as it writes, a resume as it reads, with the same
//! code.

use std::collections::BTreeMap;

use super::entry::{ClaimRecord, CommitBase, Detail};
use crate::release::{Act, ApplicationPlanId, Effect, EffectId, Event, EventKind, Outcome, Place};
use crate::syntax::literal::Instant;

/// What is recorded about the claim of a workflow (rule 31).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClaimState {
    /// The intent is of a version that recorded no claims. The workflow may have been claimed anywhere.
    Unrecorded,
    /// No runner has tried to start it.
    Unclaimed,
    At(ClaimRecord),
}

/// One effect: what was asked for, and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct EffectFact {
    pub id: EffectId,
    pub act: Act,
    /// Where a commit starts from; empty for other effects.
    pub base: Vec<CommitBase>,
    /// Where the workflow is claimed; `Unclaimed` for other effects.
    pub claim: ClaimState,
    /// Whether the effect was canceled, and if so, whether by a timer.
    pub cancelled: Option<bool>,
    /// When and how it ended; `None` while it is in progress.
    pub ended: Option<(Instant, Outcome)>,
    pub detail: Detail,
}

impl EffectFact {
    /// Whether it is still in progress. A canceled wait is not; a workflow that is being stopped is.
    pub(crate) fn is_open(&self) -> bool {
        self.ended.is_none() && (self.cancelled.is_none() || !self.is_wait())
    }

    /// Whether it only waits. Such an effect has no outcome once it is canceled.
    pub(crate) fn is_wait(&self) -> bool {
        self.id.stage.is_wait()
    }

    /// Why it failed; `None` unless it did.
    pub(crate) fn error(&self) -> Option<&str> {
        let (_, outcome) = self.ended?;
        (outcome == Outcome::Failed).then(|| self.detail.error.as_deref().unwrap_or("it failed"))
    }
}

/// An application that was healthy and no longer is.
#[derive(Clone, Debug)]
pub(crate) struct LostHealth {
    /// The attempt of the release in which that happened.
    pub attempt: u16,
    pub application: ApplicationPlanId,
    /// What the health check reported.
    pub error: String,
}

/// Every effect, in the order in which the machine asked for them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    facts: Vec<EffectFact>,
    places: BTreeMap<EffectId, usize>,
    /// The losses of health (rule 9).
    pub losses: Vec<LostHealth>,
}

impl Facts {
    /// Adds an event.
    pub(crate) fn event(&mut self, event: &Event, detail: &Detail) {
        match event.what {
            EventKind::Outcome(id, outcome) => {
                if let Some(fact) = self.places.get(&id).and_then(|place| self.facts.get_mut(*place)) {
                    fact.ended = Some((event.at, outcome));
                    fact.detail = detail.clone();
                }
            }
            EventKind::HealthLoss(application, loss) => {
                let error = detail.error.clone().unwrap_or_else(|| format!("it is {}", loss.as_str()));
                self.losses.push(LostHealth { attempt: self.attempt(), application, error });
            }
            _ => {}
        }
    }

    /// The current attempt: that of the last effect.
    pub(crate) fn attempt(&self) -> u16 {
        self.facts.last().map_or(0, |fact| fact.id.attempt)
    }

    /// Adds an effect that an event caused.
    pub(crate) fn effect(&mut self, event: &Event, effect: &Effect, (base, claim): (Vec<CommitBase>, ClaimState)) {
        match *effect {
            Effect::Do { id, act } => {
                self.places.insert(id, self.facts.len());
                let detail = Detail::default();
                self.facts.push(EffectFact { id, act, base, claim, cancelled: None, ended: None, detail });
            }
            Effect::Cancel(id) => {
                let timed = event.what == EventKind::Due;
                if let Some(fact) = self.places.get(&id).and_then(|place| self.facts.get_mut(*place)) {
                    fact.cancelled = Some(timed);
                }
            }
            Effect::Report(_) => {}
        }
    }

    /// Moves the claim of a workflow. Returns whether there is such an effect.
    pub(crate) fn claimed(&mut self, id: EffectId, claim: ClaimRecord) -> bool {
        let fact = self.places.get(&id).and_then(|place| self.facts.get_mut(*place));
        fact.map(|fact| fact.claim = ClaimState::At(claim)).is_some()
    }

    pub(crate) fn get(&self, id: EffectId) -> Option<&EffectFact> {
        self.places.get(&id).and_then(|place| self.facts.get(*place))
    }

    /// Every effect, in the order in which the machine asked for them.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &EffectFact> {
        self.facts.iter()
    }

    /// The effects in progress.
    pub(crate) fn open(&self) -> impl Iterator<Item = &EffectFact> {
        self.facts.iter().filter(|fact| fact.is_open())
    }

    /// The effects of a place.
    pub(crate) fn at(&self, place: Place) -> impl DoubleEndedIterator<Item = &EffectFact> {
        self.facts.iter().filter(move |fact| fact.id.place == place)
    }
}
