//! Shows a simulation: as a timeline in text for the terminal, and as one HTML page for a browser.
//!
//! This module must not know how a release is simulated: it draws what a [`Simulation`](crate::simulate::Simulation)
//! contains.
//!
//! INVARIANT: the page needs no network and no script; all text in it is escaped; nothing is shown by color alone.
//!
//! ```no_run
//! # use promoc::{report::TimelineOptions, simulate::Simulation};
//! # fn show(simulation: &Simulation) -> String {
//! simulation.timeline(&TimelineOptions { width: 100, ascii: false })
//! # }
//! ```

mod bar;
mod changes;
mod chart;
mod clock;
mod explain;
mod page;
mod problems;
mod timeline;

pub(crate) use changes::{RepositoryValues, ValueLine};
pub(crate) use page::{Page, page};
pub use timeline::TimelineOptions;

#[cfg(test)]
mod tests;
