//! Properties of a flow (`never …`), checked when a release is at rest: after everything that happens at one instant.
//!
//! One function decides whether a property is broken; the simulator and `verify` both ask it.

use super::{Simulation, TimelineEntry, TimelineEvent};
use crate::program::{Flow, Property};
use crate::release::{EnvironmentPlanId, EnvironmentStatus, Names, Plan, Report, Status, describe};
use crate::source::Span;
use crate::syntax::ast::{self, StateWord};
use crate::syntax::literal::Instant;

/// A property of a flow, in terms of a plan. It is broken when all its conditions are true.
#[derive(Clone, Debug)]
pub(crate) struct PlanProperty {
    conditions: Vec<StateCondition>,
}

#[derive(Clone, Debug)]
struct StateCondition {
    /// One of these environments; `None` for the release.
    of: Option<Vec<EnvironmentPlanId>>,
    state: StateWord,
}

/// The environment that makes a condition true; `None` for the release.
pub(crate) type Witness = Option<EnvironmentPlanId>;

impl PlanProperty {
    pub(crate) fn new(property: &Property, plan: &Plan) -> PlanProperty {
        let in_plan = |environments: &Vec<_>| {
            let here = plan.environments.iter().filter(|(_, it)| environments.contains(&it.environment));
            here.map(|(id, _)| id).collect()
        };
        let facts = property.facts.iter();
        let conditions = facts.map(|fact| StateCondition { of: fact.targets.as_ref().map(in_plan), state: fact.state });
        PlanProperty { conditions: conditions.collect() }
    }

    /// The environments of each condition; `None` for the release.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = Option<&[EnvironmentPlanId]>> {
        self.conditions.iter().map(|condition| condition.of.as_deref())
    }

    /// The environments that break the property while a release is at rest; `None` if it holds.
    pub(crate) fn broken(
        &self,
        release: Status,
        environment: impl Fn(EnvironmentPlanId) -> EnvironmentStatus,
    ) -> Option<Vec<Witness>> {
        self.witnesses(release, environment).collect()
    }

    /// For each condition, what makes it true; `None` if it is false.
    pub(crate) fn witnesses(
        &self,
        release: Status,
        environment: impl Fn(EnvironmentPlanId) -> EnvironmentStatus,
    ) -> impl Iterator<Item = Option<Witness>> {
        self.conditions.iter().map(move |condition| match &condition.of {
            None => (condition.state == StateWord::Is(release.word()?)).then_some(None),
            Some(environments) => {
                let is = |id: &EnvironmentPlanId| match condition.state {
                    StateWord::Started => environment(*id).started.is_some(),
                    StateWord::Is(status) => environment(*id).status.word() == Some(status),
                };
                environments.iter().copied().find(is).map(Some)
            }
        })
    }
}

/// A property that a release has broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The first instant at which it was broken.
    pub at: Instant,
    /// The statement, in the canonical layout.
    pub property: String,
    /// The environments and their statuses at that instant.
    pub message: String,
    pub span: Span,
    /// The environments that broke it.
    pub environments: Vec<EnvironmentPlanId>,
}

/// The properties of its flow that a release has broken, in order of declaration, each at its first instant.
pub(super) fn broken(simulation: &Simulation, flow: &Flow) -> Vec<Broken> {
    let mut open: Vec<(usize, PlanProperty)> =
        flow.properties.iter().map(|property| PlanProperty::new(property, &simulation.plan)).enumerate().collect();
    let mut found = Vec::new();
    if open.is_empty() {
        return Vec::new();
    }
    let mut release = Status::Queued;
    let mut views = vec![EnvironmentStatus::PENDING; simulation.plan.environments.len()];
    let mut look = |at: Instant, release: Status, views: &[EnvironmentStatus]| {
        let of = |id: EnvironmentPlanId| views.get(id.index()).copied().unwrap_or(EnvironmentStatus::PENDING);
        open.retain(|(nth, watch)| {
            let Some(witnesses) = watch.broken(release, of) else { return true };
            found.extend(told(simulation, flow, *nth, at, &witnesses).map(|broken| (*nth, broken)));
            false
        });
    };
    if simulation.entries.first().is_none_or(|first| first.at > simulation.arrived) {
        look(simulation.arrived, release, &views);
    }
    for together in simulation.entries.chunk_by(|one, next| one.at == next.at) {
        let mut now = simulation.arrived;
        for TimelineEntry { at, what } in together {
            now = *at;
            match *what {
                TimelineEvent::Reported(Report::Release(status)) => release = status,
                TimelineEvent::Reported(Report::Started(id)) => change(&mut views, id, |view| view.started = Some(now)),
                TimelineEvent::Reported(Report::Environment(id, status)) => change(&mut views, id, |view| {
                    // only what a retry begins from the start is pending again (rule 25)
                    view.started = view.started.filter(|_| status != Status::Pending);
                    view.status = status;
                }),
                _ => {}
            }
        }
        look(now, release, &views);
    }
    found.sort_by_key(|(nth, _)| *nth);
    found.into_iter().map(|(_, broken)| broken).collect()
}

fn change(views: &mut [EnvironmentStatus], id: EnvironmentPlanId, change: impl Fn(&mut EnvironmentStatus)) {
    views.get_mut(id.index()).into_iter().for_each(change);
}

fn told(simulation: &Simulation, flow: &Flow, nth: usize, at: Instant, witnesses: &[Witness]) -> Option<Broken> {
    let decl = flow.decl.nevers.get(nth)?;
    let message = describe_violation(decl, &simulation.names, witnesses)?;
    let mut environments: Vec<_> = witnesses.iter().flatten().copied().collect();
    if environments.len() < witnesses.len() {
        environments = simulation.plan.environments.ids().collect();
    }
    let message = format!("at {}, {message}", describe::instant(at));
    Some(Broken { at, property: decl.to_string(), message, span: decl.span, environments })
}

/// The environments that broke a property, and their statuses, in words.
pub(crate) fn describe_violation(decl: &ast::Never, names: &Names, witnesses: &[Witness]) -> Option<String> {
    let said = decl.facts.iter().zip(witnesses).map(|(fact, witness)| {
        let who = match witness {
            Some(id) => format!("`{}`", names.environment(*id)),
            None => "the release".to_owned(),
        };
        match fact.state.value {
            StateWord::Started => format!("{who} has started"),
            StateWord::Is(status) => format!("{who} is {}", status.as_str()),
        }
    });
    let said: Vec<String> = said.collect();
    match said.split_first()? {
        (first, []) => Some(first.clone()),
        (first, rest) => Some(format!("{first} while {}", rest.join(" and "))),
    }
}
