//! Ledger entries: one for each event of the state machine, each effect that follows from it, and each report.
//!
//! An entry is one line of JSON, `{v, seq, epoch, at, kind, …}` (rule 27). To resume a release, its events (`begun`,
//! `outcome`, `due`, `operator`, `trouble`, `other`) are fed to the machine again. The machine must then emit the same
//! effects and reports as recorded after each event (`intent`, `report`). An entry `claimed` is neither: the machine knows
//! nothing of where a workflow runs.
//!
//! This is the stored form only. Sentences about waiting are not stored, only their parts; errors are stored as text.
//! INVARIANT: within one version, entries only gain optional fields, so that older and newer versions of promoc can
//! resume each other's releases.
//!
//! ```
//! let line = r#"{"v":1,"seq":1,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"begun"}"#;
//! let entry: promoc::ledger::entry::LedgerEntry = serde_json::from_str(line).unwrap();
//! assert_eq!(serde_json::to_string(&entry).unwrap(), line);
//! ```

use serde::{Deserialize, Serialize};

pub use super::detail::{CommitRecord, Detail, FileRecord, LinesRecord, PropertyRecord};
use super::words::{ActWord, EntryTag, OperatorWord, OtherWord, ReportWord};
use crate::release::{HealthLoss, Outcome, Status};
use crate::syntax::literal::Instant;

/// The version of entries that this promoc writes, and the newest that it understands.
///
/// - 1: the ids of effects begin with the id of the release.
/// - 2: they begin with `PRODUCT/ID` in a release whose first entry has this version; an intent records where its workflow
///   is claimed. An older promoc ignores claims, so it must not drive such a release.
pub const VERSION: u32 = 2;

/// The first version in which the ids of effects contain the product.
pub(crate) const WITH_PRODUCT: u64 = 2;

/// The first version in which intents record the claims of workflows.
pub(crate) const WITH_CLAIM: u32 = 2;

/// One entry in the ledger of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// The version of the entry's form: [`VERSION`] or older.
    pub v: u32,
    /// The number of the entry in its release, from 1, without gaps.
    pub seq: u64,
    /// How many runners have driven the release so far, from 1.
    pub epoch: u64,
    /// When it was written, RFC 3339. Never earlier than the entry before.
    pub at: String,
    /// What happened.
    #[serde(flatten)]
    pub kind: EntryKind,
}

/// What an entry records: an event, an intent or a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EntryKind {
    /// The release started.
    Begun,
    /// An effect ended.
    Outcome {
        /// The id of the effect.
        effect: String,
        /// How it ended.
        outcome: Outcome,
        /// What came of it: error, values, log, commits.
        #[serde(default, skip_serializing_if = "Detail::is_empty")]
        detail: Box<Detail>,
    },
    /// A timer or timeout expired.
    Due,
    /// A person gave a command.
    Operator {
        /// Which command.
        word: OperatorWord,
    },
    /// An application lost its health (rule 9).
    #[serde(rename = "trouble")]
    HealthLoss {
        /// The environment of the application.
        environment: String,
        /// The number of the application in the plan.
        application: u32,
        /// Whether it became degraded or out of sync.
        trouble: HealthLoss,
        /// What the health check reported.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// Another release of the product did something in an environment of this one.
    Other {
        /// What the other release did.
        word: OtherWord,
        /// In which environment.
        environment: String,
    },
    /// An effect that is performed next.
    Intent {
        /// The id of the effect.
        effect: String,
        /// What the effect does.
        act: ActWord,
        /// The name of the workflow, if the effect is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        workflow: Option<String>,
        /// What is awaited, as a sentence. Only older entries have it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<String>,
        /// The approval that is asked for. For display; not compared when a release is resumed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        approval: Option<ApprovalRecord>,
        /// Where a commit starts from (rules 29 and 32).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        base: Vec<CommitBase>,
        /// Where a workflow is claimed (rule 31). `None` in a version without claims, and if the runner that recorded the
        /// intent had been asked to stop, so that it started nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claim: Option<ClaimRecord>,
    },
    /// A status that changed, or a wait that began.
    Report {
        /// The environment; `None` for the release itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment: Option<String>,
        /// The subject of the report.
        what: ReportWord,
        /// The new status, if `what` is `status`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<Status>,
        /// The effect that will be retried, if it is a workflow.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effect: Option<String>,
        /// When the wait ends, RFC 3339, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<String>,
        /// What is awaited, as a sentence. Only older entries have it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<String>,
        /// The windows that are awaited. For display; not compared when a release is resumed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<WindowRecord>,
    },
    /// A workflow in progress is claimed in another place from now on: that of a later runner, which may start it.
    Claimed {
        /// The id of the effect.
        effect: String,
        /// Where it is claimed now.
        claim: ClaimRecord,
    },
}

impl EntryKind {
    /// The stored word of this kind of entry.
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
            EntryKind::Claimed { .. } => EntryTag::Claimed,
        }
    }
}

/// An approval that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRecord {
    /// The person or group who is asked.
    pub by: String,
    /// How many of them must approve.
    pub count: u32,
}

/// The windows that an environment waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowRecord {
    /// The names of the windows that have to open.
    pub names: Vec<String>,
    /// The time zone in which their opening is shown: that of the first of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// Where a workflow is claimed, so that a runner knows whether it would see the claim (rule 31).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimRecord {
    /// The name of the host.
    pub host: String,
    /// The boot of the host during which the workflow was to start; empty if the system does not say.
    pub boot: String,
    /// The directory that holds the claims, as an absolute path on that host.
    pub directory: String,
    /// A random text that is also in a file of that directory. It tells this directory from another one that was later
    /// created at the same path, which lacks the claim.
    pub marker: String,
}

/// Where a commit starts from, in one repository and branch of its application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitBase {
    /// Where the repository is.
    pub repository: String,
    /// The branch, without `refs/heads/`.
    pub branch: String,
    /// The head of the branch when this was recorded. For an intent, the search for the trailer ends there.
    pub head: String,
    /// A digest of the content of the copied paths at that head.
    pub before: String,
}

/// Parses an instant in RFC 3339; `None` if it is not one.
pub fn instant(text: &str) -> Option<Instant> {
    text.parse::<jiff::Timestamp>().ok().map(|timestamp| Instant(timestamp.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines from existing ledgers, and lines as they are written today.
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
{"v":2,"seq":9,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"intent","effect":"p/r/1/qa/a/pre-action","act":"workflow","workflow":"test","claim":{"host":"h","boot":"b","directory":"/d","marker":"0"}}
{"v":2,"seq":9,"epoch":2,"at":"2026-11-23T08:00:00Z","kind":"claimed","effect":"p/r/1/qa/a/pre-action","claim":{"host":"h","boot":"","directory":"/e","marker":"1"}}
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
{"v":1,"seq":23,"epoch":2,"at":"2026-11-23T08:00:00Z","kind":"outcome","effect":"r/1/qa/a/action","outcome":"succeeded","detail":{"files":[{"file":"x.txt","change":"replaced","lines":{"added":1,"removed":1,"text":["-a","+b"]}}]}}
{"v":1,"seq":24,"epoch":2,"at":"2026-11-23T08:00:00Z","kind":"outcome","effect":"r/1/qa/a/action","outcome":"unchanged","detail":{"written":[{"repository":"/r","sha":"0","author":"A <a@b>","message":"m\n","date":"2026-11-23T08:00:00Z"}]}}
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
