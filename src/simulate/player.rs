//! One release in the world of virtual time: the answers to its effects, the values that it brings, and its entries.

use std::collections::{BTreeMap, BTreeSet};

use super::agenda::{Agenda, AgendaItem};
use super::answers::Answers;
use super::scenario::{AnswerKind, Script, ScriptedAnswer};
use super::versions::{RunningValues, Versions};
use super::{TimelineEntry, TimelineEvent};
use crate::program::{EnvironmentId, Product, Program};
use crate::release::{
    Act, Effect, EffectId, EnvironmentPlanId, Event, EventKind, HealthLoss, Outcome, Place, Plan, Report, Stage, State,
    Status, ValueChange,
};
use crate::syntax::literal::{Instant, Seconds};

/// What a player may read and change during one event.
pub(super) struct Moment<'a> {
    pub now: Instant,
    /// The number of the player.
    pub nth: usize,
    pub state: &'a State,
    pub agenda: &'a mut Agenda,
    pub versions: &'a mut Versions,
}

/// One release.
pub(super) struct Player<'p> {
    pub plan: &'p Plan,
    pub product: &'p Product,
    pub entries: Vec<TimelineEntry>,
    /// When it arrives.
    pub at: Instant,
    /// What each environment of the product ran when this release began.
    pub before: BTreeMap<EnvironmentId, String>,
    /// What each environment of the product ran when this release had ended.
    pub versions: BTreeMap<EnvironmentId, String>,
    /// Its number in the script.
    number: usize,
    answers: Answers,
    values: RunningValues,
    /// What runs when it begins, by environment.
    given: Vec<(EnvironmentId, String)>,
    /// When operators terminate or retry it, each with the position of its statement.
    operators: Vec<(Instant, usize, AgendaItem)>,
    /// The environments whose action is done, with the attempt.
    acted: BTreeSet<(EnvironmentPlanId, u16)>,
    /// Waits for health whose end is not known yet.
    awaited: Vec<EffectId>,
    /// The environments that passed their dependencies and have not begun.
    at_gates: BTreeSet<EnvironmentPlanId>,
    succeeded: BTreeSet<EnvironmentPlanId>,
    /// Whether environments may be back at stage 1 since somebody last looked.
    may_be_back: bool,
    over: bool,
    begun: bool,
}

impl<'p> Player<'p> {
    /// One release of a script.
    pub(super) fn new(program: &'p Program, plan: &'p Plan, script: &Script, number: usize) -> Option<Player<'p>> {
        let part = script.releases.get(number)?;
        let first = script.releases.first()?.at;
        let product = &program.products[part.product];
        let mut given: Vec<(&ScriptedAnswer, &String)> = Vec::new();
        let mut operators = Vec::new();
        for (position, told) in script.givens.iter().enumerate() {
            match &told.what {
                AnswerKind::Version(version) if told.of == Some(number) => given.push((told, version)),
                AnswerKind::Terminate(after) if told.of.unwrap_or(0) == number => {
                    operators.push((first.after(*after), position, AgendaItem::Terminate));
                }
                AnswerKind::Retry(after) if told.of.unwrap_or(0) == number => {
                    operators.push((first.after(*after), position, AgendaItem::Retry));
                }
                _ => {}
            }
        }
        Some(Player {
            plan,
            product,
            entries: Vec::new(),
            at: part.at,
            before: BTreeMap::new(),
            versions: BTreeMap::new(),
            number,
            answers: Answers::new(program, plan, script, number),
            values: part.version.clone().map_or(RunningValues::Release(number), RunningValues::Version),
            given: given
                .into_iter()
                .flat_map(|(told, version)| told.within.iter().flatten().map(|id| (*id, version.clone())))
                .collect(),
            operators,
            acted: BTreeSet::new(),
            awaited: Vec::new(),
            at_gates: BTreeSet::new(),
            succeeded: BTreeSet::new(),
            may_be_back: false,
            over: false,
            begun: false,
        })
    }

    /// Adds its arrival and what operators do to the agenda.
    pub(super) fn announce(&self, nth: usize, agenda: &mut Agenda) {
        agenda.add(self.at, nth, 0, AgendaItem::Arrives);
        for (at, position, item) in &self.operators {
            agenda.add(*at, nth, *position, *item);
        }
    }

    /// Sets what runs when it begins.
    fn bring_given(&self, versions: &mut Versions) {
        for (environment, version) in &self.given {
            for (application, _) in self.product.applications_in(*environment) {
                versions.given(application, RunningValues::Version(version.clone()));
            }
        }
    }

    /// Whether the release cannot receive this: most events after its end, a retry before it.
    pub(super) fn is_deaf(&self, what: EventKind) -> bool {
        match what {
            EventKind::Retry { .. } => !self.over,
            _ => self.over,
        }
    }

    /// An environment loses its health. Waits for health fail; for the other applications the machine receives the
    /// loss.
    pub(super) fn lose_health(
        &mut self,
        id: EnvironmentPlanId,
        loss: HealthLoss,
        at: Instant,
        nth: usize,
        agenda: &mut Agenda,
    ) {
        if !self.answers.lost(id, at) {
            return;
        }
        let plan = self.plan;
        for (rank, application) in plan.environments[id].applications.iter().enumerate() {
            let place = Place::Application(*application);
            let item = match self.awaited.iter().position(|effect| effect.place == place) {
                Some(position) => {
                    let effect = self.awaited.remove(position);
                    self.answers.struck(id, at, effect.attempt);
                    AgendaItem::Outcome(effect, Outcome::Failed)
                }
                None => AgendaItem::Application(*application, loss),
            };
            agenda.add_now(at, nth, rank, item);
        }
    }

    /// Something happened to the release.
    pub(super) fn happened(&mut self, event: Event, moment: &mut Moment<'_>) {
        let what = match event.what {
            EventKind::Begin => return self.begin(moment),
            EventKind::Outcome(id, outcome) => {
                self.landed(id, outcome, moment.versions);
                TimelineEvent::Ended(id, outcome)
            }
            EventKind::HealthLoss(id, loss) => {
                // Otherwise nobody looked: the machine has ignored it.
                if !moment.state.is_awaited_again(id) {
                    return;
                }
                self.answers.struck(self.plan.applications[id].environment, moment.now, moment.state.attempt());
                TimelineEvent::HealthLoss(id, loss)
            }
            EventKind::Terminate => TimelineEvent::Terminate,
            EventKind::Retry { .. } => {
                self.over = moment.state.is_over();
                TimelineEvent::Retry
            }
            EventKind::Due | EventKind::Superseded(_) | EventKind::Blocked(_) | EventKind::Unblocked(_) => return,
        };
        self.entries.push(TimelineEntry { at: event.at, what });
    }

    /// Performs an effect of the release.
    pub(super) fn perform(&mut self, effect: Effect, moment: &mut Moment<'_>) {
        let what = match effect {
            Effect::Do { id, act } => {
                if matches!(act, Act::AskApproval(_)) {
                    self.passes_to_gates(self.plan.environment_of(id.place));
                }
                let rank = moment.state.rank(self.plan, id);
                match self.answer(id, act, moment) {
                    Some((at, outcome)) => moment.agenda.add(at, moment.nth, rank, AgendaItem::Outcome(id, outcome)),
                    None if id.stage == Stage::Health => self.awaited.push(id),
                    None => {}
                }
                TimelineEvent::Asked(id, act)
            }
            Effect::Cancel(id) => {
                let come = moment.agenda.cancel(moment.nth, id, moment.now);
                self.awaited.retain(|other| *other != id);
                // A canceled wait does not answer; everything else does. A pull request that was merged at this very
                // instant was merged (rule 17).
                if !id.stage.is_wait() {
                    let rank = moment.state.rank(self.plan, id);
                    let outcome = come.unwrap_or(Outcome::Stopped);
                    moment.agenda.add(moment.now, moment.nth, rank, AgendaItem::Outcome(id, outcome));
                }
                TimelineEvent::Cancelled(id)
            }
            Effect::Report(report) => {
                match report {
                    Report::Soaking(id, _) | Report::AwaitingWindow(id, _) | Report::AwaitingOlder(id) => {
                        self.passes_to_gates(Some(id));
                    }
                    Report::Started(id) => {
                        self.at_gates.remove(&id);
                        if self.begun {
                            self.strike(id, moment);
                        }
                    }
                    Report::Environment(id, Status::Succeeded) => _ = self.succeeded.insert(id),
                    Report::Environment(id, _) => self.may_be_back |= self.succeeded.remove(&id),
                    _ => {}
                }
                if let Report::Release(status) = report {
                    self.over = status.is_end();
                    if self.over {
                        self.look_at_versions(moment.versions);
                    }
                }
                TimelineEvent::Reported(report)
            }
        };
        self.entries.push(TimelineEntry { at: moment.now, what });
    }

    fn passes_to_gates(&mut self, id: Option<EnvironmentPlanId>) {
        self.at_gates.extend(id);
    }

    /// Notes the environments that are back at stage 1 (rule 1), which the machine does not report.
    pub(super) fn look_at_gates(&mut self, state: &State, now: Instant) {
        // After the end, the release waits for its retry, not for a dependency.
        if self.over {
            self.at_gates.clear();
        }
        if !std::mem::take(&mut self.may_be_back) {
            return;
        }
        let (lost, kept) = self.at_gates.iter().partition(|id| state.is_at_dependencies(**id));
        self.at_gates = kept;
        let lost: BTreeSet<EnvironmentPlanId> = lost;
        self.entries
            .extend(lost.into_iter().map(|id| TimelineEntry { at: now, what: TimelineEvent::DependencyLost(id) }));
    }

    /// Notes what the environments of its product run now.
    pub(super) fn look_at_versions(&mut self, versions: &Versions) {
        self.versions = versions.of_all(self.product);
    }

    /// The release begins: the trigger runs its values. Or its next attempt begins.
    fn begin(&mut self, moment: &mut Moment<'_>) {
        let Some(trigger) = self.plan.environments.ids().next() else { return };
        if std::mem::replace(&mut self.begun, true) {
            return self.begin_attempt(moment);
        }
        self.bring_given(moment.versions);
        self.before = moment.versions.of_all(self.product);
        for id in &self.plan.environments[trigger].applications {
            moment.versions.bring(self.number, self.plan.applications[*id].application, &self.values);
        }
        self.count_health(trigger, moment);
    }

    /// A loss of health that nobody noticed strikes where no action will change anything first: at once where an
    /// environment has succeeded, elsewhere when it continues.
    fn begin_attempt(&mut self, moment: &mut Moment<'_>) {
        for id in self.plan.environments.ids() {
            if moment.state.environment(id).status == Status::Succeeded {
                self.strike(id, moment);
            }
        }
    }

    fn strike(&mut self, id: EnvironmentPlanId, moment: &mut Moment<'_>) {
        let applications = &self.plan.environments[id].applications;
        let ahead = applications.iter().any(|id| moment.state.has_action_ahead(*id));
        if !ahead || Plan::is_trigger(id) {
            let loss = self.answers.retried(id, moment.now);
            self.expect_loss(id, loss, moment);
        }
    }

    /// Health counts from here.
    fn count_health(&mut self, id: EnvironmentPlanId, moment: &mut Moment<'_>) {
        let loss = self.answers.acted(id, moment.now);
        self.expect_loss(id, loss, moment);
    }

    /// Adds a loss of health to the agenda.
    fn expect_loss(&mut self, id: EnvironmentPlanId, loss: Option<(Instant, HealthLoss)>, moment: &mut Moment<'_>) {
        if let Some((at, loss)) = loss {
            let first = self.plan.environments[id].applications.first().copied();
            let health = |application| {
                let place = Place::Application(application);
                moment.state.rank(self.plan, EffectId { attempt: 1, place, stage: Stage::Health, time: 1 })
            };
            let (rank, item) = (first.map_or(0, health), AgendaItem::Environment(id, loss));
            // Before what follows without taking time, where the attempt changes nothing.
            if at == moment.now && moment.state.environment(id).status == Status::Succeeded {
                moment.agenda.add_now(at, moment.nth, rank, item);
            } else {
                moment.agenda.add(at, moment.nth, rank, item);
            }
        }
    }

    /// When an effect will end, and how. `None` if that is not known yet, or it never will.
    fn answer(&mut self, id: EffectId, act: Act, moment: &mut Moment<'_>) -> Option<(Instant, Outcome)> {
        let now = moment.now;
        let environment = self.plan.environment_of(id.place);
        let at_once = (Seconds(0), Outcome::Succeeded);
        let (after, outcome) = match act {
            // What runs something else by now is left alone (rule 19).
            Act::Workflow(_) if id.stage == Stage::Rollback && !self.runs(id.place, moment.versions) => {
                (Seconds(0), Outcome::Unchanged)
            }
            Act::Workflow(call) => {
                let answer = self.answers.workflow(call);
                match environment.filter(|_| id.stage == Stage::Rollback) {
                    Some(environment) => self.answers.rollback(environment, answer),
                    None => answer,
                }
            }
            Act::AskApproval(_) => self.answers.approval(environment?),
            Act::AskOverride(_) => self.answers.window_override(environment?)?,
            Act::Commit | Act::OpenPullRequest => match self.values {
                RunningValues::Version(_) if self.runs(id.place, moment.versions) => (Seconds(0), Outcome::Unchanged),
                _ => at_once,
            },
            Act::Rollback | Act::OpenRollbackPr if !self.runs(id.place, moment.versions) => {
                (Seconds(0), Outcome::Unchanged)
            }
            Act::OpenRollbackPr => at_once,
            Act::Rollback => self.answers.rollback(environment?, at_once),
            Act::AwaitMerge if id.stage == Stage::RollbackMerge => self.answers.rollback(environment?, at_once),
            Act::AwaitMerge => self.answers.pull_request(environment?)?,
            Act::AwaitSync if id.stage == Stage::Sync => {
                // In the trigger, health counts from the start of the release. A further application changes nothing,
                // and neither does a wait for sync that was lost.
                let environment = environment?;
                let acts = matches!(id.place, Place::Application(id) if moment.state.has_action_ahead(id));
                if !Plan::is_trigger(environment) && acts && self.acted.insert((environment, id.attempt)) {
                    self.count_health(environment, moment);
                }
                at_once
            }
            Act::AwaitHealth if id.stage == Stage::Health => {
                return self.answers.health(environment?, id, now);
            }
            Act::AwaitSync | Act::AwaitHealth => at_once,
        };
        Some((now.after(after), outcome))
    }

    /// How an effect ends at its instant. A rollback leaves alone what runs something else by now (rule 19).
    pub(super) fn ends(&self, id: EffectId, outcome: Outcome, versions: &Versions) -> Outcome {
        let Place::Application(application) = id.place else { return outcome };
        let rolls_back = self.plan.value_change(application, id.stage) == Some(ValueChange::RolledBack);
        match outcome {
            Outcome::Succeeded if rolls_back && !self.runs(id.place, versions) => Outcome::Unchanged,
            _ => outcome,
        }
    }

    /// Applies what an outcome changes.
    fn landed(&mut self, id: EffectId, outcome: Outcome, versions: &mut Versions) {
        let (Place::Application(application), Outcome::Succeeded) = (id.place, outcome) else { return };
        let change = self.plan.value_change(application, id.stage);
        let application = self.plan.applications[application].application;
        match change {
            Some(ValueChange::Brought) => versions.bring(self.number, application, &self.values),
            Some(ValueChange::RolledBack) => versions.roll_back(self.number, application),
            None => {}
        }
    }

    /// Whether an application runs this release's values.
    fn runs(&self, place: Place, versions: &Versions) -> bool {
        let Place::Application(id) = place else { return false };
        self.plan.applications.find(id).is_some_and(|it| versions.runs(it.application, &self.values))
    }
}
