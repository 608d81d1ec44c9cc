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
    /// The lines that change, if the file is replaced and its values do not tell.
    pub lines: Option<LinesView>,
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

/// The lines that change in a file that is replaced, if its values cannot be compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinesView {
    /// How many lines are added.
    pub added: usize,
    /// How many lines are removed.
    pub removed: usize,
    /// The first of them in order, each after a `+` or `-`.
    pub text: Vec<String>,
}

impl FileView {
    /// A file about which nothing more is known.
    pub(crate) fn of(file: String, change: FileChangeKind) -> FileView {
        FileView { file, change, properties: Vec::new(), lines: None }
    }
}
