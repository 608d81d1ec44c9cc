//! Fixes that remove an element of a list together with its comma.

use crate::source::{SourceMap, Span};

/// What to delete to remove one element of a list; `None` if it is the only one, or if a comment is between it and its
/// neighbor.
pub(crate) fn element(sources: &SourceMap, elements: &[Span], index: usize) -> Option<Span> {
    let this = *elements.get(index)?;
    let (gap, all) = match (index.checked_sub(1).and_then(|before| elements.get(before)), elements.get(index + 1)) {
        (Some(before), _) => (Span { start: before.end, end: this.start, ..this }, Span { start: before.end, ..this }),
        (None, Some(next)) => (Span { start: this.end, end: next.start, ..this }, Span { end: next.start, ..this }),
        (None, None) => return None,
    };
    let plain = sources.text(gap).chars().all(|character| character == ',' || character.is_whitespace());
    plain.then_some(all)
}
