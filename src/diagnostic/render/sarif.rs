//! Diagnostics as SARIF 2.1.0, for code scanning services and editors.
//!
//! One run; a rule for each code that was raised, in order, with its page of `docs/errors` as help; a result for each
//! diagnostic. Columns count UTF-16 code units (`columnKind`), without a byte order mark: most who read SARIF count so.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::diagnostic::{Code, Diagnostic, Fix, Label, Severity};
use crate::source::{Encoding, FileId, SourceMap, Span};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The document of all diagnostics.
pub fn sarif(diagnostics: &[Diagnostic], sources: &SourceMap) -> Value {
    let mut rules: BTreeMap<Code, usize> = diagnostics.iter().map(|diagnostic| (diagnostic.code, 0)).collect();
    rules.values_mut().enumerate().for_each(|(nth, index)| *index = nth);
    let results: Vec<Value> = diagnostics
        .iter()
        .map(|diagnostic| result(diagnostic, rules.get(&diagnostic.code).copied().unwrap_or(0), sources))
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "promoc",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.keys().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    })
}

fn level(code: Code) -> &'static str {
    match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn rule(code: Code) -> Value {
    // a page is its title, what it means, and examples
    let page = code.page().split_once("\n\n").map_or(code.page(), |(_, rest)| rest);
    let meaning = page.split("\n\n## ").next().unwrap_or(page).replace('\n', " ");
    json!({
        "id": code.as_str(),
        "shortDescription": { "text": code.title() },
        "fullDescription": { "text": meaning.trim() },
        "help": { "text": page, "markdown": page },
        "helpUri": code.url(),
        "defaultConfiguration": { "level": level(code) },
    })
}

fn result(diagnostic: &Diagnostic, rule: usize, sources: &SourceMap) -> Value {
    let message = match diagnostic.help.as_str() {
        "" => diagnostic.message.clone(),
        help => format!("{}\n{help}", diagnostic.message),
    };
    let mut result = json!({
        "ruleId": diagnostic.code.as_str(),
        "ruleIndex": rule,
        "level": level(diagnostic.code),
        "message": { "text": message },
        "locations": diagnostic.labels.iter().take(1).map(|label| location(label, None, sources)).collect::<Vec<_>>(),
    });
    if let Some(members) = result.as_object_mut() {
        let related = diagnostic.labels.iter().enumerate().skip(1);
        let related: Vec<Value> = related.map(|(nth, label)| location(label, Some(nth), sources)).collect();
        if !related.is_empty() {
            members.insert("relatedLocations".to_string(), Value::Array(related));
        }
        if let Some(fix) = &diagnostic.fix {
            members.insert("fixes".to_string(), json!([change(fix, sources)]));
        }
    }
    result
}

fn location(label: &Label, id: Option<usize>, sources: &SourceMap) -> Value {
    let mut location = json!({
        "physicalLocation": { "artifactLocation": artifact(label.span.file, sources), "region": region(label.span, sources) },
    });
    if let Some(members) = location.as_object_mut() {
        if let Some(id) = id {
            members.insert("id".to_string(), json!(id));
        }
        if !label.message.is_empty() {
            members.insert("message".to_string(), json!({ "text": label.message }));
        }
    }
    location
}

fn change(fix: &Fix, sources: &SourceMap) -> Value {
    let mut files: BTreeMap<FileId, Vec<Value>> = BTreeMap::new();
    for (span, text) in &fix.edits {
        let mut replacement = json!({ "deletedRegion": region(*span, sources) });
        if let (Some(members), false) = (replacement.as_object_mut(), text.is_empty()) {
            members.insert("insertedContent".to_string(), json!({ "text": text }));
        }
        files.entry(span.file).or_default().push(replacement);
    }
    let changes: Vec<Value> = files
        .into_iter()
        .map(
            |(file, replacements)| json!({ "artifactLocation": artifact(file, sources), "replacements": replacements }),
        )
        .collect();
    json!({ "description": { "text": fix.title }, "artifactChanges": changes })
}

fn region(span: Span, sources: &SourceMap) -> Value {
    let file = sources.file(span.file);
    let at = |offset: u32| {
        let (line, column) = file.lines.column(&file.text, offset, Encoding::Utf16);
        let mark = u32::from(line == 0 && column > 0 && file.text.starts_with('\u{FEFF}'));
        (line + 1, column + 1 - mark)
    };
    let ((line, column), (end_line, end_column)) = (at(span.start), at(span.end));
    json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column })
}

fn artifact(file: FileId, sources: &SourceMap) -> Value {
    json!({ "uri": uri(&sources.file(file).path) })
}

/// A path as a URI reference: relative as it is, absolute with its scheme; what is no plain character is percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_percent_encoded() {
        assert_eq!(uri("a b/ü#1?.promo"), "a%20b/%C3%BC%231%3F.promo");
        assert_eq!(uri("c:x%.promo"), "c%3Ax%25.promo");
        assert_eq!(uri("/work/a.promo"), "file:///work/a.promo");
    }
}
