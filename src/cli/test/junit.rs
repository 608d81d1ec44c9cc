//! Results of scenarios as JUnit XML: a suite for each file, a case for each scenario.
//!
//! JUnit has no standard. The elements and attributes are those of the schema of the xUnit plugin of Jenkins
//! (`junit-10.xsd`), which refuses others: a case has no `file` and no `line`, so the file is the class, and the line is in
//! the text of a failure. A case has at most one `failure`, an `error` is inside a case, and `time` is how long the case
//! took to run.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use super::{Case, Failed, Quote};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceMap, markup};

/// The suites of the scenarios, then one for each file with errors.
pub(super) fn render(cases: &[Case], errors: &[Diagnostic], sources: &SourceMap) -> String {
    let mut broken: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    for error in errors {
        let file = error.primary().map_or("promoc", |span| &sources.file(span.file).path);
        broken.entry(file).or_default().push(error);
    }
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(text, "<testsuites name=\"promoc\" {}>", counts(cases, broken.len()));
    for suite in cases.chunk_by(|one, other| one.file == other.file) {
        let file = suite.first().map(|case| markup(&case.file)).unwrap_or_default();
        let _ = writeln!(text, "  <testsuite name=\"{file}\" file=\"{file}\" {}>", counts(suite, 0));
        for case in suite {
            scenario(&mut text, case, &file);
        }
        text.push_str("  </testsuite>\n");
    }
    for (file, errors) in broken {
        let file = markup(file);
        let _ = writeln!(text, "  <testsuite name=\"{file}\" file=\"{file}\" {}>", counts(&[], 1));
        program(&mut text, &errors, sources, &file);
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

fn counts(cases: &[Case], errors: usize) -> String {
    let failures = cases.iter().filter(|case| !case.failures.is_empty()).count();
    let took = seconds(cases.iter().map(|case| case.took).sum());
    format!("tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{took}\"", cases.len() + errors)
}

fn seconds(took: Duration) -> String {
    format!("{:.3}", took.as_secs_f64())
}

fn scenario(text: &mut String, case: &Case, file: &str) {
    let (name, took) = (markup(&case.name), seconds(case.took));
    let head = format!("    <testcase name=\"{name}\" classname=\"{file}\" time=\"{took}\"");
    if case.failures.is_empty() {
        let _ = writeln!(text, "{head}/>");
        return;
    }
    let messages: Vec<&str> = case.failures.iter().map(|failed| failed.message.as_str()).collect();
    let stories: Vec<String> = case.failures.iter().map(story).collect();
    let (message, story) = (markup(&messages.join("; ")), markup(&stories.join("\n")));
    let _ = writeln!(text, "{head}>\n      <failure message=\"{message}\" type=\"expectation\">{story}</failure>");
    if !case.idle.is_empty() {
        let _ = writeln!(text, "      <system-out>{}</system-out>", markup(&case.idle.join("\n")));
    }
    text.push_str("    </testcase>\n");
}

/// A program that could not be tested.
fn program(text: &mut String, errors: &[&Diagnostic], sources: &SourceMap, file: &str) {
    let lines: Vec<String> = errors.iter().map(|error| line(error, sources)).collect();
    let code = errors.first().map(|error| error.code.as_str()).unwrap_or_default();
    let message = match lines.as_slice() {
        [only] => markup(only),
        several => format!("the program has {} errors", several.len()),
    };
    let _ = writeln!(
        text,
        "    <testcase name=\"check\" classname=\"{file}\" time=\"0.000\">\n      \
         <error message=\"{message}\" type=\"{code}\">{}</error>\n    </testcase>",
        markup(&lines.join("\n"))
    );
}

fn line(error: &Diagnostic, sources: &SourceMap) -> String {
    let what = format!("{}: {}", error.code.as_str(), error.message);
    let Some(span) = error.primary() else { return what };
    let file = sources.file(span.file);
    let at = file.lines.position(&file.text, span.start);
    format!("{}:{}:{}: {what}", file.path, at.line, at.column)
}

/// A message, its statements and the timeline.
fn story(failed: &Failed) -> String {
    let quotes = [Some(&failed.place), failed.release.as_ref()].into_iter().flatten();
    let quotes: Vec<String> = quotes.map(quote).collect();
    format!("{}\n{}\n\n{}", failed.message, quotes.join("\n"), failed.timeline)
}

fn quote(quote: &Quote) -> String {
    format!("{}:{}:{}\n{}", quote.file, quote.at.line, quote.at.column, quote.text.trim())
}
