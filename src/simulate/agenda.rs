//! What will happen, in order of time.
//!
//! INVARIANT: the order at one instant is that of rule 17: outcomes in order of declaration, then what is due, then
//! operators, then new releases. What follows from an outcome without taking time comes after all outcomes that were
//! already there, so that the first environment of a program is not ahead of its neighbors by a whole promotion.

use std::collections::BTreeMap;

use crate::release::{ApplicationPlanId, EffectId, EnvironmentPlanId, HealthLoss, Outcome};
use crate::syntax::literal::Instant;

#[derive(Debug, Default)]
pub(super) struct Agenda {
    items: BTreeMap<Turn, AgendaItem>,
    /// The present instant, and how many times something has followed from something at it.
    now: Option<Instant>,
    wave: u32,
}

/// When something happens, and its place in the order at that instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    at: Instant,
    class: Class,
    /// How many others at this instant it follows from.
    wave: u32,
    /// The number of the release, in order of declaration.
    release: usize,
    /// The rank of the effect, in order of declaration.
    rank: usize,
    /// In order of addition.
    nth: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Outcome,
    /// With the position of its statement.
    Operator(usize),
    Arrival,
}

/// Something that will happen to a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AgendaItem {
    Outcome(EffectId, Outcome),
    /// An environment loses its health.
    Environment(EnvironmentPlanId, HealthLoss),
    /// An application loses its health.
    Application(ApplicationPlanId, HealthLoss),
    Terminate,
    Retry,
    Arrives,
}

impl AgendaItem {
    fn class(self, rank: usize) -> Class {
        match self {
            AgendaItem::Outcome(..) | AgendaItem::Environment(..) | AgendaItem::Application(..) => Class::Outcome,
            AgendaItem::Terminate | AgendaItem::Retry => Class::Operator(rank),
            AgendaItem::Arrives => Class::Arrival,
        }
    }
}

impl Agenda {
    pub(super) fn add(&mut self, at: Instant, release: usize, rank: usize, item: AgendaItem) {
        let wave = if self.now == Some(at) { self.wave.saturating_add(1) } else { 0 };
        self.insert(Turn { at, class: item.class(rank), wave, release, rank, nth: 0 }, item);
    }

    /// Adds something that belongs to what happens right now: it comes before everything that follows from that.
    pub(super) fn add_now(&mut self, now: Instant, release: usize, rank: usize, item: AgendaItem) {
        self.pass(now);
        self.insert(Turn { at: now, class: item.class(rank), wave: self.wave, release, rank, nth: 0 }, item);
    }

    fn insert(&mut self, mut key: Turn, item: AgendaItem) {
        while self.items.contains_key(&key) {
            key.nth += 1;
        }
        self.items.insert(key, item);
    }

    /// Removes the pending outcome of an effect, and returns it if it was due at this very instant.
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

    /// The next item, with its instant and its release, unless something is `due` before it.
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

    /// Notes that this instant has come without any item.
    pub(super) fn pass(&mut self, at: Instant) {
        if self.now != Some(at) {
            (self.now, self.wave) = (Some(at), 0);
        }
    }
}
