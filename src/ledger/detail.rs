//! The details of an effect's outcome, as stored beside the outcome itself.
//!
//! These types belong to the ledger. What is shown has types of its own elsewhere, so that each can change without the
//! other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::words::FileWord;
use crate::edit::{FileChangeKind, FileView, LinesView, PropertyView};

/// The details of an effect's outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    /// Why the effect failed, secrets masked; `None` unless it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The values that a workflow gave, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub gives: BTreeMap<String, String>,
    /// The log of a workflow, relative to the project's root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// The last lines of that log, if the workflow did not succeed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub output: Vec<String>,
    /// The commits that were made, one for each repository and branch that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<CommitRecord>,
    /// The files that those commits changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileRecord>,
    /// The commits that last wrote the values, newest first, if a step found nothing to change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<CommitRecord>,
}

impl Detail {
    /// Whether there are no details.
    pub fn is_empty(&self) -> bool {
        *self == Detail::default()
    }

    /// The details of a failure with this message.
    pub fn error(message: impl Into<String>) -> Detail {
        Detail { error: Some(message.into()), ..Detail::default() }
    }
}

/// A commit, as it is recorded and passed to workflows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitRecord {
    /// Where the repository is.
    pub repository: String,
    /// The id of the commit, in full.
    pub sha: String,
    /// `Name <email>`.
    pub author: String,
    /// The whole message.
    pub message: String,
    /// When it was made, RFC 3339.
    pub date: String,
}

/// A file that a commit changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// The path, relative to the repository's root.
    pub file: String,
    /// What the commit did to the file.
    pub change: FileWord,
    /// The values that changed; empty if they are not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<PropertyRecord>,
    /// The lines that changed, if the file was replaced and its values do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<LinesRecord>,
}

/// The lines that a commit changed in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinesRecord {
    /// How many lines were added.
    pub added: usize,
    /// How many lines were removed.
    pub removed: usize,
    /// The first of them in order, each after a `+` or `-`.
    pub text: Vec<String>,
}

/// A value that a commit changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyRecord {
    /// The exact path of the value in the file.
    pub path: String,
    /// The source text before; `None` if there was no such value.
    pub old: Option<String>,
    /// The source text after; `None` if the value was removed.
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
        let lines = |LinesView { added, removed, text }| LinesRecord { added, removed, text };
        FileRecord {
            file: view.file,
            change,
            properties: view.properties.into_iter().map(property).collect(),
            lines: view.lines.map(lines),
        }
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
        let lines = |LinesRecord { added, removed, text }| LinesView { added, removed, text };
        FileView {
            file: record.file,
            change,
            properties: record.properties.into_iter().map(property).collect(),
            lines: record.lines.map(lines),
        }
    }
}
