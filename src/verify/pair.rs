//! Two releases of one flow and product: V12, V13, and V4 for both.

use std::hash::Hash;

use super::choice::{Budget, NextEvent, choices};
use super::explore::{Model, Taken};
use super::hash::WideHasher;
use super::law::{Breach, Law};
use super::story::{Telling, Words};
use super::symmetry;
use crate::program::Concurrency;
use crate::release::{
    ApplicationPlanId, Effect, EnvironmentPlanId, EventKind, Machine, Names, Outcome, Place, Plan, ProductEvent,
    ReleaseId, Releases, ReleasesEffect, ReleasesEvent, Report, Stage, ValueChange,
};
use crate::syntax::literal::Instant;

/// The second release arrives, or something happens in one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    Arrives,
    Of(ReleaseId, NextEvent),
}

/// Two releases.
pub(super) struct ReleasePair<'p> {
    /// The plan of each release. They differ only in tests.
    pub plans: [&'p Plan; 2],
    pub names: &'p Names,
    pub concurrency: Concurrency,
    pub budget: Budget,
    pub classes: Vec<Vec<EnvironmentPlanId>>,
}

/// The state of both releases.
#[derive(Clone)]
pub(super) struct PairNode<'p> {
    releases: Releases<'p>,
    budget: Budget,
    /// Whether each release is in flight, by environment.
    in_flight: Vec<[bool; 2]>,
    /// The release whose values each application runs.
    runs: Vec<Option<ReleaseId>>,
}

impl<'p> ReleasePair<'p> {
    /// Two releases of one plan, which must be [without time](Plan::timeless).
    pub(super) fn new(plan: &'p Plan, names: &'p Names, concurrency: Concurrency, budget: Budget) -> ReleasePair<'p> {
        ReleasePair { plans: [plan, plan], names, concurrency, budget, classes: symmetry::classes(plan, &[]) }
    }

    fn plan(&self) -> &'p Plan {
        self.plans[0]
    }

    fn step(&self, node: &PairNode<'p>, pick: Pick) -> Option<(Releases<'p>, Vec<ReleasesEffect>)> {
        let mut releases = node.releases.clone();
        let what = match pick {
            Pick::Arrives => {
                let [first, second] = self.plans;
                ProductEvent::Arrives(if releases.ids().len() == 0 { first } else { second })
            }
            Pick::Of(id, NextEvent::Ring(alarm)) => {
                let event = releases.ring(id, alarm)?;
                return Some(after(releases, &event));
            }
            Pick::Of(id, choice) => ProductEvent::Of(
                id,
                match choice {
                    NextEvent::Outcome(effect, outcome) => EventKind::Outcome(effect, outcome),
                    NextEvent::HealthLoss(id, loss) => EventKind::HealthLoss(id, loss),
                    NextEvent::Terminate => EventKind::Terminate,
                    _ => EventKind::Retry { force: false },
                },
            ),
        };
        Some(after(releases, &ReleasesEvent { at: Instant::DEFAULT_START, what }))
    }

    /// A run in words.
    pub(super) fn tell(&self, run: &[Pick]) -> Vec<Telling> {
        let words = Words { plan: self.plan(), names: self.names };
        let mut node = self.root();
        let mut told = Vec::new();
        for &pick in run {
            let Some((_, effects)) = self.step(&node, pick) else { break };
            let what = match pick {
                Pick::Arrives => format!("release {} arrives", node.releases.ids().len() + 1),
                Pick::Of(id, choice) => format!("release {}: {}", id.0 + 1, words.choice(choice)),
            };
            let then = effects.iter().filter_map(|effect| match effect {
                ReleasesEffect::Effect(id, effect) => {
                    words.effects(&[*effect]).pop().map(|text| format!("{text} (release {})", id.0 + 1))
                }
                ReleasesEffect::Happened(..) => None,
            });
            told.push(Telling { what, then: then.collect() });
            let Some(taken) = self.take(&node, pick) else { break };
            node = taken.node;
        }
        told
    }

    /// Notes where each release is in flight, from what is reported.
    fn follow(&self, node: &mut PairNode<'p>, effects: &[ReleasesEffect], breaches: &mut Vec<Breach>) {
        for effect in effects {
            let ReleasesEffect::Effect(id, Effect::Report(report)) = effect else { continue };
            match *report {
                Report::Started(at) => {
                    // In the trigger, rule 8 decides.
                    let others = node.in_flight.get_mut(at.index()).filter(|_| !Plan::is_trigger(at));
                    let Some(here) = others else { continue };
                    if let Some(own) = here.get_mut(id.0) {
                        *own = true;
                    }
                    if here.iter().filter(|it| **it).count() > 1 {
                        let what = format!("both releases are in flight in {}", self.name(at));
                        breaches.push(Breach { law: Law::V13, what });
                    }
                }
                Report::Environment(at, status) if !status.is_in_flight() => {
                    if let Some(own) = node.in_flight.get_mut(at.index()).and_then(|here| here.get_mut(id.0)) {
                        *own = false;
                    }
                }
                _ => {}
            }
        }
    }

    /// Notes what runs where, from what has succeeded.
    fn bring(&self, node: &mut PairNode<'p>, pick: Pick, breaches: &mut Vec<Breach>) {
        let Pick::Of(release, NextEvent::Outcome(effect, outcome)) = pick else { return };
        let (Place::Application(id), Outcome::Succeeded) = (effect.place, outcome) else { return };
        let Some(brings) = self.brings(id, effect.stage) else { return };
        let Some(runs) = node.runs.get_mut(id.index()) else { return };
        if brings && runs.is_some_and(|newer| newer > release) {
            let name = self.names.application(id);
            let what = format!("`{name}` goes from the values of release 2 to those of release 1");
            breaches.push(Breach { law: Law::V12, what });
        }
        *runs = brings.then_some(release);
    }

    /// Whether a stage brings the values of its release or rolls them back; `None`: neither.
    fn brings(&self, id: ApplicationPlanId, stage: Stage) -> Option<bool> {
        match self.plan().value_change(id, stage) {
            Some(ValueChange::Brought) => Some(true),
            Some(ValueChange::RolledBack) => Some(false),
            // Once the pull request is open, its values no longer count.
            None => (stage == Stage::Rollback).then_some(false),
        }
    }

    fn name(&self, id: EnvironmentPlanId) -> String {
        format!("`{}`", self.names.environment(id))
    }

    fn sketch(&self, node: &PairNode<'p>, id: EnvironmentPlanId) -> u128 {
        let plan = self.plan();
        let mut applications: Vec<u128> = Vec::new();
        for &application in &plan.environments[id].applications {
            let mut hasher = WideHasher::new();
            symmetry::application(plan, application).hash(&mut hasher);
            node.runs.get(application.index()).hash(&mut hasher);
            for state in node.releases.ids().filter_map(|id| node.releases.state(id)) {
                state.sketch_application(application, &mut hasher);
            }
            applications.push(hasher.wide());
        }
        applications.sort_unstable();
        let mut hasher = WideHasher::new();
        (applications, node.in_flight.get(id.index())).hash(&mut hasher);
        node.releases.sketch_environment(plan.environments[id].environment, &mut hasher);
        for state in node.releases.ids().filter_map(|id| node.releases.state(id)) {
            state.sketch_environment(plan, id, true, &mut hasher);
        }
        hasher.wide()
    }
}

fn after<'p>(mut releases: Releases<'p>, event: &ReleasesEvent<'p>) -> (Releases<'p>, Vec<ReleasesEffect>) {
    let mut effects = Vec::new();
    releases.step(event, &mut effects);
    releases.forget_time();
    (releases, effects)
}

impl<'p> Model for ReleasePair<'p> {
    type Node = PairNode<'p>;
    type Choice = Pick;
    type Seen = ();

    fn root(&self) -> PairNode<'p> {
        let node = PairNode {
            releases: Releases::new(self.concurrency),
            budget: self.budget,
            in_flight: vec![[false; 2]; self.plan().environments.len()],
            runs: vec![None; self.plan().applications.len()],
        };
        self.step(&node, Pick::Arrives).map_or(node.clone(), |(releases, effects)| {
            let mut node = PairNode { releases, ..node };
            self.follow(&mut node, &effects, &mut Vec::new());
            node
        })
    }

    fn is_over(&self, node: &PairNode<'p>) -> bool {
        let mut ids = node.releases.ids();
        ids.len() == 2 && ids.all(|id| node.releases.state(id).is_some_and(crate::release::State::is_over))
    }

    fn choices(&self, node: &PairNode<'p>) -> Vec<Pick> {
        let mut found = Vec::new();
        if node.releases.ids().len() < 2 {
            found.push(Pick::Arrives);
        }
        for id in node.releases.ids() {
            let (Some(plan), Some(state)) = (node.releases.plan(id), node.releases.state(id)) else { continue };
            let all = choices(plan, state, node.budget).into_iter().filter(|choice| *choice != NextEvent::Begin);
            // A superseded release is not retried (rule 25).
            let all = all.filter(|choice| *choice != NextEvent::Retry || !node.releases.is_superseded(id));
            found.extend(all.map(|choice| Pick::Of(id, choice)));
        }
        found
    }

    fn take(&self, node: &PairNode<'p>, pick: Pick) -> Option<Taken<PairNode<'p>>> {
        let (releases, effects) = self.step(node, pick)?;
        let budget = match pick {
            Pick::Arrives => node.budget,
            Pick::Of(_, choice) => node.budget.after(choice),
        };
        let mut next = PairNode { releases, budget, ..node.clone() };
        let mut breaches = Vec::new();
        self.bring(&mut next, pick, &mut breaches);
        self.follow(&mut next, &effects, &mut breaches);
        // A failure that changes nothing only takes away others.
        let passed_on = |effect: &ReleasesEffect| matches!(effect, ReleasesEffect::Happened(..));
        let before = || self.fingerprint(&PairNode { budget: next.budget, ..node.clone() });
        if Self::is_failure(pick)
            && breaches.is_empty()
            && effects.iter().all(passed_on)
            && self.fingerprint(&next) == before()
        {
            return None;
        }
        Some(Taken { node: next, effects: Vec::new(), breaches })
    }

    fn again(&self, _: &PairNode<'p>, _: Pick, _: &Taken<PairNode<'p>>) -> Vec<Breach> {
        Vec::new()
    }

    fn fingerprint(&self, node: &PairNode<'p>) -> u128 {
        let mut hasher = WideHasher::new();
        node.releases.sketch(&mut hasher);
        node.budget.hash(&mut hasher);
        for state in node.releases.ids().filter_map(|id| node.releases.state(id)) {
            state.sketch_release(self.plan(), &mut hasher);
        }
        for class in &self.classes {
            let mut members: Vec<u128> = class.iter().map(|id| self.sketch(node, *id)).collect();
            members.sort_unstable();
            members.hash(&mut hasher);
        }
        hasher.wide()
    }

    fn is_failure(pick: Pick) -> bool {
        matches!(pick, Pick::Of(_, choice) if choice.is_failure())
    }

    fn is_bounded(&self, node: &PairNode<'p>) -> bool {
        let more = || PairNode { budget: Budget { failures: 1, ..node.budget }, ..node.clone() };
        let mut picks = self.choices(&more()).into_iter().filter(|pick| Self::is_failure(*pick));
        node.budget.failures == 0 && picks.any(|pick| self.take(node, pick).is_some())
    }

    fn see(&self, _: &PairNode<'p>, (): &mut ()) {}

    fn bound(&self) -> usize {
        2 * super::single::SingleRelease::new(self.plan(), self.names, None, self.budget).bound() + 2
    }
}
