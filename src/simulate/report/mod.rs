//! A simulation as one page of HTML: what came of it, the flow, the timeline, every event.
//!
//! INVARIANT: the page needs no network and no script; every text in it is escaped; what colour says, words say too.

mod chart;
mod page;

pub use page::{Page, page};

use crate::source::harmless;

/// Text in HTML, or in one of its attributes between double quotes.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in harmless(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests;
