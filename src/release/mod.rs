//! What a release does: one pure state machine, and the one loop that drives it in a world.
//!
//! The rules are those of the design's *release* page; code and tests name them by number. [`Plan`] is made once from a
//! checked program and holds no text; [`step`] takes an [`Event`] and leaves [`Effect`]s; [`drive`] is the loop.
//!
//! INVARIANT: no clock, file, network, thread, randomness or log in here. Time arrives as an event's instant, everything
//! that must happen leaves as an effect. `step` is total and deterministic.

mod build;
pub mod describe;
mod drive;
mod effect;
mod event;
mod identity;
mod machine;
mod plan;
mod queue;
mod state;

pub use drive::{End, Machine, Release, World, drive};
pub use effect::{Act, Effect, Report, Status};
pub use event::{Event, EventKind, HealthLoss, Outcome};
pub use identity::{EffectId, Place, Stage};
pub use machine::step;
pub use plan::{
    ApplicationPlan, ApplicationPlanId, CallId, CallPlan, Dependent, EnvironmentPlan, EnvironmentPlanId, Hooks, Names,
    Need, Plan, RollbackPlan, WindowPlan, WindowPlanId,
};
pub use queue::{ProductEvent, ReleaseId, Releases, ReleasesEffect, ReleasesEvent};
pub use state::{Alarm, EnvironmentView, State, Waiting};

#[cfg(test)]
mod tests;
