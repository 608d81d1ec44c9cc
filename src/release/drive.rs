//! The loop that drives a machine in a world.

use super::{Effect, Event, Plan, State, step};
use crate::syntax::literal::Instant;

/// What events drive: one release ([`Release`]), or several releases of one product ([`Releases`](super::Releases)).
pub(crate) trait Machine {
    type Event;
    type Effect;

    /// The next instant at which something is due even without an outcome.
    fn due(&self) -> Option<Instant>;

    /// Whether nothing can happen any longer.
    fn is_over(&self) -> bool;

    /// Takes an event and emits effects.
    fn step(&mut self, event: &Self::Event, effects: &mut Vec<Self::Effect>);
}

/// One release with its plan.
#[derive(Clone, Debug)]
pub(crate) struct Release<'p> {
    pub plan: &'p Plan,
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

/// Performs effects and finds events. There are several worlds and only one loop.
pub(crate) trait World<M: Machine> {
    /// Why the world cannot continue.
    type Error;

    /// The next event, at `due` at the latest: an outcome, an operator's request, or [`Due`](super::EventKind::Due) if
    /// nothing happened before `due`. Outcomes at the instant of `due` come first (rule 17). A world that is late, because
    /// its runner was dead or asleep, gives the real instant. `None`: the world stops here, and the release may be resumed
    /// later.
    ///
    /// # Errors
    /// Events can no longer be received.
    fn next(&mut self, due: Option<Instant>) -> Result<Option<M::Event>, Self::Error>;

    /// Records the event and its effects, then performs the effects (rule 26).
    ///
    /// # Errors
    /// They could not be recorded. Then none of them was performed.
    fn perform(&mut self, event: &M::Event, effects: &[M::Effect], machine: &M) -> Result<(), Self::Error>;
}

/// How a drive ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The machine is over.
    Over,
    /// The world stopped first.
    Interrupted,
}

/// Drives a machine until it is over or the world stops.
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
