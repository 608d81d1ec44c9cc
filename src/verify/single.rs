//! One release: its states, what may happen in each, and what follows.

mod coverage;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::hash::Hash;

use super::choice::{Budget, NextEvent, choices};
use super::end::{ReleaseEnd, downstream};
use super::explore::{Model, Taken};
use super::hash::WideHasher;
use super::history::{History, RecordLayout};
use super::law::{Breach, Law};
use super::symmetry;
use super::watch::Watch;
use crate::program::Flow;
use crate::release::{
    Alarm, Effect, EffectId, EnvironmentPlanId, Event, Names, Plan, Report, Stage, State, Status, step,
};
use crate::simulate::{PlanProperty, describe_violation};
use crate::syntax::ast::Never;
pub(super) use coverage::Coverage;

/// The machine that is judged: that of [`release`](crate::release), or in tests a broken one.
pub(super) type StepFn<'a> = &'a dyn Fn(&Plan, &mut State, Event, &mut Vec<Effect>);

pub(super) struct SingleRelease<'a> {
    /// The plan [without time](Plan::timeless).
    plan: Plan,
    names: Cow<'a, Names>,
    /// Every environment.
    all: Vec<EnvironmentPlanId>,
    layout: RecordLayout,
    machine: StepFn<'a>,
    budget: Budget,
    classes: Vec<Vec<EnvironmentPlanId>>,
    /// The environments that an event in each environment can affect.
    reached: Vec<Vec<EnvironmentPlanId>>,
    /// The properties of the flow, with their statements.
    properties: Vec<(PlanProperty, &'a Never)>,
    /// Whether only one of several equivalent orders is explored.
    pub reduces: bool,
}

/// The state after a run.
#[derive(Clone, Debug)]
pub(super) struct SingleNode {
    pub state: State,
    pub history: History,
    pub budget: Budget,
}

impl<'a> SingleRelease<'a> {
    pub(super) fn new(plan: &Plan, names: &'a Names, flow: Option<&'a Flow>, budget: Budget) -> SingleRelease<'a> {
        SingleRelease::of_names(plan, Cow::Borrowed(names), flow, budget)
    }

    pub(super) fn of_names(
        plan: &Plan,
        names: Cow<'a, Names>,
        flow: Option<&'a Flow>,
        budget: Budget,
    ) -> SingleRelease<'a> {
        let statements = flow.map(|flow| flow.properties.iter().zip(&flow.decl.nevers)).into_iter().flatten();
        let properties: Vec<_> = statements.map(|(property, decl)| (PlanProperty::new(property, plan), decl)).collect();
        let plan = plan.timeless();
        let reach = |id: EnvironmentPlanId| {
            let targets = plan.rollbacks.iter().filter(|rule| rule.when.contains(&id)).flat_map(|rule| &rule.targets);
            downstream(&plan, std::iter::once(id).chain(targets.copied()))
        };
        let reached = plan.environments.ids().map(reach).collect();
        let sets: Vec<_> = properties.iter().flat_map(|(it, _)| it.subjects().flatten().map(<[_]>::to_vec)).collect();
        let classes = symmetry::classes(&plan, &sets);
        let layout = RecordLayout::new(&plan);
        let all = plan.environments.ids().collect();
        SingleRelease { plan, names, all, layout, machine: &step, budget, classes, reached, properties, reduces: true }
    }

    /// Judges another machine.
    #[cfg(test)]
    pub(crate) fn with_machine(mut self, machine: StepFn<'a>) -> SingleRelease<'a> {
        self.machine = machine;
        self
    }

    /// Explores every order and every environment.
    #[cfg(test)]
    pub(crate) fn without_merging(mut self) -> SingleRelease<'a> {
        self.reduces = false;
        self.classes = self.plan.environments.ids().map(|id| vec![id]).collect();
        self
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// The environments that can be swapped.
    pub(super) fn classes(&self) -> &[Vec<EnvironmentPlanId>] {
        &self.classes
    }

    /// A run, with the effects of each step.
    pub(super) fn replay(&self, run: &[NextEvent]) -> Vec<(NextEvent, Vec<Effect>)> {
        let mut node = self.root();
        let mut steps = Vec::new();
        for &choice in run {
            let Some((_, effects)) = self.step(&node, choice) else { break };
            let Some(taken) = self.take(&node, choice) else { break };
            steps.push((choice, effects));
            node = taken.node;
        }
        steps
    }

    /// The state after a run.
    pub(super) fn after(&self, run: &[NextEvent]) -> SingleNode {
        let next = |node: SingleNode, choice: &NextEvent| self.take(&node, *choice).map_or(node, |taken| taken.node);
        run.iter().fold(self.root(), next)
    }

    /// Extends a run to the end of the release, without further failures.
    pub(super) fn to_the_end(&self, run: &[NextEvent]) -> Vec<NextEvent> {
        let (mut whole, mut node) = (run.to_vec(), self.after(run));
        while !self.is_over(&node) && whole.len() < self.bound() {
            let all = choices(&self.plan, &node.state, node.budget);
            let forced = all.first().copied().filter(|_| node.state.waits_forever(&self.plan));
            let Some(choice) = all.into_iter().find(|choice| !choice.is_failure()).or(forced) else { break };
            let Some(taken) = self.take(&node, choice) else { break };
            whole.push(choice);
            node = taken.node;
        }
        whole
    }

    /// The status of the release after a run, then of every environment.
    pub(super) fn statuses(&self, run: &[NextEvent]) -> Vec<Status> {
        let state = self.after(run).state;
        let environments = self.plan.environments.ids().map(|id| state.environment(id).status);
        std::iter::once(state.status()).chain(environments).collect()
    }

    /// The state and the effects after a choice, before time is forgotten.
    fn step(&self, node: &SingleNode, choice: NextEvent) -> Option<(State, Vec<Effect>)> {
        let (mut state, mut effects) = (node.state.clone(), Vec::new());
        let event = choice.event(&self.plan, &mut state)?;
        (self.machine)(&self.plan, &mut state, event, &mut effects);
        Some((state, effects))
    }

    /// Once nothing can fail any longer, all orders of events in different environments are equivalent: each
    /// environment continues on its own, and one that needs several begins after the last of them, whichever that is.
    /// So only one order is explored.
    fn first_of(&self, node: &SingleNode, all: Vec<NextEvent>) -> Vec<NextEvent> {
        if !self.reduces || self.may_fail(node) {
            return all;
        }
        let place = |choice: &NextEvent| choice.environment(&self.plan);
        let places: BTreeSet<Option<EnvironmentPlanId>> = all.iter().map(place).collect();
        let unseen = |at: &Option<EnvironmentPlanId>| {
            self.properties.is_empty()
                || all.iter().filter(|choice| place(choice) == *at).all(|choice| !self.is_seen(node, *choice))
        };
        let Some(first) = places.into_iter().find(unseen) else { return all };
        all.into_iter().filter(|choice| place(choice) == first).collect()
    }

    /// Whether a property of the flow is about something that a choice changes, now or after other events.
    fn is_seen(&self, node: &SingleNode, choice: NextEvent) -> bool {
        let subjects = || self.properties.iter().flat_map(|(property, _)| property.subjects());
        let Some((state, effects)) = self.step(node, choice) else { return false };
        let reported = effects.iter().any(|effect| match effect {
            Effect::Report(Report::Release(_)) => subjects().any(|subject| subject.is_none()),
            Effect::Report(Report::Environment(id, _) | Report::Started(id)) => {
                subjects().flatten().any(|subject| subject.contains(id))
            }
            _ => false,
        });
        let at = choice.environment(&self.plan);
        // What waits for several environments begins after the last of them, whichever that is.
        let ends = || {
            let status = |effect: &Effect| matches!(effect, Effect::Report(Report::Environment(..)));
            let next = choices(&self.plan, &state, node.budget.after(choice));
            effects.iter().any(status) || !next.iter().any(|next| next.environment(&self.plan) == at)
        };
        let reached = at.and_then(|id| self.reached.get(id.index()));
        let waits = |subject: Option<&[EnvironmentPlanId]>| match (subject, reached) {
            (Some(subject), Some(reached)) => subject.iter().any(|id| reached.contains(id)),
            _ => true,
        };
        reported || subjects().any(waits) && ends()
    }

    /// The properties of the flow that a release at rest breaks.
    fn broken(&self, state: &State) -> Vec<Breach> {
        if state.is_queued() {
            return Vec::new(); // it begins at the same instant
        }
        let breach = |(nth, (property, decl)): (usize, &(PlanProperty, &Never))| {
            let witnesses = property.broken(state.status(), |id| state.environment(id))?;
            Some(Breach { law: Law::Never(nth), what: describe_violation(decl, &self.names, &witnesses)? })
        };
        self.properties.iter().enumerate().filter_map(breach).collect()
    }

    /// Whether anything can still fail. If not, no environment that has succeeded is lost again.
    pub(super) fn may_fail(&self, node: &SingleNode) -> bool {
        node.budget.failures > 0 || self.will_fail(node)
    }

    /// Whether a failure is certain: a workflow timed out and has not stopped yet.
    fn will_fail(&self, node: &SingleNode) -> bool {
        let dooms = |id: EffectId| {
            let release = &node.history.release;
            let fails = !matches!(id.stage, Stage::OnFailure(_)) && !id.stage.is_rollback();
            fails
                && match self.plan.environment_of(id.place).map(|id| node.history.env(id)) {
                    None => !release.failed && !release.terminated,
                    Some(it) => !it.failed && !it.falling && !it.terminated && !it.stopped,
                }
        };
        node.state.alarms().into_iter().any(|alarm| matches!(alarm, Alarm::StopTimeout(id) if dooms(id)))
    }

    fn sketch(&self, node: &SingleNode, id: EnvironmentPlanId, may_fail: bool) -> u128 {
        let mut applications: Vec<u128> = self.plan.environments[id]
            .applications
            .iter()
            .map(|&application| {
                let mut hasher = WideHasher::new();
                symmetry::application(&self.plan, application).hash(&mut hasher);
                node.state.sketch_application(application, &mut hasher);
                node.history.sketch_application(&self.layout, application, &mut hasher);
                hasher.wide()
            })
            .collect();
        applications.sort_unstable();
        let mut hasher = WideHasher::new();
        applications.hash(&mut hasher);
        node.state.sketch_environment(&self.plan, id, may_fail, &mut hasher);
        node.history.sketch_environment(&self.plan, &self.layout, id, &mut hasher);
        hasher.wide()
    }
}

impl Model for SingleRelease<'_> {
    type Node = SingleNode;
    type Choice = NextEvent;
    type Seen = Coverage;

    fn root(&self) -> SingleNode {
        let mut state = State::new(&self.plan);
        state.forget_time();
        SingleNode { state, history: History::new(&self.plan), budget: self.budget }
    }

    fn is_over(&self, node: &SingleNode) -> bool {
        node.state.is_over()
    }

    fn choices(&self, node: &SingleNode) -> Vec<NextEvent> {
        let all = choices(&self.plan, &node.state, node.budget);
        self.first_of(node, all)
    }

    fn take(&self, node: &SingleNode, choice: NextEvent) -> Option<Taken<SingleNode>> {
        let (mut state, effects) = self.step(node, choice)?;
        let mut history = node.history.clone();
        let (plan, names, layout) = (&self.plan, &*self.names, &self.layout);
        let mut watch = Watch {
            plan,
            names,
            layout,
            history: &mut history,
            effects: &effects,
            now: state.now(),
            breaches: Vec::new(),
        };
        watch.happened(choice);
        watch.follows();
        watch.can_be_resumed(&state);
        if let Some(id) = choice.environment(plan).filter(|_| !is_superseded(&effects)) {
            let reached = self.reached.get(id.index()).map(Vec::as_slice).unwrap_or_default();
            watch.stays_apart(id, reached);
        }
        let mut breaches = watch.breaches;
        if state.is_over() {
            breaches.extend(ReleaseEnd { plan, names, layout, history: &history, state: &state }.breaches());
        }
        breaches.extend(self.broken(&state));
        state.forget_time();
        // A failure that changes nothing only takes away others.
        let counts = !choice.is_failure() || !effects.is_empty() || !breaches.is_empty();
        let changed = || state != node.state || history != node.history;
        (counts || changed()).then(|| Taken {
            node: SingleNode { state, history, budget: node.budget.after(choice) },
            effects,
            breaches,
        })
    }

    /// V11: the same event in the same state gives the same result.
    fn again(&self, node: &SingleNode, choice: NextEvent, taken: &Taken<SingleNode>) -> Vec<Breach> {
        let same = self.step(node, choice).is_some_and(|(mut state, effects)| {
            state.forget_time();
            state == taken.node.state && effects == taken.effects
        });
        if same {
            return Vec::new();
        }
        vec![Breach {
            law: Law::V11,
            what: "the same events lead to a different state or different effects".to_owned(),
        }]
    }

    fn fingerprint(&self, node: &SingleNode) -> u128 {
        let mut hasher = WideHasher::new();
        node.state.sketch_release(&self.plan, &mut hasher);
        node.history.sketch_release(&self.layout, &mut hasher);
        node.budget.hash(&mut hasher);
        let may_fail = self.may_fail(node);
        for class in &self.classes {
            let mut members: Vec<u128> = class.iter().map(|id| self.sketch(node, *id, may_fail)).collect();
            members.sort_unstable();
            members.hash(&mut hasher);
        }
        hasher.wide()
    }

    fn is_failure(choice: NextEvent) -> bool {
        choice.is_failure()
    }

    fn is_bounded(&self, node: &SingleNode) -> bool {
        if node.budget.failures > 0 {
            return false;
        }
        let more = choices(&self.plan, &node.state, Budget { failures: 1, ..node.budget });
        more.into_iter().any(|choice| choice.is_failure() && self.take(node, choice).is_some())
    }

    fn see(&self, node: &SingleNode, seen: &mut Coverage) {
        self.cover(node, &self.all, seen);
    }

    /// Far more steps than any run can have: every effect in every try of every attempt, and what happens between them.
    fn bound(&self) -> usize {
        let tries = self.plan.calls.values().map(|call| call.retry.map_or(0, |retry| retry.times)).max().unwrap_or(0);
        let falls =
            self.plan.environments.values().map(|it| it.retry.map_or(0, |retry| retry.times)).max().unwrap_or(0);
        let repeats = (tries as usize + 1).saturating_mul(falls as usize + 1);
        let once = 8 + 8 * self.plan.environments.len() + 3 * self.root().history.stages.len();
        let more = self.budget.failures as usize + self.budget.retries as usize + 1;
        once.saturating_mul(repeats).saturating_mul(more)
    }
}

/// Whether the trigger's values have changed, which terminates the whole release.
fn is_superseded(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Report(Report::Superseded(_))))
}
