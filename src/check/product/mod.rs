//! Checks of a product: its applications, what it copies, and when its flows start.

pub(super) mod content;
pub(super) mod directories;
mod files;
pub(super) mod glob;
pub(super) mod message;
pub(super) mod missing;
pub(super) mod origin;
pub(super) mod overlap;
pub(super) mod places;
pub(super) mod revision;
pub(super) mod selection;
