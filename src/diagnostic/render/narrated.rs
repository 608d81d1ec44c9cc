//! Diagnostics as sentences, for a screen reader: no drawing, no line that means something by its place.

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::{SourceMap, harmless};

/// One diagnostic: what is wrong, every place with its line, the help.
pub(super) fn narrated(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let severity = match diagnostic.code.severity() {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
    };
    let mut text = format!("{severity} {}: {}.\n", diagnostic.code, diagnostic.message);
    for (nth, label) in diagnostic.labels.iter().enumerate() {
        text.push_str(&place(nth, label, sources));
    }
    if !diagnostic.help.is_empty() {
        text.push_str(&format!("Help: {}\n", diagnostic.help));
    }
    harmless(&text).into_owned()
}

fn place(nth: usize, label: &Label, sources: &SourceMap) -> String {
    let file = sources.file(label.span.file);
    let position = |offset| file.lines.position(&file.text, offset);
    let (start, end) = (position(label.span.start), position(label.span.end));
    let columns = match (start.line == end.line, end.column.saturating_sub(start.column)) {
        (false, _) => format!("column {} to line {}, column {}", start.column, end.line, end.column.saturating_sub(1)),
        (true, 0 | 1) => format!("column {}", start.column),
        (true, _) => format!("columns {} to {}", start.column, end.column - 1),
    };
    let says = match label.message.as_str() {
        "" => ".".to_string(),
        question if question.ends_with('?') => format!(": {question}"),
        message => format!(": {message}."),
    };
    let first = if nth == 0 { "In" } else { "See also" };
    let line = file.text.lines().nth(start.line as usize - 1).unwrap_or_default();
    format!("{first} {}, line {}, {columns}{says}\n  The line is: {}\n", file.path, start.line, line.trim())
}
