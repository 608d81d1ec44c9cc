//! Several releases of one product, each a [`State`] of its own, and which of them may continue (rules 23 and 24).
//!
//! It decides when a release begins, and sends each release what it must know about the others as events
//! ([`EventKind::Superseded`], [`EventKind::Blocked`], [`EventKind::Unblocked`]), so that the ledger of each is
//! complete.
//!
//! INVARIANT: like the machine, it is total and deterministic, and knows no world. Environments are compared by
//! [`EnvironmentPlan::environment`](super::EnvironmentPlan::environment), so all plans must be of one program.

mod timeless;

use std::collections::{BTreeMap, VecDeque};

use super::{Effect, EnvironmentPlanId, Event, EventKind, Machine, Plan, Report, State, Status, step};
use crate::program::{Concurrency, EnvironmentId};
use crate::syntax::literal::Instant;

/// A release of the product: its number in order of arrival, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ReleaseId(pub usize);

/// Something that happened among the releases of a product, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReleasesEvent<'p> {
    /// Never before the previous event.
    pub at: Instant,
    pub what: ProductEvent<'p>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum ProductEvent<'p> {
    /// A new release arrives. It gets the next [`ReleaseId`], and begins or waits.
    Arrives(&'p Plan),
    /// Something happened to one release: an outcome, a loss of health, a terminate or a retry. Its start and news of
    /// other releases are decided here; if they come from outside, they are ignored.
    Of(ReleaseId, EventKind),
    /// The instant that [`Releases::due`](Machine::due) named has come.
    Due,
}

/// What follows from an event, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReleasesEffect {
    /// A release received this event: the one that was passed in, or one that follows from the events of others.
    Happened(ReleaseId, Event),
    /// An effect of that release.
    Effect(ReleaseId, Effect),
}

/// The releases of one product.
#[derive(Clone, Debug)]
pub(crate) struct Releases<'p> {
    concurrency: Concurrency,
    now: Instant,
    entrants: Vec<Entrant<'p>>,
    /// Releases in the queue, the oldest first.
    waiting: VecDeque<ReleaseId>,
    /// Releases that have begun and not ended, in order of arrival.
    live: Vec<ReleaseId>,
    /// The age of the newest release that has begun each environment.
    begun: BTreeMap<EnvironmentId, u64>,
    /// The last age that was given.
    ages: u64,
    /// Events that must still be sent.
    news: VecDeque<(ReleaseId, EventKind)>,
}

#[derive(Clone, Debug)]
struct Entrant<'p> {
    plan: &'p Plan,
    state: State,
    /// Greater is newer. A forced retry makes a release the newest.
    age: u64,
    /// Environments in which a newer release waits for the end of this one.
    yields: Vec<EnvironmentId>,
}

impl<'p> Releases<'p> {
    pub(crate) fn new(concurrency: Concurrency) -> Releases<'p> {
        Releases {
            concurrency,
            now: Instant(i64::MIN),
            entrants: Vec::new(),
            waiting: VecDeque::new(),
            live: Vec::new(),
            begun: BTreeMap::new(),
            ages: 0,
            news: VecDeque::new(),
        }
    }

    /// All releases that have arrived, in order.
    pub(crate) fn ids(&self) -> impl DoubleEndedIterator<Item = ReleaseId> + ExactSizeIterator + use<> {
        (0..self.entrants.len()).map(ReleaseId)
    }

    pub(crate) fn plan(&self, id: ReleaseId) -> Option<&'p Plan> {
        Some(self.entrants.get(id.0)?.plan)
    }

    pub(crate) fn state(&self, id: ReleaseId) -> Option<&State> {
        Some(&self.entrants.get(id.0)?.state)
    }

    /// Whether a newer release has begun an environment in which this one has not succeeded (rule 25).
    pub(crate) fn is_superseded(&self, id: ReleaseId) -> bool {
        let Some(entrant) = self.entrants.get(id.0) else { return false };
        self.superseded_in(id).iter().any(|&id| entrant.state.environment(id).status != Status::Succeeded)
    }

    /// The environments of a release that a newer one has begun.
    fn superseded_in(&self, id: ReleaseId) -> Vec<EnvironmentPlanId> {
        let Some(entrant) = self.entrants.get(id.0) else { return Vec::new() };
        let newer = |environment: &EnvironmentId| self.begun.get(environment).is_some_and(|age| *age > entrant.age);
        targets(entrant.plan).filter(|(_, environment)| newer(environment)).map(|(id, _)| id).collect()
    }

    /// Adds a release at the end of the queue.
    fn enqueue(&mut self, id: ReleaseId, effects: &mut Vec<ReleasesEffect>) {
        self.waiting.push_back(id);
        self.admit(effects);
        if let Concurrency::Queue { limit, .. } = self.concurrency {
            while self.waiting.len() > limit as usize {
                let Some(oldest) = self.waiting.pop_front() else { return };
                self.feed(oldest, EventKind::Terminate, effects);
            }
        }
    }

    /// Begins the releases whose turn has come.
    fn admit(&mut self, effects: &mut Vec<ReleasesEffect>) {
        while self.concurrency == Concurrency::Terminate || self.live.is_empty() {
            let Some(id) = self.waiting.pop_front() else { return };
            self.tell_superseded(id, effects);
            let at = self.live.partition_point(|other| *other < id);
            self.live.insert(at, id);
            self.spread(effects);
            self.feed(id, EventKind::Begin, effects);
            self.spread(effects);
        }
    }

    fn tell_superseded(&mut self, id: ReleaseId, effects: &mut Vec<ReleasesEffect>) {
        for environment in self.superseded_in(id) {
            if self.state(id).is_some_and(|state| !state.is_superseded_in(environment)) {
                self.feed(id, EventKind::Superseded(environment), effects);
            }
        }
    }

    /// Sends an event to one release, and notes what others must know about it.
    fn feed(&mut self, id: ReleaseId, what: EventKind, effects: &mut Vec<ReleasesEffect>) {
        let Some(entrant) = self.entrants.get_mut(id.0) else { return };
        let event = Event { at: self.now, what };
        let mut own = Vec::new();
        step(entrant.plan, &mut entrant.state, event, &mut own);
        let (plan, age, over) = (entrant.plan, entrant.age, entrant.state.is_over());
        effects.push(ReleasesEffect::Happened(id, event));
        effects.extend(own.iter().map(|effect| ReleasesEffect::Effect(id, *effect)));
        if over {
            self.live.retain(|other| *other != id);
            self.waiting.retain(|other| *other != id);
        }
        for effect in own {
            match effect {
                Effect::Report(Report::Started(at)) => self.started(id, plan, age, at),
                Effect::Report(Report::AwaitingOlder(at)) => self.make_way(plan, age, at),
                _ => {}
            }
        }
    }

    /// Marks older releases as superseded in an environment (rule 24).
    fn started(&mut self, id: ReleaseId, plan: &Plan, age: u64, at: EnvironmentPlanId) {
        let Some(environment) = target(plan, at) else { return };
        let newest = self.begun.entry(environment).or_insert(age);
        *newest = age.max(*newest);
        for other in self.live.iter().filter(|other| **other != id) {
            let Some(older) = self.entrants.get(other.0).filter(|older| older.age < age) else { continue };
            if let Some((at, _)) = targets(older.plan).find(|(_, other)| *other == environment) {
                self.news.push_back((*other, EventKind::Superseded(at)));
            }
        }
    }

    /// Terminates older releases that are in flight in an environment, each once (rule 23).
    fn make_way(&mut self, plan: &Plan, age: u64, at: EnvironmentPlanId) {
        let Some(environment) = target(plan, at) else { return };
        for other in &self.live {
            let Some(older) = self.entrants.get_mut(other.0).filter(|older| older.age < age) else { continue };
            let place = targets(older.plan).find(|(_, other)| *other == environment);
            if place.is_some_and(|(at, _)| older.state.is_in_flight(older.plan, at))
                && !older.yields.contains(&environment)
            {
                older.yields.push(environment);
                if !older.state.is_terminating() {
                    self.news.push_back((*other, EventKind::Terminate));
                }
            }
        }
    }

    /// A release that does not know yet that an older one is in its way, or no longer is (rule 23). A release that is
    /// unblocked changes what others must know, so only one event is sent at a time: first those that block, then the
    /// one that unblocks the newest release, which could terminate the others.
    fn misinformed(&self) -> Option<(ReleaseId, EventKind)> {
        if self.concurrency != Concurrency::Terminate {
            return None;
        }
        let mut newest_first = self.live.clone();
        newest_first.sort_unstable_by_key(|id| std::cmp::Reverse(self.entrants.get(id.0).map(|it| it.age)));
        let mut unblocked = None;
        for id in newest_first {
            let entrant = self.entrants.get(id.0)?;
            for (at, environment) in targets(entrant.plan) {
                match (self.is_in_the_way(entrant.age, environment), entrant.state.is_blocked(at)) {
                    (true, false) => return Some((id, EventKind::Blocked(at))),
                    (false, true) if unblocked.is_none() => unblocked = Some((id, EventKind::Unblocked(at))),
                    _ => {}
                }
            }
        }
        unblocked
    }

    /// Whether an older release is in flight in an environment, or must end before a newer one begins there.
    fn is_in_the_way(&self, age: u64, environment: EnvironmentId) -> bool {
        self.live.iter().filter_map(|id| self.entrants.get(id.0)).filter(|older| older.age < age).any(|older| {
            let place = || targets(older.plan).find(|(_, other)| *other == environment);
            older.yields.contains(&environment)
                || place().is_some_and(|(at, _)| older.state.is_in_flight(older.plan, at))
        })
    }

    /// Sends every release what it must know, until nothing more follows.
    fn spread(&mut self, effects: &mut Vec<ReleasesEffect>) {
        while let Some((id, what)) = self.news.pop_front().or_else(|| self.misinformed()) {
            self.feed(id, what, effects);
        }
    }

    fn next_age(&mut self) -> u64 {
        self.ages += 1;
        self.ages
    }

    /// A retry takes its place at the end of the queue (rule 25).
    fn retry(&mut self, id: ReleaseId, force: bool, effects: &mut Vec<ReleasesEffect>) {
        self.tell_superseded(id, effects);
        let was_over = self.state(id).is_some_and(State::is_over);
        self.feed(id, EventKind::Retry { force }, effects);
        if !was_over || self.state(id).is_none_or(State::is_over) {
            return;
        }
        let age = force.then(|| self.next_age());
        if let Some(entrant) = self.entrants.get_mut(id.0) {
            entrant.yields.clear();
            entrant.age = age.unwrap_or(entrant.age);
        }
        self.enqueue(id, effects);
    }
}

impl<'p> Machine for Releases<'p> {
    type Event = ReleasesEvent<'p>;
    type Effect = ReleasesEffect;

    fn due(&self) -> Option<Instant> {
        self.live.iter().filter_map(|id| self.state(*id)?.due()).min()
    }

    /// Never: another release or a retry may follow. The world knows when nothing more will come.
    fn is_over(&self) -> bool {
        false
    }

    fn step(&mut self, event: &ReleasesEvent<'p>, effects: &mut Vec<ReleasesEffect>) {
        self.now = self.now.max(event.at);
        match event.what {
            ProductEvent::Arrives(plan) => {
                let (id, age) = (ReleaseId(self.entrants.len()), self.next_age());
                self.entrants.push(Entrant { plan, state: State::new(plan), age, yields: Vec::new() });
                self.enqueue(id, effects);
            }
            ProductEvent::Due => {
                for id in self.live.clone() {
                    if self.state(id).and_then(State::due).is_some_and(|due| due <= self.now) {
                        self.feed(id, EventKind::Due, effects);
                        self.spread(effects);
                    }
                }
            }
            ProductEvent::Of(id, EventKind::Retry { force }) => self.retry(id, force, effects),
            ProductEvent::Of(
                _,
                EventKind::Begin | EventKind::Superseded(_) | EventKind::Blocked(_) | EventKind::Unblocked(_),
            ) => {}
            ProductEvent::Of(id, what) => self.feed(id, what, effects),
        }
        self.spread(effects);
        self.admit(effects);
    }
}

/// The environment of the program; `None` for the trigger, to which rules 23 and 24 do not apply.
fn target(plan: &Plan, id: EnvironmentPlanId) -> Option<EnvironmentId> {
    (!Plan::is_trigger(id)).then(|| plan.environments.find(id).map(|it| it.environment)).flatten()
}

fn targets(plan: &Plan) -> impl Iterator<Item = (EnvironmentPlanId, EnvironmentId)> {
    plan.environments.iter().skip(1).map(|(id, plan)| (id, plan.environment))
}
