//! What a release does: one pure state machine, and the one loop that drives it in a world.
//!
//! A **release** promotes one version of a product along a flow. It runs a [`Plan`], which is made once from a checked
//! program; the [`State`] is how far it has come. Its **environments** are the trigger, where the values come from, and
//! the targets. An **attempt** lasts from the start of a release to its end; a retry begins the next one.
//!
//! A **stage** ([`Stage`]) is one step at one [`Place`]: the release, an environment or an application. What a stage
//! asks of the world is an **effect** ([`Effect`]), performed at most once under its [`EffectId`]. An **event**
//! ([`Event`]) is what the machine receives: the **outcome** of an effect, a timer that is due, an operator's request,
//! news of another release. [`step`] takes an event and emits effects; a **report** ([`Report`]) is an effect that only
//! records a change. A **world** ([`World`]) performs effects and finds the next event; [`drive()`] is the loop.
//!
//! The rules are in `docs/release.md`, which defines the remaining terms; code and tests refer to them by number. This
//! module must not know how anything is performed, stored or shown; [`describe`] has the words for what a release waits
//! for.
//!
//! INVARIANT: no clock, file, network, thread, randomness or log is used here. Time arrives as the instant of an event,
//! and everything that must happen leaves as an effect. `step` is total and deterministic.

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
pub(crate) use effect::{Act, Report};
pub use effect::{Effect, Status};
pub(crate) use event::{Event, HealthLoss};
pub use event::{EventKind, Outcome};
pub(crate) use identity::{EffectId, Place, Stage};
pub(crate) use machine::step;
pub(crate) use plan::{
    ApplicationPlan, ApplicationPlanId, CallId, CallPlan, EnvironmentPlan, EnvironmentPlanId, Hooks, Names, Need,
    NeedSetId, OverridePlan, Plan, RollbackPlan, WindowPlan, WindowPlanId,
};
pub(crate) use queue::{ProductEvent, ReleaseId, Releases, ReleasesEffect, ReleasesEvent};
pub(crate) use state::{Alarm, EnvironmentStatus, State, Waiting};
pub(crate) use values::ValueChange;

#[cfg(test)]
mod tests;
