//! What is wrong with a flow by itself.

pub(super) mod cycle;
pub(super) mod dependencies;
pub(super) mod implied;
pub(super) mod parts;
pub(super) mod property;
pub(super) mod repeated;
pub(super) mod rollback;
pub(super) mod timeout;
