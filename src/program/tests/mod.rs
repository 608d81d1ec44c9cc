//! Resolves texts and asserts the result; one file for each subject.

mod applications;
mod fleets;
mod flows;
mod imports;
mod limits;
mod names;
mod parameters;
mod policies;
mod total;

use super::{Analysis, EnvironmentId, FlowId, MemoryFiles, ProductId, load};
use crate::diagnostic::Diagnostic;

fn files(of: &[(&str, &str)]) -> MemoryFiles {
    MemoryFiles(of.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
}

fn analyse(text: &str) -> Analysis {
    load(&files(&[("main.promo", text)]), "main.promo").unwrap()
}

/// A program without diagnostics.
fn good(text: &str) -> Analysis {
    let analysis = analyse(text);
    assert_eq!(said(&analysis), Vec::<String>::new());
    analysis
}

/// Each diagnostic on lines of its own: code and message, every label with its text, help, fix.
fn said(analysis: &Analysis) -> Vec<String> {
    analysis.diagnostics.iter().map(|diagnostic| one(analysis, diagnostic)).collect()
}

fn one(analysis: &Analysis, diagnostic: &Diagnostic) -> String {
    let mut out = format!("{}: {}\n", diagnostic.code, diagnostic.message);
    for label in &diagnostic.labels {
        let file = analysis.sources.file(label.span.file);
        let position = file.lines.position(&file.text, label.span.start);
        let text = analysis.sources.text(label.span);
        out.push_str(&format!("{}:{} `{text}` {}\n", file.path, position.line, label.message));
    }
    out.push_str(&diagnostic.help);
    if let Some(fix) = &diagnostic.fix {
        let edits: Vec<String> =
            fix.edits.iter().map(|(span, text)| format!("{} => {text}", analysis.sources.text(*span))).collect();
        out.push_str(&format!("\n{} [{}]", fix.title, edits.join(", ")));
    }
    out
}

fn environment(analysis: &Analysis, name: &str) -> EnvironmentId {
    analysis.program.environment(name).unwrap()
}

fn flow(analysis: &Analysis, name: &str) -> FlowId {
    analysis.program.flow(name).unwrap()
}

fn product(analysis: &Analysis, name: &str) -> ProductId {
    analysis.program.product(name).unwrap()
}

fn environment_names(analysis: &Analysis, ids: &[EnvironmentId]) -> Vec<String> {
    ids.iter().map(|id| analysis.program.environments[*id].name.value.clone()).collect()
}
