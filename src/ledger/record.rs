//! The content of one ref of the ledger.

use std::collections::BTreeMap;
use std::fmt;

use crate::git::CommitId;

/// The end of a record. An append applies only to the tip that the caller knows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tip(pub(super) CommitId);

impl fmt::Display for Tip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a ref of the ledger holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The end of the record.
    pub tip: Tip,
    /// The files that it started with, by path.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The batches appended to it, oldest first.
    pub batches: Vec<Vec<u8>>,
}

/// The result of starting a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// The record is new; this is its tip.
    New(Tip),
    /// There is one with this name already; this is its tip.
    Exists(Tip),
}

/// The result of appending to or packing a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// It is done; this is the new tip.
    New(Tip),
    /// The record has another tip now, or is gone (`None`). Nothing was changed.
    Moved(Option<Tip>),
}
