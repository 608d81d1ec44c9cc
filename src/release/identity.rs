//! The identity of an effect, by which it is performed at most once, and its text.

use std::fmt;
use std::str::FromStr;

use super::{ApplicationPlanId, EnvironmentPlanId, Names, Plan};
use crate::syntax::ast::HookEvent;

/// Where an effect belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    Release,
    Environment(EnvironmentPlanId),
    Application(ApplicationPlanId),
}

/// The stage of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The nth approval (rule 2), from 0.
    Approval(u16),
    /// The nth override of a window, from 0 (rule 3).
    Override(u16),
    /// The nth hook on start, from 0 (rules 4 and 13).
    OnStart(u16),
    PreAction,
    /// The commit, or the opening of the pull request (rule 5).
    Action,
    /// Until the pull request is merged (rule 5).
    Merge,
    Sync,
    Health,
    PostAction,
    /// The nth hook on success, from 0 (rules 6 and 13).
    OnSuccess(u16),
    /// The nth hook on failure, from 0 (rules 7 and 13).
    OnFailure(u16),
    /// The commit that rolls back, the opening of a pull request that does so, or the rollback-action (rule 18).
    Rollback,
    /// Until that pull request is merged (rule 21).
    RollbackMerge,
    RollbackSync,
    RollbackHealth,
}

impl Stage {
    /// Whether it only waits. A canceled wait ends at once, without an outcome (rule 7). A pull request is more than a
    /// wait, because it may have been merged before it could be closed.
    pub fn is_wait(self) -> bool {
        let asks = matches!(self, Stage::Approval(_) | Stage::Override(_));
        asks || matches!(self, Stage::Sync | Stage::Health | Stage::RollbackSync | Stage::RollbackHealth)
    }

    /// Whether it changes a repository, unless a workflow does so instead.
    pub fn is_action(self) -> bool {
        matches!(self, Stage::Action | Stage::Rollback)
    }

    pub fn is_rollback(self) -> bool {
        matches!(self, Stage::Rollback | Stage::RollbackMerge | Stage::RollbackSync | Stage::RollbackHealth)
    }

    pub fn is_merge(self) -> bool {
        matches!(self, Stage::Merge | Stage::RollbackMerge)
    }

    /// Whether it waits only for a person: an approval or a merge. A window opens by itself without its override.
    pub fn awaits_person(self) -> bool {
        self.is_merge() || matches!(self, Stage::Approval(_))
    }

    /// The event that this hook belongs to, and its number among the hooks of that event, from 0.
    pub fn as_hook(self) -> Option<(HookEvent, u16)> {
        match self {
            Stage::OnStart(nth) => Some((HookEvent::Start, nth)),
            Stage::OnSuccess(nth) => Some((HookEvent::Success, nth)),
            Stage::OnFailure(nth) => Some((HookEvent::Failure, nth)),
            _ => None,
        }
    }

    /// The stage of the nth hook of an event: the reverse of [`Stage::as_hook`].
    pub fn hook(event: HookEvent, nth: u16) -> Stage {
        match event {
            HookEvent::Start => Stage::OnStart(nth),
            HookEvent::Success => Stage::OnSuccess(nth),
            HookEvent::Failure => Stage::OnFailure(nth),
        }
    }
}

impl fmt::Display for Stage {
    /// `pre-action`, `on-start`; `on-start-2` for the second hook on start.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, nth) = match *self {
            Stage::Approval(nth) => ("approval", nth),
            Stage::Override(nth) => ("override", nth),
            Stage::OnStart(nth) => ("on-start", nth),
            Stage::OnSuccess(nth) => ("on-success", nth),
            Stage::OnFailure(nth) => ("on-failure", nth),
            Stage::PreAction => ("pre-action", 0),
            Stage::Action => ("action", 0),
            Stage::Merge => ("merge", 0),
            Stage::Sync => ("sync", 0),
            Stage::Health => ("health", 0),
            Stage::PostAction => ("post-action", 0),
            Stage::Rollback => ("rollback", 0),
            Stage::RollbackMerge => ("rollback-merge", 0),
            Stage::RollbackSync => ("rollback-sync", 0),
            Stage::RollbackHealth => ("rollback-health", 0),
        };
        f.write_str(word)?;
        if nth > 0 { write!(f, "-{}", nth + 1) } else { Ok(()) }
    }
}

impl FromStr for Stage {
    type Err = ();

    /// The reverse of [`Display`](fmt::Display).
    fn from_str(text: &str) -> Result<Stage, ()> {
        let numbered = |word: &str| {
            let rest = text.strip_prefix(word)?;
            if rest.is_empty() {
                return Some(0);
            }
            rest.strip_prefix('-')?.parse::<u16>().ok().filter(|nth| *nth > 1).map(|nth| nth - 1)
        };
        Ok(match text {
            "pre-action" => Stage::PreAction,
            "action" => Stage::Action,
            "merge" => Stage::Merge,
            "sync" => Stage::Sync,
            "health" => Stage::Health,
            "post-action" => Stage::PostAction,
            "rollback" => Stage::Rollback,
            "rollback-merge" => Stage::RollbackMerge,
            "rollback-sync" => Stage::RollbackSync,
            "rollback-health" => Stage::RollbackHealth,
            _ => numbered("approval")
                .map(Stage::Approval)
                .or_else(|| numbered("override").map(Stage::Override))
                .or_else(|| numbered("on-start").map(Stage::OnStart))
                .or_else(|| numbered("on-success").map(Stage::OnSuccess))
                .or_else(|| numbered("on-failure").map(Stage::OnFailure))
                .ok_or(())?,
        })
    }
}

/// The identity of an effect. No two effects of a release have the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EffectId {
    /// The attempt of the release, from 1.
    pub attempt: u16,
    pub place: Place,
    pub stage: Stage,
    /// How often this stage has run in this attempt, from 1. Retries of the workflow and of the environment count.
    pub time: u16,
}

impl EffectId {
    /// `RELEASE/ATTEMPT/ENVIRONMENT/APPLICATION/STAGE`, with `-` if there is no environment or application, and
    /// `STAGE.N` from the second time on. If several applications of an environment have the same name (in different
    /// namespaces or runtimes), the second one is `NAME+2`. `release` is `PRODUCT/ID`, because the id of a release is
    /// unique only within its product; releases that older versions started have the id alone.
    pub fn text(&self, release: &str, plan: &Plan, names: &Names) -> String {
        let (environment, application) = place_text(self.place, plan, names);
        let time = if self.time > 1 { format!(".{}", self.time) } else { String::new() };
        format!("{release}/{}/{environment}/{application}/{}{time}", self.attempt, self.stage)
    }
}

impl Plan {
    /// The effect that a text of [`EffectId::text`] stands for.
    pub fn effect_id(&self, names: &Names, text: &str) -> Option<EffectId> {
        // From the right, because the name of a release contains a slash, or none in older releases.
        let mut parts = text.rsplitn(5, '/');
        let (last, application, environment, attempt) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        parts.next()?;
        let (stage, time) = last.split_once('.').unwrap_or((last, "1"));
        let id = |place| {
            Some(EffectId {
                attempt: attempt.parse().ok()?,
                place,
                stage: stage.parse().ok()?,
                time: time.parse().ok()?,
            })
        };
        let places = std::iter::once(Place::Release)
            .chain(self.environments.ids().map(Place::Environment))
            .chain(self.applications.ids().map(Place::Application));
        let wanted = (environment, application);
        for place in places {
            let (environment, application) = place_text(place, self, names);
            if wanted == (&*environment, &*application) {
                return id(place);
            }
        }
        None
    }
}

fn place_text(place: Place, plan: &Plan, names: &Names) -> (String, String) {
    let name = |list: &[String], index: usize| list.get(index).cloned().unwrap_or_default();
    let dash = || "-".to_string();
    match place {
        Place::Release => (dash(), dash()),
        Place::Environment(id) => (name(&names.environments, id.index()), dash()),
        Place::Application(id) => {
            let Some(application) = plan.applications.find(id) else { return (dash(), dash()) };
            let own = name(&names.applications, id.index());
            let before = plan.applications.iter().take(id.index()).filter(|(other, plan)| {
                plan.environment == application.environment && names.applications.get(other.index()) == Some(&own)
            });
            let text = match before.count() {
                0 => own,
                n => format!("{own}+{}", n + 1),
            };
            (name(&names.environments, application.environment.index()), text)
        }
    }
}
