//! Diagnostics as text: for people ([`human`]) and for programs ([`json`], [`sarif`], [`github`]).

mod github;
mod human;
mod json;
mod narrated;
mod sarif;

pub use github::github;
pub use human::{Style, human};
pub use json::json;
pub use sarif::sarif;
