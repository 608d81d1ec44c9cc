//! Resolves `group`: expands groups, and groups in groups, to environments. A cycle is reported once, and its
//! memberships are dropped (E0204).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::Resolver;
use super::failed::Expected;
use crate::diagnostic::{Code, Diagnostic, element};
use crate::program::model::{Group, GroupId};
use crate::program::names::Definition;
use crate::source::{Id, Span};
use crate::syntax::ast::GroupDecl;
use crate::syntax::names::is_range;

/// An edge from each group to each member that is a group, with the span of the member.
type Nesting = DiGraph<GroupId, Span>;

impl Resolver<'_> {
    pub(super) fn groups(&mut self, decls: Vec<&GroupDecl>) {
        // INVARIANT: all groups are declared before the first member is resolved, and node n is group n.
        let mut nesting = Nesting::new();
        let mut kept = Vec::new();
        for decl in decls {
            let id = Id::new(self.program.groups.len() as u32);
            let new = decl.name.as_ref().filter(|name| self.declare(name, Definition::Group(id)));
            if let Some(name) = new {
                let damaged = decl.damaged || decl.members.is_empty() && decl.labels.as_ref().is_none_or(Vec::is_empty);
                self.program.groups.push(Group {
                    name: name.clone(),
                    members: Vec::new(),
                    labels: decl.labels.clone(),
                    damaged,
                });
                nesting.add_node(id);
            }
            kept.push((new.map(|_| id), decl));
        }
        let mut members: BTreeMap<GroupId, Vec<Definition>> = BTreeMap::new();
        let mut lists = Vec::new();
        for (id, decl) in kept {
            lists.extend(id.map(|id| (id, decl.members.iter().map(|name| name.span).collect())));
            if let (Some(id), Some(labels)) = (id, &decl.labels) {
                let labelled: Vec<_> = self.program.labelled(labels).collect();
                self.program.selected.extend(labelled.iter().copied());
                let labelled = labelled.into_iter().map(Definition::Environment);
                members.entry(id).or_default().extend(labelled);
            }
            for name in &decl.members {
                if is_range(&name.value) {
                    let (environments, whole) = self.range(name);
                    let Some(id) = id else { continue };
                    self.program.groups[id].damaged |= !whole;
                    members.entry(id).or_default().extend(environments.into_iter().map(Definition::Environment));
                    continue;
                }
                let member = self.find(name, Expected::Target);
                let Some(id) = id else { continue };
                match member {
                    Some(Definition::Group(of)) => {
                        nesting.add_edge(NodeIndex::new(id.index()), NodeIndex::new(of.index()), name.span);
                    }
                    Some(_) => {}
                    None => self.program.groups[id].damaged = true,
                }
                members.entry(id).or_default().extend(member);
            }
        }
        // Not Tarjan's algorithm, because petgraph's is recursive and a chain of groups may be as long as a file.
        let lists: BTreeMap<GroupId, Vec<Span>> = lists.into_iter().collect();
        for scc in kosaraju_scc(&nesting) {
            self.expand(&nesting, &scc, &members, &lists);
        }
    }

    /// Expands the groups of a cycle, or a single group. All their other members are already expanded.
    fn expand(
        &mut self,
        nesting: &Nesting,
        scc: &[NodeIndex],
        members: &BTreeMap<GroupId, Vec<Definition>>,
        lists: &BTreeMap<GroupId, Vec<Span>>,
    ) {
        let inside: BTreeSet<GroupId> = scc.iter().filter_map(|node| nesting.node_weight(*node).copied()).collect();
        if let Some(diagnostic) = self.cycle(nesting, &inside, lists) {
            self.diagnostics.push(diagnostic);
        }
        for id in &inside {
            let mut seen = BTreeSet::new();
            let mut environments = Vec::new();
            let mut damaged = self.program.groups[*id].damaged;
            for member in members.get(id).into_iter().flatten() {
                match *member {
                    Definition::Environment(environment) => {
                        environments.extend(Some(environment).filter(|id| seen.insert(*id)));
                    }
                    Definition::Group(of) if inside.contains(&of) => damaged = true,
                    Definition::Group(of) => {
                        let of = &self.program.groups[of];
                        environments.extend(of.members.iter().copied().filter(|id| seen.insert(*id)));
                        damaged |= of.damaged;
                    }
                    _ => {}
                }
            }
            let known = self.spend(environments.len(), self.program.groups[*id].name.span);
            damaged |= !known;
            // A group by label that selects nothing is reported (W0207), and what follows from it is not.
            damaged |= self.program.groups[*id].labels.is_some() && environments.is_empty();
            let group = &mut self.program.groups[*id];
            group.members = if known { environments } else { Vec::new() };
            group.damaged = damaged;
        }
    }

    /// E0204 for groups that contain each other: the path from the last membership in the program back to itself.
    fn cycle(
        &self,
        nesting: &Nesting,
        inside: &BTreeSet<GroupId>,
        lists: &BTreeMap<GroupId, Vec<Span>>,
    ) -> Option<Diagnostic> {
        let name = |id: GroupId| self.program.groups[id].name.value.as_str();
        let within = |node: NodeIndex| {
            let edges = nesting.edges(node).filter_map(|edge| {
                let to = nesting.node_weight(edge.target()).copied()?;
                inside.contains(&to).then_some((to, *edge.weight()))
            });
            edges.collect::<Vec<_>>()
        };
        let edges = inside
            .iter()
            .flat_map(|from| within(NodeIndex::new(from.index())).into_iter().map(|(to, span)| (span, *from, to)));
        let (last, from, to) = edges.max()?;
        let mut came: BTreeMap<GroupId, (GroupId, Span)> = BTreeMap::new();
        let mut next = VecDeque::from([to]);
        while let Some(at) = next.pop_front().filter(|at| *at != from) {
            for (to_next, span) in within(NodeIndex::new(at.index())) {
                if to_next != to && !came.contains_key(&to_next) {
                    came.insert(to_next, (at, span));
                    next.push_back(to_next);
                }
            }
        }
        let mut way = Vec::new();
        let mut at = from;
        while let Some((before, span)) = came.get(&at).filter(|_| at != to) {
            way.push((*before, at, *span));
            at = *before;
        }
        way.reverse();
        let mut path = format!("{} → {}", name(from), name(to));
        for (_, to, _) in &way {
            path.push_str(" → ");
            path.push_str(name(*to));
        }
        let message = format!("group `{}` contains itself: {path}", name(from));
        let label = format!("`{}` contains `{}`", name(from), name(to));
        let diagnostic = Diagnostic::new(Code::E0204, message, last, label)
            .help("Remove one of these members: a group cannot contain itself.");
        let labelled = |diagnostic: Diagnostic, (holder, member, span): (GroupId, GroupId, Span)| {
            diagnostic.label(span, format!("`{}` contains `{}`", name(holder), name(member)))
        };
        let diagnostic = way.into_iter().fold(diagnostic, labelled);
        // With several groups, it is unknown which membership is the mistake.
        let list = lists.get(&from).filter(|_| from == to).map(Vec::as_slice).unwrap_or_default();
        let index = list.iter().position(|span| *span == last);
        Some(match index.and_then(|index| element(self.sources, list, index)) {
            Some(span) => diagnostic.fix(format!("remove `{}`", name(to)), span, ""),
            None => diagnostic,
        })
    }
}
