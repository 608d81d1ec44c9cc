//! Properties of a flow (`never …`), held against a release at rest: when all that happens at one instant has happened.
//!
//! One function says whether a property is broken; what follows a release, in virtual time or through every outcome, asks
//! it.

use super::{Entry, Simulation, What};
use crate::program::{Flow, Property};
use crate::release::{EnvironmentPlanId, EnvironmentView, Names, Plan, Report, Status, describe};
use crate::source::Span;
use crate::syntax::ast::{self, StateWord};
use crate::syntax::literal::Instant;

/// A property, about the environments of a plan.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    facts: Vec<Fact>,
}

#[derive(Clone, Debug)]
struct Fact {
    /// One of these; `None` stands for the release.
    of: Option<Vec<EnvironmentPlanId>>,
    state: StateWord,
}

/// What makes a property broken: for each of its facts who is in that state, `None` for the release.
pub(crate) type Witness = Option<EnvironmentPlanId>;

impl Watch {
    /// A property of the flow that the plan is of.
    pub(crate) fn new(property: &Property, plan: &Plan) -> Watch {
        let in_plan = |environments: &Vec<_>| {
            let here = plan.environments.iter().filter(|(_, it)| environments.contains(&it.environment));
            here.map(|(id, _)| id).collect()
        };
        let facts = property.facts.iter();
        let facts = facts.map(|fact| Fact { of: fact.targets.as_ref().map(in_plan), state: fact.state });
        Watch { facts: facts.collect() }
    }

    /// Of whom its facts speak; `None` stands for the release.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = Option<&[EnvironmentPlanId]>> {
        self.facts.iter().map(|fact| fact.of.as_deref())
    }

    /// Whether all of its facts are true of a release at rest, and by whom; `None`: it holds.
    pub(crate) fn broken(
        &self,
        release: Status,
        environment: impl Fn(EnvironmentPlanId) -> EnvironmentView,
    ) -> Option<Vec<Witness>> {
        let witness = |fact: &Fact| match &fact.of {
            None => (fact.state == StateWord::Is(word(release)?)).then_some(None),
            Some(environments) => {
                let is = |id: &EnvironmentPlanId| match fact.state {
                    StateWord::Started => environment(*id).started.is_some(),
                    StateWord::Is(status) => word(environment(*id).status) == Some(status),
                };
                environments.iter().copied().find(is).map(Some)
            }
        };
        self.facts.iter().map(witness).collect()
    }
}

/// The word for a status; a release that is terminating has none.
fn word(status: Status) -> Option<ast::Status> {
    ast::Status::parse(status.as_str())
}

/// A property that a release has broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// When, for the first time.
    pub at: Instant,
    /// The statement, in the canonical layout.
    pub property: String,
    /// Who was in which state then.
    pub message: String,
    /// The statement's place.
    pub span: Span,
    /// The environments that broke it.
    pub environments: Vec<EnvironmentPlanId>,
}

/// The properties of its flow that a release has broken, in order of declaration, each at its first instant.
pub(crate) fn broken(simulation: &Simulation, flow: &Flow) -> Vec<Broken> {
    let mut open: Vec<(usize, Watch)> =
        flow.properties.iter().map(|property| Watch::new(property, &simulation.plan)).enumerate().collect();
    let mut found = Vec::new();
    if open.is_empty() {
        return Vec::new();
    }
    let nothing = EnvironmentView { status: Status::Pending, started: None, ended: None };
    let mut release = Status::Queued;
    let mut views = vec![nothing; simulation.plan.environments.len()];
    let mut look = |at: Instant, release: Status, views: &[EnvironmentView]| {
        let of = |id: EnvironmentPlanId| views.get(id.index()).copied().unwrap_or(nothing);
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
        for Entry { at, what } in together {
            now = *at;
            match *what {
                What::Reported(Report::Release(status)) => release = status,
                What::Reported(Report::Started(id)) => change(&mut views, id, |view| view.started = Some(now)),
                What::Reported(Report::Environment(id, status)) => change(&mut views, id, |view| {
                    // only what a retry begins anew is pending again (rule 25)
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

fn change(views: &mut [EnvironmentView], id: EnvironmentPlanId, change: impl Fn(&mut EnvironmentView)) {
    views.get_mut(id.index()).into_iter().for_each(change);
}

fn told(simulation: &Simulation, flow: &Flow, nth: usize, at: Instant, witnesses: &[Witness]) -> Option<Broken> {
    let decl = flow.decl.nevers.get(nth)?;
    let message = words(decl, &simulation.names, witnesses)?;
    let mut environments: Vec<_> = witnesses.iter().flatten().copied().collect();
    if environments.len() < witnesses.len() {
        environments = simulation.plan.environments.ids().collect();
    }
    let message = format!("at {}, {message}", describe::instant(at));
    Some(Broken { at, property: decl.to_string(), message, span: decl.span, environments })
}

/// Who is in which state.
pub(crate) fn words(decl: &ast::Never, names: &Names, witnesses: &[Witness]) -> Option<String> {
    let said = decl.facts.iter().zip(witnesses).map(|(fact, witness)| {
        let who = match witness.and_then(|id| names.environments.get(id.index())) {
            Some(name) => format!("`{name}`"),
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
