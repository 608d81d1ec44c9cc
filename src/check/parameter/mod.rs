//! Checks of the parameters that workflows need, give and receive.

pub(super) mod arguments;
pub(super) mod available;
pub(super) mod gives;
