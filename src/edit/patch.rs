//! Changes to a text, collected first and applied together.

use std::ops::Range;

/// Replacements in one text. They must not overlap.
#[derive(Debug, Default)]
pub(super) struct Patch {
    edits: Vec<(Range<usize>, String)>,
}

impl Patch {
    /// Replaces a range. Lines in `with` end with `\n`, whatever line ends the text uses.
    pub(super) fn replace(&mut self, range: Range<usize>, with: impl Into<String>) {
        let with = with.into();
        if !(range.is_empty() && with.is_empty()) {
            self.edits.push((range, with));
        }
    }

    /// The changed text, with the line ends of the original; `None` if two changes overlap.
    pub(super) fn apply(mut self, text: &str) -> Option<String> {
        let first = text.find('\n').and_then(|at| at.checked_sub(1)).and_then(|at| text.as_bytes().get(at));
        let crlf = first == Some(&b'\r');
        // A stable sort: insertions at one position keep their order, and come before a replacement there.
        self.edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut new = String::with_capacity(text.len());
        let mut at = 0;
        for (range, with) in self.edits {
            new.push_str(text.get(at..range.start)?);
            match crlf {
                true => new.push_str(&with.replace('\n', "\r\n")),
                false => new.push_str(&with),
            }
            at = range.end;
        }
        new.push_str(text.get(at..)?);
        Some(new)
    }
}
