//! From entries to where a release stands: the machine is fed with the recorded events, and what it emits is compared with
//! what was recorded (rule 27).
//!
//! INVARIANT: a machine that would do something else than what was recorded is never driven on.

use std::collections::VecDeque;

use super::entry::{self, Detail, Entry, KINDS, VERSION, What};
use super::facts::Facts;
use crate::release::{ApplicationPlanId, Effect, EnvironmentPlanId, Event, EventKind, Names, Plan, State, step};
use crate::syntax::literal::Instant;

/// Where a release stands.
#[derive(Clone, Debug)]
pub struct Folded {
    /// The machine.
    pub state: State,
    /// What was done.
    pub facts: Facts,
    /// The number of the last entry.
    pub seq: u64,
    /// The epoch of the last entry.
    pub epoch: u64,
    /// The instant of the last entry.
    pub at: Option<Instant>,
}

/// Why a release cannot be driven on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// Written by a newer binary.
    #[error("its ledger says `{what}`, which this promoc ({}) does not understand; use a newer one", env!("CARGO_PKG_VERSION"))]
    Newer {
        /// The version or the kind.
        what: String,
    },
    /// The machine has changed.
    #[error(
        "this promoc ({}) would go on differently than what was recorded: entry {seq} says {recorded}, and it would do {expected}; use the version that began the release ({began})",
        env!("CARGO_PKG_VERSION")
    )]
    Differs {
        /// The entry.
        seq: u64,
        /// What it says.
        recorded: String,
        /// What the machine does now.
        expected: String,
        /// The version that began the release.
        began: String,
    },
    /// It is no ledger of a release.
    #[error("its ledger is damaged at entry {seq}: {what}")]
    Damaged {
        /// The entry.
        seq: u64,
        /// What is wrong.
        what: String,
    },
}

/// Entries from what the store holds.
///
/// # Errors
/// Where an entry is of a newer version or an unknown kind, or is none.
pub fn parse(values: &[serde_json::Value]) -> Result<Vec<Entry>, FoldError> {
    let mut entries = Vec::with_capacity(values.len());
    for (value, seq) in values.iter().zip(1..) {
        let v = value.get("v").and_then(serde_json::Value::as_u64).unwrap_or(0);
        let kind = value.get("kind").and_then(serde_json::Value::as_str).unwrap_or_default();
        if v > u64::from(VERSION) {
            return Err(FoldError::Newer { what: format!("v {v}") });
        }
        if !kind.is_empty() && !KINDS.contains(&kind) {
            return Err(FoldError::Newer { what: format!("kind {kind}") });
        }
        let entry: Entry = serde_json::from_value(value.clone())
            .map_err(|error| FoldError::Damaged { seq, what: error.to_string() })?;
        if entry.seq != seq {
            return Err(FoldError::Damaged { seq, what: format!("it has the number {}", entry.seq) });
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// Where a release stands after these entries. `began` is the version that wrote the first.
///
/// # Errors
/// Where this machine would have done something else.
pub fn fold(plan: &Plan, names: &Names, release: &str, entries: &[Entry], began: &str) -> Result<Folded, FoldError> {
    let mut folded = Folded { state: State::new(plan), facts: Facts::default(), seq: 0, epoch: 0, at: None };
    let mut expected: VecDeque<(Effect, What)> = VecDeque::new();
    let mut effects = Vec::new();
    let mut last = None;
    for recorded in entries {
        let seq = recorded.seq;
        let damaged = |what: &str| FoldError::Damaged { seq, what: what.to_owned() };
        let differs = |expected: Option<&What>| FoldError::Differs {
            seq,
            recorded: short(&recorded.what),
            expected: expected.map_or_else(|| "nothing".to_owned(), short),
            began: began.to_owned(),
        };
        let at = entry::instant(&recorded.at).ok_or_else(|| damaged("its instant is none"))?;
        let mut detail = Detail::default();
        let happened = match &recorded.what {
            What::Begun => Some(EventKind::Begin),
            What::Due => Some(EventKind::Due),
            What::HealthLoss { application, trouble, error, .. } => {
                let id = ApplicationPlanId::new(*application);
                plan.applications.find(id).ok_or_else(|| damaged("the trouble of no application"))?;
                detail.error.clone_from(error);
                Some(EventKind::HealthLoss(id, *trouble))
            }
            What::Operator { word } if word == "terminate" => Some(EventKind::Terminate),
            What::Operator { word } if word == "retry" => Some(EventKind::Retry { force: false }),
            What::Operator { word } if word == "retry-by-force" => Some(EventKind::Retry { force: true }),
            What::Other { word, environment } => {
                let id = names.environments.iter().position(|name| name == environment);
                let id = id.and_then(|at| Some(EnvironmentPlanId::new(u32::try_from(at).ok()?)));
                let id = id.ok_or_else(|| damaged("an environment that the release does not have"))?;
                Some(match word.as_str() {
                    "overtaken" => EventKind::Superseded(id),
                    "occupied" => EventKind::Blocked(id),
                    "freed" => EventKind::Unblocked(id),
                    _ => return Err(FoldError::Newer { what: format!("other {word}") }),
                })
            }
            What::Operator { word } => return Err(FoldError::Newer { what: format!("operator {word}") }),
            What::Outcome { effect, outcome, detail: recorded } => {
                let id = plan.effect_id(names, effect);
                let id = id.filter(|id| folded.facts.get(*id).is_some());
                let id = id.ok_or_else(|| damaged("the outcome of what was never begun"))?;
                detail.clone_from(recorded);
                Some(EventKind::Outcome(id, *outcome))
            }
            What::Intent { .. } | What::Report { .. } => None,
        };
        match happened {
            Some(what) => {
                if let Some((_, missing)) = expected.front() {
                    return Err(differs(Some(missing)));
                }
                let event = Event { at, what };
                effects.clear();
                step(plan, &mut folded.state, event, &mut effects);
                folded.facts.event(&event, &detail);
                for effect in &effects {
                    expected.push_back((*effect, What::of_effect(effect, at, release, plan, names)));
                }
                last = Some(event);
            }
            None => {
                let Some((effect, what)) = expected.pop_front() else { return Err(differs(None)) };
                if !what.same_effect(&recorded.what) {
                    return Err(differs(Some(&what)));
                }
                let base = match &recorded.what {
                    What::Intent { base, .. } => base.clone(),
                    _ => Vec::new(),
                };
                let event = last.ok_or_else(|| damaged("an effect before any event"))?;
                folded.facts.effect(&event, &effect, base);
            }
        }
        folded.seq = seq;
        folded.epoch = recorded.epoch;
        folded.at = Some(at);
    }
    match expected.front() {
        None => Ok(folded),
        Some((_, missing)) => Err(FoldError::Differs {
            seq: folded.seq + 1,
            recorded: "nothing".to_owned(),
            expected: short(missing),
            began: began.to_owned(),
        }),
    }
}

fn short(what: &What) -> String {
    match what {
        What::Begun => "that it begins".to_owned(),
        What::Due => "that an instant has come".to_owned(),
        What::Operator { word } => format!("`{word}`"),
        What::HealthLoss { environment, trouble, .. } => format!("that `{environment}` is {}", trouble.as_str()),
        What::Other { word, environment } => format!("`{environment}` {word}"),
        What::Outcome { effect, .. } => format!("the outcome of `{effect}`"),
        What::Intent { effect, act, .. } => format!("{act} `{effect}`"),
        What::Report { environment, what, status, effect, .. } => {
            let of = environment.as_deref().or(effect.as_deref()).unwrap_or("the release");
            format!("`{of}` {}", status.map_or(what.as_str(), |status| status.as_str()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_newer_or_damaged_is_not_driven() {
        let entry = |v: u32, seq: u64, kind: &str| json!({"v": v, "seq": seq, "epoch": 1, "at": "2026-01-05T09:00:00Z", "kind": kind});
        let said = |entries: &[serde_json::Value]| parse(entries).unwrap_err().to_string();
        assert_eq!(parse(&[entry(1, 1, "begun"), entry(1, 2, "due")]).unwrap().len(), 2);
        assert!(said(&[entry(2, 1, "begun")]).contains("`v 2`, which this promoc"));
        assert!(said(&[entry(1, 1, "wonder")]).contains("`kind wonder`, which this promoc"));
        assert_eq!(
            said(&[entry(1, 1, "begun"), entry(1, 3, "due")]),
            "its ledger is damaged at entry 2: it has the number 3"
        );
        assert!(said(&[serde_json::Value::Null]).starts_with("its ledger is damaged at entry 1: "));
    }

    #[test]
    fn an_outcome_of_what_was_never_begun_is_damage() {
        let entries = parse(&[
            json!({"v": 1, "seq": 1, "epoch": 1, "at": "2026-01-05T09:00:00Z", "kind": "outcome", "effect": "r/1/-/-/on-start", "outcome": "succeeded"}),
        ])
        .unwrap();
        let error = fold(&Plan::default(), &Names::default(), "r", &entries, "0").unwrap_err();
        assert_eq!(error, FoldError::Damaged { seq: 1, what: "the outcome of what was never begun".to_owned() });
    }
}
