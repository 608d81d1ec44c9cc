//! Diagnostics as text: for people (`human`, with the feature `run`) and for code scanning ([`sarif()`], [`github()`]).

mod github;
#[cfg(feature = "run")]
mod human;
#[cfg(feature = "run")]
mod line;
#[cfg(feature = "run")]
mod narrated;
mod sarif;
#[cfg(feature = "run")]
mod snippet;

pub use github::github;
#[cfg(feature = "run")]
pub use human::{Style, human};
pub use sarif::sarif;
