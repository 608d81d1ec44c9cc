//! Checks of policies, and of the flows they apply to.

pub(super) mod action;
pub(super) mod conflict;
pub(super) mod idle;
pub(super) mod order;
pub(super) mod required;
