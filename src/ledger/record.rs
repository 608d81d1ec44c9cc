//! What the ledger keeps under one ref.

use std::collections::BTreeMap;
use std::fmt;

use crate::git::CommitId;

/// Where a record ends: an append is to one such place and no other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tip(pub(super) CommitId);

impl fmt::Display for Tip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a ref holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where it ends.
    pub tip: Tip,
    /// The files that it began with.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The batches appended to it, the oldest first.
    pub batches: Vec<Vec<u8>>,
}

/// What became of an attempt to begin a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// It has begun.
    New(Tip),
    /// There is one already; it ends here.
    Exists(Tip),
}

/// What became of an attempt to append or to pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// It is done, and the record ends here.
    New(Tip),
    /// Somebody was faster: it ends here now, or is gone. Nothing was changed.
    Moved(Option<Tip>),
}
