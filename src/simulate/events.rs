//! What happened in a simulation, with the names and words that are shown.
//!
//! Must not know JSON, HTML or a terminal: these take the events from here.

use std::fmt;

use super::{Simulation, TimelineEntry, TimelineEvent};
use crate::release::{Act, EffectId, EnvironmentPlanId, Outcome, Place, Report, Stage};
use crate::syntax::ast::Action;
use crate::syntax::literal::Instant;

/// An event in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedEvent<'a> {
    pub at: Instant,
    pub kind: DescribedKind,
    /// `None` for an event of the release itself.
    pub environment: Option<&'a str>,
    /// `None` for an event of the release or an environment.
    pub application: Option<&'a str>,
    /// The workflow that runs, if one does.
    pub workflow: Option<&'a str>,
    /// What the kind leaves open, in words: a status, an instant, a stage, the people asked.
    pub detail: Option<String>,
}

/// The kind of an event. `Display` prints its word: `started`, `pull-request-failed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DescribedKind {
    /// The release has the status in `detail`.
    Release,
    /// The environment has the status in `detail`.
    Environment,
    /// Stage 4 of the environment begins.
    Started,
    /// The release bakes.
    Baking,
    /// The environment soaks.
    Soaking,
    /// The environment waits for its windows.
    WindowAwaited,
    /// The environment continues after a failure.
    EnvironmentRetrying,
    /// The environment waits for the end of an older release.
    OlderAwaited,
    /// The environment is rolled back.
    RollingBack,
    /// The release is terminated because of a newer one.
    Superseded,
    /// An application that was healthy has lost its health.
    HealthLost,
    /// The environment waits for its dependencies again, because one was lost.
    DependencyLost,
    /// Someone terminates the release.
    Terminate,
    /// Someone retries the release.
    Retry,
    /// An effect has started or ended.
    Effect(EffectNoun, EffectPhase),
}

/// What an effect performs or waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the word of its name")]
pub enum EffectNoun {
    Approval,
    /// Of a window.
    Override,
    Workflow,
    Commit,
    PullRequest,
    Merge,
    Sync,
    Health,
}

/// How far an effect is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectPhase {
    Started,
    Ended(Outcome),
    /// It was canceled.
    Cancelled,
    /// A try has failed, and another one follows.
    Retrying,
}

impl DescribedKind {
    /// Whether something went wrong, or someone intervened.
    pub fn is_problem(self) -> bool {
        match self {
            DescribedKind::RollingBack
            | DescribedKind::Superseded
            | DescribedKind::HealthLost
            | DescribedKind::DependencyLost
            | DescribedKind::Terminate
            | DescribedKind::Retry => true,
            DescribedKind::Effect(_, phase) => phase == EffectPhase::Ended(Outcome::Failed),
            DescribedKind::Release
            | DescribedKind::Environment
            | DescribedKind::Started
            | DescribedKind::Baking
            | DescribedKind::Soaking
            | DescribedKind::WindowAwaited
            | DescribedKind::EnvironmentRetrying
            | DescribedKind::OlderAwaited => false,
        }
    }
}

impl fmt::Display for DescribedKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DescribedKind::Release => "release",
            DescribedKind::Environment => "environment",
            DescribedKind::Started => "started",
            DescribedKind::Baking => "baking",
            DescribedKind::Soaking => "soaking",
            DescribedKind::WindowAwaited => "window-awaited",
            DescribedKind::EnvironmentRetrying => "environment-retrying",
            DescribedKind::OlderAwaited => "older-awaited",
            DescribedKind::RollingBack => "rolling-back",
            DescribedKind::Superseded => "superseded",
            DescribedKind::HealthLost => "health-lost",
            DescribedKind::DependencyLost => "dependency-lost",
            DescribedKind::Terminate => "terminate",
            DescribedKind::Retry => "retry",
            DescribedKind::Effect(noun, phase) => return write!(f, "{}-{}", noun.as_str(), phase.as_str()),
        })
    }
}

impl EffectNoun {
    fn as_str(self) -> &'static str {
        match self {
            EffectNoun::Approval => "approval",
            EffectNoun::Override => "override",
            EffectNoun::Workflow => "workflow",
            EffectNoun::Commit => "commit",
            EffectNoun::PullRequest => "pull-request",
            EffectNoun::Merge => "merge",
            EffectNoun::Sync => "sync",
            EffectNoun::Health => "health",
        }
    }
}

impl EffectPhase {
    fn as_str(self) -> &'static str {
        match self {
            EffectPhase::Started => "started",
            EffectPhase::Ended(Outcome::Succeeded) => "succeeded",
            EffectPhase::Ended(Outcome::Unchanged) => "unchanged",
            EffectPhase::Ended(Outcome::Failed) => "failed",
            EffectPhase::Ended(Outcome::Stopped) => "stopped",
            EffectPhase::Ended(Outcome::Superseded) => "superseded",
            EffectPhase::Cancelled => "cancelled",
            EffectPhase::Retrying => "retrying",
        }
    }
}

impl DescribedEvent<'_> {
    fn new(at: Instant, kind: DescribedKind) -> Self {
        DescribedEvent { at, kind, environment: None, application: None, workflow: None, detail: None }
    }
}

impl Simulation {
    /// Everything that happened, in order and in words.
    pub fn events(&self) -> impl ExactSizeIterator<Item = DescribedEvent<'_>> {
        self.entries.iter().enumerate().map(|(nth, entry)| self.event(nth, entry))
    }

    fn event(&self, nth: usize, &TimelineEntry { at, what }: &TimelineEntry) -> DescribedEvent<'_> {
        match what {
            TimelineEvent::Asked(id, act) => self.effect(at, id, EffectPhase::Started, self.act_detail(id, act)),
            TimelineEvent::Ended(id, outcome) => self.effect(at, id, EffectPhase::Ended(outcome), self.detail(id)),
            TimelineEvent::Cancelled(id) => self.effect(at, id, EffectPhase::Cancelled, self.detail(id)),
            TimelineEvent::Reported(report) => self.report(nth, at, report),
            TimelineEvent::HealthLoss(id, loss) => {
                let environment = self.plan.applications.find(id).map(|application| application.environment);
                DescribedEvent {
                    environment: environment.map(|id| self.names.environment(id)),
                    application: Some(self.names.application(id)),
                    detail: Some(loss.as_str().to_owned()),
                    ..DescribedEvent::new(at, DescribedKind::HealthLost)
                }
            }
            TimelineEvent::DependencyLost(id) => DescribedEvent {
                environment: Some(self.names.environment(id)),
                ..DescribedEvent::new(at, DescribedKind::DependencyLost)
            },
            TimelineEvent::Terminate => DescribedEvent::new(at, DescribedKind::Terminate),
            TimelineEvent::Retry => DescribedEvent::new(at, DescribedKind::Retry),
        }
    }

    fn effect(&self, at: Instant, id: EffectId, phase: EffectPhase, detail: Option<String>) -> DescribedEvent<'_> {
        let environment = self.plan.environment_of(id.place);
        let noun = match id.stage {
            Stage::Approval(_) => EffectNoun::Approval,
            Stage::Override(_) => EffectNoun::Override,
            Stage::Rollback if self.plan.call_of(id).is_some() => EffectNoun::Workflow,
            Stage::Action | Stage::Rollback if environment.is_some_and(|id| self.opens_pull_requests(id)) => {
                EffectNoun::PullRequest
            }
            Stage::Action | Stage::Rollback => EffectNoun::Commit,
            Stage::Merge | Stage::RollbackMerge => EffectNoun::Merge,
            Stage::Sync | Stage::RollbackSync => EffectNoun::Sync,
            Stage::Health | Stage::RollbackHealth => EffectNoun::Health,
            _ => EffectNoun::Workflow,
        };
        let call = self.plan.call_of(id);
        DescribedEvent {
            environment: environment.map(|id| self.names.environment(id)),
            application: self.application_of(id),
            workflow: call.map(|call| self.names.workflow(call)),
            detail,
            ..DescribedEvent::new(at, DescribedKind::Effect(noun, phase))
        }
    }

    fn report(&self, nth: usize, now: Instant, report: Report) -> DescribedEvent<'_> {
        let until = |at: Instant| Some(format!("until {at}"));
        let (kind, detail) = match report {
            Report::Release(status) => (DescribedKind::Release, Some(status.as_str().to_owned())),
            Report::Environment(_, status) => (DescribedKind::Environment, Some(status.as_str().to_owned())),
            Report::Started(_) => (DescribedKind::Started, None),
            Report::Baking(at) => (DescribedKind::Baking, until(at)),
            Report::Soaking(_, at) => (DescribedKind::Soaking, until(at)),
            Report::AwaitingWindow(id, at) => {
                let words = self.window_words(nth, id, now, at);
                let until = at.map(|at| format!("until {at}: ")).unwrap_or_default();
                (DescribedKind::WindowAwaited, Some(format!("{until}{words}")))
            }
            Report::RetryingEnvironment(_, at) => (DescribedKind::EnvironmentRetrying, Some(format!("at {at}"))),
            Report::AwaitingOlder(_) => (DescribedKind::OlderAwaited, None),
            Report::RollingBack(_) => (DescribedKind::RollingBack, None),
            Report::Superseded(_) => (DescribedKind::Superseded, None),
            Report::RetryingWorkflow(id, at) => {
                return self.effect(now, id, EffectPhase::Retrying, Some(format!("at {at}")));
            }
        };
        let environment = report.environment().map(|id| self.names.environment(id));
        DescribedEvent { environment, detail, ..DescribedEvent::new(now, kind) }
    }

    fn act_detail(&self, id: EffectId, act: Act) -> Option<String> {
        let environment = self.plan.environment_of(id.place);
        match act {
            Act::AskApproval(nth) => Some(self.names.approvers(&self.plan, environment?, nth)),
            _ => self.detail(id),
        }
    }

    /// The window and who may override it.
    fn override_words(&self, id: EffectId, nth: u16) -> Option<String> {
        let environment = self.plan.environment_of(id.place)?;
        let window = self.plan.environments[environment].overrides.get(usize::from(nth))?.window;
        let name = self.names.windows.get(window.index()).map_or("", String::as_str);
        Some(format!("{name}, {}", self.names.overriders(&self.plan, environment, nth)))
    }

    /// The stage of a workflow, the window of an override, or that this is a rollback; with the count from the second time on.
    fn detail(&self, id: EffectId) -> Option<String> {
        let stage = match id.stage {
            Stage::Rollback | Stage::RollbackMerge | Stage::RollbackSync | Stage::RollbackHealth => {
                Some("rollback".to_owned())
            }
            Stage::Override(nth) => self.override_words(id, nth),
            stage => self.plan.call_of(id).map(|_| stage.to_string()),
        };
        match (stage, id.time) {
            (stage, 0 | 1) => stage,
            (Some(stage), time) => Some(format!("{stage}, time {time}")),
            (None, time) => Some(format!("time {time}")),
        }
    }

    pub(super) fn application_of(&self, id: EffectId) -> Option<&str> {
        match id.place {
            Place::Application(application) => Some(self.names.application(application)),
            Place::Release | Place::Environment(_) => None,
        }
    }

    fn opens_pull_requests(&self, id: EnvironmentPlanId) -> bool {
        self.plan.environments[id].action == Action::PullRequest
    }
}
