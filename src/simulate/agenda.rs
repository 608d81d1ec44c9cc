//! What will happen, in the order of time.
//!
//! INVARIANT: at one instant the order is that of rule 17: outcomes in order of declaration, then what is due, then
//! operators, then new releases. What follows from an outcome and takes no time comes after all outcomes that were there
//! before it: whoever stands first in the program is not ahead of its neighbours by a whole promotion.

use std::collections::BTreeMap;

use crate::release::{ApplicationPlanId, EffectId, EnvironmentPlanId, HealthLoss, Outcome};
use crate::syntax::literal::Instant;

/// What will happen.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    items: BTreeMap<Turn, AgendaItem>,
    /// Which instant it is, and how many times something has followed at it.
    now: Option<Instant>,
    wave: u32,
}

/// When, and in which order at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    at: Instant,
    class: Class,
    /// How many others of this instant it follows from.
    wave: u32,
    /// Which release, in order of declaration.
    release: usize,
    /// Its place in the order of declaration.
    rank: usize,
    /// In order of addition.
    nth: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Outcome,
    Operator,
    Arrival,
}

/// Something that will happen to a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AgendaItem {
    Outcome(EffectId, Outcome),
    /// The health of an environment is lost.
    Environment(EnvironmentPlanId, HealthLoss),
    /// That of an application.
    Application(ApplicationPlanId, HealthLoss),
    Terminate,
    Retry,
    Arrives,
}

impl AgendaItem {
    fn class(self) -> Class {
        match self {
            AgendaItem::Outcome(..) | AgendaItem::Environment(..) | AgendaItem::Application(..) => Class::Outcome,
            AgendaItem::Terminate | AgendaItem::Retry => Class::Operator,
            AgendaItem::Arrives => Class::Arrival,
        }
    }
}

impl Agenda {
    pub(super) fn add(&mut self, at: Instant, release: usize, rank: usize, item: AgendaItem) {
        let wave = if self.now == Some(at) { self.wave.saturating_add(1) } else { 0 };
        let mut key = Turn { at, class: item.class(), wave, release, rank, nth: 0 };
        while self.items.contains_key(&key) {
            key.nth += 1;
        }
        self.items.insert(key, item);
    }

    /// Takes away what will come of an effect; gives what would have come of it at this very instant.
    pub(super) fn cancel(&mut self, release: usize, effect: EffectId, now: Instant) -> Option<Outcome> {
        let mut come = None;
        self.items.retain(|key, item| match item {
            AgendaItem::Outcome(id, outcome) if *id == effect && key.release == release => {
                come = Some(*outcome).filter(|_| key.at == now);
                false
            }
            _ => true,
        });
        come
    }

    /// The next thing, with its instant and its release, unless something is `due` before it.
    pub(super) fn next(&mut self, due: Option<Instant>) -> Option<(Instant, usize, AgendaItem)> {
        let first = self.items.first_entry()?;
        let Turn { at, class, wave, release, .. } = *first.key();
        let comes_first = match due {
            None => true,
            Some(due) => at < due || at == due && class == Class::Outcome,
        };
        if !comes_first {
            return None;
        }
        (self.now, self.wave) = (Some(at), wave);
        Some((at, release, first.remove()))
    }

    /// It has become this time without anything of what is in here.
    pub(super) fn pass(&mut self, at: Instant) {
        if self.now != Some(at) {
            (self.now, self.wave) = (Some(at), 0);
        }
    }
}
