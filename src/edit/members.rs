//! Adds and removes members of mappings and sequences: whole lines in block style, bytes between brackets in flow
//! style.

use std::collections::HashMap;

use super::brackets::{Around, Brackets};
use super::order::{brackets, comments_above, gaps};
use super::render::{Piece, Renderer};
use super::splice::Splice;
use super::tree::{Member, Node, NodeKind, Style, Tree};
use super::yaml;

/// A member that the target gets.
pub(super) struct New<'s> {
    /// The number of the old member before which it goes.
    pub(super) at: usize,
    /// The key; `None` in a sequence.
    pub(super) key: Option<String>,
    pub(super) piece: Piece<'s>,
    /// Its lines in the source from its first column on, if they have comments, which go with it.
    pub(super) raw: Option<Vec<String>>,
    /// Its comments in the source, for brackets in either file.
    pub(super) there: Option<Around>,
}

/// The lines of a member of a block, from its column on, with the comments above and beside it; `None` if it has none, or
/// its text has no meaning elsewhere.
fn with_comments(source: &Tree<'_>, member: &Member) -> Option<Vec<String>> {
    let start = source.line_start(member.lead);
    let own_line = source.slice(start..member.lead).trim_matches(' ').is_empty();
    if source.json || member.value.shares || !own_line {
        return None;
    }
    let column = source.column(member.lead);
    let text = source.slice(comments_above(source, member)..source.line_end(member.end()));
    let lines: Option<Vec<String>> = text
        .lines()
        .map(|line| match line.trim_start_matches(' ') {
            comment if comment.is_empty() || comment.starts_with('#') && line.len() - comment.len() <= column => {
                Some(comment.to_owned())
            }
            _ => line
                .get(column..)
                .filter(|_| line.get(..column).is_some_and(|indent| indent.trim().is_empty()))
                .map(str::to_owned),
        })
        .collect();
    // A `#` may be part of a value, and blank lines may belong to a block scalar: the lines alone have to mean the same.
    let alike = |lines: &Vec<String>| {
        let text = lines.join("\n") + "\n";
        let Some(root) = yaml::read(&text).ok().and_then(|mut tree| tree.documents.pop()) else { return false };
        matches!(root.members().as_slice(), [only] if only.value.value() == member.value.value())
    };
    lines.filter(|lines| lines.iter().any(|line| line.contains('#')) && alike(lines))
}

/// The comments of the members of one list or mapping of the source.
pub(super) struct Comments<'s> {
    source: &'s Tree<'s>,
    /// By where a member begins; `None` in a block.
    bracketed: Option<HashMap<usize, Around>>,
}

impl<'s> Comments<'s> {
    pub(super) fn new(source: &'s Tree<'s>, node: &Node) -> Comments<'s> {
        let bracketed = node.flow.then(|| {
            let around =
                brackets(source, node, false).and_then(Result::ok).map_or(Vec::new(), |brackets| brackets.around);
            node.members().iter().map(|member| member.lead).zip(around).collect()
        });
        Comments { source, bracketed }
    }

    /// Of a member of a block its lines, and of any member what surrounds it.
    pub(super) fn of(&self, member: &Member) -> (Option<Vec<String>>, Option<Around>) {
        match &self.bracketed {
            Some(around) => (None, around.get(&member.lead).cloned()),
            None => {
                let raw = with_comments(self.source, member);
                let above = self.source.slice(comments_above(self.source, member)..self.source.line_start(member.lead));
                let beside = self.source.slice(member.end()..self.source.line_end(member.end()));
                let there = raw.is_some().then(|| Around::new(above, beside));
                (raw, there)
            }
        }
    }
}

/// The last member before number `at` that is kept.
fn kept_before<'m>(members: &[&'m Member], kept: &[bool], at: usize) -> Option<&'m Member> {
    members.iter().zip(kept).take(at).rev().find(|(_, keep)| **keep).map(|(member, _)| *member)
}

/// Whether the keys of a flow mapping are quoted.
fn quoted(members: &[&Member]) -> bool {
    let key = members.first().and_then(|member| member.key.as_ref());
    key.is_some_and(|key| matches!(key.kind, NodeKind::Scalar(Style::Double, _)))
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
        // New keys are quoted as their neighbors are.
        let renderer = Renderer { quoted: quoted(members), ..self.renderer };
        for New { at, key, piece: value, .. } in new {
            let before = kept_before(members, kept, at);
            let member = match &spread {
                Some(indent) if self.target.json => {
                    let unit = indent.get(outer.min(indent.len())..).filter(|unit| !unit.is_empty()).unwrap_or("  ");
                    let value = self.renderer.json(value, indent, unit);
                    key.map_or(value.clone(), |key| format!("{key}: {value}"))
                }
                _ => renderer.flow_member(key.map(|key| renderer.requoted(key)), value),
            };
            let gap = spread.as_ref().map_or(" ".to_owned(), |indent| format!("\n{indent}"));
            match (before, members.first()) {
                (Some(before), _) => self.patch.replace(before.end()..before.end(), format!(",{gap}{member}")),
                (None, Some(first)) => self.patch.replace(first.lead..first.lead, format!("{member},{gap}")),
                (None, None) => {}
            }
        }
    }

    /// Removes members of a flow collection that has comments, and inserts others: each with the comments that are its own.
    pub(super) fn rearrange_brackets(
        &mut self,
        node: &Node,
        members: &[&Member],
        kept: &[bool],
        new: Vec<New<'s>>,
        brackets: &Brackets,
    ) {
        let renderer = Renderer { quoted: quoted(members), ..self.renderer };
        let mut new = new.into_iter().peekable();
        // What is inserted before a kept member, that member, and what surrounds each.
        let mut inserted: Vec<(usize, String)> = Vec::new();
        let mut around: Vec<Around> = Vec::new();
        let mut places: Vec<usize> = Vec::new();
        for at in 0..=members.len() {
            while let Some(New { key, piece, there, .. }) = new.next_if(|new| new.at <= at) {
                inserted.push((around.len(), renderer.flow_member(key.map(|key| renderer.requoted(key)), piece)));
                around.push(brackets.inserted(there.as_ref()));
            }
            if let (Some(true), Some(own)) = (kept.get(at), brackets.around.get(at)) {
                places.push(around.len());
                around.push(own.clone());
            }
        }
        let texts = brackets.write(&around.iter().collect::<Vec<_>>());
        let staying: Vec<&Member> =
            members.iter().zip(kept).filter(|(_, keep)| **keep).map(|(member, _)| *member).collect();
        // The gaps between the members that stay are written anew; the members are edited on their own.
        for (nth, range) in gaps(node, &staying).into_iter().enumerate() {
            let from = nth.checked_sub(1).and_then(|before| places.get(before)).map_or(0, |place| place + 1);
            let to = places.get(nth).copied().unwrap_or(around.len());
            let mut text = String::new();
            for place in from..=to {
                text.push_str(texts.get(place).map_or("", String::as_str));
                text.push_str(inserted.iter().find(|(at, _)| *at == place).map_or("", |(_, text)| text));
            }
            if text != self.target.slice(range.clone()).replace("\r\n", "\n") {
                self.patch.replace(range, text);
            }
        }
    }

    /// Removes members of a block collection together with their lines.
    pub(super) fn drop_lines(&mut self, members: &[&Member], kept: &[bool]) {
        let Some(first) = members.first() else { return };
        let start = self.target.line_start(first.lead);
        let own_line = self.target.slice(start..first.lead).trim_matches(' ').is_empty();
        let mut front = true;
        let next = members.iter().zip(kept).find(|(_, keep)| **keep).map(|(member, _)| *member);
        if let Some(next) = next.filter(|next| !own_line && next.lead != first.lead) {
            // In `- a: 1` with `b: 2` below it, the second entry moves up to the dash; a comment above it does so first.
            let above = self.target.slice(comments_above(self.target, next)..next.lead);
            let above = above.find('#').map_or(0, |comment| above.len() - comment);
            self.patch.replace(first.lead..next.lead - above, "");
        }
        for (index, member) in members.iter().enumerate() {
            if kept.get(index) == Some(&true) {
                front = false;
                continue;
            }
            if front && !own_line {
                continue;
            }
            let end = self.target.line_end(member.end());
            let range = match members.get(index + 1) {
                // There is no line break before the first line of the text to remove.
                Some(_) if front && start == 0 => {
                    let rest = self.target.slice(end..self.target.text.len());
                    comments_above(self.target, member)..end + rest.find('\n').map_or(0, |newline| newline + 1)
                }
                // Remove the line break before the line, not the one after it: an insertion may follow this line.
                _ => {
                    let before = self.target.slice(0..comments_above(self.target, member));
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
        for New { at, key, piece: value, raw, there } in new {
            let before = kept_before(members, kept, at);
            let indented =
                |line: &String| if line.is_empty() { String::new() } else { format!("{}{line}", " ".repeat(column)) };
            let lines = match raw {
                Some(raw) => raw.iter().map(indented).collect::<Vec<_>>(),
                None => {
                    let lines = self.renderer.member(key, value, column);
                    match there {
                        Some(there) => there.lines(lines, &" ".repeat(column)),
                        None => lines,
                    }
                }
            };
            let lines = lines.join("\n");
            match before {
                Some(before) => {
                    let at = self.target.line_end(before.end());
                    self.patch.replace(at..at, format!("\n{lines}"));
                }
                None => {
                    let next = members.iter().zip(kept).find(|(_, keep)| **keep).map_or(*first, |(member, _)| *member);
                    let start = self.target.line_start(first.lead);
                    if self.target.slice(start..first.lead).trim_matches(' ').is_empty() {
                        let above = comments_above(self.target, next);
                        self.patch.replace(above..above, format!("{lines}\n"));
                    } else {
                        // On the line of the dash, where the first entry is or was.
                        let lines = lines.trim_start_matches(' ');
                        self.patch.replace(first.lead..first.lead, format!("{lines}\n{}", " ".repeat(column)));
                    }
                }
            }
        }
    }
}
