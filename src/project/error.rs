//! Why a project or its program is not found. The caller says what to do about it.

use std::path::{Path, PathBuf};

use crate::diagnostic::one_of;

use super::settings::FILE;

/// Why a project, its settings, or its program is not found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A file or folder cannot be read.
    #[error("cannot read `{}`: {problem}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// The reason, in the words of the system or of promoc.
        problem: String,
    },
    /// `promo.toml` is not valid.
    #[error("{FILE}{}: {message}", line.map(|line| format!(":{line}")).unwrap_or_default())]
    Settings {
        /// Counted from 1; `None` if the whole file cannot be read.
        line: Option<u32>,
        /// The problem and what to write instead.
        message: String,
    },
    /// No file of the project is a program.
    #[error("there is no program in `{}`", root.display())]
    NoProgram {
        /// The root of the project.
        root: PathBuf,
    },
    /// Several programs of the project could be meant.
    #[error(
        "`{}` contains several programs; did you mean {}?",
        root.display(),
        one_of(files.iter().map(String::as_str)).unwrap_or_else(|| "one of them".to_owned())
    )]
    SeveralPrograms {
        /// The root of the project.
        root: PathBuf,
        /// Their first files, relative to the root.
        files: Vec<String>,
    },
    /// A folder exceeds the limits of the walk.
    #[error(
        "`{}` contains more than {} files and folders, or folders nested more than {} deep",
        folder.display(),
        super::walk::MOST_ENTRIES,
        super::walk::DEEPEST
    )]
    TooLarge {
        /// The folder that was walked.
        folder: PathBuf,
    },
}

impl Error {
    /// The same error with `words` applied to texts that may quote a secret.
    #[must_use]
    pub fn map(self, words: impl Fn(&str) -> String) -> Error {
        match self {
            Error::Unreadable { path, problem } => Error::Unreadable { path, problem: words(&problem) },
            Error::Settings { line, message } => Error::Settings { line, message: words(&message) },
            other => other,
        }
    }

    pub(super) fn unreadable(path: &Path, problem: impl Into<String>) -> Error {
        Error::Unreadable { path: path.to_owned(), problem: problem.into() }
    }
}
