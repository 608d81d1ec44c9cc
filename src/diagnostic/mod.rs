//! What the checker says: one model, and renderers for people and programs.
//!
//! A [`Diagnostic`] has a [`Code`], a message that says what is wrong, labels (the first is the primary one), and a help
//! that says what to write instead.
//!
//! INVARIANT: a diagnostic holds no colour, no width, no absolute path: the same text gives the same bytes.

mod code;
mod element;
mod fix;
mod nearest;
pub mod render;

pub use code::CODES;
pub use code::Code;
pub use code::Severity;
pub(crate) use element::element;
pub(crate) use fix::apply;
pub(crate) use nearest::{nearest, one_of};

use std::collections::BTreeMap;

use crate::source::{FileId, Span};

/// So many diagnostics of one file are shown to people; the rest are counted.
pub(crate) const SHOWN_A_FILE: usize = 100;

/// One thing that is wrong, said once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its code.
    pub code: Code,
    /// What is wrong, in one clause: lower case, no full stop, the user's text in backticks.
    pub message: String,
    /// Where: the first is the primary one, on what the user most likely changes.
    pub labels: Vec<Label>,
    /// What to write instead: a full sentence.
    pub help: String,
    /// A change of the text that is certain to be right, if there is one.
    pub fix: Option<Fix>,
}

/// A place that is part of the story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The exact text.
    pub span: Span,
    /// A fragment: "declared here". May be empty for a primary label that needs no more words.
    pub message: String,
}

/// A change of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a command: "write `staging`".
    pub title: String,
    /// The replacements; they do not overlap.
    pub edits: Vec<(Span, String)>,
}

impl Diagnostic {
    /// A diagnostic with its primary label.
    pub fn new(code: Code, message: impl Into<String>, at: Span, label: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            message: message.into(),
            labels: vec![Label { span: at, message: label.into() }],
            help: String::new(),
            fix: None,
        }
    }

    /// Adds a further label.
    #[must_use]
    pub fn label(mut self, at: Span, message: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span: at, message: message.into() });
        self
    }

    /// Sets the help.
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

    /// The primary place.
    pub fn primary(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }
}

/// Sorts by place, then code, and drops what is said twice at one place: the order in which everything is shown.
pub(crate) fn in_order(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| (a.primary(), a.code, &a.message).cmp(&(b.primary(), b.code, &b.message)));
    diagnostics.dedup();
}

/// How many errors and warnings there are.
pub(crate) fn count(diagnostics: &[Diagnostic]) -> (usize, usize) {
    let errors = diagnostics.iter().filter(|d| d.code.severity() == Severity::Error).count();
    (errors, diagnostics.len() - errors)
}

/// Those that are shown to people, in order, and how many more there are of which file.
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
