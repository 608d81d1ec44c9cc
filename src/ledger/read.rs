//! Reading entries: strictly, to drive a release on, or as far as they are understood, to show it.
//!
//! INVARIANT: what a newer promoc wrote is shown as well as can be and never driven on. So the strict form has no room for
//! what is unknown, and the tolerant one has room for it everywhere.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::entry::{ApprovalRecord, CommitRecord, Detail, FileRecord, LedgerEntry, VERSION, WindowRecord};
use super::fold::FoldError;
use super::words::{ActWord, EntryTag, FileWord, OperatorWord, OtherWord, ReportWord};
use crate::release::{HealthLoss, Outcome, Status};

/// Entries, of lines as the store holds them.
///
/// # Errors
/// Where an entry is of a newer version or says a word that this binary does not know, or is none.
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
            return Err(FoldError::Damaged { seq, what: format!("it has the number {}", entry.seq) });
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// The word of a line that this binary does not know, after what it is a word of.
fn unknown_word(line: &Value) -> Option<String> {
    if let Some(TolerantWord::Unknown(kind)) = field::<TolerantWord<EntryTag>>(line, "kind")
        && !kind.is_empty()
    {
        return Some(format!("kind {kind}"));
    }
    let tag: EntryTag = field(line, "kind")?;
    let word = match tag {
        EntryTag::Begun | EntryTag::Due => None,
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

/// A field, if it is there and is what it should be.
fn field<T: DeserializeOwned>(line: &Value, key: &str) -> Option<T> {
    T::deserialize(line.get(key)?).ok()
}

/// Those of a list that are what they should be.
fn each<T: DeserializeOwned>(line: &Value, key: &str) -> Vec<T> {
    let all = line.get(key).and_then(Value::as_array);
    all.into_iter().flatten().filter_map(|one| T::deserialize(one).ok()).collect()
}

/// What came of an effect, as far as this binary understands it.
fn detail(detail: &Value) -> Detail {
    let file = |file: &Value| -> Option<FileRecord> {
        match field(file, "change")? {
            TolerantWord::Known(change) => {
                Some(FileRecord { file: field(file, "file")?, change, properties: each(file, "properties") })
            }
            // What happened to the file cannot be said, so nothing is said of it.
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
    }
}

/// A word of a list that a newer promoc may have made longer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum TolerantWord<T> {
    /// One that this binary knows.
    Known(T),
    /// Another one.
    Unknown(String),
}

/// An entry as far as this binary understands it: of everything nothing may be left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TolerantEntry {
    /// When, in RFC 3339.
    pub at: Option<String>,
    /// What it says.
    pub kind: TolerantKind,
}

/// What an entry says, as far as this binary understands it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TolerantKind {
    /// An effect has ended.
    Outcome {
        /// The id of the effect.
        effect: String,
        /// How it has ended.
        outcome: Option<Outcome>,
        /// What came of it, without what is not understood.
        detail: Box<Detail>,
    },
    /// An application has lost its health.
    HealthLoss {
        /// The environment that the application is in.
        environment: Option<String>,
        /// How that is known, or what is wrong.
        error: Option<String>,
    },
    /// This is done next.
    Intent {
        /// The id of the effect.
        effect: String,
        /// What is done.
        act: Option<TolerantWord<ActWord>>,
        /// The workflow.
        workflow: Option<String>,
        /// The sentence of an older entry.
        words: Option<String>,
        /// The approval that is asked for.
        approval: Option<ApprovalRecord>,
    },
    /// Something to be known.
    Report {
        /// Of what.
        of: ReportSubject,
        /// What is reported.
        what: Option<ReportWord>,
        /// The status.
        status: Option<Status>,
        /// Until when somebody waits.
        until: Option<String>,
        /// The sentence of an older entry.
        words: Option<String>,
        /// The windows that are waited for.
        window: Option<WindowRecord>,
    },
    /// An event of which nothing is shown.
    Silent,
    /// Something of a newer promoc, or no entry at all.
    Unknown,
}

/// What a report is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReportSubject {
    /// The release.
    Release,
    /// An environment.
    Environment(String),
    /// Something of a newer promoc.
    Unknown,
}

impl TolerantEntry {
    /// From a line as the store holds it.
    pub(crate) fn of(line: &Value) -> TolerantEntry {
        TolerantEntry { at: field(line, "at"), kind: TolerantKind::of(line) }
    }
}

impl TolerantKind {
    fn of(line: &Value) -> TolerantKind {
        let Some(tag) = field(line, "kind") else { return TolerantKind::Unknown };
        match tag {
            EntryTag::Begun | EntryTag::Due | EntryTag::Operator | EntryTag::Other => TolerantKind::Silent,
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
        assert!(refused(json!({"v": 2, "kind": "begun"})).contains("`v 2`, which this promoc"));
        assert!(refused(json!({"kind": "wonder"})).contains("`kind wonder`, which this promoc"));
        assert_eq!(
            strict(&[line(1, json!({"kind": "begun"})), line(3, json!({"kind": "due"}))]).unwrap_err().to_string(),
            "its ledger is damaged at entry 2: it has the number 3"
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
            assert!(refused(more).contains(&format!("`{what}`, which this promoc")), "{what}");
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
        let Detail { error, gives, log, output, commits, files } = *detail;
        assert_eq!((error.as_deref(), log.as_deref()), (Some("no"), Some("x.log")));
        assert!(gives.is_empty());
        assert_eq!(output, ["a", "b"]);
        assert_eq!(commits.iter().map(|commit| commit.sha.as_str()).collect::<Vec<_>>(), ["0"]);
        assert_eq!(files, [FileRecord { file: "a".to_owned(), change: FileWord::Created, properties: Vec::new() }]);
    }
}
