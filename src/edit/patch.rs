//! Changes of a text: collected, then applied at once.

use std::ops::Range;

/// Replacements in one text. They must not overlap.
#[derive(Debug, Default)]
pub(super) struct Patch {
    edits: Vec<(Range<usize>, String)>,
}

impl Patch {
    /// Replaces a range. Lines in `with` end with `\n`, whatever the text has.
    pub(super) fn replace(&mut self, range: Range<usize>, with: impl Into<String>) {
        let with = with.into();
        if !(range.is_empty() && with.is_empty()) {
            self.edits.push((range, with));
        }
    }

    /// The changed text; nothing where two changes overlap. New line breaks are those of the text.
    pub(super) fn apply(mut self, text: &str) -> Option<String> {
        let first = text.find('\n').and_then(|at| at.checked_sub(1)).and_then(|at| text.as_bytes().get(at));
        let crlf = first == Some(&b'\r');
        // Stable: what is inserted at one place stays in the order in which it was asked for, before what is replaced there.
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
