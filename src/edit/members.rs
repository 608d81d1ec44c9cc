//! Members of mappings and sequences that come and go: which lines, or which bytes between brackets, that is.

use super::render::Piece;
use super::splice::Splice;
use super::tree::{Member, Node};

/// A member that the target gets, before its member number `at`.
pub(super) struct New<'s> {
    /// Where.
    pub(super) at: usize,
    /// Its key, if it is an entry.
    pub(super) key: Option<String>,
    /// Its value.
    pub(super) piece: Piece<'s>,
}

/// The last member before number `at` that stays.
fn kept_before<'m>(members: &[&'m Member], kept: &[bool], at: usize) -> Option<&'m Member> {
    members.iter().zip(kept).take(at).rev().find(|(_, keep)| **keep).map(|(member, _)| *member)
}

impl<'s> Splice<'s> {
    /// Drops members between brackets, each with one of its commas.
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

    /// Puts members between brackets.
    pub(super) fn insert_flow(&mut self, node: &Node, members: &[&Member], kept: &[bool], new: Vec<New<'s>>) {
        // Members that stand on lines of their own get company of that kind.
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

    /// Drops members of a block with their lines.
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
                // `- a: 1` with `b: 2` below: what follows moves up behind the dash.
                Some(next) if front && !own_line => member.lead..next.lead,
                // The first line of the text has no line break before it that could go with it.
                Some(_) if front && start == 0 => {
                    let rest = self.target.slice(end..self.target.text.len());
                    self.target.line_start(member.lead)..end + rest.find('\n').map_or(0, |newline| newline + 1)
                }
                // The line break before goes, not the one after: something may be put in after this line.
                _ => {
                    let before = self.target.slice(0..self.target.line_start(member.lead));
                    let before = before.strip_suffix('\n').unwrap_or(before);
                    before.strip_suffix('\r').unwrap_or(before).len()..end
                }
            };
            self.patch.replace(range, "");
        }
    }

    /// Puts members into a block on lines of their own.
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
