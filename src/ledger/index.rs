//! The index: a summary of each release that has ended, so that no command reads all of them.
//!
//! INVARIANT: the index is derived, and never believed. A summary belongs to one tip, which is the hash of all that it
//! summarizes, and counts only while the ref of the release still has that tip. What is missing is read from the release
//! and added. So the index may be deleted, lost or old at any time, and no kill can make it wrong.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Recorded, Result, Store, Tip};
use crate::git::ObjectId;
use crate::ledger::read::{ReportSubject, TolerantEntry, TolerantKind};
use crate::release::Status;

/// The first line begins with this and ends with a digest of the other lines.
const FORM: &str = "promoc-index 1 ";

/// What lists need to know about a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecordSummary {
    /// The name of its ref.
    pub name: String,
    /// The end of its record.
    tip: String,
    /// The name of the flow, or `FROM-to-TO` of a promotion by hand; empty if `meta.json` is not understood.
    pub flow: String,
    /// The promoted version; empty if there is none.
    pub version: String,
    /// The status that was reported last.
    pub status: Status,
    /// When the first entry was written.
    pub started: Option<String>,
    /// When the last entry was written; `None` while the release is active.
    pub ended: Option<String>,
}

impl RecordSummary {
    pub(crate) fn of(recorded: &Recorded) -> RecordSummary {
        let of_release = |entry: TolerantEntry| match entry.kind {
            TolerantKind::Report { of: ReportSubject::Release, status, .. } => status,
            _ => None,
        };
        let status = recorded.tolerant().rev().find_map(of_release).unwrap_or(Status::Queued);
        let at = |entry: Option<TolerantEntry>| entry.and_then(|entry| entry.at);
        let meta = recorded.meta.as_ref();
        RecordSummary {
            name: recorded.name.clone(),
            tip: recorded.tip.to_string(),
            flow: meta.map(|meta| meta.spec.stem()).unwrap_or_default(),
            version: meta.map(|meta| meta.version.clone()).unwrap_or_default(),
            status,
            started: at(recorded.tolerant().next()),
            ended: at(recorded.tolerant().next_back()).filter(|_| status.is_end()),
        }
    }

    /// Whether the record ended here when it was summarized.
    pub(super) fn ends_at(&self, tip: &Tip) -> bool {
        self.tip == tip.0.0
    }

    /// The id of the release, unique within the product.
    pub(crate) fn id(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }

    pub(crate) fn product(&self) -> &str {
        self.name.rsplit('/').nth(1).unwrap_or_default()
    }

    /// `PRODUCT/ID`, which is unique in the ledger.
    pub(crate) fn full_id(&self) -> String {
        format!("{}/{}", self.product(), self.id())
    }
}

/// The summaries of these records. Those that are not in the index are read, and added to it.
///
/// # Errors
/// If a record cannot be read.
pub(super) fn summaries(store: &Store, records: Vec<(String, Tip)>) -> Result<Vec<RecordSummary>> {
    let mut known = parsed(&store.derived());
    let (mut all, mut new) = (Vec::with_capacity(records.len()), Vec::new());
    for (name, tip) in records {
        if let Some(summary) = known.remove(&name).filter(|summary| summary.ends_at(&tip)) {
            all.push(summary);
        } else if let Some(record) = store.read(&name)? {
            let recorded = Recorded::new(name, record);
            let summary = RecordSummary::of(&recorded);
            // A newer promoc understands more of its own releases than this one.
            if summary.status.is_end() && recorded.meta.is_some() && recorded.entries().is_ok() {
                new.push(summary.clone());
            }
            all.push(summary);
        }
    }
    if !new.is_empty() {
        store.derive(|bytes| {
            let mut known = parsed(bytes);
            known.extend(new.drain(..).map(|summary| (summary.name.clone(), summary)));
            text(&known)
        });
    }
    Ok(all)
}

/// The summaries in the file, by name; none if it is damaged or of another form.
fn parsed(bytes: &[u8]) -> BTreeMap<String, RecordSummary> {
    let body = std::str::from_utf8(bytes).ok().and_then(|text| {
        let (digest, body) = text.strip_prefix(FORM)?.split_once('\n')?;
        (ObjectId::of_blob(body.as_bytes())?.0 == digest).then_some(body)
    });
    let lines = body.unwrap_or_default().lines();
    let summaries = lines.filter_map(|line| serde_json::from_str::<RecordSummary>(line).ok());
    summaries.map(|summary| (summary.name.clone(), summary)).collect()
}

fn text(summaries: &BTreeMap<String, RecordSummary>) -> Vec<u8> {
    let lines = summaries.values().filter_map(|summary| serde_json::to_string(summary).ok());
    let body: String = lines.map(|line| line + "\n").collect();
    let digest = ObjectId::of_blob(body.as_bytes()).map(|id| id.0).unwrap_or_default();
    format!("{FORM}{digest}\n{body}").into_bytes()
}
