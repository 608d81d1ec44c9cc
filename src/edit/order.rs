//! Puts the elements of lists that are copied whole into the order of the source, each with its comments, so that what
//! follows only edits inside them, inserts and removes.

use std::collections::HashMap;
use std::ops::Range;

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

/// For each element of the source its partner in the target; `None` if the elements cannot be told apart. In a list of
/// scalars each scalar is its own identity.
pub(super) fn partners(old: &[Member], new: &[Member]) -> Option<Vec<Option<usize>>> {
    let values = |members: &[Member]| members.iter().map(|member| member.value.value()).collect::<Vec<Value>>();
    let (old, new) = (values(old), values(new));
    let scalar = |value: &Value| !matches!(value, Value::List(_) | Value::Map(_) | Value::Tagged(..));
    if old.iter().chain(&new).all(scalar) {
        let says = |values: &[Value]| values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>();
        let (old, new) = (says(&old), says(&new));
        let places = |says: &[String]| -> HashMap<String, usize> { says.iter().cloned().zip(0..).collect() };
        let there = places(&old);
        let apart = there.len() == old.len() && places(&new).len() == new.len();
        return apart.then(|| new.iter().map(|said| there.get(said).copied()).collect());
    }
    let known = Correspondence::of(&new, &old);
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
