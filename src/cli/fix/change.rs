//! What a fix changes, in words: old → new.

use crate::check::Analysed;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::{FileId, SourceMap, Span};

/// One change of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub old: String,
    pub new: String,
    pub path: String,
    /// Counted from 1.
    pub line: u32,
}

/// The changes of the fix of a diagnostic, one for each group of lines.
pub(super) fn changes(diagnostic: &Diagnostic, sources: &SourceMap) -> Vec<Change> {
    let mut edits: Vec<&(Span, String)> = diagnostic.fix.iter().flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|(span, _)| *span);
    edits
        .chunk_by(|(one, _), (other, _)| on_one_line(sources, *one, *other))
        .filter_map(|edits| change(edits, sources))
        .collect()
}

fn on_one_line(sources: &SourceMap, one: Span, other: Span) -> bool {
    one.file == other.file && !sources.text(one.to(other)).contains('\n')
}

fn change(edits: &[&(Span, String)], sources: &SourceMap) -> Option<Change> {
    let (first, last) = (edits.first()?.0, edits.last()?.0);
    let file = sources.file(first.file);
    let whole =
        around(&file.text, first.to(last), edits.iter().all(|(span, new)| span.end > span.start && !new.is_empty()));
    let mut new = sources.text(whole).to_owned();
    for (span, text) in edits.iter().rev() {
        new.replace_range((span.start - whole.start) as usize..(span.end - whole.start) as usize, text);
    }
    let line = file.lines.position(&file.text, first.start).line;
    Some(Change { old: words(sources.text(whole)), new: words(&new), path: file.path.clone(), line })
}

/// A text on one line. Nothing is left of what was removed.
fn words(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { "(nothing)".to_owned() } else { words }
}

/// The words that a span touches; if text is only inserted or removed, with the words before and after it on its line.
fn around(text: &str, span: Span, replaces: bool) -> Span {
    let (before, behind) =
        (text.get(..span.start as usize).unwrap_or_default(), text.get(span.end as usize..).unwrap_or_default());
    let line = before.rsplit('\n').next().unwrap_or_default();
    let rest = behind.split('\n').next().unwrap_or_default();
    let (mut start, mut end) =
        (line.trim_end_matches(is_letter).len(), rest.len() - rest.trim_start_matches(is_letter).len());
    if !replaces {
        let word = line.trim_end();
        start = word.len() - word.chars().rev().take_while(|c| !c.is_whitespace()).map(char::len_utf8).sum::<usize>();
        let word = rest.trim_start();
        end = rest.len() - word.len()
            + word.chars().take_while(|c| !c.is_whitespace()).map(char::len_utf8).sum::<usize>();
    }
    Span { start: span.start - (line.len() - start) as u32, end: span.end + end as u32, ..span }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_'
}

/// Where something was fixed, in the fixed text.
struct FixedPlace<'a> {
    path: &'a str,
    /// From the start of the first line to the end of the last one.
    lines: (u32, u32),
    /// Where no error may be left.
    own: (u32, u32),
}

/// Whether an error is left where something was fixed: then the words there were not meant like this. Of a name, that is
/// the name itself; of anything else, and for any syntax error, its line.
pub(super) fn is_doubtful(fixed: &[&Diagnostic], before: &SourceMap, after: &Analysed) -> bool {
    let edits = fixed.iter().flat_map(|d| d.fix.iter().flat_map(|fix| &fix.edits).map(|edit| (d.code, edit)));
    let mut edits: Vec<(Code, &(Span, String))> = edits.collect();
    edits.sort_by_key(|(_, (span, _))| *span);
    let mut moved: (Option<FileId>, i64) = (None, 0);
    let mut places: Vec<FixedPlace<'_>> = Vec::new();
    // a brace or keyword in the right place leaves nothing in its file that is not understood
    let is_brace = |new: &str| new.trim().chars().all(|c| "{}\n".contains(c));
    let inserts = |span: &Span, new: &str| span.start == span.end && new.contains(char::is_alphabetic);
    let braces: Vec<&str> = edits
        .iter()
        .filter(|(_, (span, new))| {
            is_brace(if new.is_empty() { before.text(*span) } else { new }) || inserts(span, new)
        })
        .map(|(_, (span, _))| before.file(span.file).path.as_str())
        .collect();
    for (code, (span, new)) in edits {
        if moved.0 != Some(span.file) {
            moved = (Some(span.file), 0);
        }
        let path = before.file(span.file).path.as_str();
        let start = (i64::from(span.start) + moved.1) as u32;
        let end = start + new.len() as u32;
        moved.1 += new.len() as i64 - i64::from(span.end - span.start);
        let text = after.sources().iter().find(|(_, file)| file.path == path).map(|(_, file)| &*file.text);
        let lines = text.map_or((start, end), |text| {
            let before = text.get(..start as usize).unwrap_or_default();
            let behind = text.get(end as usize..).unwrap_or_default();
            let length = |line: Option<&str>| line.map_or(0, |line| line.len() as u32);
            (start - length(before.rsplit('\n').next()), end + length(behind.split('\n').next()))
        });
        places.push(FixedPlace { path, lines, own: if code < Code::E0201 { lines } else { (start, end) } });
    }
    let errors = after.diagnostics().iter().filter(|diagnostic| diagnostic.code.severity() == Severity::Error);
    errors.filter_map(|diagnostic| Some((diagnostic.code, diagnostic.primary()?))).any(|(code, primary)| {
        let path = after.sources().file(primary.file).path.as_str();
        code < Code::E0201 && braces.contains(&path)
            || places.iter().filter(|place| place.path == path).any(|place| {
                let (start, end) = if code < Code::E0201 { place.lines } else { place.own };
                start <= primary.start && primary.start <= end
            })
    })
}
