//! Resolves `flow`: the targets in order, what each waits for, and the graph.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use petgraph::graph::DiGraph;

use super::Resolver;
use super::failed::Expected;
use super::placeholder::TextPlace;
use crate::program::model::{
    EnvironmentId, Flow, FlowNode, Product, ProductId, Property, PropertyFact, Rollback, Target,
};
use crate::program::names::Definition;
use crate::program::order::{self, Ordered, PromoteOrder};
use crate::program::placeholder::Values;
use crate::source::{Id, Span, Spanned};
use crate::syntax::ast::{FlowDecl, Ident, Never, Promote, Trigger};
use crate::syntax::literal::Seconds;

/// The targets of a flow so far.
#[derive(Default)]
struct Placed {
    at: BTreeMap<EnvironmentId, Span>,
    promotes: Vec<PromoteOrder>,
    /// The settings of each statement, for a target without a name.
    settings: Vec<Target>,
    repeated: Vec<(EnvironmentId, Span, Span)>,
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
        let trigger_id = trigger.map(|trigger| trigger.value);
        let ordered = order::targets(&placed.promotes, trigger_id, &BTreeSet::new());
        let targets = self.ordered_targets(ordered, &placed);
        placed.whole &= self.left.is_some();
        let graph = graph(trigger_id, &targets);
        self.program.flows.push(Flow {
            name,
            timeout: decl.timeout.map_or(Flow::TIMEOUT, |timeout| timeout.value),
            bake: decl.bake.map_or(Seconds(0), |bake| bake.value),
            trigger,
            trigger_post_action,
            targets: targets.into(),
            promotes: placed.promotes,
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
        let after = self.after(promote, placed);
        placed.settings.push(Target {
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
        });
        let mut targets = Vec::new();
        for (environment, span) in &environments {
            if let Some(first) = placed.at.get(environment) {
                placed.repeated.push((*environment, *first, *span));
                continue;
            }
            placed.at.insert(*environment, *span);
            targets.push((*environment, *span));
        }
        let mut seen = BTreeSet::new();
        let sizes = promote.waves.iter().flat_map(|waves| &waves.sizes);
        placed.promotes.push(PromoteOrder {
            named: environments.into_iter().map(|(id, _)| id).filter(|id| seen.insert(*id)).collect(),
            targets,
            where_present: promote.where_present.is_some(),
            waves: sizes.map(|size| size.value).collect(),
            after,
        });
    }

    /// The dependencies of `after`; `None` without `after`, when the order of statements decides.
    fn after(&mut self, promote: &Promote, placed: &mut Placed) -> Option<Vec<order::OrderItem>> {
        let after = promote.after.as_ref()?;
        placed.whole &= !after.dependencies.is_empty();
        let mut dependencies = Vec::new();
        for written in &after.dependencies {
            let (of, whole) = self.targets(&written.name);
            placed.whole &= whole;
            if !of.is_empty() {
                dependencies.push(order::OrderItem { quantity: written.quantity, of: of.into(), span: written.span });
            }
        }
        Some(dependencies)
    }

    /// The targets with the settings of their statements.
    fn ordered_targets(&mut self, ordered: Vec<Ordered>, placed: &Placed) -> Vec<Target> {
        let mut targets = Vec::new();
        // A requirement that several targets share is stored once.
        let mut stored: BTreeSet<*const EnvironmentId> = BTreeSet::new();
        for Ordered { environment, span, promote, needs } in ordered {
            let Some(settings) = placed.settings.get(promote) else { continue };
            let mut new = |need: &Arc<[EnvironmentId]>| stored.insert(need.as_ptr());
            let members: usize = needs.iter().filter(|need| new(&need.of)).map(|need| need.of.len()).sum();
            let needs = if self.spend(members + needs.len(), span) { needs } else { Vec::new() };
            let name = &self.program.environments[environment].name.value;
            let settings = Values { environment: Some(name), product: None }.target(settings.clone());
            targets.push(Target { environment, span, needs, ..settings });
        }
        targets
    }

    /// The flows as products see them that lack some targets of a `promote … where present`.
    pub(super) fn flows_of_products(&mut self) {
        let partial = |flow: &Flow| flow.promotes.iter().any(|promote| promote.where_present);
        let flows: Vec<_> = self.program.flows.iter().filter(|(_, flow)| partial(flow)).map(|(id, _)| id).collect();
        let products: Vec<ProductId> = self.program.products.ids().collect();
        for flow in flows {
            for product in &products {
                // What a damaged product lacks is not known.
                if self.program.products[*product].decl.damaged {
                    continue;
                }
                let seen = self.program.flows[flow].without_absent(&self.program.products[*product]);
                let Some(seen) = seen else { continue };
                if self.spend(seen.targets.len(), seen.name.span) {
                    self.program.partial_flows.insert((*product, flow), seen);
                }
            }
        }
    }
}

impl Flow {
    /// The flow without the targets of a `promote … where present` in which a product has no application; `None` if it
    /// has one in each.
    fn without_absent(&self, product: &Product) -> Option<Flow> {
        let present: BTreeSet<EnvironmentId> =
            product.applications.values().map(|application| application.environment).collect();
        let optional = self.promotes.iter().filter(|promote| promote.where_present);
        let optional = optional.flat_map(|promote| promote.targets.iter().map(|(environment, _)| *environment));
        let absent: BTreeSet<EnvironmentId> = optional.filter(|environment| !present.contains(environment)).collect();
        if absent.is_empty() {
            return None;
        }
        let trigger = self.trigger.map(|trigger| trigger.value);
        let ordered = order::targets(&self.promotes, trigger, &absent);
        let with_needs =
            |ordered: Ordered| Some(Target { needs: ordered.needs, ..self.target(ordered.environment)?.clone() });
        let targets: Vec<Target> = ordered.into_iter().filter_map(with_needs).collect();
        let here = |environments: &[EnvironmentId]| -> Vec<EnvironmentId> {
            environments.iter().copied().filter(|environment| !absent.contains(environment)).collect()
        };
        let rollbacks = self.rollbacks.iter().map(|rollback| Rollback {
            targets: here(&rollback.targets),
            when: here(&rollback.when),
            span: rollback.span,
        });
        Some(Flow {
            graph: graph(trigger, &targets),
            targets: targets.into(),
            rollbacks: rollbacks.filter(|it| !it.targets.is_empty() && !it.when.is_empty()).collect(),
            ..self.clone()
        })
    }
}

/// Makes a graph with a path from each environment of a flow to those that wait for it. A set that several targets wait
/// for has a node of its own. Environments outside the flow have no node (E0305).
pub(in crate::program) fn graph(trigger: Option<EnvironmentId>, targets: &[Target]) -> DiGraph<FlowNode, Span, u32> {
    let mut graph = DiGraph::default();
    let environments = trigger.into_iter().chain(targets.iter().map(|target| target.environment));
    let nodes: BTreeMap<_, _> =
        environments.map(|environment| (environment, graph.add_node(FlowNode::Environment(environment)))).collect();
    let mut waiting: BTreeMap<*const EnvironmentId, usize> = BTreeMap::new();
    let needs = || targets.iter().flat_map(|target| &target.needs);
    for need in needs().filter(|need| need.of.len() > 1) {
        *waiting.entry(need.of.as_ptr()).or_default() += 1;
    }
    let mut sets = BTreeMap::new();
    for target in targets {
        let Some(to) = nodes.get(&target.environment).copied() else { continue };
        for need in &target.needs {
            let members = need.of.iter().filter_map(|of| nodes.get(of).copied());
            if waiting.get(&need.of.as_ptr()).is_none_or(|targets| *targets < 2) {
                for from in members {
                    graph.add_edge(from, to, need.span);
                }
                continue;
            }
            let set = *sets.entry(need.of.as_ptr()).or_insert_with(|| {
                let set = graph.add_node(FlowNode::Set);
                for from in members {
                    graph.add_edge(from, set, need.span);
                }
                set
            });
            graph.add_edge(set, to, need.span);
        }
    }
    graph
}
