//! What is written down: one entry for each event of the machine, each effect that follows from it, and each report.
//!
//! An entry is `{v, seq, epoch, at, kind, …}` (rule 27), one line of JSON. The events (`begun`, `outcome`, `due`, `operator`,
//! `trouble`, `other`) are what the machine is fed with again; the `intent`s and `report`s after each are what it then must
//! emit again.
//!
//! This is the stored form and nothing else: no sentence about waiting is stored, only what one is made of; errors are
//! texts. INVARIANT: within one version entries only gain fields that may be missing, so that a promoc before and one after
//! still drive on what the other began.
//!
//! ```
//! let line = r#"{"v":1,"seq":1,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"begun"}"#;
//! let entry: promoc::ledger::entry::LedgerEntry = serde_json::from_str(line).unwrap();
//! assert_eq!(serde_json::to_string(&entry).unwrap(), line);
//! ```

use serde::{Deserialize, Serialize};

pub use super::detail::{CommitRecord, Detail, FileRecord, PropertyRecord};
use super::words::{ActWord, EntryTag, OperatorWord, OtherWord, ReportWord};
use crate::release::{HealthLoss, Outcome, Status};
use crate::syntax::literal::Instant;

/// The version of entries that this binary writes, and the newest that it understands.
pub const VERSION: u32 = 1;

/// One entry of the ledger of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// The version of its form.
    pub v: u32,
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// How often the release was taken over, from 1.
    pub epoch: u64,
    /// When, in RFC 3339.
    pub at: String,
    /// What it says.
    #[serde(flatten)]
    pub kind: EntryKind,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EntryKind {
    /// The release begins.
    Begun,
    /// An effect has ended.
    Outcome {
        /// The id of the effect.
        effect: String,
        /// How it has ended.
        outcome: Outcome,
        /// What came of it.
        #[serde(default, skip_serializing_if = "Detail::is_empty")]
        detail: Box<Detail>,
    },
    /// An instant has come.
    Due,
    /// A person said so.
    Operator {
        /// What is asked for.
        word: OperatorWord,
    },
    /// An application that was healthy is not any more.
    #[serde(rename = "trouble")]
    HealthLoss {
        /// Its environment.
        environment: String,
        /// Its number in the plan.
        application: u32,
        /// What is wrong.
        trouble: HealthLoss,
        /// How that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// Something to be known of another release of the product.
    Other {
        /// What that release does.
        word: OtherWord,
        /// The environment in which it does so.
        environment: String,
    },
    /// This is done next.
    Intent {
        /// The id of the effect.
        effect: String,
        /// What is done.
        act: ActWord,
        /// The workflow.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        workflow: Option<String>,
        /// What is waited for, in words: older entries have it, and no newer one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<String>,
        /// The approval that is asked for; no part of what the machine does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        approval: Option<ApprovalRecord>,
        /// Where a commit starts from (rules 29 and 32).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        base: Vec<CommitBase>,
    },
    /// Something to be known: a status has become another one, or somebody waits.
    Report {
        /// The environment; the release where there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment: Option<String>,
        /// What is reported.
        what: ReportWord,
        /// The status.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<Status>,
        /// The effect that is tried again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effect: Option<String>,
        /// Until when somebody waits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<String>,
        /// What is waited for, in words: older entries have it, and no newer one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<String>,
        /// The windows that are waited for; no part of what the machine does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<WindowRecord>,
    },
}

impl EntryKind {
    /// The word of its kind.
    pub fn tag(&self) -> EntryTag {
        match self {
            EntryKind::Begun => EntryTag::Begun,
            EntryKind::Outcome { .. } => EntryTag::Outcome,
            EntryKind::Due => EntryTag::Due,
            EntryKind::Operator { .. } => EntryTag::Operator,
            EntryKind::HealthLoss { .. } => EntryTag::HealthLoss,
            EntryKind::Other { .. } => EntryTag::Other,
            EntryKind::Intent { .. } => EntryTag::Intent,
            EntryKind::Report { .. } => EntryTag::Report,
        }
    }
}

/// An approval that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRecord {
    /// Who is asked.
    pub by: String,
    /// How many of them must approve.
    pub count: u32,
}

/// Windows that keep an environment waiting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowRecord {
    /// Their names.
    pub names: Vec<String>,
    /// The time zone by whose clocks they open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// Where a commit starts from, for each source of its application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitBase {
    /// The repository.
    pub repository: String,
    /// The branch.
    pub branch: String,
    /// The head of the branch.
    pub head: String,
    /// A digest of what was at the copied paths.
    pub before: String,
}

/// An instant from its text.
pub fn instant(text: &str) -> Option<Instant> {
    text.parse::<jiff::Timestamp>().ok().map(|timestamp| Instant(timestamp.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines as they are in ledgers that exist, and as they are written today.
    const LINES: &str = r#"
{"v":1,"seq":1,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"begun"}
{"v":1,"seq":2,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"due"}
{"v":1,"seq":3,"epoch":1,"at":"2026-11-23T08:00:00.5Z","kind":"operator","word":"retry-by-force"}
{"v":1,"seq":4,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"other","word":"overtaken","environment":"qa"}
{"v":1,"seq":5,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"trouble","environment":"qa","application":1,"trouble":"out-of-sync"}
{"v":1,"seq":6,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"trouble","environment":"qa","application":1,"trouble":"degraded","error":"it is"}
{"v":1,"seq":7,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"intent","effect":"r/1/qa/a/pre-action","act":"workflow","workflow":"test"}
{"v":1,"seq":8,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"intent","effect":"r/1/qa/a/action","act":"commit","base":[{"repository":"/r","branch":"main","head":"0","before":"1"}]}
{"v":1,"seq":9,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"intent","effect":"r/1/qa/a/rollback","act":"give-back"}
{"v":1,"seq":10,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"intent","effect":"r/1/qa/-/approval","act":"ask-approval","words":"approval by leads"}
{"v":1,"seq":11,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"intent","effect":"r/1/qa/-/approval","act":"ask-approval","approval":{"by":"leads","count":2}}
{"v":1,"seq":12,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"intent","effect":"r/1/qa/a/sync","act":"cancel"}
{"v":1,"seq":13,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"report","environment":"qa","what":"status","status":"rolled-back"}
{"v":1,"seq":14,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"report","what":"status","status":"running"}
{"v":1,"seq":15,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"report","what":"retrying","effect":"r/1/qa/a/pre-action","until":"2026-11-23T09:00:00Z"}
{"v":1,"seq":16,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"report","environment":"qa","what":"awaiting-window","until":"2026-11-23T09:00:00Z","words":"window far opens Mon 09:00 UTC"}
{"v":1,"seq":17,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"report","environment":"qa","what":"awaiting-window","until":"2026-11-23T09:00:00Z","window":{"names":["far"],"zone":"UTC"}}
{"v":1,"seq":18,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"report","environment":"qa","what":"awaiting-window","window":{"names":["far","near"]}}
{"v":1,"seq":19,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"outcome","effect":"r/1/qa/a/sync","outcome":"unchanged"}
{"v":1,"seq":20,"epoch":2,"at":"2026-11-23T08:00:00Z","kind":"outcome","effect":"r/1/qa/a/pre-action","outcome":"failed","detail":{"error":"exit status 1","log":".promo/logs/r.log","output":["no"]}}
{"v":1,"seq":21,"epoch":2,"at":"2026-11-23T08:00:00Z","kind":"outcome","effect":"r/1/qa/a/pre-action","outcome":"succeeded","detail":{"gives":{"ID":"1"}}}
{"v":1,"seq":22,"epoch":2,"at":"2026-11-23T08:00:00Z","kind":"outcome","effect":"r/1/qa/a/action","outcome":"succeeded","detail":{"commits":[{"repository":"/r","sha":"0","author":"A <a@b>","message":"m\n","date":"2026-11-23T08:00:00Z"}],"files":[{"file":"v.yaml","change":"edited","properties":[{"path":"$.a","old":null,"new":"1"}]},{"file":"w","change":"removed"}]}}
"#;

    #[test]
    fn entries_keep_their_form_byte_for_byte() {
        let mut tags: Vec<EntryTag> = Vec::new();
        for line in LINES.trim().lines() {
            let entry: LedgerEntry = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
            assert_eq!(serde_json::to_string(&entry).unwrap(), line);
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(value["kind"], entry.kind.tag().as_str(), "the tag is the word of the kind");
            tags.push(entry.kind.tag());
        }
        assert!(EntryTag::ALL.iter().all(|tag| tags.contains(tag)), "every kind is among the lines");
    }

    #[test]
    fn a_field_of_a_newer_promoc_does_no_harm() {
        let newer =
            r#"{"v":1,"seq":1,"epoch":1,"at":"x","kind":"intent","effect":"e","act":"commit","forge":{"url":"y"}}"#;
        assert!(serde_json::from_str::<LedgerEntry>(newer).is_ok());
    }
}
