//! The world of a sampled run: the dice decide how long workflows take and whether they fail; nothing is recorded.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::convert::Infallible;

use super::random::Random;
use crate::program::Program;
use crate::release::{Act, Effect, EffectId, Event, EventKind, Outcome, Plan, Release, World};
use crate::syntax::literal::Instant;

/// Answers the effects of one run.
pub(super) struct Dice<'p> {
    plan: &'p Plan,
    calls: Vec<Odds>,
    at: Instant,
    begun: bool,
    now: Instant,
    /// How many times something has followed from something at this instant.
    wave: u32,
    random: Random,
    /// Pending outcomes, in the order of the [agenda](super::super::agenda).
    coming: BinaryHeap<Reverse<Coming>>,
}

type Coming = (Instant, u32, usize, EffectId, Outcome);

const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;

/// How long a workflow takes, and how often it fails.
#[derive(Clone, Copy, Debug)]
struct Odds {
    /// The shortest time, in milliseconds.
    least: u64,
    /// How many different times there are, from the shortest on.
    times: u64,
    /// It fails if a number of 64 bits is not above this; `None`: never.
    fails: Option<u64>,
}

impl<'p> Dice<'p> {
    pub(super) fn new(program: &Program, plan: &'p Plan, at: Instant) -> Dice<'p> {
        let calls = plan.calls.values().map(|call| {
            let workflow = &program.workflows[call.workflow];
            let (least, most) = workflow.takes();
            let (least, most) = (least.0.saturating_mul(1000), most.0.saturating_mul(1000));
            let percent = workflow.decl.fails.map_or(0.0, |fails| fails.value.0);
            Odds {
                least,
                times: most.saturating_sub(least).saturating_add(1),
                // one multiplication by IEEE 754 is the same everywhere; the conversion saturates at 100 %
                fails: (percent > 0.0).then_some((percent * (TWO_TO_64 / 100.0)) as u64),
            }
        });
        let calls = calls.collect();
        Dice { plan, calls, at, begun: false, now: at, wave: 0, random: Random::new(0, 0), coming: BinaryHeap::new() }
    }

    /// Begins another run.
    pub(super) fn throw(&mut self, seed: u64, run: u64) {
        self.begun = false;
        self.now = self.at;
        self.wave = 0;
        self.random = Random::new(seed, run);
        self.coming.clear();
    }

    fn push(&mut self, at: Instant, rank: usize, id: EffectId, outcome: Outcome) {
        let wave = if at == self.now { self.wave.saturating_add(1) } else { 0 };
        self.coming.push(Reverse((at, wave, rank, id, outcome)));
    }

    fn outcome(&mut self, act: Act) -> (Instant, Outcome) {
        let Act::Workflow(call) = act else { return (self.now, Outcome::Succeeded) };
        let Some(odds) = self.calls.get(call.index()).copied() else { return (self.now, Outcome::Succeeded) };
        let takes = match odds.times {
            1 => odds.least,
            times => odds.least.saturating_add(self.random.below(times)),
        };
        let fails = odds.fails.is_some_and(|fails| self.random.any() <= fails);
        let at = Instant(self.now.0.saturating_add(i64::try_from(takes).unwrap_or(i64::MAX)));
        (at, if fails { Outcome::Failed } else { Outcome::Succeeded })
    }
}

impl World<Release<'_>> for Dice<'_> {
    type Error = Infallible;

    fn next(&mut self, due: Option<Instant>) -> Result<Option<Event>, Infallible> {
        if !std::mem::replace(&mut self.begun, true) {
            return Ok(Some(Event { at: self.at, what: EventKind::Begin }));
        }
        let first = self.coming.peek().map(|Reverse((at, ..))| *at);
        let event = match (first, due) {
            (Some(at), due) if due.is_none_or(|due| at <= due) => match self.coming.pop() {
                Some(Reverse((at, wave, _, id, outcome))) => {
                    self.wave = wave;
                    Event { at, what: EventKind::Outcome(id, outcome) }
                }
                None => return Ok(None),
            },
            (_, Some(at)) => {
                self.wave = if at == self.now { self.wave } else { 0 };
                Event { at, what: EventKind::Due }
            }
            (_, None) => return Ok(None),
        };
        self.now = event.at;
        Ok(Some(event))
    }

    fn perform(&mut self, _: &Event, effects: &[Effect], release: &Release<'_>) -> Result<(), Infallible> {
        for effect in effects {
            match *effect {
                Effect::Do { id, act } => {
                    let (at, outcome) = self.outcome(act);
                    self.push(at, release.state.rank(self.plan, id), id, outcome);
                }
                Effect::Cancel(id) => {
                    let (mut come, now) = (Outcome::Stopped, self.now);
                    self.coming.retain(|Reverse((at, _, _, other, outcome))| {
                        if *other == id && *at == now {
                            come = *outcome;
                        }
                        *other != id
                    });
                    // A pull request that was merged at this very instant was merged (rule 17).
                    if !id.stage.is_wait() {
                        self.push(now, release.state.rank(self.plan, id), id, come);
                    }
                }
                Effect::Report(_) => {}
            }
        }
        Ok(())
    }
}
