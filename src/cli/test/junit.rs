//! The results of scenarios as JUnit XML: a suite for each file, a case for each scenario.

use std::fmt::Write;

use super::{Case, Quote};

pub(super) fn render(cases: &[Case]) -> String {
    let failed = |cases: &[Case]| cases.iter().filter(|case| !case.failures.is_empty()).count();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(text, "<testsuites name=\"promoc\" tests=\"{}\" failures=\"{}\">", cases.len(), failed(cases));
    for suite in cases.chunk_by(|one, other| one.file == other.file) {
        let file = suite.first().map(|case| escape(&case.file)).unwrap_or_default();
        let (tests, failures) = (suite.len(), failed(suite));
        let _ = writeln!(text, "  <testsuite name=\"{file}\" tests=\"{tests}\" failures=\"{failures}\">");
        for case in suite {
            let (name, line) = (escape(&case.name), case.line);
            let head = format!("    <testcase name=\"{name}\" classname=\"{file}\" file=\"{file}\" line=\"{line}\"");
            if case.failures.is_empty() {
                let _ = writeln!(text, "{head}/>");
                continue;
            }
            let _ = writeln!(text, "{head}>");
            for failed in &case.failures {
                let message = escape(&failed.message);
                let quotes = [Some(&failed.place), failed.release.as_ref()].into_iter().flatten();
                let quotes: Vec<String> = quotes.map(quote).collect();
                let story = format!("{}\n\n{}", quotes.join("\n"), failed.timeline);
                let _ = writeln!(text, "      <failure message=\"{message}\">{}</failure>", escape(&story));
            }
            if !case.idle.is_empty() {
                let _ = writeln!(text, "      <system-out>{}</system-out>", escape(&case.idle.join("\n")));
            }
            text.push_str("    </testcase>\n");
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

fn quote(quote: &Quote) -> String {
    format!("{}:{}:{}\n{}", quote.file, quote.at.line, quote.at.column, quote.text.trim())
}

/// Text in XML; what XML cannot hold at all becomes `?`.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' => safe.push('\n'),
            other if other.is_control() || matches!(other, '\u{FFFE}' | '\u{FFFF}') => safe.push('?'),
            other => safe.push(other),
        }
    }
    safe
}
