//! What changes in a file, as data: for previews, and for whoever shows what a commit did.

/// A file that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileView {
    /// The file, from the repository's root.
    pub file: String,
    /// What happens to it.
    pub change: FileChangeKind,
    /// The values that change.
    pub properties: Vec<PropertyView>,
}

/// What happens to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyView {
    /// Where in the file.
    pub path: String,
    /// What is there, as source text.
    pub old: Option<String>,
    /// What will be there.
    pub new: Option<String>,
}
