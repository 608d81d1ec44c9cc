//! The one who writes a release's entries: in batches, each to the end that it knows.

use std::path::Path;

use std::path::PathBuf;

use super::entry::Entry;
use super::meta::Meta;
use super::{Appended, Created, Guard, Locked, Record, Store, Tip, lock, release_ref};
use crate::project::{self, ProjectRoot};
use crate::run::error::RunError;
use crate::source::SourceMap;

/// The file that says what a release is.
const META: &str = "meta.json";
/// The folder of the program's files.
const PROGRAM: &str = "program/";
/// The refs of releases.
const RELEASES: &str = "refs/promo/releases/";

/// See the module.
pub struct Writer {
    store: Store,
    name: String,
    id: String,
    tip: Tip,
}

impl Writer {
    /// Goes on where a record ends.
    pub(crate) fn after(store: Store, name: String, id: String, tip: Tip) -> Writer {
        Writer { store, name, id, tip }
    }

    /// Appends a batch. When it returns, the batch is on the disk.
    ///
    /// # Errors
    /// Where it is not: then nothing was written, and nothing may be done.
    pub(crate) fn append(&mut self, entries: &[Entry]) -> Result<(), RunError> {
        let go_on = format!("nothing of this step was done; go on with `promoc resume {}`", self.id);
        let mut batch = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut batch, entry).map_err(|error| RunError::Ledger(format!("{error}; {go_on}")))?;
            batch.push(b'\n');
        }
        match self.store.append(&self.name, &self.tip, &batch) {
            Ok(Appended::New(tip)) => {
                self.tip = tip;
                Ok(())
            }
            Ok(Appended::Moved(_)) => {
                let message = format!("another runner has taken over `{}`; {go_on} if it has stopped", self.id);
                Err(RunError::Held(message))
            }
            Err(error) => Err(RunError::Ledger(format!("{error}; {go_on}"))),
        }
    }
}

impl Writer {
    /// Packs the record of a release that has ended. What cannot be packed stays as it is, which is as good.
    pub(crate) fn pack(self) {
        drop(self.store.pack(&self.name, &self.tip));
    }
}

/// What the ledger knows of a release.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The name of its ref.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Where its record ends.
    pub tip: Tip,
    /// What was fixed when it began; nothing where this binary does not understand it.
    pub meta: Option<Meta>,
    /// The files of its program.
    pub program: std::collections::BTreeMap<String, String>,
    /// Its entries, as they are written.
    pub entries: Vec<serde_json::Value>,
}

/// Where the ledger of a project is.
///
/// # Errors
/// Where `promo.toml` names a remote.
pub(crate) fn path(home: &ProjectRoot) -> Result<PathBuf, RunError> {
    let ledger = &home.settings.ledger;
    let remote = ledger.contains("://") || ledger.split('/').next().is_some_and(|start| start.contains(':'));
    if remote {
        let message =
            format!("`ledger.repo = \"{ledger}\"` is a remote, which this promoc cannot use yet; name a path");
        return Err(project::Error::Settings { line: None, message }.into());
    }
    Ok(home.path.join(ledger))
}

/// Takes the lock of a product, so that two runners never drive it at once.
///
/// # Errors
/// Where somebody has it: it says who.
pub(crate) fn lock_product(home: &ProjectRoot, product: &str) -> Result<Guard, RunError> {
    let ledger = path(home)?;
    let path = ledger.with_file_name(format!("{product}.lock"));
    match lock(&path).map_err(failed)? {
        Locked::Taken(guard) => Ok(guard),
        Locked::HeldBy(holder) => {
            let by = holder.map_or_else(
                || "another promoc".to_owned(),
                |holder| format!("process {} on `{}`", holder.pid, holder.host),
            );
            Err(RunError::Held(format!(
                "a release of `{product}` is being driven by {by}; wait for it, or stop it first"
            )))
        }
    }
}

/// Begins the record of a release; nothing where there is one of its id.
///
/// # Errors
/// Where it cannot be written.
pub(crate) fn create(home: &ProjectRoot, meta: &Meta, sources: &SourceMap) -> Result<Option<Writer>, RunError> {
    let place = path(home)?;
    let store = Store::open(&place).map_err(failed)?;
    keep_out_of_git(&place);
    let name = release_ref(&meta.product, &meta.id).map_err(failed)?;
    let json = serde_json::to_vec_pretty(meta).map_err(|error| RunError::Ledger(error.to_string()))?;
    let program: Vec<(String, &[u8])> =
        sources.iter().map(|(_, file)| (format!("{PROGRAM}{}", file.path), file.text.as_bytes())).collect();
    let mut files: Vec<(&str, &[u8])> = vec![(META, &json)];
    files.extend(program.iter().map(|(path, bytes)| (path.as_str(), *bytes)));
    Ok(match store.create(&name, &files).map_err(failed)? {
        Created::New(tip) => Some(Writer::after(store, name, meta.id.clone(), tip)),
        Created::Exists(_) => None,
    })
}

/// Every release that the ledger knows, of one product if one is named, in order of their names.
///
/// # Errors
/// Where the ledger cannot be read.
pub(crate) fn all(home: &ProjectRoot, product: Option<&str>) -> Result<Vec<Recorded>, RunError> {
    let Some(store) = Store::open_existing(&path(home)?).map_err(failed)? else { return Ok(Vec::new()) };
    let prefix = product.map_or_else(|| RELEASES.to_owned(), |product| format!("{RELEASES}{product}/"));
    let mut found = Vec::new();
    for (name, _) in store.list(&prefix).map_err(failed)? {
        if let Some(record) = store.read(&name).map_err(failed)? {
            found.push(recorded(name, record));
        }
    }
    Ok(found)
}

/// Opens the store for a release that was found.
///
/// # Errors
/// Where the ledger cannot be used.
pub(crate) fn writer(home: &ProjectRoot, recorded: &Recorded) -> Result<Writer, RunError> {
    let store = Store::open(&path(home)?).map_err(failed)?;
    Ok(Writer::after(store, recorded.name.clone(), recorded.id.clone(), recorded.tip))
}

/// Ledger, logs and run files are nobody's sources: the folder that promoc makes for them tells git so. Where that cannot be
/// written nothing is lost but a convenience.
fn keep_out_of_git(ledger: &Path) {
    if let Some(folder) = ledger.parent().filter(|folder| folder.ends_with(".promo")) {
        let ignore = folder.join(".gitignore");
        if !ignore.exists() {
            let _ = std::fs::write(ignore, "*\n");
        }
    }
}

fn recorded(name: String, record: Record) -> Recorded {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let meta = record.files.get(META).and_then(|bytes| serde_json::from_slice(bytes).ok());
    let program =
        record.files.iter().filter_map(|(path, bytes)| Some((path.strip_prefix(PROGRAM)?.to_owned(), text(bytes))));
    let lines = record.batches.iter().flat_map(|batch| batch.split(|byte| *byte == b'\n'));
    let lines = lines.filter(|line| !line.is_empty());
    // A line that is no JSON is kept as null: it is no entry, and the fold says so.
    let entries = lines.map(|line| serde_json::from_slice(line).unwrap_or(serde_json::Value::Null)).collect();
    let id = name.rsplit('/').next().unwrap_or_default().to_owned();
    Recorded { program: program.collect(), tip: record.tip, id, name, meta, entries }
}

fn failed(error: super::Error) -> RunError {
    RunError::Ledger(error.to_string())
}
