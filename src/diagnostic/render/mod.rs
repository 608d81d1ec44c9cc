//! Diagnostics as text: for people ([`human`]) and for code scanning services ([`sarif`], [`github`]).

mod github;
mod human;
mod narrated;
mod sarif;

pub use github::github;
pub use human::{Style, human};
pub use sarif::sarif;
