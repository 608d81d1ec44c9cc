//! Diagnostics as text: for people (`human`, with the feature `run`) and for programs ([`json`], [`sarif`], [`github`]).

mod github;
#[cfg(feature = "run")]
mod human;
mod json;
#[cfg(feature = "run")]
mod narrated;
mod sarif;

pub use github::github;
#[cfg(feature = "run")]
pub use human::{Style, human};
pub use json::json;
pub use sarif::sarif;
