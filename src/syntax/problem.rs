//! A diagnostic about the text of one round of repairs, with the edits that would fix that text.

use super::node::TextRange;
use super::repair::{Back, Edit};
use crate::diagnostic::{Code, Diagnostic, Fix, Label};
use crate::source::{FileId, Span};

/// A diagnostic whose ranges refer to the text of one round.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub code: Code,
    message: String,
    labels: Vec<(TextRange, String)>,
    help: String,
    fix: Option<(String, Vec<Edit>)>,
    /// Whether the fix is certain, so that the repaired text is parsed again.
    pub repair: bool,
    /// Whether the fix is only good enough to understand the text after it.
    guess: bool,
    /// Whether another problem reports this already, so that only the fix counts.
    pub silent: bool,
    /// Whether the words beside the fix may be torn.
    torn: bool,
    /// The statement that contains the problem, without its block.
    pub statement: Option<TextRange>,
    /// The start of the declaration in which a statement that was not understood is its cause.
    pub follows: Option<u32>,
}

/// The greatest number of problems of a file. A text that is not a program at all has one on each line.
pub(super) const MOST: usize = 10_000;

impl Problem {
    pub(super) fn new(code: Code, message: impl Into<String>, at: TextRange, label: impl Into<String>) -> Problem {
        let labels = vec![(at, label.into())];
        Problem {
            code,
            message: message.into(),
            labels,
            help: String::new(),
            fix: None,
            repair: false,
            guess: false,
            silent: false,
            torn: false,
            statement: None,
            follows: None,
        }
    }

    pub(super) fn label(mut self, at: TextRange, message: impl Into<String>) -> Problem {
        self.labels.push((at, message.into()));
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = help.into();
        self
    }

    /// Adds an edit to the fix. The title of the first edit is the title of the fix.
    pub(super) fn fix(mut self, title: impl Into<String>, at: TextRange, text: impl Into<String>) -> Problem {
        let edit = Edit { at, text: text.into() };
        match &mut self.fix {
            Some((_, edits)) => edits.push(edit),
            None => self.fix = Some((title.into(), vec![edit])),
        }
        self
    }

    /// Marks the fix as certain.
    pub(super) fn repaired(mut self) -> Problem {
        self.repair = true;
        self
    }

    /// Marks the fix as a guess: the text after it is parsed as if it were right, but nobody is offered it.
    pub(super) fn guessed(mut self) -> Problem {
        self.guess = true;
        self.repaired()
    }

    /// Marks that the words beside the fix may be torn, so that nothing more is reported about them.
    pub(super) fn torn(mut self) -> Problem {
        self.torn = true;
        self.repaired()
    }

    /// Marks a brace that is only noticed where a declaration ends.
    pub(super) fn follows(mut self, declaration: Option<u32>) -> Problem {
        self.follows = declaration;
        self
    }

    /// Whether it is not certain what was meant, so that nothing can be concluded from the statement.
    pub(super) fn is_doubt(&self) -> bool {
        matches!(self.code, Code::E0101 | Code::E0103 | Code::E0104 | Code::E0105 | Code::E0109)
            && (!self.repair || self.guess || self.torn)
    }

    /// The start of the primary label.
    pub(super) fn start(&self) -> u32 {
        self.labels.first().map_or(0, |(at, _)| at.0)
    }

    /// The statement that contains the problem, or the primary label.
    pub(super) fn place(&self) -> TextRange {
        self.statement.or(self.labels.first().map(|(at, _)| *at)).unwrap_or_default()
    }

    pub(super) fn edits(&self) -> &[Edit] {
        self.fix.as_ref().map_or(&[], |(_, edits)| edits)
    }

    /// Converts the problem to a diagnostic about the original text.
    pub(super) fn finish(self, file: FileId, backs: &[Back]) -> Diagnostic {
        let fix = self.fix.filter(|_| !self.guess).map(|(title, edits)| Fix {
            title,
            edits: edits.into_iter().map(|edit| (written(file, backs, edit.at), edit.text)).collect(),
        });
        let labels =
            self.labels.into_iter().map(|(at, message)| Label { span: written(file, backs, at), message }).collect();
        Diagnostic { code: self.code, message: self.message, labels, help: self.help, fix }
    }
}

/// The span in the original text of a range in the text of the current round.
pub(super) fn written(file: FileId, backs: &[Back], at: TextRange) -> Span {
    let (start, end) = backs.iter().rev().fold(at, |at, back| back.before(at));
    Span::new(file, start, end)
}
