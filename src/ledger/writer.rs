//! Writes the entries of a release in batches, each after the last one that this writer knows.

use super::entry::LedgerEntry;
use super::releases::RELEASES;
use super::{Appended, Error, Result, Store, Tip};

/// How many releases may be loose before they are packed: enough that packing costs a release little, and few enough that
/// the ledger never has more than a few thousand files.
const LOOSE: usize = 64;

/// Writes the record of one release.
pub(crate) struct Writer {
    store: Store,
    name: String,
    /// How commands name the release, for errors.
    shown: String,
    tip: Tip,
}

impl Writer {
    /// Continues at the end of a record.
    pub(super) fn after(store: Store, name: String, shown: String, tip: Tip) -> Writer {
        Writer { store, name, shown, tip }
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
        match self.store.append(&self.name, &self.tip, &batch) {
            Ok(Appended::New(tip)) => {
                self.tip = tip;
                Ok(())
            }
            Ok(Appended::Moved(_)) => Err(Error::TakenOver { release: self.shown.clone() }),
            Err(error) => Err(not_written(error.to_string())),
        }
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
