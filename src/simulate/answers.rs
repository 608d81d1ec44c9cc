//! The answers of the world to one release: how long things take, and how they end.
//!
//! Without a `given`, a workflow takes the middle of its `takes` and succeeds, applications are healthy at once, and
//! approvals and merges come at once.

use std::collections::BTreeMap;

use super::scenario::{AnswerKind, PullRequest, Script};
use crate::program::{EnvironmentId, Program, WorkflowId};
use crate::release::{CallId, EffectId, EnvironmentPlanId, HealthLoss, Outcome, Plan};
use crate::syntax::literal::{Instant, Seconds};

/// The answers to one release, and what has been used up.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    calls: Vec<CallAnswer>,
    places: Vec<PlannedFailures>,
    environments: Vec<EnvironmentAnswers>,
}

/// A workflow at one place.
#[derive(Clone, Copy, Debug)]
struct CallAnswer {
    takes: Seconds,
    place: usize,
}

/// A workflow in one environment. All its tries there share a count, across applications.
#[derive(Clone, Copy, Debug)]
struct PlannedFailures {
    /// How many more tries fail; `None`: all.
    fails: Option<u32>,
}

/// The answers for one environment.
#[derive(Clone, Copy, Debug)]
struct EnvironmentAnswers {
    healthy: Seconds,
    loss: Option<(Seconds, HealthLoss)>,
    pull_request: PullRequest,
    approval: Seconds,
    denied: bool,
    rollback: Option<Seconds>,
    rollback_fails: bool,
    /// From when health counts: from the last action, or in the trigger from the start of the release.
    since: Option<Instant>,
    progress: LossProgress,
}

/// How far the loss of health of an environment is. A loss that nobody noticed, such as one while the release had ended,
/// has not struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LossProgress {
    /// There has been no action.
    Idle,
    /// It will be lost at this instant.
    Ahead(Instant),
    /// It is lost, and nothing has failed because of it.
    Unnoticed,
    /// It made something fail, at that instant of an attempt. A retry finds the environment healthy.
    Struck(Instant, u16),
}

impl Answers {
    pub(super) fn new(program: &Program, plan: &Plan, script: &Script, release: usize) -> Answers {
        let homes = homes(plan);
        let mut places: BTreeMap<(Option<EnvironmentId>, WorkflowId), usize> = BTreeMap::new();
        let mut answers = Answers { calls: Vec::new(), places: Vec::new(), environments: Vec::new() };
        let mut named = Vec::new();
        for (id, call) in plan.calls.iter() {
            let home = homes.get(id.index()).copied().flatten();
            let next = places.len();
            let place = *places.entry((home, call.workflow)).or_insert(next);
            if place == next {
                answers.places.push(PlannedFailures { fails: Some(0) });
            }
            answers.calls.push(CallAnswer { takes: middle(program.workflows[call.workflow].takes()), place });
            named.push((call.workflow, home));
        }
        for _ in plan.environments.ids() {
            answers.environments.push(EnvironmentAnswers::silent());
        }
        for told in script.givens.iter().filter(|told| told.is_of(release)) {
            let meant = |workflow: WorkflowId, (other, home): (WorkflowId, Option<EnvironmentId>)| {
                workflow == other && told.is_in(home)
            };
            match told.what {
                AnswerKind::Takes(workflow, takes) => {
                    for (call, _) in answers.calls.iter_mut().zip(&named).filter(|(_, named)| meant(workflow, **named))
                    {
                        call.takes = takes;
                    }
                }
                AnswerKind::Fails(workflow, fails) => {
                    for (call, _) in answers.calls.iter().zip(&named).filter(|(_, named)| meant(workflow, **named)) {
                        if let Some(place) = answers.places.get_mut(call.place) {
                            place.fails = fails;
                        }
                    }
                }
                _ => {
                    for (here, environment) in answers.environments.iter_mut().zip(plan.environments.values()) {
                        if told.is_in(Some(environment.environment)) {
                            here.tell(&told.what);
                        }
                    }
                }
            }
        }
        answers
    }

    /// How long the next try of a workflow takes, and how it ends.
    pub(super) fn workflow(&mut self, call: CallId) -> (Seconds, Outcome) {
        let Some(&CallAnswer { takes, place }) = self.calls.get(call.index()) else {
            return (Seconds(0), Outcome::Succeeded);
        };
        let outcome = match self.places.get_mut(place).map(|place| &mut place.fails) {
            Some(None) => Outcome::Failed,
            Some(Some(left)) if *left > 0 => {
                *left -= 1;
                Outcome::Failed
            }
            _ => Outcome::Succeeded,
        };
        (takes, outcome)
    }

    /// How long an approval takes, and whether it is given.
    pub(super) fn approval(&self, id: EnvironmentPlanId) -> (Seconds, Outcome) {
        let here = self.here(id);
        (here.approval, if here.denied { Outcome::Failed } else { Outcome::Succeeded })
    }

    /// When a pull request is merged or closed; `None`: it stays open.
    pub(super) fn pull_request(&self, id: EnvironmentPlanId) -> Option<(Seconds, Outcome)> {
        match self.here(id).pull_request {
            PullRequest::Merges(after) => Some((after, Outcome::Succeeded)),
            PullRequest::Closed(after) => Some((after, Outcome::Failed)),
            PullRequest::Never => None,
        }
    }

    /// How long a rollback takes, and whether it succeeds. The argument is the answer without a scenario.
    pub(super) fn rollback(&self, id: EnvironmentPlanId, (takes, outcome): (Seconds, Outcome)) -> (Seconds, Outcome) {
        let here = self.here(id);
        (here.rollback.unwrap_or(takes), if here.rollback_fails { Outcome::Failed } else { outcome })
    }

    /// Notes that the action is done, or in the trigger that the release has started. Health counts from here. Returns
    /// when it will be lost, unless that has already struck.
    pub(super) fn acted(&mut self, id: EnvironmentPlanId, now: Instant) -> Option<(Instant, HealthLoss)> {
        let here = self.environments.get_mut(id.index())?;
        here.since = Some(now);
        let (after, _) = here.loss?;
        here.lose_at(now.after(after))
    }

    /// Notes that the next attempt begins without an action in this environment. Returns when health will be lost, if
    /// it was to be lost earlier and nobody noticed.
    pub(super) fn retried(&mut self, id: EnvironmentPlanId, now: Instant) -> Option<(Instant, HealthLoss)> {
        let here = self.environments.get_mut(id.index())?;
        if here.progress == LossProgress::Unnoticed { here.lose_at(now) } else { None }
    }

    /// Notes that health is lost. Returns whether this is so: a later action may have postponed it.
    pub(super) fn lost(&mut self, id: EnvironmentPlanId, now: Instant) -> bool {
        let here = self.environments.get_mut(id.index());
        let here = here.filter(|here| here.progress == LossProgress::Ahead(now));
        here.map(|here| here.progress = LossProgress::Unnoticed).is_some()
    }

    /// Notes that something has failed because health was lost.
    pub(super) fn struck(&mut self, id: EnvironmentPlanId, now: Instant, attempt: u16) {
        if let Some(here) = self.environments.get_mut(id.index()) {
            here.progress = LossProgress::Struck(now, attempt);
        }
    }

    /// When a wait for health ends, and how. `None`: health is lost first.
    pub(super) fn health(&mut self, id: EnvironmentPlanId, wait: EffectId, now: Instant) -> Option<(Instant, Outcome)> {
        let here = self.environments.get_mut(id.index())?;
        let healthy = here.since.unwrap_or(now).after(here.healthy).max(now);
        match here.progress {
            LossProgress::Ahead(loss) if loss <= healthy => None,
            LossProgress::Unnoticed => {
                here.progress = LossProgress::Struck(now, wait.attempt);
                Some((now, Outcome::Failed))
            }
            // The other applications of the environment, if this is not their retry.
            LossProgress::Struck(at, attempt) if at == now && attempt == wait.attempt && wait.time == 1 => {
                Some((now, Outcome::Failed))
            }
            LossProgress::Idle | LossProgress::Ahead(_) | LossProgress::Struck(..) => {
                Some((healthy, Outcome::Succeeded))
            }
        }
    }

    fn here(&self, id: EnvironmentPlanId) -> EnvironmentAnswers {
        self.environments.get(id.index()).copied().unwrap_or(EnvironmentAnswers::silent())
    }
}

impl EnvironmentAnswers {
    fn silent() -> EnvironmentAnswers {
        EnvironmentAnswers {
            healthy: Seconds(0),
            loss: None,
            pull_request: PullRequest::Merges(Seconds(0)),
            approval: Seconds(0),
            denied: false,
            rollback: None,
            rollback_fails: false,
            since: None,
            progress: LossProgress::Idle,
        }
    }

    /// Its health will be lost at this instant, once in a release.
    fn lose_at(&mut self, at: Instant) -> Option<(Instant, HealthLoss)> {
        let (_, loss) = self.loss?;
        if matches!(self.progress, LossProgress::Struck(..)) {
            return None;
        }
        self.progress = LossProgress::Ahead(at);
        Some((at, loss))
    }

    fn tell(&mut self, what: &AnswerKind) {
        match *what {
            AnswerKind::Healthy(after) => self.healthy = after,
            AnswerKind::Degraded(after) => self.loss = Some((after, HealthLoss::Degraded)),
            AnswerKind::OutOfSync(after) => self.loss = Some((after, HealthLoss::OutOfSync)),
            AnswerKind::PullRequest(pull_request) => self.pull_request = pull_request,
            AnswerKind::ApprovalTakes(after) => self.approval = after,
            AnswerKind::Denied => self.denied = true,
            AnswerKind::RollbackTakes(after) => self.rollback = Some(after),
            AnswerKind::RollbackFails => self.rollback_fails = true,
            AnswerKind::Version(_)
            | AnswerKind::Takes(..)
            | AnswerKind::Fails(..)
            | AnswerKind::Terminate(_)
            | AnswerKind::Retry(_) => {}
        }
    }
}

/// The middle of `takes`.
fn middle((least, most): (Seconds, Seconds)) -> Seconds {
    Seconds(least.0 + most.0.saturating_sub(least.0) / 2)
}

/// The environment of each call; `None` for a hook of the release.
fn homes(plan: &Plan) -> Vec<Option<EnvironmentId>> {
    let mut homes = vec![None; plan.calls.len()];
    for environment in plan.environments.values() {
        let hooks = &environment.hooks;
        let hooks = hooks.start.iter().chain(&hooks.success).chain(&hooks.failure).copied();
        let applications = environment.applications.iter().filter_map(|id| plan.applications.find(*id));
        let actions = applications.flat_map(|it| [it.pre_action, it.post_action, it.rollback_action]).flatten();
        for call in hooks.chain(actions) {
            if let Some(home) = homes.get_mut(call.index()) {
                *home = Some(environment.environment);
            }
        }
    }
    homes
}
