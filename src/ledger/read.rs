//! Reads entries: strictly, to resume a release, or tolerantly, to show as much of it as possible.
//!
//! INVARIANT: what a newer promoc wrote is shown as well as possible and never resumed. So the strict form accepts nothing
//! unknown, and the tolerant form accepts it everywhere.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::entry::{ApprovalRecord, CommitRecord, Detail, FileRecord, LedgerEntry, VERSION, WindowRecord};
use super::fold::FoldError;
use super::words::{ActWord, EntryTag, FileWord, OperatorWord, OtherWord, ReportWord};
use crate::release::{HealthLoss, Outcome, Status};

/// Parses entries strictly.
///
/// # Errors
/// If an entry has a newer version, contains a word that this promoc does not know, or is damaged.
pub(crate) fn strict(lines: &[Value]) -> Result<Vec<LedgerEntry>, FoldError> {
    let mut entries = Vec::with_capacity(lines.len());
    for (line, seq) in lines.iter().zip(1..) {
        let v = line.get("v").and_then(Value::as_u64).unwrap_or(0);
        if v > u64::from(VERSION) {
            return Err(FoldError::Newer { what: format!("v {v}") });
        }
        if let Some(what) = unknown_word(line) {
            return Err(FoldError::Newer { what });
        }
        let entry = LedgerEntry::deserialize(line);
        let entry = entry.map_err(|error| FoldError::Damaged { seq, what: error.to_string() })?;
        if entry.seq != seq {
            return Err(FoldError::Damaged { seq, what: format!("its number is {}", entry.seq) });
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// The word in a line that this promoc does not know, preceded by its kind of entry.
fn unknown_word(line: &Value) -> Option<String> {
    if let Some(TolerantWord::Unknown(kind)) = field::<TolerantWord<EntryTag>>(line, "kind")
        && !kind.is_empty()
    {
        return Some(format!("kind {kind}"));
    }
    let tag: EntryTag = field(line, "kind")?;
    let word = match tag {
        EntryTag::Begun | EntryTag::Due | EntryTag::Claimed => None,
        EntryTag::Outcome => unknown::<Outcome>(line, "outcome").or_else(|| {
            let files = line.get("detail")?.get("files")?.as_array()?;
            files.iter().find_map(|file| unknown::<FileWord>(file, "change"))
        }),
        EntryTag::Operator => unknown::<OperatorWord>(line, "word"),
        EntryTag::HealthLoss => unknown::<HealthLoss>(line, "trouble"),
        EntryTag::Other => unknown::<OtherWord>(line, "word"),
        EntryTag::Intent => unknown::<ActWord>(line, "act"),
        EntryTag::Report => unknown::<ReportWord>(line, "what").or_else(|| unknown::<Status>(line, "status")),
    };
    word.map(|word| format!("{} {word}", tag.as_str()))
}

fn unknown<T: DeserializeOwned>(line: &Value, key: &str) -> Option<String> {
    match field::<TolerantWord<T>>(line, key)? {
        TolerantWord::Known(_) => None,
        TolerantWord::Unknown(word) => Some(word),
    }
}

/// A field, if it exists and has the expected form.
fn field<T: DeserializeOwned>(line: &Value, key: &str) -> Option<T> {
    T::deserialize(line.get(key)?).ok()
}

/// The items of a list that have the expected form.
fn each<T: DeserializeOwned>(line: &Value, key: &str) -> Vec<T> {
    let all = line.get(key).and_then(Value::as_array);
    all.into_iter().flatten().filter_map(|one| T::deserialize(one).ok()).collect()
}

/// The details of an outcome, as far as this promoc understands them.
fn detail(detail: &Value) -> Detail {
    let file = |file: &Value| -> Option<FileRecord> {
        match field(file, "change")? {
            TolerantWord::Known(change) => Some(FileRecord {
                file: field(file, "file")?,
                change,
                properties: each(file, "properties"),
                lines: field(file, "lines"),
            }),
            // What happened to the file is unknown, so the file is left out.
            TolerantWord::Unknown(_) => None,
        }
    };
    let files = detail.get("files").and_then(Value::as_array);
    Detail {
        error: field(detail, "error"),
        gives: field(detail, "gives").unwrap_or_default(),
        log: field(detail, "log"),
        output: each(detail, "output"),
        commits: each::<CommitRecord>(detail, "commits"),
        files: files.into_iter().flatten().filter_map(file).collect(),
        written: each::<CommitRecord>(detail, "written"),
    }
}

/// A word from a list that a newer promoc may have extended.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum TolerantWord<T> {
    Known(T),
    /// A word that this promoc does not know.
    Unknown(String),
}

/// An entry as far as this promoc understands it. Every part may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TolerantEntry {
    pub at: Option<String>,
    pub kind: TolerantKind,
}

/// What an entry records, as far as this promoc understands it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TolerantKind {
    /// An effect ended.
    Outcome {
        effect: String,
        /// How it ended; `None` if the word is newer.
        outcome: Option<Outcome>,
        /// What came of it, without the parts that are not understood.
        detail: Box<Detail>,
    },
    /// An application lost its health.
    HealthLoss {
        /// The environment of the application.
        environment: Option<String>,
        /// What the health check reported, or the stored word.
        error: Option<String>,
    },
    /// An effect that is performed next.
    Intent {
        effect: String,
        act: Option<TolerantWord<ActWord>>,
        workflow: Option<String>,
        /// The sentence of an older entry.
        words: Option<String>,
        approval: Option<ApprovalRecord>,
    },
    /// A status that changed, or a wait that began.
    Report {
        of: ReportSubject,
        /// `None` if the word is newer.
        what: Option<ReportWord>,
        status: Option<Status>,
        /// When the wait ends.
        until: Option<String>,
        /// The sentence of an older entry.
        words: Option<String>,
        window: Option<WindowRecord>,
    },
    /// An entry that is not shown.
    Silent,
    /// An entry of a newer promoc, or not an entry at all.
    Unknown,
}

/// The subject of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReportSubject {
    Release,
    Environment(String),
    /// A subject that only a newer promoc knows.
    Unknown,
}

impl TolerantEntry {
    /// Parses a line tolerantly.
    pub(crate) fn of(line: &Value) -> TolerantEntry {
        TolerantEntry { at: field(line, "at"), kind: TolerantKind::of(line) }
    }
}

impl TolerantKind {
    fn of(line: &Value) -> TolerantKind {
        let Some(tag) = field(line, "kind") else { return TolerantKind::Unknown };
        match tag {
            EntryTag::Begun | EntryTag::Due | EntryTag::Operator | EntryTag::Other | EntryTag::Claimed => {
                TolerantKind::Silent
            }
            EntryTag::Outcome => TolerantKind::Outcome {
                effect: field(line, "effect").unwrap_or_default(),
                outcome: field(line, "outcome"),
                detail: Box::new(line.get("detail").map(detail).unwrap_or_default()),
            },
            EntryTag::HealthLoss => TolerantKind::HealthLoss {
                environment: field(line, "environment"),
                error: field(line, "error").or_else(|| field(line, "trouble")),
            },
            EntryTag::Intent => TolerantKind::Intent {
                effect: field(line, "effect").unwrap_or_default(),
                act: field(line, "act"),
                workflow: field(line, "workflow"),
                words: field(line, "words"),
                approval: field(line, "approval"),
            },
            EntryTag::Report => TolerantKind::Report {
                of: match line.get("environment") {
                    None => ReportSubject::Release,
                    Some(Value::String(name)) => ReportSubject::Environment(name.clone()),
                    Some(_) => ReportSubject::Unknown,
                },
                what: field(line, "what"),
                status: field(line, "status"),
                until: field(line, "until"),
                words: field(line, "words"),
                window: field(line, "window"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(seq: u64, more: Value) -> Value {
        let mut line = json!({"v": 1, "seq": seq, "epoch": 1, "at": "2026-01-05T09:00:00Z"});
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line
    }

    fn refused(more: Value) -> String {
        strict(&[line(1, more)]).unwrap_err().to_string()
    }

    #[test]
    fn what_is_newer_or_damaged_is_not_driven() {
        assert_eq!(strict(&[line(1, json!({"kind": "begun"})), line(2, json!({"kind": "due"}))]).unwrap().len(), 2);
        assert!(refused(json!({"v": 3, "kind": "begun"})).contains("`v 3`, which promoc"));
        assert!(refused(json!({"kind": "wonder"})).contains("`kind wonder`, which promoc"));
        assert_eq!(
            strict(&[line(1, json!({"kind": "begun"})), line(3, json!({"kind": "due"}))]).unwrap_err().to_string(),
            "its ledger is damaged at entry 2: its number is 3"
        );
        for damaged in [Value::Null, json!({"v": 1}), line(1, json!({"kind": ""})), line(1, json!({"kind": "intent"}))]
        {
            let error = strict(std::slice::from_ref(&damaged)).unwrap_err().to_string();
            assert!(error.starts_with("its ledger is damaged at entry 1: "), "{damaged}: {error}");
        }
    }

    #[test]
    fn every_word_may_be_a_newer_one() {
        for (more, what) in [
            (json!({"kind": "operator", "word": "pause"}), "operator pause"),
            (json!({"kind": "other", "word": "gone", "environment": "qa"}), "other gone"),
            (json!({"kind": "intent", "effect": "r/1/-/-/x", "act": "dance"}), "intent dance"),
            (json!({"kind": "outcome", "effect": "r/1/-/-/x", "outcome": "bored"}), "outcome bored"),
            (
                json!({"kind": "outcome", "effect": "r/1/-/-/x", "outcome": "succeeded", "detail": {"files": [
                    {"file": "a", "change": "edited"}, {"file": "b", "change": "moved"},
                ]}}),
                "outcome moved",
            ),
            (json!({"kind": "report", "what": "paused"}), "report paused"),
            (json!({"kind": "report", "what": "status", "status": "paused"}), "report paused"),
            (json!({"kind": "trouble", "environment": "qa", "application": 0, "trouble": "ill"}), "trouble ill"),
        ] {
            assert!(refused(more).contains(&format!("`{what}`, which promoc")), "{what}");
        }
    }

    #[test]
    fn a_newer_entry_is_shown_as_far_as_it_is_understood() {
        let kind = |more: Value| TolerantEntry::of(&line(1, more)).kind;
        assert_eq!(kind(json!({"kind": "wonder"})), TolerantKind::Unknown);
        assert_eq!(kind(json!({"kind": "operator", "word": "pause"})), TolerantKind::Silent);
        assert_eq!(TolerantEntry::of(&Value::Null), TolerantEntry { at: None, kind: TolerantKind::Unknown });
        let TolerantKind::Intent { act, approval, .. } =
            kind(json!({"v": 7, "kind": "intent", "effect": "r/1/-/-/x", "act": "dance", "approval": "by mail"}))
        else {
            panic!("it is an intent")
        };
        assert_eq!((act, approval), (Some(TolerantWord::Unknown("dance".to_owned())), None));
        let TolerantKind::Report { of, what, status, .. } =
            kind(json!({"kind": "report", "environment": {"name": "qa"}, "what": "status", "status": "paused"}))
        else {
            panic!("it is a report")
        };
        assert_eq!((of, what, status), (ReportSubject::Unknown, Some(ReportWord::Status), None));
    }

    #[test]
    fn of_a_newer_detail_everything_else_is_shown() {
        let commit = json!({"repository": "/r", "sha": "0", "author": "A <a@b>", "message": "m", "date": "d"});
        let detail = json!({
            "error": "no", "gives": ["of", "another", "form"], "log": "x.log", "output": ["a", 1, "b"],
            "commits": [commit, {"tree": "0"}],
            "files": [{"file": "b", "change": "moved"}, {"file": "a", "change": "created", "mode": "executable"}],
        });
        let line = line(1, json!({"kind": "outcome", "effect": "e", "outcome": "failed", "detail": detail}));
        let TolerantKind::Outcome { detail, .. } = TolerantEntry::of(&line).kind else { panic!("it is an outcome") };
        let Detail { error, gives, log, output, commits, files, written } = *detail;
        assert_eq!((error.as_deref(), log.as_deref()), (Some("no"), Some("x.log")));
        assert!(gives.is_empty());
        assert_eq!(output, ["a", "b"]);
        assert_eq!(commits.iter().map(|commit| commit.sha.as_str()).collect::<Vec<_>>(), ["0"]);
        assert!(written.is_empty());
        let created = FileWord::Created;
        assert_eq!(files, [FileRecord { file: "a".to_owned(), change: created, properties: Vec::new(), lines: None }]);
    }
}
