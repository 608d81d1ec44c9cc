//! Tests of the parser: single constructs, and properties of every text.

mod diagnostics;
mod facts;
mod properties;
mod tree;

pub(crate) use properties::mutated;

use super::{Parsed, parse};
use crate::source::{SourceMap, Span};

/// A realistic program in the canonical layout, without mistakes.
const ORDERS: &str = include_str!("../../../tests/fixtures/orders.promo");

fn parsed(text: &str) -> Parsed {
    let mut map = SourceMap::default();
    parse(map.add("main.promo", text), text)
}

fn text_of(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap()
}

/// The code, the underlined text and the message of each diagnostic.
fn said(text: &str) -> Vec<String> {
    let parsed = parsed(text);
    let line = |diagnostic: &crate::diagnostic::Diagnostic| {
        assert!(!diagnostic.help.is_empty(), "{diagnostic:?}");
        let at = text_of(text, diagnostic.primary().unwrap());
        format!("{} [{}] {}", diagnostic.code, at, diagnostic.message)
    };
    parsed.diagnostics.iter().map(line).collect()
}

/// The text with every fix applied that does not overlap another.
fn fixed(text: &str) -> String {
    let mut edits: Vec<(Span, String)> = parsed(text)
        .diagnostics
        .into_iter()
        .filter_map(|diagnostic| diagnostic.fix)
        .flat_map(|fix| fix.edits)
        .collect();
    edits.sort();
    let mut out = text.to_string();
    for (span, new) in edits.into_iter().rev() {
        out.replace_range(span.start as usize..span.end as usize, &new);
    }
    out
}
