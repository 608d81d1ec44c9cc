//! The changes to a file as data, for previews and for showing what a commit did.

/// A file that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileView {
    /// The path from the root of the repository.
    pub file: String,
    /// How the file changes.
    pub change: FileChangeKind,
    /// The values that change.
    pub properties: Vec<PropertyView>,
}

/// How a file changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileChangeKind {
    /// Some values change.
    Edited,
    /// The file is new.
    Created,
    /// The whole content is replaced.
    Replaced,
    /// The file is deleted.
    Removed,
}

/// A value that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyView {
    /// The JSONPath of the value in the file.
    pub path: String,
    /// The old value as source text; `None` if the value is new.
    pub old: Option<String>,
    /// The new value as source text; `None` if the value is removed.
    pub new: Option<String>,
}
