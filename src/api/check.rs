//! `promoc check --format json`: diagnostics with their positions.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic::{self, count};
use crate::source::SourceMap;

/// The diagnostics of all checked programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct CheckDocument {
    /// The diagnostics, in order of position.
    pub diagnostics: Vec<Diagnostic>,
    /// The number of errors.
    pub errors: usize,
    /// The number of warnings.
    pub warnings: usize,
}

/// A problem in a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Diagnostic {
    /// The code, such as `E0201`; `promoc explain CODE` explains it.
    #[cfg_attr(test, schemars(regex(pattern = r"^[EW]\d{4}$")))]
    pub code: &'static str,
    /// Whether it is an error or a warning.
    pub severity: Severity,
    /// The problem.
    pub message: String,
    /// How to fix it; may be empty.
    pub help: String,
    /// Positions in the program, the primary one first.
    pub labels: Vec<Label>,
}

/// The severity of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The program cannot be used.
    Error,
    /// The program can be used, but probably does not do what was meant.
    Warning,
}

/// A range of text in a program, with a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Label {
    /// The file, relative to the working directory.
    pub file: String,
    /// The line of the first character, from 1.
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub line: u32,
    /// The column of the first character, from 1, in Unicode scalar values.
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub column: u32,
    /// The line of the end, from 1.
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub end_line: u32,
    /// The column after the last character, from 1, in Unicode scalar values.
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub end_column: u32,
    /// The text of the label; may be empty.
    pub message: String,
    /// Whether this is the primary label; true for the first label only.
    pub primary: bool,
}

impl CheckDocument {
    /// The document of these diagnostics, in the given order.
    pub fn new(diagnostics: &[diagnostic::Diagnostic], sources: &SourceMap) -> CheckDocument {
        let (errors, warnings) = count(diagnostics);
        let diagnostics = diagnostics.iter().map(|diagnostic| Diagnostic::new(diagnostic, sources)).collect();
        CheckDocument { diagnostics, errors, warnings }
    }
}

impl Diagnostic {
    /// A diagnostic, with positions in these sources.
    pub(super) fn new(diagnostic: &diagnostic::Diagnostic, sources: &SourceMap) -> Diagnostic {
        let labels = diagnostic.labels.iter().enumerate();
        Diagnostic {
            code: diagnostic.code.as_str(),
            severity: diagnostic.code.severity().into(),
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone(),
            labels: labels.map(|(nth, label)| Label::new(label, nth == 0, sources)).collect(),
        }
    }
}

impl From<diagnostic::Severity> for Severity {
    fn from(severity: diagnostic::Severity) -> Severity {
        match severity {
            diagnostic::Severity::Error => Severity::Error,
            diagnostic::Severity::Warning => Severity::Warning,
        }
    }
}

impl Label {
    fn new(label: &diagnostic::Label, primary: bool, sources: &SourceMap) -> Label {
        let file = sources.file(label.span.file);
        let position = |offset| file.lines.position(&file.text, offset);
        let (start, end) = (position(label.span.start), position(label.span.end));
        Label {
            file: file.path.clone(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            message: label.message.clone(),
            primary,
        }
    }
}
