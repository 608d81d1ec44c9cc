//! What a release has brought about so far, beyond what the machine knows: texts, values, commits, errors.
//!
//! INVARIANT: facts follow from the entries alone; a run notes them as it writes, a resume as it reads, by the same code.

use std::collections::BTreeMap;

use super::entry::{CommitBase, Detail};
use crate::release::{Act, ApplicationPlanId, Effect, EffectId, Event, EventKind, Outcome, Place};
use crate::syntax::literal::Instant;

/// One effect: what was to be done, and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct EffectFact {
    /// Which it is: place, stage, attempt.
    pub id: EffectId,
    /// What is done.
    pub act: Act,
    /// Where a commit starts from.
    pub base: Vec<CommitBase>,
    /// It was to be ended before its end: whether because an instant had come.
    pub cancelled: Option<bool>,
    /// When and how it ended.
    pub ended: Option<(Instant, Outcome)>,
    /// What came of it.
    pub detail: Detail,
}

impl EffectFact {
    /// Whether it still goes on: a wait that was called off does not, a workflow that is being stopped does.
    pub(crate) fn is_open(&self) -> bool {
        self.ended.is_none() && (self.cancelled.is_none() || !self.is_wait())
    }

    /// Whether nothing is done but waiting: then no outcome comes of what was called off.
    pub(crate) fn is_wait(&self) -> bool {
        self.id.stage.is_wait()
    }

    /// Why it failed.
    pub(crate) fn error(&self) -> Option<&str> {
        let (_, outcome) = self.ended?;
        (outcome == Outcome::Failed).then(|| self.detail.error.as_deref().unwrap_or("it failed"))
    }
}

/// An application that was healthy, and is not any more.
#[derive(Clone, Debug)]
pub(crate) struct LostHealth {
    /// In which attempt of the release.
    pub attempt: u16,
    /// The application that has lost its health.
    pub application: ApplicationPlanId,
    /// What is wrong.
    pub error: String,
}

/// Everything that was done, in the order in which it was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    facts: Vec<EffectFact>,
    places: BTreeMap<EffectId, usize>,
    /// What was wrong with applications that had been healthy (rule 9).
    pub losses: Vec<LostHealth>,
}

impl Facts {
    /// Notes an event.
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

    /// The attempt that the release is in, as far as it has asked for anything.
    pub(crate) fn attempt(&self) -> u16 {
        self.facts.last().map_or(0, |fact| fact.id.attempt)
    }

    /// Notes an effect of an event.
    pub(crate) fn effect(&mut self, event: &Event, effect: &Effect, base: Vec<CommitBase>) {
        match *effect {
            Effect::Do { id, act } => {
                self.places.insert(id, self.facts.len());
                self.facts.push(EffectFact { id, act, base, cancelled: None, ended: None, detail: Detail::default() });
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

    /// One effect.
    pub(crate) fn get(&self, id: EffectId) -> Option<&EffectFact> {
        self.places.get(&id).and_then(|place| self.facts.get(*place))
    }

    /// All, in the order in which they were asked for.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &EffectFact> {
        self.facts.iter()
    }

    /// Those that go on.
    pub(crate) fn open(&self) -> impl Iterator<Item = &EffectFact> {
        self.facts.iter().filter(|fact| fact.is_open())
    }

    /// Those of a place.
    pub(crate) fn at(&self, place: Place) -> impl DoubleEndedIterator<Item = &EffectFact> {
        self.facts.iter().filter(move |fact| fact.id.place == place)
    }
}
