//! What is wrong with policies, and with flows under them.

pub(super) mod action;
pub(super) mod conflict;
pub(super) mod idle;
pub(super) mod required;
