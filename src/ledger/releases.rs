//! The releases in the ledger of a project, and what is recorded about each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::entry::{LedgerEntry, WITH_PRODUCT};
use super::fold::FoldError;
use super::meta::{self, Meta};
use super::read::{self, TolerantEntry};
use super::writer::Writer;
use super::{
    Error, LockGuard, Locked, Record, RecordSummary, Result, Store, Tip, index, is_abandoned, lock, release_ref,
};
use crate::git::{Blobs, Locking, ObjectId, locking};
use crate::source::SourceMap;

/// The file with everything that is fixed when a release starts.
const META: &str = "meta.json";
/// The folder with the files of the program.
const PROGRAM: &str = "program/";
/// The refs of all releases.
pub(super) const RELEASES: &str = "refs/promo/releases/";

/// The ledger of a project. It is opened, and created, only when needed.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    path: PathBuf,
}

/// What the ledger records about a release.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    /// The name of its ref.
    pub name: String,
    /// The id of the release: the last part of `name`.
    pub id: String,
    /// The end of its record.
    pub tip: Tip,
    /// What was fixed when it started; `None` if this promoc does not understand it.
    pub meta: Option<Meta>,
    /// The files of its program, by path.
    pub program: BTreeMap<String, String>,
    /// Its entries as they are stored, one line each.
    lines: Vec<Value>,
}

impl Ledger {
    pub(crate) fn new(path: PathBuf) -> Ledger {
        Ledger { path }
    }

    /// How files can be locked in it; if it does not exist yet, where it will be.
    pub(crate) fn locking(&self) -> Locking {
        let there = self.path.ancestors().find(|path| path.is_dir());
        locking(there.unwrap_or(&self.path))
    }

    fn lock_of(&self, product: &str) -> PathBuf {
        self.path.with_file_name(format!("{product}.lock"))
    }

    /// Takes the lock of a product, so that two runners never drive it at once.
    ///
    /// # Errors
    /// If another process holds it.
    pub(crate) fn lock_product(&self, product: &str) -> Result<LockGuard> {
        match lock(&self.lock_of(product))? {
            Locked::Taken(guard) => Ok(guard),
            Locked::HeldBy(by) => Err(Error::Driven { product: product.to_owned(), by }),
        }
    }

    /// Whether it is certain that no runner drives a release whose record ended here: nobody held the lock of its product
    /// at an instant at which the record had not grown.
    pub(crate) fn is_left(&self, summary: &RecordSummary) -> bool {
        is_abandoned(&self.lock_of(summary.product()))
            && Store::open_existing(&self.path)
                .and_then(|store| store.map(|store| store.tip(&summary.name)).transpose())
                .is_ok_and(|tip| tip.flatten().is_some_and(|tip| summary.ends_at(&tip)))
    }

    /// A writer that starts the record of a release, which commands name as `shown`. What the release copies as a whole is
    /// taken from `blobs` and kept in the ledger.
    ///
    /// # Errors
    /// If the ledger cannot be written.
    pub(crate) fn start(&self, meta: &Meta, shown: &str, sources: &SourceMap, blobs: &Blobs) -> Result<Writer> {
        let store = Store::open(&self.path)?;
        store.clear_leftovers();
        keep_out_of_git(&self.path);
        store.share_path(&self.lock_of(&meta.product));
        let name = release_ref(&meta.product, &meta.id)?;
        let json = serde_json::to_vec_pretty(meta).map_err(|error| Error::Unusable(error.to_string()))?;
        let mut files = vec![(META.to_owned(), json)];
        files
            .extend(sources.iter().map(|(_, file)| (format!("{PROGRAM}{}", file.path), file.text.as_bytes().to_vec())));
        let kept: BTreeSet<ObjectId> = meta.origins.values().flat_map(|origin| origin.blobs()).collect();
        let kept: Vec<ObjectId> = kept.into_iter().collect();
        store.keep(blobs, &kept)?;
        Ok(Writer::starting(store, (name, shown.to_owned()), files, kept))
    }

    /// A summary of every release in the ledger, or of every release of one product, ordered by ref name. Only releases
    /// that have not ended, and those that nobody has summarized, are read.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub(crate) fn summaries(&self, product: Option<&str>) -> Result<Vec<RecordSummary>> {
        let Some(store) = Store::open_existing(&self.path)? else { return Ok(Vec::new()) };
        let prefix = product.map_or_else(|| RELEASES.to_owned(), |product| format!("{RELEASES}{product}/"));
        index::summaries(&store, store.list(&prefix)?)
    }

    /// All that is recorded about a release, as it is now.
    ///
    /// # Errors
    /// If the ledger cannot be read, or no longer has it.
    pub(crate) fn recorded(&self, summary: &RecordSummary) -> Result<Recorded> {
        let gone = || Error::Unusable(format!("release `{}` was removed from it", summary.full_id()));
        let store = Store::open_existing(&self.path)?.ok_or_else(gone)?;
        let record = store.read(&summary.name)?.ok_or_else(gone)?;
        Ok(Recorded::new(summary.name.clone(), record))
    }

    /// Removes the locks that killed promocs have left in the ledger.
    ///
    /// # Errors
    /// If the ledger cannot be used.
    pub(crate) fn clear_leftovers(&self) -> Result<()> {
        if let Some(store) = Store::open_existing(&self.path)? {
            store.clear_leftovers();
        }
        Ok(())
    }

    /// How commands name a release: by its id, or by `PRODUCT/ID` if releases of several products have this id.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub(crate) fn shortest(&self, product: &str, id: &str) -> Result<String> {
        let Some(store) = Store::open_existing(&self.path)? else { return Ok(id.to_owned()) };
        let own = release_ref(product, id)?;
        let end = format!("/{id}");
        let shared = store.list(RELEASES)?.iter().any(|(name, _)| *name != own && name.ends_with(&end));
        Ok(if shared { format!("{product}/{id}") } else { id.to_owned() })
    }

    /// A writer that appends to a record.
    ///
    /// # Errors
    /// If the ledger cannot be used.
    pub(crate) fn writer(&self, recorded: &Recorded) -> Result<Writer> {
        let store = Store::open(&self.path)?;
        let shown = self.shortest(recorded.product(), &recorded.id)?;
        Ok(Writer::after(store, recorded.name.clone(), shown, recorded.tip.clone()))
    }
}

impl Recorded {
    pub(super) fn new(name: String, record: Record) -> Recorded {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let meta = record.files.get(META).and_then(|bytes| serde_json::from_slice::<Meta>(bytes).ok());
        let meta = meta.filter(|meta| meta.v <= meta::VERSION);
        let program =
            record.files.iter().filter_map(|(path, bytes)| Some((path.strip_prefix(PROGRAM)?.to_owned(), text(bytes))));
        let lines = record.batches.iter().flat_map(|batch| batch.split(|byte| *byte == b'\n'));
        let lines = lines.filter(|line| !line.is_empty());
        // A line that is not JSON is kept as null. It is not an entry, and strict reading reports it.
        let lines = lines.map(|line| serde_json::from_slice(line).unwrap_or(Value::Null)).collect();
        let id = name.rsplit('/').next().unwrap_or_default().to_owned();
        Recorded { program: program.collect(), tip: record.tip, id, name, meta, lines }
    }

    pub(crate) fn product(&self) -> &str {
        self.name.rsplit('/').nth(1).unwrap_or_default()
    }

    /// Whether the ids of its effects contain the product. A release keeps the form with which it started (rule 28).
    pub(crate) fn names_product(&self) -> bool {
        let first = self.lines.first().and_then(|line| line.get("v")).and_then(Value::as_u64);
        first.is_none_or(|v| v >= WITH_PRODUCT)
    }

    /// Its entries, read strictly, to resume it.
    ///
    /// # Errors
    /// If an entry is not understood.
    pub(crate) fn entries(&self) -> std::result::Result<Vec<LedgerEntry>, FoldError> {
        read::strict(&self.lines)
    }

    /// Its entries, read tolerantly, to show it.
    pub(crate) fn tolerant(&self) -> impl DoubleEndedIterator<Item = TolerantEntry> {
        self.lines.iter().map(TolerantEntry::of)
    }
}

/// Keeps the ledger, logs and run files out of the project's own Git repository. If the file cannot be written, only that
/// convenience is lost.
fn keep_out_of_git(ledger: &Path) {
    if let Some(folder) = ledger.parent().filter(|folder| folder.ends_with(".promo")) {
        let ignore = folder.join(".gitignore");
        // It is empty if a promoc was killed right after creating it.
        if ignore.metadata().is_ok_and(|file| file.len() > 0) {
            return;
        }
        let _ = std::fs::write(ignore, "*\n");
    }
}
