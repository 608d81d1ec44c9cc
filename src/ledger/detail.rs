//! What came of an effect, as it is stored: beside the outcome, which is the machine's.
//!
//! These are the ledger's own shapes. What is shown of them has shapes of its own elsewhere, so that neither changes with the
//! other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::words::FileWord;
use crate::edit::{FileChangeKind, FileView, PropertyView};

/// What came of an effect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What a workflow gave.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub gives: BTreeMap<String, String>,
    /// Where a workflow's output is, relative to the project's root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// The last lines of that, where it did not succeed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub output: Vec<String>,
    /// The commits that were made, one for each source that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<CommitRecord>,
    /// What they changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileRecord>,
}

impl Detail {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        *self == Detail::default()
    }

    /// A failure.
    pub fn error(message: impl Into<String>) -> Detail {
        Detail { error: Some(message.into()), ..Detail::default() }
    }
}

/// A commit, as it is recorded and given to workflows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitRecord {
    /// The repository.
    pub repository: String,
    /// Its id.
    pub sha: String,
    /// `Name <mail>`.
    pub author: String,
    /// The whole message.
    pub message: String,
    /// RFC 3339.
    pub date: String,
}

/// A file that a commit changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// The file, from the repository's root.
    pub file: String,
    /// What happened to it.
    pub change: FileWord,
    /// The values that changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<PropertyRecord>,
}

/// A value that a commit changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyRecord {
    /// Where in the file.
    pub path: String,
    /// What was there, as source text.
    pub old: Option<String>,
    /// What is there now.
    pub new: Option<String>,
}

impl From<FileView> for FileRecord {
    fn from(view: FileView) -> FileRecord {
        let change = match view.change {
            FileChangeKind::Edited => FileWord::Edited,
            FileChangeKind::Created => FileWord::Created,
            FileChangeKind::Replaced => FileWord::Replaced,
            FileChangeKind::Removed => FileWord::Removed,
        };
        let property = |PropertyView { path, old, new }| PropertyRecord { path, old, new };
        FileRecord { file: view.file, change, properties: view.properties.into_iter().map(property).collect() }
    }
}

impl From<FileRecord> for FileView {
    fn from(record: FileRecord) -> FileView {
        let change = match record.change {
            FileWord::Edited => FileChangeKind::Edited,
            FileWord::Created => FileChangeKind::Created,
            FileWord::Replaced => FileChangeKind::Replaced,
            FileWord::Removed => FileChangeKind::Removed,
        };
        let property = |PropertyRecord { path, old, new }| PropertyView { path, old, new };
        FileView { file: record.file, change, properties: record.properties.into_iter().map(property).collect() }
    }
}
