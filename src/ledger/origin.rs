//! What a release promotes, as recorded when it starts: everything that it needs from the trigger environment.
//!
//! INVARIANT: an [`OriginRecord`] is complete, so nothing reads the trigger's branch or the working tree a second time
//! (rule 12). This module only stores it; `run` reads it from the repositories.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::entry::CommitRecord;
use crate::git::{EntryContent, Mode, ObjectId, PathChange, TreeEntry};

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
    /// A file: the id of its blob, which is in the ledger.
    File(String),
    /// An executable file: the id of its blob.
    Executable(String),
    /// A symbolic link: the id of its blob.
    Symlink(String),
    /// A submodule: its commit.
    Submodule(String),
    /// A text file. Only `meta.json` of version 1 has this and the following.
    Text(String),
    /// An executable text file.
    Script(String),
    /// Any other file: whether it is executable, and its bytes in hex.
    Binary(bool, String),
    /// A symbolic link: its target in hex.
    Link(String),
}

impl StoredEntry {
    pub(crate) fn of(entry: &TreeEntry) -> StoredEntry {
        let id = entry.id.0.clone();
        match entry.mode {
            Mode::File => StoredEntry::File(id),
            Mode::Executable => StoredEntry::Executable(id),
            Mode::Symlink => StoredEntry::Symlink(id),
            Mode::Submodule => StoredEntry::Submodule(id),
        }
    }

    /// The blob that has to be kept; `None` if there is none, or its content is in the record itself.
    fn blob(&self) -> Option<ObjectId> {
        match self {
            StoredEntry::File(id) | StoredEntry::Executable(id) | StoredEntry::Symlink(id) => {
                Some(ObjectId(id.clone()))
            }
            _ => None,
        }
    }

    /// The change that makes a path this entry; `None` if the record is damaged.
    pub(crate) fn change(&self) -> Option<PathChange> {
        let place = |mode, id: &str| PathChange::Place(mode, ObjectId(id.to_owned()));
        let file = |bytes, executable| PathChange::Put(EntryContent::File { bytes, executable });
        Some(match self {
            StoredEntry::File(id) => place(Mode::File, id),
            StoredEntry::Executable(id) => place(Mode::Executable, id),
            StoredEntry::Symlink(id) => place(Mode::Symlink, id),
            StoredEntry::Submodule(id) => place(Mode::Submodule, id),
            StoredEntry::Text(text) => file(text.clone().into_bytes(), false),
            StoredEntry::Script(text) => file(text.clone().into_bytes(), true),
            StoredEntry::Binary(executable, text) => file(unhex(text)?, *executable),
            StoredEntry::Link(text) => PathChange::Put(EntryContent::Symlink(unhex(text)?)),
        })
    }
}

impl OriginRecord {
    /// The blobs that a release needs to write what this provides.
    pub(crate) fn blobs(&self) -> Vec<ObjectId> {
        let of = |part: &SourceOrigin| -> Vec<ObjectId> {
            match &part.what {
                CopiedContent::Directory(files) => files.values().filter_map(StoredEntry::blob).collect(),
                CopiedContent::Files(files) => {
                    let whole = files.values().filter_map(|file| match file {
                        CopiedFile::Whole(entry) => entry.blob(),
                        CopiedFile::Values { .. } => None,
                    });
                    whole.collect()
                }
            }
        };
        self.parts.iter().flat_map(of).collect()
    }
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
    fn an_entry_is_kept_by_its_id() {
        for (mode, json) in [
            (Mode::File, "file"),
            (Mode::Executable, "executable"),
            (Mode::Symlink, "symlink"),
            (Mode::Submodule, "submodule"),
        ] {
            let id = ObjectId("ab".repeat(20));
            let stored = StoredEntry::of(&TreeEntry { path: "x".to_owned(), mode, id: id.clone() });
            assert_eq!(serde_json::to_string(&stored).unwrap(), format!("{{\"{json}\":\"{}\"}}", id.0));
            assert_eq!(stored.change(), Some(PathChange::Place(mode, id.clone())));
            assert_eq!(stored.blob(), Some(id).filter(|_| mode != Mode::Submodule));
        }
    }

    #[test]
    fn what_older_versions_kept_comes_back() {
        let file = |bytes: &[u8], executable| EntryContent::File { bytes: bytes.to_vec(), executable };
        for (json, content) in [
            (r#"{"text":"a: 1\n"}"#, file(b"a: 1\n", false)),
            (r##"{"script":"#!/bin/sh\n"}"##, file(b"#!/bin/sh\n", true)),
            (r#"{"binary":[true,"ff0001"]}"#, file(b"\xff\x00\x01", true)),
            (r#"{"link":"2e2e2f78"}"#, EntryContent::Symlink(b"../x".to_vec())),
        ] {
            let stored: StoredEntry = serde_json::from_str(json).unwrap();
            assert_eq!((stored.blob(), stored.change()), (None, Some(PathChange::Put(content))), "{json}");
        }
        assert_eq!(StoredEntry::Binary(false, "f".into()).change(), None);
    }
}
