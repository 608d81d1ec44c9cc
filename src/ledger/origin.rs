//! What is promoted, as it is recorded when a release begins: all that a promotion needs of the trigger environment.
//!
//! INVARIANT: an [`OriginRecord`] is complete, so that nobody reads the trigger's branch, or the working tree, a second time
//! (rule 12). Whoever reads it from the repositories is elsewhere.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::entry::CommitRecord;
use crate::git::{EntryContent, ObjectId};

/// What one application of the trigger environment gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OriginRecord {
    /// Its name.
    pub application: String,
    /// What each of its sources gives.
    pub parts: Vec<SourceOrigin>,
}

/// What one source of an application gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SourceOrigin {
    /// The name of the source, where there are several.
    pub source: Option<String>,
    /// Its repository.
    pub repository: String,
    /// The commit that triggered.
    pub commit: CommitRecord,
    /// What is copied, by file; or the whole directory.
    pub what: CopiedContent,
}

/// What is copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CopiedContent {
    /// These files, relative to the application's directory.
    Files(IndexMap<String, CopiedFile>),
    /// All files of the directory: what the target has besides is removed.
    Directory(BTreeMap<String, StoredEntry>),
}

/// What is copied of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CopiedFile {
    /// The values at these paths of this text.
    Values {
        /// JSONPaths, each of which finds something.
        paths: Vec<String>,
        /// The text of the file.
        text: String,
    },
    /// The file as it is.
    Whole(StoredEntry),
}

/// An entry of a tree, to be kept in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum StoredEntry {
    /// A file of text.
    Text(String),
    /// An executable file of text.
    Script(String),
    /// Any other file: executable or not, bytes in hex.
    Binary(bool, String),
    /// A link and what it says, in hex.
    Link(String),
    /// A submodule and its commit.
    Submodule(String),
}

impl StoredEntry {
    /// What is kept of an entry.
    pub(crate) fn of(content: EntryContent) -> StoredEntry {
        match content {
            EntryContent::File { bytes, executable } => match String::from_utf8(bytes) {
                Ok(text) if executable => StoredEntry::Script(text),
                Ok(text) => StoredEntry::Text(text),
                Err(error) => StoredEntry::Binary(executable, hex(error.as_bytes())),
            },
            EntryContent::Symlink(target) => StoredEntry::Link(hex(&target)),
            EntryContent::Submodule(id) => StoredEntry::Submodule(id.0),
        }
    }

    /// The entry that was kept; nothing where the ledger was tampered with.
    pub(crate) fn content(&self) -> Option<EntryContent> {
        let file = |bytes: Vec<u8>, executable| EntryContent::File { bytes, executable };
        Some(match self {
            StoredEntry::Text(text) => file(text.clone().into_bytes(), false),
            StoredEntry::Script(text) => file(text.clone().into_bytes(), true),
            StoredEntry::Binary(executable, text) => file(unhex(text)?, *executable),
            StoredEntry::Link(text) => EntryContent::Symlink(unhex(text)?),
            StoredEntry::Submodule(id) => EntryContent::Submodule(ObjectId(id.clone())),
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    rest.is_empty().then_some(())?;
    pairs.iter().map(|[high, low]| Some(digit(*high)? * 16 + digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back() {
        let file = |bytes: &[u8], executable| EntryContent::File { bytes: bytes.to_vec(), executable };
        for content in [
            file(b"a: 1\n", false),
            file(b"#!/bin/sh\n", true),
            file(b"\xff\x00\x01", false),
            file(b"", false),
            EntryContent::Symlink(b"../x".to_vec()),
            EntryContent::Submodule(ObjectId("ab".repeat(20))),
        ] {
            let stored = StoredEntry::of(content.clone());
            let json = serde_json::to_string(&stored).unwrap();
            let again: StoredEntry = serde_json::from_str(&json).unwrap();
            assert_eq!(again.content(), Some(content));
        }
        assert_eq!(StoredEntry::Binary(false, "f".into()).content(), None);
    }
}
