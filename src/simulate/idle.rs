//! The `given`s of a scenario that had no effect. Without the reason, a failed expectation would be hard to explain.
//!
//! Must not know how the world answers: what was asked, and what happened, is in the entries of the releases.

use super::{Played, Simulation, TimelineEvent};
use crate::program::{EnvironmentId, Program, WorkflowId};
use crate::release::{Act, EffectId, EnvironmentPlanId, HealthLoss, Outcome, Plan, Stage, describe};
use crate::source::Span;
use crate::syntax::ast::{Given, GivenKind, Ident};
use crate::syntax::literal::{Instant, Seconds};

/// A `given` that had no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idle {
    /// Why it had none.
    pub message: String,
    pub span: Span,
}

impl Played {
    /// The `given`s of this scenario that had no effect, in order.
    pub fn idle(&self, program: &Program, givens: &[Given]) -> Vec<Idle> {
        let idle = |given: &Given| {
            let mut releases: Vec<&Simulation> = self.releases.iter().collect();
            let of = given.of.map_or(0, |of| (of.value as usize).saturating_sub(1));
            if given.of.is_some() || matches!(given.kind, GivenKind::Terminate(_) | GivenKind::Retry(_)) {
                releases = releases.get(of).copied().into_iter().collect();
            }
            // Operators count from the first release.
            let first = self.releases.first()?.arrived;
            let message = GivenScope { program, releases, first }.idle(&given.kind)?;
            Some(Idle { message, span: given.span })
        };
        givens.iter().filter_map(idle).collect()
    }
}

/// The releases that a `given` applies to.
struct GivenScope<'a> {
    program: &'a Program,
    releases: Vec<&'a Simulation>,
    first: Instant,
}

impl GivenScope<'_> {
    fn idle(&self, given: &GivenKind) -> Option<String> {
        match given {
            GivenKind::Version(..) => None,
            GivenKind::Takes(workflow, within, _) | GivenKind::Fails(workflow, within, _) => {
                let id = self.program.workflow(&workflow.value).ok()?;
                let place = within.as_ref().map(|name| format!(" in `{}`", name.value)).unwrap_or_default();
                let ran = self.releases.iter().any(|release| release.ran(id, self.within(within.as_ref()).as_deref()));
                (!ran).then(|| format!("`{}` never ran{place}", workflow.value))
            }
            GivenKind::Becomes(name, health, after) if HealthLoss::parse(&health.value).is_some() => {
                self.unnoticed_loss(name, &health.value, after.map_or(Seconds(0), |after| after.value))
            }
            GivenKind::Becomes(name, ..) => {
                let word = format!("`{}` never waited for health", name.value);
                self.unasked(name, |id| id.stage == Stage::Health, word)
            }
            GivenKind::Merges(name, _) | GivenKind::Closed(name, _) | GivenKind::NeverMerges(name) => {
                let word = format!("no pull request was opened in `{}`", name.value);
                self.unasked(name, |id| id.stage == Stage::Merge, word)
            }
            GivenKind::ApprovalTakes(name, _) | GivenKind::Denied(name) => {
                let word = format!("no approval was requested in `{}`", name.value);
                self.unasked(name, |id| matches!(id.stage, Stage::Approval(_)), word)
            }
            GivenKind::RollbackTakes(name, _) | GivenKind::RollbackFails(name) => {
                let word = format!("`{}` was never rolled back", name.value);
                self.unasked(name, |id| matches!(id.stage, Stage::Rollback | Stage::RollbackMerge), word)
            }
            GivenKind::Terminate(after) => self.unheard(TimelineEvent::Terminate, after.value),
            GivenKind::Retry(after) => self.unheard(TimelineEvent::Retry, after.value),
        }
    }

    fn within(&self, name: Option<&Ident>) -> Option<Vec<EnvironmentId>> {
        name.and_then(|name| self.program.targets(&name.value))
    }

    /// Returns the message if no such effect was requested there.
    fn unasked(&self, name: &Ident, is: impl Fn(EffectId) -> bool, word: String) -> Option<String> {
        let within = self.within(Some(name))?;
        let asked = |release: &&Simulation| {
            release.entries.iter().any(
                |entry| matches!(entry.what, TimelineEvent::Asked(id, _) if is(id) && release.is_in(id, Some(&within))),
            )
        };
        (!self.releases.iter().any(asked)).then_some(word)
    }

    /// A loss of health that came too late, or in an environment that did not get so far.
    fn unnoticed_loss(&self, name: &Ident, word: &str, after: Seconds) -> Option<String> {
        let within = self.within(Some(name))?;
        if self.releases.iter().any(|release| release.lost_health(&within)) {
            return None;
        }
        let late = self.releases.iter().find_map(|release| {
            let at = release.acted(&within)?.after(after);
            let why = match release.state.ended().filter(|ended| *ended <= at) {
                Some(ended) => format!("the release ended at {}", describe::instant(ended)),
                None => "its health did not count then".to_owned(),
            };
            Some(format!("`{}` would be {word} from {}, but {why}", name.value, describe::instant(at)))
        });
        Some(late.unwrap_or_else(|| format!("no release got that far in `{}`", name.value)))
    }

    /// A request of an operator to a release that could not receive it.
    fn unheard(&self, what: TimelineEvent, after: Seconds) -> Option<String> {
        let release = self.releases.first()?;
        if release.entries.iter().any(|entry| entry.what == what) {
            return None;
        }
        let at = self.first.after(after);
        let ended = release.state.ended().filter(|ended| *ended <= at);
        Some(match ended {
            Some(ended) => {
                format!("the release ended at {}, before {}", describe::instant(ended), describe::instant(at))
            }
            None => format!("the release had not ended by {}", describe::instant(at)),
        })
    }
}

impl Simulation {
    fn is_in(&self, id: EffectId, within: Option<&[EnvironmentId]>) -> bool {
        within.is_none_or(|within| self.plan.environment_of(id.place).is_some_and(|id| self.is_one_of(id, within)))
    }

    fn is_one_of(&self, id: EnvironmentPlanId, within: &[EnvironmentId]) -> bool {
        self.plan.environments.find(id).is_some_and(|plan| within.contains(&plan.environment))
    }

    fn ran(&self, workflow: WorkflowId, within: Option<&[EnvironmentId]>) -> bool {
        self.entries.iter().any(|entry| match entry.what {
            TimelineEvent::Asked(id, Act::Workflow(call)) => {
                let is = self.plan.calls.find(call).is_some_and(|call| call.workflow == workflow);
                is && self.is_in(id, within)
            }
            _ => false,
        })
    }

    /// Whether health was lost in these environments, or never reached.
    fn lost_health(&self, within: &[EnvironmentId]) -> bool {
        self.entries.iter().any(|entry| match entry.what {
            TimelineEvent::HealthLoss(id, _) => {
                self.plan.applications.find(id).is_some_and(|it| self.is_one_of(it.environment, within))
            }
            TimelineEvent::Ended(id, Outcome::Failed) => id.stage == Stage::Health && self.is_in(id, Some(within)),
            _ => false,
        })
    }

    /// From when health counts in these environments: from the last action there, in the trigger from the start of the
    /// release.
    fn acted(&self, within: &[EnvironmentId]) -> Option<Instant> {
        if self.plan.environments.ids().any(|id| Plan::is_trigger(id) && self.is_one_of(id, within)) {
            return Some(self.start());
        }
        let counts = |what: TimelineEvent| match what {
            TimelineEvent::Asked(id, Act::AwaitSync) => id.stage == Stage::Sync && self.is_in(id, Some(within)),
            _ => false,
        };
        self.entries.iter().rfind(|entry| counts(entry.what)).map(|entry| entry.at)
    }
}
