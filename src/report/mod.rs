//! What a simulation looks like: a timeline of text for the terminal, and one page of HTML for a browser.
//!
//! Knows nothing of how a release is simulated: it draws what a [`Simulation`](crate::simulate::Simulation) holds.
//!
//! INVARIANT: the page needs no network and no script; every text in it is escaped; what colour says, words say too.
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
mod explain;
mod page;
mod timeline;

pub(crate) use page::{Page, page};
pub use timeline::TimelineOptions;

#[cfg(test)]
mod tests;
