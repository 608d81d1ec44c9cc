//! Where the texts of a program come from.

use std::collections::BTreeMap;

/// Gives the text of files. Paths are relative to the project's root, with `/`, already free of `.` and `..`.
pub trait Files {
    /// The text of a file.
    ///
    /// # Errors
    /// Where it is not there, not readable, not UTF-8, or (links followed) outside the root.
    fn read(&self, path: &str) -> Result<String, LoadError>;

    /// The `.promo` files that exist, for "did you mean"; may be empty.
    fn candidates(&self) -> Vec<String>;

    /// What tells whether two paths are one file, where links or letter case allow two.
    fn identity(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// There is none.
    #[error("no such file")]
    Missing,
    /// It lies outside the project's root, perhaps through a link.
    #[error("it is outside the project root")]
    Outside,
    /// It is above 4 MiB.
    #[error("it is larger than 4 MiB")]
    TooLarge,
    /// It is not UTF-8 text; the offset of the first bad byte.
    #[error("it is not UTF-8 text (byte {0})")]
    NotText(usize),
    /// The system refuses it.
    #[error("{0}")]
    Unreadable(String),
}

/// Files in memory: for tests, and for what an editor has not saved.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles(pub BTreeMap<String, String>);

impl Files for MemoryFiles {
    fn read(&self, path: &str) -> Result<String, LoadError> {
        self.0.get(path).cloned().ok_or(LoadError::Missing)
    }

    fn candidates(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}
