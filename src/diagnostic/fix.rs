//! Applies fixes to texts, for `promoc check --fix`.
//!
//! A fix is applied completely or not at all. A fix that overlaps an earlier one waits: the next check of the program
//! offers it again if it is still right.
//!
//! INVARIANT: this module writes no files; the caller does.

use std::collections::BTreeMap;

use super::{Diagnostic, Fix};
use crate::source::{FileId, SourceMap, Span};

/// The result of applying fixes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fixed {
    /// The new text of each file that changed.
    pub texts: BTreeMap<FileId, String>,
    /// The indices of the diagnostics that were fixed.
    pub taken: Vec<usize>,
}

/// Applies the fixes in the order of the diagnostics, and skips those that overlap an earlier one.
pub(crate) fn apply(diagnostics: &[Diagnostic], sources: &SourceMap) -> Fixed {
    let mut edits: Vec<&(Span, String)> = Vec::new();
    let mut fixed = Fixed::default();
    for (index, diagnostic) in diagnostics.iter().enumerate() {
        let Some(fix) = &diagnostic.fix else { continue };
        if changes(fix, sources)
            && fix.edits.iter().all(|(span, _)| edits.iter().all(|(other, _)| apart(*span, *other)))
        {
            edits.extend(&fix.edits);
            fixed.taken.push(index);
        }
    }
    edits.sort_by_key(|(span, _)| *span);
    for (span, new) in edits.into_iter().rev() {
        let text = fixed.texts.entry(span.file).or_insert_with(|| sources.file(span.file).text.to_string());
        text.replace_range(span.start as usize..span.end as usize, new);
    }
    fixed
}

/// Whether a fix is inside its files and changes them; a fix that changes nothing would be offered forever.
fn changes(fix: &Fix, sources: &SourceMap) -> bool {
    let lies = |span: &Span| sources.file(span.file).text.get(span.start as usize..span.end as usize).is_some();
    fix.edits.iter().all(|(span, _)| lies(span)) && fix.edits.iter().any(|(span, new)| sources.text(*span) != new)
}

/// Whether at least one character is between two spans, so that neither change touches the other.
fn apart(one: Span, other: Span) -> bool {
    one.file != other.file || one.end < other.start || other.end < one.start
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    fn diagnostic(at: Span, edits: &[(Span, &str)]) -> Diagnostic {
        let edits = edits.iter().map(|(span, text)| (*span, (*text).to_string())).collect();
        let fix = Some(Fix { title: "write it".to_string(), edits });
        Diagnostic { fix, ..Diagnostic::new(Code::E0201, "m", at, "") }
    }

    #[test]
    fn an_overlapping_fix_is_skipped_completely() {
        let mut sources = SourceMap::default();
        let a = sources.add("a", "one two three\n");
        let b = sources.add("b", "four\n");
        let (one, two, three) = (Span::new(a, 0, 3), Span::new(a, 4, 7), Span::new(a, 8, 13));
        let four = Span::new(b, 0, 4);
        let diagnostics = [
            diagnostic(two, &[(two, "2"), (four, "4")]),
            // overlaps the first one in `b`, so its change of `a` is not applied either
            diagnostic(one, &[(one, "1"), (four, "vier")]),
            // inserts at the end of text that the first one replaces
            diagnostic(two, &[(two.at_end(), "!")]),
            diagnostic(three, &[(three, "3")]),
            Diagnostic::new(Code::E0201, "without a fix", one, ""),
        ];
        let fixed = apply(&diagnostics, &sources);
        assert_eq!(fixed.texts, [(a, "one 2 3\n".to_string()), (b, "4\n".to_string())].into());
        assert_eq!(fixed.taken, [0, 3]);
    }

    #[test]
    fn a_fix_without_effect_or_outside_the_text_is_skipped() {
        let mut sources = SourceMap::default();
        let a = sources.add("a", "é\n");
        let same = Span::new(a, 0, 2);
        let inside_a_character = Span::new(a, 1, 2);
        let beyond = Span::new(a, 3, 9);
        let diagnostics = [
            diagnostic(same, &[(same, "é")]),
            diagnostic(same, &[(inside_a_character, "x")]),
            diagnostic(same, &[(beyond, "x")]),
        ];
        assert_eq!(apply(&diagnostics, &sources), Fixed::default());
    }
}
