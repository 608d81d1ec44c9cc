//! E0301: environments that wait for each other.
//!
//! One message for each strongly connected component (scc) of environments, with a shortest cycle in it: every edge is
//! labeled and numbered.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::Direction::Outgoing;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::super::context::Context;
use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{EnvironmentId, Flow, FlowNode};
use crate::source::Span;

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for flow in context.program.flows.values() {
        // Not `tarjan_scc`: petgraph's version recurses, and a chain can be as long as the file.
        for scc in petgraph::algo::kosaraju_scc(&flow.graph) {
            let scc: BTreeSet<NodeIndex> = scc.into_iter().collect();
            if let Some(cycle) = shortest(flow, &scc)
                && (context.knows_environments(flow) || cycle.iter().all(|edge| !edge.is_implied(flow)))
            {
                out.push(report(context, flow, &cycle));
            }
        }
    }
}

/// `waiter` waits for `needed`, as written at `span`.
#[derive(Clone, Copy)]
struct Edge {
    needed: EnvironmentId,
    waiter: EnvironmentId,
    span: Span,
}

impl Edge {
    /// Whether the edge comes from the order of statements or from `one by one`, not from an `after`.
    fn is_implied(&self, flow: &Flow) -> bool {
        let afters = flow.decl.promotes.iter().filter_map(|promote| promote.after.as_ref());
        !afters.into_iter().any(|after| after.span.contains(self.span))
    }
}

/// A shortest cycle in an scc, each edge after the one whose waiter it needs; `None` if there is no cycle.
fn shortest(flow: &Flow, scc: &BTreeSet<NodeIndex>) -> Option<Vec<Edge>> {
    let environment = |node: NodeIndex| flow.graph.node_weight(node).and_then(|node| node.environment());
    let environments: Vec<NodeIndex> = scc.iter().copied().filter(|node| environment(*node).is_some()).collect();
    let alone = environments.iter().find_map(|node| {
        let (_, span) = waiters(flow, scc, *node).into_iter().find(|(waiter, _)| waiter == node)?;
        environment(*node).map(|environment| Edge { needed: environment, waiter: environment, span })
    });
    if let Some(edge) = alone {
        return Some(vec![edge]);
    }
    if environments.len() < 2 {
        return None;
    }
    // Unless the scc is a single cycle, every cycle in it passes a node with several edges inside the scc.
    let inside = |node| waiters(flow, scc, node).into_iter().map(|(waiter, _)| waiter).collect::<BTreeSet<_>>();
    let forks: Vec<NodeIndex> = environments.iter().copied().filter(|node| inside(*node).len() > 1).collect();
    let starts = if forks.is_empty() { environments.into_iter().take(1).collect() } else { forks };
    let mut best: Option<Vec<Edge>> = None;
    for start in starts {
        let bound = best.as_ref().map_or(usize::MAX, Vec::len);
        if bound == 2 {
            break;
        }
        best = cycle_through(flow, scc, start, bound).or(best);
    }
    best
}

/// The environments of an scc that wait for a node of it, directly or as members of a set, in the order of the text.
fn waiters(flow: &Flow, scc: &BTreeSet<NodeIndex>, node: NodeIndex) -> Vec<(NodeIndex, Span)> {
    let edges = |node| flow.graph.edges_directed(node, Outgoing).filter(|edge| scc.contains(&edge.target()));
    let mut found = Vec::new();
    for edge in edges(node) {
        match flow.graph.node_weight(edge.target()) {
            Some(FlowNode::Set) => found.extend(edges(edge.target()).map(|edge| (edge.target(), *edge.weight()))),
            _ => found.push((edge.target(), *edge.weight())),
        }
    }
    found.sort_by_key(|(_, span)| *span);
    found
}

/// The shortest path from a node back to itself, if it has fewer than `bound` edges.
fn cycle_through(flow: &Flow, scc: &BTreeSet<NodeIndex>, start: NodeIndex, bound: usize) -> Option<Vec<Edge>> {
    let mut from: BTreeMap<NodeIndex, (NodeIndex, Edge)> = BTreeMap::new();
    let mut queue = VecDeque::from([(start, 0)]);
    while let Some((node, distance)) = queue.pop_front() {
        if distance + 1 >= bound {
            return None;
        }
        for (next, span) in waiters(flow, scc, node) {
            let environment = |node| flow.graph.node_weight(node)?.environment();
            let step = Edge { needed: environment(node)?, waiter: environment(next)?, span };
            if next == start {
                let mut path = vec![step];
                let mut at = node;
                while let Some((before, edge)) = from.get(&at) {
                    path.push(*edge);
                    at = *before;
                }
                path.reverse();
                return Some(path);
            }
            if let Entry::Vacant(entry) = from.entry(next) {
                entry.insert((node, step));
                queue.push_back((next, distance + 1));
            }
        }
    }
    None
}

fn report(context: &Context<'_>, flow: &Flow, cycle: &[Edge]) -> Diagnostic {
    let cut = to_cut(flow, cycle);
    // The edge to cut closes the cycle, so it gets the last number.
    let mut edges = cycle.to_vec();
    edges.rotate_left((cut + 1) % cycle.len().max(1));
    let name = |id| context.environment(id);
    let mut way: Vec<&str> = edges.iter().map(|edge| name(edge.needed)).collect();
    way.extend(edges.last().map(|edge| name(edge.waiter)));
    if way.len() > 12 {
        way.splice(5..way.len() - 3, ["…"]);
    }
    let message = format!("flow {} has a cycle: {}", quote(&flow.name.value), way.join(" → "));

    let mut labels: Vec<(Span, String)> = Vec::new();
    for (number, edge) in edges.iter().enumerate() {
        let because = if edge.is_implied(flow) { ", which comes before it" } else { "" };
        let text =
            format!("{} waits for {}{because} ({})", quote(name(edge.waiter)), quote(name(edge.needed)), number + 1);
        // Several edges can come from one group, and so from one span.
        match labels.iter_mut().find(|(span, _)| *span == edge.span) {
            Some((_, label)) => *label = format!("{label}; {text}"),
            None => labels.push((edge.span, text)),
        }
    }
    let Some((at, label)) = labels.pop() else { return Diagnostic::new(Code::E0301, message, flow.name.span, "") };
    let diagnostic = Diagnostic::new(Code::E0301, message, at, label).help(help(context, flow, &edges));
    labels.into_iter().fold(diagnostic, |diagnostic, (span, label)| diagnostic.label(span, label))
}

fn help(context: &Context<'_>, flow: &Flow, edges: &[Edge]) -> String {
    let Some(last) = edges.last() else { return String::new() };
    let waiter = context.environment(last.waiter);
    let written = context.sources.text(last.span);
    let trigger = flow.trigger.map(|trigger| context.environment(trigger.value));
    if last.waiter == last.needed {
        let instead = trigger.unwrap_or("ENVIRONMENT");
        return format!("`{waiter}` can never start. Write `after {instead}`, or remove the `after`.");
    }
    let points_back =
        trigger.map_or(String::new(), |trigger| format!(", which points back toward the trigger `{trigger}`"));
    if last.is_implied(flow) {
        return format!(
            "None of these can start. Break the cycle at ({}){points_back}: without `after`, `{waiter}` waits for the \
             `promote` above it. Write what it needs: `promote {waiter} after …`.",
            edges.len()
        );
    }
    format!(
        "None of these can start. Break the cycle at ({}){points_back}: remove `{written}` from the `after` of `{waiter}`.",
        edges.len()
    )
}

/// The edge whose waiter comes first in the flow: flows are written from the trigger on, so this edge points back.
fn to_cut(flow: &Flow, cycle: &[Edge]) -> usize {
    let position = |edge: &Edge| flow.targets.iter().position(|target| target.environment == edge.waiter);
    cycle.iter().enumerate().min_by_key(|(_, edge)| position(edge)).map_or(0, |(index, _)| index)
}
