//! Resolves `flow`: the targets in order, what each waits for, and the graph.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::DiGraph;

use super::Resolver;
use super::failed::Expected;
use super::placeholder::TextPlace;
use crate::program::model::{EnvironmentId, Flow, Property, PropertyFact, Requirement, Rollback, Target};
use crate::program::names::Definition;
use crate::program::placeholder::Values;
use crate::source::{Id, Span, Spanned};
use crate::syntax::ast::{Dependency, FlowDecl, Ident, Never, Promote, Quantity, Trigger};
use crate::syntax::literal::Seconds;

/// The targets of a flow so far.
#[derive(Default)]
struct Placed {
    at: BTreeMap<EnvironmentId, Span>,
    targets: Vec<Target>,
    repeated: Vec<(EnvironmentId, Span, Span)>,
    /// The environments of the previous `promote`; initially the trigger.
    before: Vec<EnvironmentId>,
    whole: bool,
}

impl Resolver<'_> {
    pub(super) fn flow(&mut self, decl: &FlowDecl) {
        let id = Id::new(self.program.flows.len() as u32);
        let name = decl.name.clone().filter(|name| self.declare(name, Definition::Flow(id)));
        let triggers: Vec<_> = decl.triggers.iter().map(|trigger| self.trigger(trigger)).collect();
        let trigger = triggers.first().copied().flatten();
        let mut trigger_post_action = None;
        for (index, trigger) in decl.triggers.iter().enumerate() {
            let chosen = trigger.post_action.as_ref().map(|written| self.workflow_choice(written));
            trigger_post_action = if index == 0 { chosen } else { trigger_post_action };
        }
        if let Some(trigger) = trigger {
            let name = &self.program.environments[trigger.value].name.value;
            let values = Values { environment: Some(name), product: None };
            trigger_post_action = trigger_post_action.map(|chosen| values.choice(&chosen));
        }
        let mut placed = Placed { whole: true, ..Placed::default() };
        placed.at.extend(trigger.map(|trigger| (trigger.value, trigger.span)));
        placed.before.extend(trigger.map(|trigger| trigger.value));
        for (index, promote) in decl.promotes.iter().enumerate() {
            self.promote(index, promote, &mut placed);
        }
        let rollbacks = decl.rollbacks.iter().map(|rollback| Rollback {
            targets: self.environments_once(&rollback.targets),
            when: self.environments_once(&rollback.when),
            span: rollback.span,
        });
        let rollbacks = rollbacks.collect();
        let properties = decl.nevers.iter().map(|never| self.property(never)).collect();
        let hooks = self.hooks(&decl.hooks, TextPlace::Release);
        // A second declaration of a name is resolved only for the names it uses.
        let Some(name) = name else { return };
        // The checker reports a missing or second trigger (E0303); its consequences are not reported.
        let sure = decl.triggers.len() <= 1 && triggers.iter().all(Option::is_some);
        let graph = graph(trigger.map(|trigger| trigger.value), &placed.targets);
        self.program.flows.push(Flow {
            name,
            timeout: decl.timeout.map_or(Flow::TIMEOUT, |timeout| timeout.value),
            bake: decl.bake.map_or(Seconds(0), |bake| bake.value),
            trigger,
            trigger_post_action,
            targets: placed.targets.into(),
            rollbacks,
            properties,
            hooks,
            repeated: placed.repeated,
            graph,
            single: false,
            decl: decl.clone(),
            damaged: decl.damaged || !sure || !placed.whole,
        });
    }

    fn trigger(&mut self, trigger: &Trigger) -> Option<Spanned<EnvironmentId>> {
        let name = trigger.environment.as_ref()?;
        match self.find(name, Expected::Environment)? {
            Definition::Environment(id) => Some(Spanned::new(id, name.span)),
            _ => None,
        }
    }

    fn property(&mut self, never: &Never) -> Property {
        let facts = never.facts.iter().map(|fact| PropertyFact {
            targets: fact.targets.as_ref().map(|names| self.environments_once(names)),
            state: fact.state.value,
        });
        Property { facts: facts.collect(), span: never.span }
    }

    fn environments_once(&mut self, names: &[Ident]) -> Vec<EnvironmentId> {
        self.targets_once(names).0.into_iter().map(|(id, _)| id).collect()
    }

    fn promote(&mut self, index: usize, promote: &Promote, placed: &mut Placed) {
        let mut environments = Vec::new();
        placed.whole &= !promote.targets.is_empty();
        for name in &promote.targets {
            let (found, whole) = self.targets(name);
            placed.whole &= whole;
            environments.extend(found.into_iter().map(|id| (id, name.span)));
        }
        let written = self.requirements(promote, placed);
        let settings = Target {
            environment: EnvironmentId::new(0),
            span: promote.head,
            promote: index,
            needs: Vec::new(),
            pre_action: promote.pre_action.as_ref().map(|written| self.workflow_choice(written)),
            action: promote.action,
            post_action: promote.post_action.as_ref().map(|written| self.workflow_choice(written)),
            rollback_action: promote.rollback_action.as_ref().map(|written| self.workflow_choice(written)),
            windows: self.windows(&promote.gates.windows),
            soak: promote.gates.soak,
            approvals: self.approvals(&promote.gates.approvals),
            timeout: promote.gates.timeout,
            retry: promote.retry,
            hooks: self.hooks(&promote.gates.hooks, TextPlace::Environment),
        };
        let mut one_before = None;
        for (environment, span) in &environments {
            if let Some(first) = placed.at.get(environment) {
                placed.repeated.push((*environment, *first, *span));
                continue;
            }
            placed.at.insert(*environment, *span);
            let needs = match (&written, one_before) {
                _ if self.left.is_none() => Vec::new(),
                (_, Some(before)) => vec![Requirement { count: 1, of: vec![before], span: *span }],
                (Some(written), None) => written.clone(),
                (None, None) => by_order(&placed.before, *span),
            };
            let needed = needs.iter().map(|need: &Requirement| need.of.len()).sum::<usize>();
            let needs = if self.spend(needed, *span) { needs } else { Vec::new() };
            placed.whole &= self.left.is_some();
            one_before = promote.one_by_one.map(|_| *environment);
            let values =
                Values { environment: Some(&self.program.environments[*environment].name.value), product: None };
            let settings = values.target(settings.clone());
            placed.targets.push(Target { environment: *environment, span: *span, needs, ..settings });
        }
        let mut seen = BTreeSet::new();
        placed.before = environments.into_iter().map(|(id, _)| id).filter(|id| seen.insert(*id)).collect();
    }

    /// The requirements of `after`; `None` without `after`, when the order of statements decides.
    fn requirements(&mut self, promote: &Promote, placed: &mut Placed) -> Option<Vec<Requirement>> {
        let after = promote.after.as_ref()?;
        placed.whole &= !after.dependencies.is_empty();
        let mut requirements = Vec::new();
        for Dependency { quantity, name, span } in &after.dependencies {
            let (of, whole) = self.targets(name);
            placed.whole &= whole;
            let count = match quantity {
                Quantity::All => of.len() as u32,
                Quantity::Any(_) => 1,
                Quantity::AtLeast(count) => count.value,
            };
            if !of.is_empty() {
                requirements.push(Requirement { count, of, span: *span });
            }
        }
        Some(requirements)
    }
}

fn by_order(before: &[EnvironmentId], span: Span) -> Vec<Requirement> {
    if before.is_empty() {
        return Vec::new();
    }
    vec![Requirement { count: before.len() as u32, of: before.to_vec(), span }]
}

/// Makes an edge from each environment of a flow to those that wait for it. Environments outside the flow have no node
/// (E0305).
pub(in crate::program) fn graph(
    trigger: Option<EnvironmentId>,
    targets: &[Target],
) -> DiGraph<EnvironmentId, Span, u32> {
    let mut graph = DiGraph::default();
    let environments = trigger.into_iter().chain(targets.iter().map(|target| target.environment));
    let nodes: BTreeMap<_, _> = environments.map(|environment| (environment, graph.add_node(environment))).collect();
    for target in targets {
        let Some(to) = nodes.get(&target.environment) else { continue };
        for requirement in &target.needs {
            for from in requirement.of.iter().filter_map(|of| nodes.get(of)) {
                graph.add_edge(*from, *to, requirement.span);
            }
        }
    }
    graph
}
