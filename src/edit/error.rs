//! Why an edit is not made, in the user's words.

use super::Format;
use super::yaml::Unreadable;

/// Why a text cannot be read or changed. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EditError {
    /// A text is not of its format.
    #[error("{which} is not valid {format} at line {line}, column {column}: {message}", format = format.name())]
    Unreadable {
        /// `the source`, `the target` or `the file`.
        which: &'static str,
        /// The format.
        format: Format,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// A path selects nothing in the source.
    #[error("`{path}` selects nothing in {which}")]
    NothingSelected {
        /// `the source` or `the file`.
        which: &'static str,
        /// The path as it is written.
        path: String,
        /// The nearest keys that exist.
        help: String,
    },
    /// The edit cannot be made without changing something else, or not at all.
    #[error("{message}")]
    Refused {
        /// What is in the way.
        message: String,
        /// What to do.
        help: String,
    },
}

impl EditError {
    /// What to do about it.
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
