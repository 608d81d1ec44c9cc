//! The source of the texts of a program.

use std::collections::BTreeMap;

/// Provides the texts of files. Paths are relative to the root of the project, with `/`, and without `.` and `..`.
pub trait Files {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// If the file does not exist, is not readable, is not UTF-8, or is outside the root after following links.
    fn read(&self, path: &str) -> Result<String, LoadError>;

    /// The paths of the `.promo` files that exist, to suggest one for a missing import. May be empty.
    fn candidates(&self) -> Vec<String>;

    /// A key that is equal for two paths of the same file, which links and letter case make possible.
    fn identity(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The file does not exist.
    #[error("no such file")]
    Missing,
    /// The file is outside the root of the project, possibly because of a link.
    #[error("it is outside the project root")]
    Outside,
    /// The file is larger than 4 MiB.
    #[error("it is larger than 4 MiB")]
    TooLarge,
    /// The file is not UTF-8 text; with the offset of the first invalid byte.
    #[error("it is not UTF-8 text (byte {0})")]
    NotText(usize),
    /// The system cannot read the file; with its reason.
    #[error("{0}")]
    Unreadable(String),
}

/// Files in memory by path, for tests and for unsaved files of an editor.
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
