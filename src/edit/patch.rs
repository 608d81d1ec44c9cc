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

    /// The changed text; nothing where two changes overlap. A new line break is that of the line that it follows.
    pub(super) fn apply(mut self, text: &str) -> Option<String> {
        // Stable: what is inserted at one place stays in the order in which it was asked for, before what is replaced there.
        self.edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut new = String::with_capacity(text.len());
        let mut at = 0;
        for (range, with) in self.edits {
            new.push_str(text.get(at..range.start)?);
            match with.contains('\n') && ends_with_crlf(text, range.start) {
                true => new.push_str(&with.replace('\n', "\r\n")),
                false => new.push_str(&with),
            }
            at = range.end;
        }
        new.push_str(text.get(at..)?);
        Some(new)
    }
}

/// Whether the line at a position ends with CRLF; at the end of a text without a line break, the line before it.
fn ends_with_crlf(text: &str, at: usize) -> bool {
    let end = text.get(at..).and_then(|rest| rest.find('\n')).map(|end| at + end);
    let end = end.or_else(|| text.get(..at).and_then(|before| before.rfind('\n')));
    end.and_then(|end| text.get(..end)).is_some_and(|line| line.ends_with('\r'))
}
