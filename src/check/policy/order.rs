//! E0506: an order that a policy requires is missing.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::Direction;

use super::super::context::Context;
use super::super::text::{comma_in_ranges, quote};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{EnvironmentId, MissingBefore, MissingOrder, PolicyId, ProductFlow};
use crate::source::Span;
use crate::syntax::ast::Kind;
use crate::syntax::names::in_ranges;

type NodeIndex = petgraph::graph::NodeIndex<u32>;

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let program = context.program;
    if program.policies.values().all(|policy| policy.orders.is_empty()) {
        return;
    }
    // Once for each place and policy, whichever products find it.
    let mut said: BTreeSet<(Span, PolicyId)> = BTreeSet::new();
    for product_flow in context.product_flows.iter().map(|settled| **settled) {
        if !context.knows_environments(product_flow.flow()) || !context.knows_applications(product_flow.product()) {
            continue;
        }
        let mut found: BTreeMap<(Span, PolicyId), Vec<MissingOrder>> = BTreeMap::new();
        let mut waiters: BTreeMap<PolicyId, BTreeSet<EnvironmentId>> = BTreeMap::new();
        for missing in product_flow.missing_orders() {
            let sure = !program.policies[missing.policy].damaged;
            let at = product_flow.at(missing.environment);
            if let Some(span) = at.span().filter(|_| sure && !context.is_damaged(&at)) {
                waiters.entry(missing.policy).or_default().insert(missing.environment);
                found.entry((span, missing.policy)).or_default().push(missing);
            }
        }
        for ((span, policy), missing) in found {
            if said.insert((span, policy)) {
                let all = waiters.get(&policy).cloned().unwrap_or_default();
                out.extend(Lacking::new(context, product_flow, policy, &missing, all).report(span));
            }
        }
    }
}

/// What some targets of one statement lack, as one policy requires it.
struct Lacking<'c> {
    context: &'c Context<'c>,
    product_flow: ProductFlow<'c>,
    policy: PolicyId,
    waiters: BTreeSet<EnvironmentId>,
    /// The targets of the flow, these included, that lack something of the policy.
    like: BTreeSet<EnvironmentId>,
    environments: BTreeSet<EnvironmentId>,
    kinds: BTreeSet<Kind>,
    /// The `require after` statements.
    required: BTreeSet<Span>,
}

impl<'c> Lacking<'c> {
    fn new(
        context: &'c Context<'c>,
        product_flow: ProductFlow<'c>,
        policy: PolicyId,
        all: &[MissingOrder],
        like: BTreeSet<EnvironmentId>,
    ) -> Lacking<'c> {
        let mut lacking = Lacking {
            context,
            product_flow,
            policy,
            like,
            waiters: all.iter().map(|missing| missing.environment).collect(),
            environments: BTreeSet::new(),
            kinds: BTreeSet::new(),
            required: all.iter().map(|missing| missing.required).collect(),
        };
        for missing in all {
            match &missing.missing {
                MissingBefore::OfKind(kind) => drop(lacking.kinds.insert(*kind)),
                MissingBefore::Environments(ids) => lacking.environments.extend(ids),
            }
        }
        lacking
    }

    fn report(&self, at: Span) -> Option<Diagnostic> {
        let context = self.context;
        let policy = quote(&context.program.policies[self.policy].name.value);
        let flow = quote(&self.product_flow.flow().name.value);
        let waiters = context.environments(self.waiters.iter().copied());
        let mut what: Vec<String> = self.kinds.iter().map(|kind| format!("a {} environment", kind.as_str())).collect();
        let mut labels: Vec<String> =
            self.kinds.iter().map(|kind| format!("no {} environment comes before it", kind.as_str())).collect();
        if !self.environments.is_empty() {
            let names = context.environments(self.environments.iter().copied());
            let do_not = if self.environments.len() == 1 { "does" } else { "do" };
            labels.push(format!("{names} {do_not} not come before it"));
            what.push(names);
        }
        let what = what.join(", and ");
        let of_product = match self.left_out().is_empty() {
            true => String::new(),
            false => format!(" for product {}", quote(&self.product_flow.product().name.value)),
        };
        let message = format!(
            "policy {policy} requires {what} before {waiters}, which flow {flow} does not guarantee{of_product}"
        );
        let diagnostic = Diagnostic::new(Code::E0506, message, at, labels.join(", and "));
        let required = self.required.iter();
        let labelled = required.fold(diagnostic, |it, span| it.label(*span, format!("required by {policy}")));
        Some(labelled.help(self.help()?))
    }

    /// The missing environments that are in the flow, but not for this product.
    fn left_out(&self) -> BTreeSet<EnvironmentId> {
        let whole = &self.context.program.flows[self.product_flow.flow_id()];
        let is_left_out = |id: &EnvironmentId| whole.target(*id).is_some() && !self.is_there(*id);
        self.environments.iter().copied().filter(is_left_out).collect()
    }

    fn is_there(&self, id: EnvironmentId) -> bool {
        self.product_flow.flow().environments().any(|other| other == id)
    }

    /// The `after` to write.
    fn help(&self) -> Option<String> {
        let names = |ids: &BTreeSet<EnvironmentId>| comma_in_ranges(ids.iter().map(|id| self.context.environment(*id)));
        let left_out = self.left_out();
        if !left_out.is_empty() {
            let product = quote(&self.product_flow.product().name.value);
            return Some(format!(
                "Add an application in `{}` to product {product}, or narrow the policy with `for product` or `for flow`.",
                names(&left_out)
            ));
        }
        let flow = self.product_flow.flow();
        let after_it = self.reach(&self.waiters, Direction::Outgoing);
        let mut wanted = self.environments.clone();
        for kind in &self.kinds {
            let is_of_kind = |id: &EnvironmentId| self.context.program.environments[*id].kind == *kind;
            // One that does not come after the target is enough to wait for.
            let is_free = |id: &EnvironmentId| !after_it.contains(id) && !self.waiters.contains(id);
            match flow.environments().find(|id| is_of_kind(id) && is_free(id)) {
                // what is named is enough
                _ if wanted.iter().any(is_of_kind) => {}
                Some(id) => drop(wanted.insert(id)),
                None => {
                    let kind = kind.as_str();
                    return Some(format!("Promote to a {kind} environment first, and name it in `after`."));
                }
            }
        }
        let missing: BTreeSet<EnvironmentId> = wanted.iter().copied().filter(|id| !self.is_there(*id)).collect();
        let later: BTreeSet<EnvironmentId> = wanted.intersection(&after_it).copied().collect();
        let write = self.statement(&wanted)?;
        Some(match (missing.is_empty(), later.is_empty()) {
            (true, true) => format!("Write {write}."),
            (false, _) => format!("Add `promote {}` to the flow, and write {write}.", names(&missing)),
            (true, false) => format!("Promote to `{}` before it, and write {write}.", names(&later)),
        })
    }

    /// The environments of the flow that come after one of these, or `Incoming` before, directly or not.
    fn reach(&self, from: &BTreeSet<EnvironmentId>, direction: Direction) -> BTreeSet<EnvironmentId> {
        let graph = &self.product_flow.flow().graph;
        let environment = |node: NodeIndex| graph.node_weight(node).and_then(|node| node.environment());
        let is_start = |node: &NodeIndex| environment(*node).is_some_and(|id| from.contains(&id));
        let mut next: Vec<NodeIndex> = graph.node_indices().filter(is_start).collect();
        let mut seen = BTreeSet::new();
        while let Some(node) = next.pop() {
            next.extend(graph.neighbors_directed(node, direction).filter(|node| seen.insert(*node)));
        }
        seen.into_iter().filter_map(environment).collect()
    }

    /// The statement with an `after` that also names `wanted`, without what these imply.
    fn statement(&self, wanted: &BTreeSet<EnvironmentId>) -> Option<String> {
        let (context, flow) = (self.context, self.product_flow.flow());
        let own = flow.target(*self.waiters.first()?)?;
        let of_statement = || flow.targets.iter().filter(|other| other.promote == own.promote);
        let covers = of_statement().all(|other| self.like.contains(&other.environment));
        // the first wave waits for what the statement says
        let target = of_statement().find(|_| covers).unwrap_or(own);
        let promote = flow.decl.promotes.get(target.promote)?;
        let before = self.reach(wanted, Direction::Incoming);
        let is_implied = |id: &EnvironmentId| wanted.contains(id) || before.contains(id);
        let mut after: Vec<String> = match &promote.after {
            Some(after) => {
                let all = after.dependencies.iter();
                let kept = all.filter(|it| !context.targets(&it.name).is_some_and(|ids| ids.iter().all(is_implied)));
                kept.map(|it| context.sources.text(it.span).to_owned()).collect()
            }
            None => {
                let ids = target.needs.iter().flat_map(|need| need.of.iter()).filter(|id| !is_implied(id));
                // too many names are no help
                let written = in_ranges(ids.map(|id| context.environment(*id)));
                written.into_iter().map(|(name, _)| name).take(8).collect()
            }
        };
        after.extend(in_ranges(wanted.iter().map(|id| context.environment(*id))).into_iter().map(|(name, _)| name));
        let after = after.join(", ");
        let end = promote.after.as_ref().map_or(promote.head.end, |after| after.span.start);
        let head = context.sources.text(Span::new(promote.head.file, promote.head.start, end)).trim();
        Some(if covers && !head.contains('\n') {
            format!("`{head} after {after}`")
        } else if covers {
            format!("`after {after}`")
        } else {
            let waiters = comma_in_ranges(self.waiters.iter().map(|id| context.environment(*id)));
            format!("a separate `promote {waiters} after {after}`")
        })
    }
}
