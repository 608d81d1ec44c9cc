//! Searches for the shortest run that breaks a property and that a scenario can describe.
//!
//! In a scenario, commits and syncs take no time, and only some things can fail. So this search explores only such runs:
//! what takes no time comes first, and a property is judged when nothing more happens at the same instant.

use std::cell::RefCell;

use super::choice::{Budget, NextEvent, choices};
use super::explore::{Model, Refuted, Taken, explore};
use super::law::{Breach, Law};
use super::scenario::{self, ScenarioText};
use super::single::{Coverage, SingleNode, SingleRelease};
use crate::program::{FlowId, ProductId, Program};
use crate::release::{Alarm, EffectId, Outcome, Place, Plan, Stage};

/// The number of states after which the search is given up. Runs that can be described are short.
const LIMIT: usize = 20_000;

/// How many runs are tried for a property.
const TRIES: usize = 100;

/// Looks for scenarios that break properties, each with at most one failure more than needed.
pub(super) fn search<'a>(
    program: &'a Program,
    of: (ProductId, FlowId),
    model: impl Fn(u32) -> SingleRelease<'a>,
    wanted: &[(Law, u32)],
) -> Vec<(Law, ScenarioText)> {
    let mut found = Vec::new();
    let (least, most) =
        (wanted.iter().map(|(_, failures)| *failures).min(), wanted.iter().map(|(_, more)| *more).max());
    for failures in least.unwrap_or(1)..=most.unwrap_or(0).saturating_add(1) {
        let open = wanted.iter().map(|(law, _)| *law);
        let open = open.filter(|law| found.iter().all(|(known, _)| known != law));
        let open: Vec<Attempt> = open.map(|law| Attempt { law, tries: 0, scenario: None }).collect();
        let model = SayableRuns { model: &model(failures), program, of, wanted: RefCell::new(open) };
        if !model.is_done() {
            explore(&model, LIMIT, &mut |_| std::ops::ControlFlow::Continue(()));
        }
        let ends = model.wanted.into_inner().into_iter();
        found.extend(ends.filter_map(|attempt| Some((attempt.law, attempt.scenario?))));
    }
    found
}

/// The runs that a scenario may describe.
struct SayableRuns<'a, 'b> {
    model: &'b SingleRelease<'a>,
    program: &'a Program,
    of: (ProductId, FlowId),
    wanted: RefCell<Vec<Attempt>>,
}

struct Attempt {
    law: Law,
    tries: usize,
    scenario: Option<ScenarioText>,
}

/// Whether something is still being stopped after a run. In a scenario that takes no time, and a property is judged later.
pub(super) fn is_stopping(model: &SingleRelease<'_>, run: &[NextEvent]) -> bool {
    !stopping(&model.after(run)).is_empty()
}

/// What may happen next and takes no time, if there is anything.
fn at_once(plan: &Plan, node: &SingleNode, all: &[NextEvent]) -> Vec<NextEvent> {
    let stopping = stopping(node);
    let at_once = |choice: &&NextEvent| match **choice {
        NextEvent::Outcome(id, _) => stopping.contains(&id) || is_instant(plan, **choice),
        choice => is_instant(plan, choice),
    };
    let first = all.iter().find(at_once).map(place);
    all.iter().filter(at_once).filter(|choice| Some(place(choice)) == first).copied().collect()
}

/// The effect that a choice ends.
fn place(choice: &NextEvent) -> Option<EffectId> {
    match *choice {
        NextEvent::Outcome(id, _) => Some(id),
        _ => None,
    }
}

/// The effects that are being stopped.
fn stopping(node: &SingleNode) -> Vec<EffectId> {
    let stops = |alarm| if let Alarm::StopTimeout(id) = alarm { Some(id) } else { None };
    node.state.alarms().into_iter().filter_map(stops).collect()
}

/// Whether it takes no time in a scenario.
pub(super) fn is_instant(plan: &Plan, choice: NextEvent) -> bool {
    match choice {
        NextEvent::Begin => true,
        NextEvent::Outcome(_, Outcome::Stopped) => true,
        NextEvent::Outcome(id, _) => match id.stage {
            Stage::Action | Stage::Sync | Stage::RollbackSync | Stage::RollbackHealth => true,
            Stage::Rollback => opens_rollback(plan, id),
            _ => false,
        },
        _ => false,
    }
}

fn opens_rollback(plan: &Plan, id: EffectId) -> bool {
    let Place::Application(application) = id.place else { return false };
    plan.call_of(id).is_none() && plan.rollback_opens_pull_request(application)
}

/// Whether a scenario can make it happen.
fn can_say(plan: &Plan, choice: NextEvent, stopping: &[EffectId]) -> bool {
    match choice {
        NextEvent::Outcome(id, Outcome::Failed) => match id.stage {
            Stage::Action | Stage::Sync | Stage::RollbackSync | Stage::RollbackHealth => false,
            _ => !opens_rollback(plan, id),
        },
        NextEvent::Outcome(_, Outcome::Superseded) => false,
        NextEvent::Outcome(id, Outcome::Succeeded) => !stopping.contains(&id),
        NextEvent::Ring(alarm) => matches!(alarm, Alarm::WorkflowTimeout(_)) || !alarm.is_timeout(),
        NextEvent::HealthLoss(id, _) => {
            let environment = plan.applications[id].environment;
            plan.environments[environment].applications.len() == 1
        }
        _ => true,
    }
}

impl Model for SayableRuns<'_, '_> {
    type Node = SingleNode;
    type Choice = NextEvent;
    type Seen = Coverage;

    fn root(&self) -> SingleNode {
        self.model.root()
    }

    fn is_over(&self, _: &SingleNode) -> bool {
        true
    }

    fn choices(&self, node: &SingleNode) -> Vec<NextEvent> {
        let stopping = stopping(node);
        let all = choices(self.model.plan(), &node.state, node.budget).into_iter();
        let all: Vec<NextEvent> = all.filter(|choice| can_say(self.model.plan(), *choice, &stopping)).collect();
        let first = at_once(self.model.plan(), node, &all);
        if first.is_empty() { all } else { first }
    }

    fn take(&self, node: &SingleNode, choice: NextEvent) -> Option<Taken<SingleNode>> {
        let mut taken = self.model.take(node, choice)?;
        let next = choices(self.model.plan(), &taken.node.state, Budget { failures: 0, ..taken.node.budget });
        let at_rest = at_once(self.model.plan(), &taken.node, &next).is_empty();
        taken.breaches.retain(|breach| at_rest && matches!(breach.law, Law::Never(_)));
        Some(taken)
    }

    fn again(&self, _: &SingleNode, _: NextEvent, _: &Taken<SingleNode>) -> Vec<Breach> {
        Vec::new()
    }

    fn fingerprint(&self, node: &SingleNode) -> u128 {
        self.model.fingerprint(node)
    }

    fn is_failure(choice: NextEvent) -> bool {
        choice.is_failure()
    }

    fn is_bounded(&self, _: &SingleNode) -> bool {
        true
    }

    fn see(&self, _: &SingleNode, _: &mut Coverage) {}

    fn bound(&self) -> usize {
        self.model.bound()
    }

    /// Whether a scenario describes the run.
    fn accepts(&self, breach: &Breach, run: &[NextEvent]) -> bool {
        let mut wanted = self.wanted.borrow_mut();
        let open = |attempt: &&mut Attempt| attempt.law == breach.law && attempt.tries < TRIES;
        let Some(attempt) = wanted.iter_mut().find(open) else { return false };
        attempt.tries += 1;
        let refuted = Refuted { breach: breach.clone(), run: run.to_vec(), failures: 0 };
        attempt.scenario = scenario::write(self.program, self.of, self.model, &refuted).ok();
        if attempt.scenario.is_some() {
            attempt.tries = TRIES;
        }
        attempt.scenario.is_some()
    }

    fn is_done(&self) -> bool {
        self.wanted.borrow().iter().all(|attempt| attempt.tries == TRIES)
    }
}
