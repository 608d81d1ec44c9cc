//! Results of scenarios for people: a line for each scenario, then the failures, then the totals.

use std::fmt::Write;

use super::{Case, Quote};

/// The indentation, in columns, of the text that explains a failure.
pub(super) const INDENT: usize = 4;

pub(super) fn render(cases: &[Case]) -> String {
    let mut text = String::new();
    let mut file = None;
    for case in cases {
        if file != Some(&case.file) {
            let _ = writeln!(text, "{}{}", if file.is_some() { "\n" } else { "" }, case.file);
            file = Some(&case.file);
        }
        let verdict = if case.failures.is_empty() { "ok    " } else { "FAILED" };
        let _ = writeln!(text, "  {verdict}  {}", case.name);
    }
    for case in cases.iter().filter(|case| !case.failures.is_empty()) {
        let _ = writeln!(text, "\n{} ({}:{})", case.name, case.file, case.line);
        for failed in &case.failures {
            quote(&mut text, &failed.place, &failed.message);
            if let Some(release) = &failed.release {
                quote(&mut text, release, "this release breaks it");
            }
            for line in failed.timeline.lines() {
                let _ = writeln!(text, "{}", format!("{}{line}", " ".repeat(INDENT)).trim_end());
            }
        }
        for idle in &case.idle {
            let _ = writeln!(text, "  {idle}");
        }
    }
    let failed = cases.iter().filter(|case| !case.failures.is_empty()).count();
    let passed = cases.len() - failed;
    let _ = match cases.len() {
        0 => writeln!(text, "no scenarios found"),
        _ => writeln!(text, "\n{passed} passed, {failed} failed"),
    };
    text
}

/// Appends a message, then the line of the statement that it is about, with the statement underlined.
pub(super) fn quote(text: &mut String, quote: &Quote, message: &str) {
    let (start, length) = quote.underlined;
    let line = quote.at.line.to_string();
    let (edge, indent) = (" ".repeat(line.len()), " ".repeat(INDENT));
    let _ = writeln!(text, "  {}:{}:{}: {message}", quote.file, quote.at.line, quote.at.column);
    let _ = writeln!(text, "{indent}{line} | {}", quote.text);
    let _ = writeln!(text, "{indent}{edge} | {}{}", " ".repeat(start), "^".repeat(length));
}
