//! A run in words: what happened, and what followed.

use super::choice::NextEvent;
use super::explore::Refuted;
use super::single::SingleRelease;
use super::{Refutation, scenario};
use crate::program::{FlowId, ProductId, Program};
use crate::release::{Alarm, Effect, EffectId, EnvironmentPlanId, Names, Outcome, Place, Plan, Stage, describe};
use crate::syntax::ast::Action;

/// A step of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// What happens.
    pub what: String,
    /// The statuses that change.
    pub then: Vec<String>,
}

/// A refutation in words.
pub(super) fn tell(
    program: &Program,
    of: (ProductId, FlowId),
    model: &SingleRelease<'_>,
    refuted: &Refuted<NextEvent>,
) -> Refutation {
    let words = Words { plan: model.plan(), names: model.names() };
    let steps = model.replay(&refuted.run);
    let run =
        steps.iter().map(|(choice, effects)| Telling { what: words.choice(*choice), then: words.effects(effects) });
    Refutation {
        what: refuted.breach.what.clone(),
        failures: refuted.failures,
        run: run.collect(),
        other_run: false,
        scenario: scenario::write(program, of, model, refuted),
    }
}

/// The words of a plan.
pub(super) struct Words<'a> {
    pub plan: &'a Plan,
    pub names: &'a Names,
}

impl Words<'_> {
    pub(super) fn environment(&self, id: EnvironmentPlanId) -> String {
        format!("`{}`", self.names.environment(id))
    }

    /// `in qa`, with the application if there are several.
    fn place(&self, id: EffectId) -> String {
        let Some(environment) = self.plan.environment_of(id.place) else { return "of the release".to_owned() };
        match id.place {
            Place::Application(application) if self.plan.environments[environment].applications.len() > 1 => {
                format!("of `{}` in {}", self.names.application(application), self.environment(environment))
            }
            _ => format!("in {}", self.environment(environment)),
        }
    }

    /// An effect as the subject of a sentence.
    fn subject(&self, id: EffectId) -> String {
        let place = self.place(id);
        if let Some(call) = self.plan.call_of(id) {
            return format!("`{}` ({}) {place}", self.names.workflow(call), id.stage);
        }
        let environment = self.plan.environment_of(id.place);
        let opens = environment.is_some_and(|id| self.plan.environments[id].action == Action::PullRequest);
        let back = if id.stage.is_rollback() { "rollback " } else { "" };
        match id.stage {
            Stage::Approval(nth) => {
                let who = environment.and_then(|id| self.names.approvals.get(id.index())?.get(usize::from(nth)));
                format!("the approval by `{}` {place}", who.map_or("", String::as_str))
            }
            Stage::Action | Stage::Rollback if opens => format!("the opening of the {back}pull request {place}"),
            Stage::Action | Stage::Rollback => format!("the {back}commit {place}"),
            Stage::Merge | Stage::RollbackMerge => format!("the {back}pull request {place}"),
            Stage::Sync => format!("the sync {place}"),
            Stage::RollbackSync => format!("the sync after the rollback {place}"),
            Stage::RollbackHealth => format!("the health check after the rollback {place}"),
            _ => format!("the health check {place}"),
        }
    }

    pub(super) fn choice(&self, choice: NextEvent) -> String {
        match choice {
            NextEvent::Begin => "the release begins".to_owned(),
            NextEvent::Terminate => "someone terminates the release".to_owned(),
            NextEvent::Retry => "someone retries the release".to_owned(),
            NextEvent::HealthLoss(id, loss) => {
                format!("`{}` becomes {}", self.names.application(id), describe::health_loss(loss))
            }
            NextEvent::Outcome(id, outcome) => format!("{} {}", self.subject(id), ended(id, outcome)),
            NextEvent::Ring(alarm) => self.alarm(alarm),
        }
    }

    fn alarm(&self, alarm: Alarm) -> String {
        match alarm {
            Alarm::Bake => "the bake ends".to_owned(),
            Alarm::Soak(id) => format!("the soak of {} ends", self.environment(id)),
            Alarm::Window(id) => format!("the windows of {} are open", self.environment(id)),
            Alarm::Retry(id) => format!("{} continues after its failure", self.environment(id)),
            Alarm::NextTry(id) => format!("{} is retried", self.subject(id)),
            Alarm::WorkflowTimeout(id) => format!("{} takes longer than its timeout", self.subject(id)),
            Alarm::StopTimeout(id) => format!("{} does not stop", self.subject(id)),
            Alarm::Timeout(id) => format!("{} takes longer than its timeout", self.environment(id)),
            Alarm::ReleaseTimeout => "the release takes longer than its timeout".to_owned(),
        }
    }

    /// The changes of environments and of the release.
    pub(super) fn effects(&self, effects: &[Effect]) -> Vec<String> {
        let reported = |effect: &Effect| match effect {
            Effect::Report(report) => self.names.report(*report),
            Effect::Do { .. } | Effect::Cancel(_) => None,
        };
        effects.iter().filter_map(reported).collect()
    }
}

fn ended(id: EffectId, outcome: Outcome) -> &'static str {
    match (id.stage, outcome) {
        (Stage::Approval(_), Outcome::Succeeded) => "is given",
        (Stage::Approval(_), _) => "is denied",
        (Stage::Merge | Stage::RollbackMerge, Outcome::Succeeded) => "is merged",
        (Stage::Merge | Stage::RollbackMerge, _) => "is closed",
        (_, Outcome::Succeeded) => "succeeds",
        (_, Outcome::Unchanged) => "would change nothing",
        (_, Outcome::Failed) => "fails",
        (_, Outcome::Stopped) => "is stopped",
        (_, Outcome::Superseded) => "finds different values",
    }
}
