//! Results of scenarios as JUnit XML: a suite for each file, a case for each scenario.

use std::fmt::Write;

use super::{Case, Quote};
use crate::source::markup;

pub(super) fn render(cases: &[Case]) -> String {
    let failed = |cases: &[Case]| cases.iter().filter(|case| !case.failures.is_empty()).count();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(text, "<testsuites name=\"promoc\" tests=\"{}\" failures=\"{}\">", cases.len(), failed(cases));
    for suite in cases.chunk_by(|one, other| one.file == other.file) {
        let file = suite.first().map(|case| markup(&case.file)).unwrap_or_default();
        let (tests, failures) = (suite.len(), failed(suite));
        let _ = writeln!(text, "  <testsuite name=\"{file}\" tests=\"{tests}\" failures=\"{failures}\">");
        for case in suite {
            let (name, line) = (markup(&case.name), case.line);
            let head = format!("    <testcase name=\"{name}\" classname=\"{file}\" file=\"{file}\" line=\"{line}\"");
            if case.failures.is_empty() {
                let _ = writeln!(text, "{head}/>");
                continue;
            }
            let _ = writeln!(text, "{head}>");
            for failed in &case.failures {
                let message = markup(&failed.message);
                let quotes = [Some(&failed.place), failed.release.as_ref()].into_iter().flatten();
                let quotes: Vec<String> = quotes.map(quote).collect();
                let story = format!("{}\n\n{}", quotes.join("\n"), failed.timeline);
                let _ = writeln!(text, "      <failure message=\"{message}\">{}</failure>", markup(&story));
            }
            if !case.idle.is_empty() {
                let _ = writeln!(text, "      <system-out>{}</system-out>", markup(&case.idle.join("\n")));
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
