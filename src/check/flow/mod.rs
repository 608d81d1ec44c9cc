//! Checks of a flow on its own, without the products that use it.

pub(super) mod cycle;
pub(super) mod dependencies;
pub(super) mod implied;
pub(super) mod parts;
pub(super) mod property;
pub(super) mod repeated;
pub(super) mod rollback;
pub(super) mod timeout;
