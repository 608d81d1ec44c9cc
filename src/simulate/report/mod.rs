//! A simulation as one page of HTML: what came of it, the flow, the timeline, every event.
//!
//! INVARIANT: the page needs no network and no script; every text in it is escaped; what colour says, words say too.

mod changes;
mod chart;
mod page;

pub use page::{Page, page};

#[cfg(test)]
mod tests;
