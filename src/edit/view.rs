//! What changes in a file, as data: for previews, and for whoever shows what a commit did.

use serde::Serialize;

/// A file that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileView {
    /// The file, from the repository's root.
    pub file: String,
    /// What happens to it.
    pub change: FileChangeKind,
    /// The values that change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<PropertyView>,
}

/// What happens to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileChangeKind {
    /// Some of its values change.
    Edited,
    /// It is new.
    Created,
    /// It is replaced as a whole.
    Replaced,
    /// It is removed.
    Removed,
}

/// A value that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PropertyView {
    /// Where in the file.
    pub path: String,
    /// What is there, as source text.
    pub old: Option<String>,
    /// What will be there.
    pub new: Option<String>,
}
