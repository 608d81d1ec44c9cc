//! W0307: a name in `after` that another name there implies.
//!
//! Only environments that must have succeeded count: neither `any of` nor the order of `one by one` implies anything.
//!
//! INVARIANT: the search visits a bounded number of environments; beyond that, it reports nothing.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::toposort;

use super::super::context::Context;
use super::super::text::{comma, element, quote};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{EnvironmentId, Flow, Target};
use crate::source::Span;
use crate::syntax::ast::{Dependency, Promote, Quantity};

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for flow in context.program.flows.values().filter(|flow| context.knows_environments(flow)) {
        let several = |promote: &&Promote| promote.after.as_ref().is_some_and(|after| after.dependencies.len() > 1);
        let mut promotes = flow.decl.promotes.iter().filter(several).peekable();
        if promotes.peek().is_none() {
            continue;
        }
        // A cycle would imply everything; it is reported as E0301.
        let Some(order) = Order::new(flow) else { continue };
        promotes.for_each(|promote| check_one(context, &order, promote, out));
    }
}

/// The targets of a flow without a cycle.
struct Order<'a> {
    /// Every environment ranks after the environments it needs.
    rank: BTreeMap<EnvironmentId, usize>,
    targets: BTreeMap<EnvironmentId, (&'a Target, bool)>,
    /// How many more environments the search may visit.
    left: Cell<usize>,
}

/// Enough for every flow of 1,000 targets, and for larger ones whose `after` names nearby environments.
const LOOKS: usize = 1_000_000;

impl<'a> Order<'a> {
    fn new(flow: &'a Flow) -> Option<Order<'a>> {
        let sorted = toposort(&flow.graph, None).ok()?;
        let ranked = sorted.into_iter().enumerate();
        let rank =
            ranked.filter_map(|(rank, node)| Some((flow.graph.node_weight(node)?.environment()?, rank))).collect();
        let mut before = None;
        let mut targets = BTreeMap::new();
        for target in flow.targets.iter() {
            let one_by_one = flow.decl.promotes.get(target.promote).is_some_and(|promote| promote.waves.is_some());
            targets.insert(target.environment, (target, one_by_one && before == Some(target.promote)));
            before = Some(target.promote);
        }
        Some(Order { rank, targets, left: Cell::new(LOOKS) })
    }

    fn rank(&self, environment: EnvironmentId) -> usize {
        self.rank.get(&environment).copied().unwrap_or(0)
    }

    /// Whether `these` must have succeeded once `those` have.
    fn implied(&self, these: &[EnvironmentId], those: &[EnvironmentId]) -> bool {
        let lowest = these.iter().map(|environment| self.rank(*environment)).min().unwrap_or(0);
        let mut seen: BTreeSet<EnvironmentId> = BTreeSet::new();
        let mut open = those.to_vec();
        while let Some(environment) = open.pop() {
            if self.rank(environment) < lowest || !seen.insert(environment) {
                continue;
            }
            let Some(left) = self.left.get().checked_sub(1) else { return false };
            self.left.set(left);
            let Some((target, false)) = self.targets.get(&environment) else { continue };
            let all = target.needs.iter().filter(|need| need.count as usize >= need.of.len());
            open.extend(all.flat_map(|need| need.of.iter().copied()));
        }
        these.iter().all(|environment| seen.contains(environment))
    }
}

fn check_one(context: &Context<'_>, order: &Order<'_>, promote: &Promote, out: &mut Vec<Diagnostic>) {
    let Some(after) = &promote.after else { return };
    let all: Vec<(usize, &Dependency, Vec<EnvironmentId>)> = after
        .dependencies
        .iter()
        .enumerate()
        .filter(|(_, dependency)| matches!(dependency.quantity, Quantity::All))
        .filter_map(|(index, dependency)| Some((index, dependency, context.targets(&dependency.name)?)))
        .filter(|(_, _, environments)| !environments.is_empty())
        .collect();
    // From last to first, so that if two names imply each other, the later one is reported.
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    for (index, dependency, environments) in all.iter().rev() {
        let others = all.iter().filter(|(other, ..)| other != index && !gone.contains(other));
        let those: Vec<EnvironmentId> =
            others.clone().flat_map(|(_, _, environments)| environments.iter().copied()).collect();
        if order.implied(environments, &those) {
            let by: Vec<&Dependency> = match others.clone().find(|(_, _, those)| order.implied(environments, those)) {
                Some((_, one, _)) => vec![one],
                None => others.map(|(_, dependency, _)| *dependency).collect(),
            };
            gone.insert(*index);
            out.push(report(context, &after.dependencies, *index, dependency, &by));
        }
    }
}

fn report(
    context: &Context<'_>,
    list: &[Dependency],
    index: usize,
    which: &Dependency,
    by: &[&Dependency],
) -> Diagnostic {
    let name = &which.name.value;
    let names = comma(by.iter().map(|dependency| dependency.name.value.as_str()));
    let message = format!("{} is redundant here: `{names}` implies it", quote(name));
    let mut diagnostic = Diagnostic::new(Code::W0307, message, which.span, "has already succeeded by then");
    for dependency in by {
        let same = dependency.name.value == *name;
        let label =
            if same { "already named here".to_owned() } else { format!("comes after {} or contains it", quote(name)) };
        diagnostic = diagnostic.label(dependency.span, label);
    }
    let left: Vec<&str> = list
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != index)
        .map(|(_, other)| context.sources.text(other.span))
        .collect();
    diagnostic = diagnostic.help(format!("Write `after {}`.", comma(left)));
    let spans: Vec<Span> = list.iter().map(|dependency| dependency.span).collect();
    match element(context.sources, &spans, index) {
        Some(span) => diagnostic.fix(format!("remove {}", quote(name)), span, ""),
        None => diagnostic,
    }
}
