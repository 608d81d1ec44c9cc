//! Why a project or its program is not found. What to do about it is for whoever shows it to say.

use std::path::{Path, PathBuf};

use crate::diagnostic::one_of;

use super::settings::FILE;

/// Why a project, its settings or its program is not found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A file or folder cannot be read.
    #[error("cannot read `{}`: {problem}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        problem: String,
    },
    /// `promo.toml` is wrong.
    #[error("{FILE}{}: {message}", line.map(|line| format!(":{line}")).unwrap_or_default())]
    Settings {
        /// The line, from 1.
        line: Option<u32>,
        /// What is wrong, and what to write.
        message: String,
    },
    /// No file of the project is a program.
    #[error("there is no program in `{}`", root.display())]
    NoProgram {
        /// The root of the project.
        root: PathBuf,
    },
    /// Several files of the project could be the program that is meant.
    #[error("`{}` holds several programs; did you mean {}?", root.display(), one_of(files.iter().map(String::as_str)).unwrap_or_else(|| "one of them".to_owned()))]
    SeveralPrograms {
        /// The root of the project.
        root: PathBuf,
        /// The files, relative to the root.
        files: Vec<String>,
    },
    /// A folder is larger than what is walked.
    #[error(
        "`{}` holds more than {} files and folders, or folders nested more than {} deep",
        folder.display(),
        super::walk::MOST_ENTRIES,
        super::walk::DEEPEST
    )]
    TooLarge {
        /// The folder.
        folder: PathBuf,
    },
}

impl Error {
    /// The same with its words changed, where they may quote what nobody should see.
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
