//! What a release does: one pure state machine, and the one loop that drives it in a world.
//!
//! A **release** promotes one version of a product along a flow. It runs a [`Plan`], which is made once from a checked
//! program; the [`State`] is how far it is. Its **environments** are the trigger, where the values come from, and the
//! targets. An **attempt** lasts from a begin to an end; a retry begins the next one.
//!
//! A **stage** ([`Stage`]) is one step at one [`Place`]: of the release, an environment or an application. What a stage asks
//! of the world is an **effect** ([`Effect`]), performed at most once under its [`EffectId`]. What happens is an **event**
//! ([`Event`]): the **outcome** of an effect, an instant that was due, an operator's word, news of another release.
//! [`step`] takes an event and leaves effects; a **report** ([`Report`]) is an effect that only says what has changed.
//! A **world** ([`World`]) performs effects and finds out events; [`drive`] is the loop.
//!
//! The rules are those of the design's *release* page; code and tests name them by number. Must not know how anything is
//! performed, stored or shown; what is waited for has its words in [`describe`].
//!
//! INVARIANT: no clock, file, network, thread, randomness or log in here. Time arrives as an event's instant, everything
//! that must happen leaves as an effect. `step` is total and deterministic.

mod build;
pub(crate) mod describe;
mod drive;
mod effect;
mod event;
mod identity;
mod machine;
mod plan;
mod queue;
mod state;
mod values;

pub(crate) use drive::{End, Machine, Release, World, drive};
pub use effect::Effect;
pub use effect::Status;
pub(crate) use effect::{Act, Report};
pub use event::EventKind;
pub use event::Outcome;
pub(crate) use event::{Event, HealthLoss};
pub(crate) use identity::{EffectId, Place, Stage};
pub(crate) use machine::step;
pub(crate) use plan::{
    ApplicationPlan, ApplicationPlanId, CallId, CallPlan, Dependent, EnvironmentPlan, EnvironmentPlanId, Hooks, Names,
    Need, Plan, RollbackPlan, WindowPlan, WindowPlanId,
};
pub(crate) use queue::{ProductEvent, ReleaseId, Releases, ReleasesEffect, ReleasesEvent};
pub(crate) use state::{Alarm, EnvironmentStatus, State, Waiting};
pub(crate) use values::ValueChange;

#[cfg(test)]
mod tests;
