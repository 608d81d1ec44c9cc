//! What is wrong with what workflows need, give and are given.

pub(super) mod arguments;
pub(super) mod available;
pub(super) mod gives;
