//! Writes the entries of a release in batches, each after the last one that this writer knows. The record of a new release
//! begins with its first batch, so there is never a release without entries.

use super::entry::LedgerEntry;
use super::releases::RELEASES;
use super::{Appended, Created, Error, Result, Store, Tip};
use crate::git::ObjectId;

/// How many releases may be loose before they are packed: enough that packing costs a release little, and few enough that
/// the ledger never has more than a few thousand files.
const LOOSE: usize = 64;

/// Writes the record of one release.
pub(crate) struct Writer {
    store: Store,
    name: String,
    /// How commands name the release, for errors.
    shown: String,
    end: RecordEnd,
}

/// Where the next batch goes.
enum RecordEnd {
    /// There is no record yet. It begins with these files, and keeps these blobs.
    None {
        files: Vec<(String, Vec<u8>)>,
        kept: Vec<ObjectId>,
    },
    At(Tip),
}

impl Writer {
    /// Starts a record once the first batch is appended.
    pub(super) fn starting(
        store: Store,
        (name, shown): (String, String),
        files: Vec<(String, Vec<u8>)>,
        kept: Vec<ObjectId>,
    ) -> Writer {
        Writer { store, name, shown, end: RecordEnd::None { files, kept } }
    }

    /// Continues at the end of a record.
    pub(super) fn after(store: Store, name: String, shown: String, tip: Tip) -> Writer {
        Writer { store, name, shown, end: RecordEnd::At(tip) }
    }

    /// Appends a batch. When it returns, the batch is on disk.
    ///
    /// # Errors
    /// If the batch was not written. Then none of its effects may be performed.
    pub(crate) fn append(&mut self, entries: &[LedgerEntry]) -> Result<()> {
        let not_written = |reason: String| Error::NotWritten { release: self.shown.clone(), reason };
        let mut batch = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut batch, entry).map_err(|error| not_written(error.to_string()))?;
            batch.push(b'\n');
        }
        let written = match &self.end {
            RecordEnd::None { files, kept } => {
                let files: Vec<(&str, &[u8])> =
                    files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
                self.store.create_with(&self.name, &files, kept, Some(&batch)).map(|created| match created {
                    Created::New(tip) => Some(tip),
                    Created::Exists(_) => None,
                })
            }
            RecordEnd::At(tip) => self.store.append(&self.name, tip, &batch).map(|appended| match appended {
                Appended::New(tip) => Some(tip),
                Appended::Moved(_) => None,
            }),
        };
        let tip = written.map_err(|error| not_written(error.to_string()))?;
        self.end = RecordEnd::At(tip.ok_or_else(|| Error::TakenOver { release: self.shown.clone() })?);
        Ok(())
    }

    /// The directory with the objects of the ledger, among them the content that the release keeps.
    pub(crate) fn objects(&self) -> std::path::PathBuf {
        self.store.objects()
    }

    /// Ends writing, because the release has ended. Once in a while, the ledger is compacted then.
    pub(crate) fn close(self) {
        self.store.compact(RELEASES, LOOSE);
    }
}
