//! The one loop, and what it drives.

use super::{Effect, Event, Plan, State, step};
use crate::syntax::literal::Instant;

/// What events drive: one release ([`Release`]), or several of one product ([`Releases`](super::Releases)).
pub(crate) trait Machine {
    /// What happens to it.
    type Event;
    /// What follows.
    type Effect;

    /// The next instant at which something is due without any outcome.
    fn due(&self) -> Option<Instant>;

    /// Whether nothing can happen any more.
    fn is_over(&self) -> bool;

    /// Takes an event, leaves effects.
    fn step(&mut self, event: &Self::Event, effects: &mut Vec<Self::Effect>);
}

/// One release, by its plan.
#[derive(Clone, Debug)]
pub(crate) struct Release<'p> {
    /// What is to be done.
    pub plan: &'p Plan,
    /// Where it stands.
    pub state: State,
}

impl Machine for Release<'_> {
    type Event = Event;
    type Effect = Effect;

    fn due(&self) -> Option<Instant> {
        self.state.due()
    }

    fn is_over(&self) -> bool {
        self.state.is_over()
    }

    fn step(&mut self, event: &Event, effects: &mut Vec<Effect>) {
        step(self.plan, &mut self.state, *event, effects);
    }
}

/// Where effects are performed and events come from. There are several worlds and no second loop.
pub(crate) trait World<M: Machine> {
    /// Why it cannot go on.
    type Error;

    /// The next event, not after `due`: an outcome, an operator's word, or [`Due`](super::EventKind::Due) at `due` if
    /// nothing came before. Outcomes at the instant of `due` come first (rule 17). `None`: this world stops here, and
    /// the release may be resumed later.
    ///
    /// # Errors
    /// Where nothing can be learnt any more.
    fn next(&mut self, due: Option<Instant>) -> Result<Option<M::Event>, Self::Error>;

    /// Writes down what happened and what must now happen, then does it (rule 26).
    ///
    /// # Errors
    /// Where it cannot be written down: then nothing of it was done.
    fn perform(&mut self, event: &M::Event, effects: &[M::Effect], machine: &M) -> Result<(), Self::Error>;
}

/// How a drive ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Nothing can happen any more.
    Over,
    /// The world stopped before.
    Interrupted,
}

/// Drives a machine to its end, or to where its world stops.
///
/// # Errors
/// Those of the world.
pub(crate) fn drive<M: Machine, W: World<M>>(machine: &mut M, world: &mut W) -> Result<End, W::Error> {
    let mut effects = Vec::new();
    while !machine.is_over() {
        let Some(event) = world.next(machine.due())? else { return Ok(End::Interrupted) };
        effects.clear();
        machine.step(&event, &mut effects);
        world.perform(&event, &effects, machine)?;
    }
    Ok(End::Over)
}
