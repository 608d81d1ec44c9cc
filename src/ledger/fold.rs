//! Restores the state of a release from its entries. The recorded events are fed to the machine, and what it emits is
//! compared with what was recorded (rule 27).
//!
//! INVARIANT: a release is never resumed by a machine that would do anything other than what was recorded.

use std::collections::VecDeque;

use super::entry::{self, Detail, EntryKind, LedgerEntry, WITH_CLAIM};
use super::facts::{ClaimState, Facts};
use super::words::{OperatorWord, OtherWord};
use crate::release::{ApplicationPlanId, Effect, EnvironmentPlanId, Event, EventKind, Names, Plan, State, step};
use crate::syntax::literal::Instant;

/// The state of a release after its entries.
#[derive(Clone, Debug)]
pub(crate) struct Folded {
    pub state: State,
    pub facts: Facts,
    /// The number of the last entry; 0 if there is none.
    pub seq: u64,
    /// The epoch of the last entry; 0 if there is none.
    pub epoch: u64,
    /// The instant of the last entry.
    pub at: Option<Instant>,
}

/// Why a release cannot be resumed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// The ledger was written by a newer promoc.
    #[error("its ledger contains `{what}`, which promoc {} does not understand; use a newer version", env!("CARGO_PKG_VERSION"))]
    Newer {
        /// The version, kind or word that this promoc does not know.
        what: String,
    },
    /// This machine would do something else than the one that recorded the release.
    #[error(
        "promoc {} would not continue as recorded: entry {seq} is {recorded}, but this version expects {expected}; use promoc {began}, which started the release",
        env!("CARGO_PKG_VERSION")
    )]
    Differs {
        /// The number of the first entry that differs.
        seq: u64,
        /// What the entry records.
        recorded: String,
        /// What this machine emits instead.
        expected: String,
        /// The version of promoc that started the release.
        began: String,
    },
    /// The entries are not the ledger of a release.
    #[error("its ledger is damaged at entry {seq}: {what}")]
    Damaged {
        /// The number of the first damaged entry.
        seq: u64,
        /// What is wrong with it.
        what: String,
    },
}

/// Restores the state of a release. `release` is its name in the ids of its effects, and `began` the version of promoc that
/// started it.
///
/// # Errors
/// If an entry is damaged, or this machine would do something else than what was recorded.
pub(crate) fn fold(
    plan: &Plan,
    names: &Names,
    release: &str,
    entries: &[LedgerEntry],
    began: &str,
) -> Result<Folded, FoldError> {
    let mut folded = Folded { state: State::new(plan), facts: Facts::default(), seq: 0, epoch: 0, at: None };
    let mut expected: VecDeque<(Effect, EntryKind)> = VecDeque::new();
    let mut effects = Vec::new();
    let mut last = None;
    for recorded in entries {
        let seq = recorded.seq;
        let damaged = |what: &str| FoldError::Damaged { seq, what: what.to_owned() };
        let differs = |expected: Option<&EntryKind>| FoldError::Differs {
            seq,
            recorded: short(&recorded.kind),
            expected: expected.map_or_else(|| "nothing".to_owned(), short),
            began: began.to_owned(),
        };
        let at = entry::instant(&recorded.at).ok_or_else(|| damaged("its time is not valid"))?;
        let mut detail = Detail::default();
        let happened = match &recorded.kind {
            EntryKind::Begun => Some(EventKind::Begin),
            EntryKind::Due => Some(EventKind::Due),
            EntryKind::HealthLoss { application, trouble, error, .. } => {
                let id = ApplicationPlanId::new(*application);
                plan.applications
                    .find(id)
                    .ok_or_else(|| damaged("it names an application that the release does not have"))?;
                detail.error.clone_from(error);
                Some(EventKind::HealthLoss(id, *trouble))
            }
            EntryKind::Operator { word: OperatorWord::Terminate } => Some(EventKind::Terminate),
            EntryKind::Operator { word: OperatorWord::Retry } => Some(EventKind::Retry { force: false }),
            EntryKind::Operator { word: OperatorWord::RetryByForce } => Some(EventKind::Retry { force: true }),
            EntryKind::Other { word, environment } => {
                let id = names.environments.iter().position(|name| name == environment);
                let id = id.and_then(|at| Some(EnvironmentPlanId::new(u32::try_from(at).ok()?)));
                let id = id.ok_or_else(|| damaged("it names an environment that the release does not have"))?;
                Some(match word {
                    OtherWord::Superseded => EventKind::Superseded(id),
                    OtherWord::Blocked => EventKind::Blocked(id),
                    OtherWord::Unblocked => EventKind::Unblocked(id),
                })
            }
            EntryKind::Outcome { effect, outcome, detail: recorded } => {
                let id = plan.effect_id(names, effect);
                let id = id.filter(|id| folded.facts.get(*id).is_some());
                let id = id.ok_or_else(|| damaged("it is the outcome of a step that was never started"))?;
                detail.clone_from(recorded);
                Some(EventKind::Outcome(id, *outcome))
            }
            EntryKind::Intent { .. } | EntryKind::Report { .. } | EntryKind::Claimed { .. } => None,
        };
        folded.seq = seq;
        folded.epoch = recorded.epoch;
        folded.at = Some(at);
        if let EntryKind::Claimed { effect, claim } = &recorded.kind {
            if let Some((_, missing)) = expected.front() {
                return Err(differs(Some(missing)));
            }
            let id = plan.effect_id(names, effect);
            if !id.is_some_and(|id| folded.facts.claimed(id, claim.clone())) {
                return Err(damaged("it claims a step that was never started"));
            }
            continue;
        }
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
                    expected.push_back((*effect, EntryKind::of_effect(effect, at, release, plan, names)));
                }
                last = Some(event);
            }
            None => {
                let Some((effect, what)) = expected.pop_front() else { return Err(differs(None)) };
                if !what.same_effect(&recorded.kind) {
                    return Err(differs(Some(&what)));
                }
                let world = match &recorded.kind {
                    EntryKind::Intent { base, claim: Some(claim), .. } => (base.clone(), ClaimState::At(claim.clone())),
                    EntryKind::Intent { base, .. } if recorded.v < WITH_CLAIM => (base.clone(), ClaimState::Unrecorded),
                    EntryKind::Intent { base, .. } => (base.clone(), ClaimState::Unclaimed),
                    _ => (Vec::new(), ClaimState::Unclaimed),
                };
                let event = last.ok_or_else(|| damaged("it is an effect without an event before it"))?;
                folded.facts.effect(&event, &effect, world);
            }
        }
    }
    match expected.front() {
        None => Ok(folded),
        Some((_, missing)) => Err(FoldError::Differs {
            seq: folded.seq + 1,
            recorded: "missing".to_owned(),
            expected: short(missing),
            began: began.to_owned(),
        }),
    }
}

fn short(what: &EntryKind) -> String {
    match what {
        EntryKind::Begun => "`begun`".to_owned(),
        EntryKind::Due => "`due`".to_owned(),
        EntryKind::Operator { word } => format!("`{}`", word.as_str()),
        EntryKind::HealthLoss { environment, trouble, .. } => format!("`{}` of `{environment}`", trouble.as_str()),
        EntryKind::Other { word, environment } => format!("`{}` of `{environment}`", word.as_str()),
        EntryKind::Outcome { effect, .. } => format!("the outcome of `{effect}`"),
        EntryKind::Claimed { effect, .. } => format!("the claim of `{effect}`"),
        EntryKind::Intent { effect, act, .. } => format!("`{}` of `{effect}`", act.as_str()),
        EntryKind::Report { environment, what, status, effect, .. } => {
            let of = environment.as_deref().or(effect.as_deref()).unwrap_or("the release");
            format!("the report `{}` of `{of}`", status.map_or(what.as_str(), |status| status.as_str()))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ledger::read::strict;

    #[test]
    fn an_outcome_of_what_was_never_begun_is_damage() {
        let entries = strict(&[
            json!({"v": 1, "seq": 1, "epoch": 1, "at": "2026-01-05T09:00:00Z", "kind": "outcome", "effect": "r/1/-/-/on-start", "outcome": "succeeded"}),
        ])
        .unwrap();
        let error = fold(&Plan::default(), &Names::default(), "r", &entries, "0").unwrap_err();
        assert_eq!(
            error,
            FoldError::Damaged { seq: 1, what: "it is the outcome of a step that was never started".to_owned() }
        );
    }
}
