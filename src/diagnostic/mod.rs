//! Diagnostics: one model, and renderers for people and programs.
//!
//! A [`Diagnostic`] has a [`Code`], a message that states the problem, labels (the first is the primary one), and help
//! that says what to write instead.
//!
//! INVARIANT: a diagnostic contains no color, no width and no absolute path, so the same text gives the same bytes.

mod code;
mod element;
mod fix;
mod nearest;
pub mod render;
mod tokens;

pub use code::{CODES, Code, Severity};
pub(crate) use element::element;
pub(crate) use fix::apply;
pub(crate) use nearest::{nearest, one_edit, one_of};
pub(crate) use tokens::tokens;

use std::collections::BTreeMap;

use crate::source::{FileId, Span};

/// How many diagnostics of one file are shown to people; the rest are counted.
pub(crate) const SHOWN_A_FILE: usize = 100;

/// One mistake in a program, reported once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Decides the severity, and names the page that explains the mistake.
    pub code: Code,
    /// The problem in one clause: lower case, no full stop, text of the user in backticks.
    pub message: String,
    /// The spans involved, never empty. The first is the primary one, on the text that the user most likely changes.
    pub labels: Vec<Label>,
    /// What to write instead, as full sentences; code in it can be pasted.
    pub help: String,
    /// A change of the text that is certainly right; `None` if only the author can decide.
    pub fix: Option<Fix>,
}

/// A span that helps to explain the mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The exact text to underline.
    pub span: Span,
    /// Two to six words, such as "declared here". Can be empty on a primary label whose message says enough.
    pub message: String,
}

/// A change of the text, applied completely or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative: "write `staging`".
    pub title: String,
    /// Spans and their new text; they do not overlap, and can be in several files.
    pub edits: Vec<(Span, String)>,
}

impl Diagnostic {
    /// A diagnostic with its primary label, without help or a fix.
    pub fn new(code: Code, message: impl Into<String>, at: Span, label: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            message: message.into(),
            labels: vec![Label { span: at, message: label.into() }],
            help: String::new(),
            fix: None,
        }
    }

    /// Adds a secondary label.
    #[must_use]
    pub fn label(mut self, at: Span, message: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span: at, message: message.into() });
        self
    }

    /// Sets the help, replacing an earlier one.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = help.into();
        self
    }

    /// Sets a fix that replaces one span.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, at: Span, text: impl Into<String>) -> Diagnostic {
        self.fix = Some(Fix { title: title.into(), edits: vec![(at, text.into())] });
        self
    }

    /// The span of the primary label.
    pub fn primary(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }
}

/// Sorts by position, then code, and removes duplicates: the order in which all output shows diagnostics.
pub(crate) fn in_order(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| (a.primary(), a.code, &a.message).cmp(&(b.primary(), b.code, &b.message)));
    diagnostics.dedup();
}

/// The number of errors and the number of warnings.
pub(crate) fn count(diagnostics: &[Diagnostic]) -> (usize, usize) {
    let errors = diagnostics.iter().filter(|d| d.code.severity() == Severity::Error).count();
    (errors, diagnostics.len() - errors)
}

/// The diagnostics that are shown to people, in order, and how many more each file has (see [`SHOWN_A_FILE`]).
pub(crate) fn within(diagnostics: &[Diagnostic]) -> (Vec<&Diagnostic>, BTreeMap<FileId, usize>) {
    let mut seen: BTreeMap<FileId, usize> = BTreeMap::new();
    let shown = diagnostics.iter().filter(|diagnostic| {
        let Some(primary) = diagnostic.primary() else { return true };
        let count = seen.entry(primary.file).or_default();
        *count += 1;
        *count <= SHOWN_A_FILE
    });
    let shown = shown.collect();
    let more = seen.into_iter().filter(|(_, count)| *count > SHOWN_A_FILE);
    (shown, more.map(|(file, count)| (file, count - SHOWN_A_FILE)).collect())
}
