//! What a release promotes, as recorded when it starts: everything that it needs from the trigger environment.
//!
//! INVARIANT: an [`OriginRecord`] is complete, so nothing reads the trigger's branch or the working tree a second time
//! (rule 12). This module only stores it; `run` reads it from the repositories.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::entry::CommitRecord;
use crate::git::{EntryContent, ObjectId};

/// What one application of the trigger environment provides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OriginRecord {
    pub application: String,
    /// One part for each source that is copied.
    pub parts: Vec<SourceOrigin>,
}

/// What one source of an application provides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SourceOrigin {
    /// The name of the source; `None` if there is only one.
    pub source: Option<String>,
    /// Where its repository is.
    pub repository: String,
    /// The newest commit that touched the source's directory.
    pub commit: CommitRecord,
    /// The copied content.
    pub what: CopiedContent,
}

/// What is copied from a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CopiedContent {
    /// These files, by their path in the application's directory.
    Files(IndexMap<String, CopiedFile>),
    /// Every file of the directory. Other files in the target's directory are removed.
    Directory(BTreeMap<String, StoredEntry>),
}

/// What is copied from one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CopiedFile {
    /// The values at some paths.
    Values {
        /// The JSONPaths, each of which selects something.
        paths: Vec<String>,
        /// The whole text of the source file.
        text: String,
    },
    /// The whole file.
    Whole(StoredEntry),
}

/// An entry of a Git tree, in a form for JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum StoredEntry {
    /// A text file.
    Text(String),
    /// An executable text file.
    Script(String),
    /// Any other file: whether it is executable, and its bytes in hex.
    Binary(bool, String),
    /// A symbolic link: its target in hex.
    Link(String),
    /// A submodule: its commit.
    Submodule(String),
}

impl StoredEntry {
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

    /// The entry that was stored; `None` if the record is damaged.
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
