//! Adds and removes members of mappings and sequences: whole lines in block style, bytes between brackets in flow
//! style.

use super::render::Piece;
use super::splice::Splice;
use super::tree::{Member, Node};

/// A member that the target gets.
pub(super) struct New<'s> {
    /// The number of the old member before which it goes.
    pub(super) at: usize,
    /// The key; `None` in a sequence.
    pub(super) key: Option<String>,
    pub(super) piece: Piece<'s>,
}

/// The last member before number `at` that is kept.
fn kept_before<'m>(members: &[&'m Member], kept: &[bool], at: usize) -> Option<&'m Member> {
    members.iter().zip(kept).take(at).rev().find(|(_, keep)| **keep).map(|(member, _)| *member)
}

impl<'s> Splice<'s> {
    /// Removes members from a flow collection, each with one comma.
    pub(super) fn drop_flow(&mut self, members: &[&Member], kept: &[bool]) {
        let mut last: Option<&Member> = None;
        for (index, member) in members.iter().enumerate() {
            match (kept.get(index), last) {
                (Some(true), _) => last = Some(member),
                (_, Some(last)) if index > 0 => {
                    let from = members.get(index - 1).map_or(last.end(), |before| before.end());
                    self.patch.replace(from..member.end(), "");
                }
                _ => {
                    let next = members.get(index + 1).map_or(member.end(), |next| next.lead);
                    self.patch.replace(member.lead..next, "");
                }
            }
        }
    }

    /// Inserts members into a flow collection.
    pub(super) fn insert_flow(&mut self, node: &Node, members: &[&Member], kept: &[bool], new: Vec<New<'s>>) {
        // If the old members are on lines of their own, so are the new ones.
        let spread =
            members.last().map(|last| (self.target.line_start(last.lead), last.lead)).and_then(|(start, lead)| {
                let indent = self.target.slice(start..lead);
                (indent.trim().is_empty() && start > node.start).then(|| indent.to_owned())
            });
        let outer = self.target.slice(self.target.line_start(node.start)..node.start);
        let outer = outer.len() - outer.trim_start().len();
        for New { at, key, piece: value } in new {
            let before = kept_before(members, kept, at);
            let member = match &spread {
                Some(indent) if self.target.json => {
                    let unit = indent.get(outer.min(indent.len())..).filter(|unit| !unit.is_empty()).unwrap_or("  ");
                    let value = self.renderer.json(value, indent, unit);
                    key.map_or(value.clone(), |key| format!("{key}: {value}"))
                }
                _ => self.renderer.flow_member(key, value),
            };
            let gap = spread.as_ref().map_or(" ".to_owned(), |indent| format!("\n{indent}"));
            match (before, members.first()) {
                (Some(before), _) => self.patch.replace(before.end()..before.end(), format!(",{gap}{member}")),
                (None, Some(first)) => self.patch.replace(first.lead..first.lead, format!("{member},{gap}")),
                (None, None) => {}
            }
        }
    }

    /// Removes members of a block collection together with their lines.
    pub(super) fn drop_lines(&mut self, members: &[&Member], kept: &[bool]) {
        let Some(first) = members.first() else { return };
        let start = self.target.line_start(first.lead);
        let own_line = self.target.slice(start..first.lead).trim_matches(' ').is_empty();
        let mut front = true;
        for (index, member) in members.iter().enumerate() {
            if kept.get(index) == Some(&true) {
                front = false;
                continue;
            }
            let end = self.target.line_end(member.end());
            let range = match members.get(index + 1) {
                // In `- a: 1` with `b: 2` below it, the second entry moves up to the dash.
                Some(next) if front && !own_line => member.lead..next.lead,
                // There is no line break before the first line of the text to remove.
                Some(_) if front && start == 0 => {
                    let rest = self.target.slice(end..self.target.text.len());
                    self.target.line_start(member.lead)..end + rest.find('\n').map_or(0, |newline| newline + 1)
                }
                // Remove the line break before the line, not the one after it: an insertion may follow this line.
                _ => {
                    let before = self.target.slice(0..self.target.line_start(member.lead));
                    let before = before.strip_suffix('\n').unwrap_or(before);
                    before.strip_suffix('\r').unwrap_or(before).len()..end
                }
            };
            self.patch.replace(range, "");
        }
    }

    /// Inserts members into a block collection, on lines of their own.
    pub(super) fn insert_lines(&mut self, members: &[&Member], kept: &[bool], new: Vec<New<'s>>) {
        let Some(first) = members.first() else { return };
        let column = self.target.column(first.lead);
        for New { at, key, piece: value } in new {
            let before = kept_before(members, kept, at);
            let lines = self.renderer.member(key, value, column).join("\n");
            match before {
                Some(before) => {
                    let at = self.target.line_end(before.end());
                    self.patch.replace(at..at, format!("\n{lines}"));
                }
                None => {
                    let lead =
                        members.iter().zip(kept).find(|(_, keep)| **keep).map_or(first.lead, |(member, _)| member.lead);
                    let lines = lines.trim_start_matches(' ');
                    self.patch.replace(lead..lead, format!("{lines}\n{}", " ".repeat(column)));
                }
            }
        }
    }
}
