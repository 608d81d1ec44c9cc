//! Fixes of diagnostics, as an editor offers them.

use crate::check::Analysed;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::{FileId, Span};

/// The diagnostics that touch a range of a file and have a fix that is certain, with their fixes.
pub fn fixes(analysed: &Analysed, file: FileId, range: (u32, u32)) -> Vec<(&Diagnostic, &Fix)> {
    let touches = |span: Span| span.file == file && span.start <= range.1 && range.0 <= span.end;
    let with_fix = analysed.diagnostics().iter().filter_map(|diagnostic| Some((diagnostic, diagnostic.fix.as_ref()?)));
    with_fix.filter(|(diagnostic, _)| diagnostic.primary().is_some_and(touches)).collect()
}

/// All fixes of a file that do not overlap, in order.
pub fn all_fixes(analysed: &Analysed, file: FileId) -> Vec<(Span, String)> {
    let mut edits: Vec<(Span, String)> = Vec::new();
    for diagnostic in analysed.diagnostics() {
        let Some(fix) = diagnostic.fix.as_ref().filter(|fix| fix.edits.iter().all(|(span, _)| span.file == file))
        else {
            continue;
        };
        let overlaps = |(span, _): &(Span, String)| {
            edits.iter().any(|(other, _)| span.start <= other.end && other.start <= span.end)
        };
        if !fix.edits.iter().any(overlaps) {
            edits.extend(fix.edits.iter().cloned());
        }
    }
    edits.sort();
    edits
}

#[cfg(test)]
mod tests {
    use super::super::tests::marked;
    use super::*;

    #[test]
    fn a_fix_is_offered_where_its_mistake_is() {
        let (analysed, file, offset) =
            marked("environment dev, staging\nflow main { trigger dev; promote stagi|n }\nenvironmnt qa\n");
        let here = fixes(&analysed, file, (offset, offset));
        let titles: Vec<&str> = here.iter().map(|(_, fix)| fix.title.as_str()).collect();
        assert_eq!(titles, ["write `staging`"]);
        assert!(fixes(&analysed, file, (0, 3)).is_empty());
        assert_eq!(all_fixes(&analysed, file).len(), 2);
    }
}
