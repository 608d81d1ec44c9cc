//! The JSON of `check --format json`: its shape is a promise (see `docs/json.md`).

use serde_json::{Value, json as object};

use crate::diagnostic::{Diagnostic, Severity, count};
use crate::source::SourceMap;

/// The document of all diagnostics.
pub fn json(diagnostics: &[Diagnostic], sources: &SourceMap) -> Value {
    let (errors, warnings) = count(diagnostics);
    let shown: Vec<Value> = diagnostics.iter().map(|diagnostic| one(diagnostic, sources)).collect();
    object!({ "diagnostics": shown, "errors": errors, "warnings": warnings })
}

fn one(diagnostic: &Diagnostic, sources: &SourceMap) -> Value {
    let severity = match diagnostic.code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let labels: Vec<Value> = diagnostic
        .labels
        .iter()
        .enumerate()
        .map(|(nth, label)| {
            let file = sources.file(label.span.file);
            let (start, end) =
                (file.lines.position(&file.text, label.span.start), file.lines.position(&file.text, label.span.end));
            object!({
                "file": file.path,
                "line": start.line,
                "column": start.column,
                "end_line": end.line,
                "end_column": end.column,
                "message": label.message,
                "primary": nth == 0,
            })
        })
        .collect();
    object!({
        "code": diagnostic.code.as_str(),
        "severity": severity,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "labels": labels,
    })
}
