//! Puts the elements of lists that are copied whole into the order of the source, each with its comments, so that what
//! follows only edits inside them, inserts and removes.

use std::collections::HashMap;
use std::ops::Range;

use super::EditError;
use super::brackets::{Around, Brackets};
use super::identity::{Correspondence, Identity};
use super::patch::Patch;
use super::tree::{Member, Node, NodeKind, Tree};
use super::value::Value;
use super::want::Want;

/// The target with the elements of every outermost list in the order of the source; `None` if they already are. Lists inside
/// these come in their order when this is called again.
pub(super) fn reordered(target: &Tree<'_>, wants: &[Want<&Node>]) -> Option<String> {
    let mut patch = Patch::default();
    for (root, want) in target.documents.iter().zip(wants) {
        visit(target, root, want, &mut patch);
    }
    patch.apply(target.text).filter(|text| text != target.text)
}

fn visit(target: &Tree<'_>, node: &Node, want: &Want<&Node>, patch: &mut Patch) {
    match want {
        Want::Take(source) => same(target, node, source.resolved(), patch),
        Want::Into(children) => {
            for (step, child) in children {
                if let Some(member) = node.member(step) {
                    visit(target, &member.value, child, patch);
                }
            }
        }
    }
}

fn same(target: &Tree<'_>, node: &Node, source: &Node, patch: &mut Patch) {
    match (&node.kind, &source.kind) {
        (NodeKind::Map(own), NodeKind::Map(_)) => {
            for (name, _, value) in source.entries() {
                if let Some(member) = own.get(name).filter(|member| !member.merges()) {
                    same(target, &member.value, value.resolved(), patch);
                }
            }
        }
        (NodeKind::List(old), NodeKind::List(new)) => {
            let Some(partners) = partners(old, new) else { return };
            let wanted: Vec<usize> = partners.iter().flatten().copied().collect();
            let mut slots = wanted.clone();
            slots.sort_unstable();
            if slots != wanted {
                if node.flow
                    && let Some(Ok(brackets)) = brackets(target, node, false)
                {
                    return permute(target, node, &brackets, (&slots, &wanted), patch);
                }
                let texts: Option<Vec<Range<usize>>> = (0..old.len()).map(|at| extent(target, node, old, at)).collect();
                let Some(texts) = texts else { return };
                for (slot, from) in slots.iter().zip(&wanted) {
                    if let (Some(slot), Some(from)) = (texts.get(*slot), texts.get(*from)) {
                        patch.replace(slot.clone(), target.slice(from.clone()).replace("\r\n", "\n"));
                    }
                }
                return;
            }
            for (partner, source) in partners.iter().zip(new) {
                if let Some(member) = partner.and_then(|partner| old.get(partner)) {
                    same(target, &member.value, source.value.resolved(), patch);
                }
            }
        }
        _ => {}
    }
}

/// The brackets of a flow collection that has comments between its members, or gets some.
pub(super) fn brackets(tree: &Tree<'_>, node: &Node, commented: bool) -> Option<Result<Brackets, EditError>> {
    if !node.flow || tree.json || !tree.slice(node.start..node.outer.end).starts_with(['[', '{']) {
        return None;
    }
    let ranges = gaps(node, &node.members());
    let gaps: Vec<&str> = ranges.into_iter().map(|range| tree.slice(range)).collect();
    if !commented && !gaps.iter().any(|gap| gap.contains('#')) {
        return None;
    }
    let line = tree.slice(tree.line_start(node.start)..node.start);
    let outer = line.get(..line.len() - line.trim_start_matches(' ').len()).unwrap_or_default();
    Some(Brackets::read(&gaps, outer))
}

/// The text between the members of a flow collection: before the first, between them, after the last.
pub(super) fn gaps(node: &Node, members: &[&Member]) -> Vec<Range<usize>> {
    let starts = std::iter::once(node.start + 1).chain(members.iter().map(|member| member.end()));
    let ends = members.iter().map(|member| member.lead).chain([node.outer.end.saturating_sub(1)]);
    starts.zip(ends).map(|(start, end)| start..end).collect()
}

/// Puts the elements in brackets into the places `slots` in the order `wanted`, each with its comments.
fn permute(
    target: &Tree<'_>,
    node: &Node,
    brackets: &Brackets,
    (slots, wanted): (&[usize], &[usize]),
    patch: &mut Patch,
) {
    let members = node.members();
    let mut order: Vec<usize> = (0..members.len()).collect();
    for (slot, from) in slots.iter().zip(wanted) {
        if let Some(at) = order.get_mut(*slot) {
            *at = *from;
        }
    }
    let around: Vec<&Around> = order.iter().filter_map(|at| brackets.around.get(*at)).collect();
    let texts = order.iter().filter_map(|at| members.get(*at)).map(|member| target.slice(member.lead..member.end()));
    let mut text = String::new();
    let mut texts = texts.fuse();
    for gap in brackets.write(&around) {
        text.push_str(&gap);
        text.push_str(&texts.next().unwrap_or_default().replace("\r\n", "\n"));
    }
    patch.replace(node.start + 1..node.outer.end - 1, text);
}

/// For each element of the source its partner in the target; `None` if the elements cannot be told apart. In a list of
/// scalars each scalar is its own identity.
pub(super) fn partners(old: &[Member], new: &[Member]) -> Option<Vec<Option<usize>>> {
    let values = |members: &[Member]| members.iter().map(|member| member.value.value()).collect::<Vec<Value>>();
    partners_of(&values(old), &values(new))
}

/// [`partners`] of values.
pub(super) fn partners_of(old: &[Value], new: &[Value]) -> Option<Vec<Option<usize>>> {
    let scalar = |value: &Value| !matches!(value, Value::List(_) | Value::Map(_) | Value::Tagged(..));
    if old.iter().chain(new).all(scalar) {
        let says = |values: &[Value]| values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>();
        let (old, new) = (says(old), says(new));
        let places = |says: &[String]| -> HashMap<String, usize> { says.iter().cloned().zip(0..).collect() };
        let there = places(&old);
        let apart = there.len() == old.len() && places(&new).len() == new.len();
        return apart.then(|| new.iter().map(|said| there.get(said).copied()).collect());
    }
    let known = Correspondence::of(new, old);
    matches!(known.identity, Identity::Keys(_)).then(|| new.iter().map(|element| known.partner(element)).collect())
}

/// The text of an element that goes where it goes: in a block its lines, with the comments above it.
fn extent(target: &Tree<'_>, node: &Node, members: &[Member], at: usize) -> Option<Range<usize>> {
    let member = members.get(at)?;
    if node.flow {
        return Some(member.lead..member.end());
    }
    let start = target.line_start(member.lead);
    if !target.slice(start..member.lead).trim_matches(' ').is_empty() {
        return None;
    }
    Some(comments_above(target, member)..target.line_end(member.end()))
}

/// Where the comments that belong to a member of a block begin: those directly above it that are not indented deeper. The
/// start of its own line if there are none.
pub(super) fn comments_above(tree: &Tree<'_>, member: &Member) -> usize {
    let column = tree.column(member.lead);
    let own = tree.line_start(member.lead);
    let mut start = own;
    while start > 0 {
        let above = tree.line_start(start - 1);
        let line = tree.slice(above..start).trim_end_matches(['\r', '\n']);
        let comment = line.trim_start_matches(' ');
        if !comment.starts_with('#') || line.len() - comment.len() > column {
            break;
        }
        start = above;
    }
    // What begins a file is about the file.
    if start == 0 { own } else { start }
}
