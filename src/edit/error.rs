//! Why an edit is refused, in the user's words.

use super::Format;

/// Why a text cannot be read or changed. The target is unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text does not have the syntax of its format.
    #[error("{which} is not valid {format} at line {line}, column {column}: {message}", format = format.name())]
    Unreadable {
        /// `the source`, `the target` or `the file`.
        which: &'static str,
        /// The format that was expected.
        format: Format,
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
        /// What the parser reports, or what is not supported.
        message: String,
        /// What to write instead.
        help: String,
    },
    /// A path selects nothing in the source.
    #[error("`{path}` selects nothing in {which}")]
    NothingSelected {
        /// `the source` or `the file`.
        which: &'static str,
        /// As the user wrote it.
        path: String,
        /// Names the nearest keys that exist.
        help: String,
    },
    /// The edit is impossible, or it would change something else.
    #[error("{message}")]
    Refused {
        /// The value or the construct that prevents the edit.
        message: String,
        /// How to change the file so that the edit is possible.
        help: String,
    },
}

impl EditError {
    /// What the user can do about the error.
    pub(crate) fn help(&self) -> &str {
        match self {
            EditError::Unreadable { help, .. }
            | EditError::NothingSelected { help, .. }
            | EditError::Refused { help, .. } => help,
        }
    }

    pub(super) fn refused(message: impl Into<String>, help: impl Into<String>) -> EditError {
        EditError::Refused { message: message.into(), help: help.into() }
    }

    pub(super) fn unreadable(which: &'static str, format: Format, text: &str, error: Unreadable) -> EditError {
        let before = text.get(..error.at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        EditError::Unreadable { which, format, line, column, message: error.message, help: error.help }
    }
}

/// Why a text cannot be read.
pub(super) struct Unreadable {
    /// The byte offset of the problem.
    pub(super) at: usize,
    pub(super) message: String,
    pub(super) help: String,
}

impl Unreadable {
    pub(super) fn new(at: usize, message: impl Into<String>, help: impl Into<String>) -> Unreadable {
        Unreadable { at, message: message.into(), help: help.into() }
    }
}
