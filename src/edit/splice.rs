//! Computes the changes to the text of a tree that give it the wanted values. Equal parts keep their bytes.

use indexmap::IndexMap;

use super::EditError;
use super::brackets::Around;
use super::location::{Location, Step};
use super::members::{Comments, New};
use super::order::{brackets, partners};
use super::patch::Patch;
use super::render::{Indentation, Piece, Renderer};
use super::scalar::Rendered;
use super::tree::{Member, Node, NodeKind, Tree};
use super::value::overlay;
use super::want::Want;

/// Where a value is written: after which indicator, in which column, and whether inside brackets.
#[derive(Clone, Copy)]
struct ValueSite {
    slot: Option<usize>,
    column: usize,
    in_list: bool,
    flow: bool,
}

/// Plans the changes to one target.
pub(super) struct Splice<'s> {
    pub(super) target: &'s Tree<'s>,
    pub(super) renderer: Renderer<'s>,
    /// Whether to write out aliases and merge keys whose value differs from the wanted one. Off at first: if the
    /// anchored value is copied as well, the alias follows it.
    detach: bool,
    pub(super) patch: Patch,
    orphan: Option<EditError>,
}

/// The changes that give `target` the values in `wants`, which has one entry for each document. The error is the likely
/// reason if the result turns out not to be readable.
pub(super) fn plan<'s>(
    target: &'s Tree<'s>,
    source: &'s Tree<'s>,
    wants: &'s [Want<&'s Node>],
    detach: bool,
) -> Result<(Patch, Option<EditError>), EditError> {
    let renderer = Renderer { source, indentation: Indentation::of(target), quoted: false };
    let mut splice = Splice { target, renderer, detach, patch: Patch::default(), orphan: None };
    for (document, want) in wants.iter().enumerate().filter(|(_, want)| !want.is_nothing()) {
        match target.documents.get(document) {
            Some(root) => {
                let place = ValueSite {
                    slot: target.slots.get(document).copied(),
                    column: 0,
                    in_list: false,
                    flow: target.json,
                };
                splice.visit(root, want, place)?;
            }
            None => splice.begin(want),
        }
    }
    Ok((splice.patch, splice.orphan))
}

impl<'s> Splice<'s> {
    /// Writes into an empty file.
    fn begin(&mut self, want: &'s Want<&'s Node>) {
        let text = self.target.text;
        let Rendered { head, below } = self.root(Piece::Made(want));
        let lines: String =
            std::iter::once(head).chain(below).filter(|line| !line.is_empty()).map(|line| line + "\n").collect();
        let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        self.patch.replace(text.len()..text.len(), format!("{gap}{lines}"));
    }

    /// A piece at the left margin.
    fn root(&self, piece: Piece<'s>) -> Rendered {
        let mut rendered = self.renderer.block(piece, 0, false, None);
        let indent = rendered.below.first().map_or(0, |line| line.len() - line.trim_start_matches(' ').len());
        if rendered.head.is_empty() {
            for line in &mut rendered.below {
                *line = line.get(indent..).unwrap_or_default().to_owned();
            }
        }
        rendered
    }

    fn visit(&mut self, node: &'s Node, want: &'s Want<&'s Node>, place: ValueSite) -> Result<(), EditError> {
        let children = match want {
            Want::Take(source) => return self.equal(node, source.resolved(), place),
            Want::Into(children) => children,
        };
        if matches!(node.kind, NodeKind::Alias(..)) {
            let at = &mut Location::root(0);
            let wanted = overlay(Some(node.value()), want, at, &|node| node.value()).ok();
            return if self.detach && wanted != Some(node.value()) { Err(self.through(node)) } else { Ok(()) };
        }
        if node.members().is_empty() {
            return self.replace(node, Piece::Made(want), place);
        }
        let mut missing = Vec::new();
        for (step, child) in children {
            match (node.member(step), step) {
                (Some(member), _) => self.visit(&member.value, child, self.place(node, member))?,
                (None, Step::Name(name)) => match (node.inherited(name), child) {
                    (Some(_), _) if !self.detach => {}
                    (Some(inherited), Want::Take(source)) if inherited.value() == source.value() => {}
                    (Some(inherited), Want::Into(_)) => {
                        let wanted =
                            overlay(Some(inherited.value()), child, &mut Location::root(0), &|node| node.value()).ok();
                        if wanted != Some(inherited.value()) {
                            return Err(self.through(node));
                        }
                    }
                    _ => missing.push((Some(self.renderer.key(name)), Piece::Made(child))),
                },
                (None, Step::Index(_)) => missing.push((None, Piece::Made(child))),
            }
        }
        let count = node.members().len();
        self.rearrange(
            node,
            &vec![true; count],
            missing.into_iter().map(|(key, piece)| New { at: count, key, piece, raw: None, there: None }).collect(),
        )
    }

    fn place(&self, parent: &Node, member: &Member) -> ValueSite {
        let in_list = matches!(parent.kind, NodeKind::List(_));
        ValueSite { slot: member.slot, column: self.target.column(member.lead), in_list, flow: parent.flow }
    }

    /// Makes the value of `node` equal to that of `source`.
    fn equal(&mut self, node: &'s Node, source: &'s Node, place: ValueSite) -> Result<(), EditError> {
        if matches!(node.kind, NodeKind::Alias(..)) {
            let differs = self.detach && node.value() != source.value();
            return if differs { self.replace(node, Piece::Node(source), place) } else { Ok(()) };
        }
        let same_tag = node.tag.as_ref().map(|tag| &tag.0) == source.tag.as_ref().map(|tag| &tag.0);
        let empty = node.members().is_empty() || source.members().is_empty();
        match (&node.kind, &source.kind) {
            (NodeKind::Map(own), NodeKind::Map(_)) if same_tag && !empty => {
                let wanted: IndexMap<&str, (&Node, &Node)> =
                    source.entries().into_iter().map(|(name, key, value)| (name, (&**key, &**value))).collect();
                let mut kept = Vec::new();
                let mut known = 0;
                for (name, member) in own {
                    let keep = member.merges() || wanted.contains_key(name.as_str());
                    if let (false, Some((_, value))) = (member.merges(), wanted.get(name.as_str())) {
                        known += 1;
                        self.equal(&member.value, value.resolved(), self.place(node, member))?;
                    }
                    kept.push(keep);
                }
                let mut missing = Vec::new();
                if known < wanted.len() {
                    // A new entry follows the entry that it follows in the source.
                    let comments = Comments::new(self.renderer.source, source);
                    let mut at = 0;
                    for (name, (key, value)) in &wanted {
                        if let Some(own) = own.get_index_of(*name) {
                            at = own + 1;
                        }
                        let inherited = node.inherited(name);
                        let follows =
                            inherited.is_some_and(|inherited| !self.detach || inherited.value() == value.value());
                        if !follows && node.member(&Step::Name((*name).to_owned())).is_none() {
                            let member = source.member(&Step::Name((*name).to_owned()));
                            let (raw, there) = member.map_or((None, None), |member| comments.of(member));
                            let key = Some(self.renderer.written_key(name, key));
                            missing.push(New { at, key, piece: Piece::Node(value), raw, there });
                        }
                    }
                }
                match kept.contains(&true) {
                    true => self.rearrange(node, &kept, missing),
                    false => self.replace(node, Piece::Node(source), place),
                }
            }
            (NodeKind::List(old), NodeKind::List(new)) if same_tag && !empty => {
                self.equal_lists(node, old, source, new)
            }
            _ if node.value() == source.value() => Ok(()),
            _ => self.replace(node, Piece::Node(source), place),
        }
    }

    /// Equal items stay in place. Items that differ are compared one by one, and the rest is inserted or removed there.
    fn equal_lists(
        &mut self,
        node: &'s Node,
        old: &'s [Member],
        source: &'s Node,
        new: &'s [Member],
    ) -> Result<(), EditError> {
        let comments = Comments::new(self.renderer.source, source);
        let inserted = |at, item: &'s Member| {
            let (raw, there) = comments.of(item);
            New { at, key: None, piece: Piece::Node(&item.value), raw, there }
        };
        let mut kept = vec![false; old.len()];
        let mut missing = Vec::new();
        let partners = partners(old, new).filter(|partners| partners.iter().flatten().is_sorted());
        if let Some(partners) = partners.filter(|partners| partners.iter().any(Option::is_some)) {
            let mut at = 0;
            for (partner, item) in partners.iter().zip(new) {
                match partner.and_then(|partner| Some((partner, old.get(partner)?, kept.get_mut(partner)?))) {
                    Some((partner, own, kept)) => {
                        *kept = true;
                        at = partner + 1;
                        self.equal(&own.value, item.value.resolved(), self.place(node, own))?;
                    }
                    None => missing.push(inserted(at, item)),
                }
            }
            return self.rearrange(node, &kept, missing);
        }
        let says = |items: &[Member]| items.iter().map(|item| format!("{:?}", item.value.value())).collect::<Vec<_>>();
        let (before, after) = (says(old), says(new));
        for op in similar::capture_diff_slices(similar::Algorithm::Myers, &before, &after) {
            let (from, to) = (op.old_range(), op.new_range());
            // Visit equal items, too: one may be an alias of something that changes.
            for (index, source) in from.clone().zip(to.clone()) {
                let (Some(item), Some(source), Some(kept)) = (old.get(index), new.get(source), kept.get_mut(index))
                else {
                    continue;
                };
                *kept = true;
                self.equal(&item.value, source.value.resolved(), self.place(node, item))?;
            }
            let rest = new.get(to.start + from.len().min(to.len())..to.end).unwrap_or_default();
            missing.extend(rest.iter().map(|item| inserted(from.end, item)));
        }
        match kept.contains(&true) {
            true => self.rearrange(node, &kept, missing),
            false => Ok(()),
        }
    }

    /// Removes the members that are not kept and inserts the new ones. At least one member is kept.
    fn rearrange(&mut self, node: &'s Node, kept: &[bool], new: Vec<New<'s>>) -> Result<(), EditError> {
        let members = node.members();
        if new.is_empty() && !kept.contains(&false) {
            return Ok(());
        }
        for (member, _) in members.iter().zip(kept).filter(|(_, keep)| !**keep) {
            self.note_anchors(member.lead, member.end());
        }
        let unbracketed = node.flow && !self.target.slice(node.start..node.outer.end).starts_with(['[', '{']);
        if unbracketed {
            let message = format!(
                "the mapping at line {} is inside a `[ ]` sequence but has no braces",
                self.target.line(node.start)
            );
            return Err(EditError::refused(message, "add braces around it first"));
        }
        let commented = new.iter().any(|new| new.there.as_ref().is_some_and(Around::has_comment));
        if let Some(brackets) = brackets(self.target, node, commented) {
            self.rearrange_brackets(node, &members, kept, new, &brackets?);
        } else if node.flow {
            self.drop_flow(&members, kept);
            self.insert_flow(node, &members, kept, new);
        } else {
            self.drop_lines(&members, kept);
            self.insert_lines(&members, kept, new);
        }
        Ok(())
    }

    /// Replaces `node` by `piece`. The anchor of `node` stays.
    fn replace(&mut self, node: &'s Node, piece: Piece<'s>, place: ValueSite) -> Result<(), EditError> {
        self.note_anchors(node.start, node.outer.end);
        let wish = match (&node.kind, node.outer.is_empty()) {
            (NodeKind::Scalar(style, _), false) => Some(*style),
            _ => None,
        };
        let (tag, properties) = self.properties(node, piece);
        let inside = |head: String| {
            let head = tag.and_then(|tag| head.strip_prefix(tag)).map_or(head.as_str(), str::trim_start);
            format!("{properties}{head}").trim_end_matches([' ', '\n']).to_owned()
        };
        if place.flow {
            let written = match self.target.json {
                true => {
                    let line = self.target.line_start(node.start);
                    let blanks = self.target.slice(line..node.start);
                    let indent =
                        blanks.get(..blanks.len() - blanks.trim_start_matches([' ', '\t']).len()).unwrap_or_default();
                    self.renderer.json(piece, indent, if indent.starts_with('\t') { "\t" } else { "  " })
                }
                false => inside(self.renderer.flow_scalar(piece, wish)),
            };
            let colon = if node.outer.is_empty() && place.slot.is_none() { ":" } else { "" };
            let gap = if node.outer.is_empty() { " " } else { "" };
            self.patch.replace(node.outer.clone(), format!("{colon}{gap}{written}"));
            return Ok(());
        }
        let Some(slot) = place.slot else {
            let message = format!("the key at line {} has no `:`", self.target.line(node.start));
            return Err(EditError::refused(message, "add `:` after the key first"));
        };
        let root = slot == 0 || self.target.slice(slot - 3.min(slot)..slot) == "---";
        let Rendered { head, below } = match root {
            true => self.root(piece),
            false => self.renderer.block(piece, place.column, place.in_list, wish),
        };
        let (mut head, mut below) = (inside(head), below);
        let rest = self.target.slice(node.outer.end..self.target.line_end(node.outer.end));
        let alone = rest.trim().is_empty() && !self.target.slice(slot..node.outer.start).contains(['\n', '#']);
        if place.in_list && head.is_empty() && alone && !below.is_empty() {
            // A collection begins on the line of its dash.
            head = below.remove(0).trim_start_matches(' ').to_owned();
        }
        self.write(node, slot, head, below);
        Ok(())
    }

    /// The text in front of a value that replaces `node`: its anchor, and its tag if that does not change. Such a tag
    /// is also returned, because the new value must not repeat it.
    fn properties(&self, node: &Node, piece: Piece<'s>) -> (Option<&'s str>, String) {
        let tag_of = |node: &'s Node| node.tag.as_ref().map(|(tag, written)| (tag.as_str(), written.as_str()));
        let new = match piece {
            Piece::Node(source) => tag_of(source.resolved()),
            Piece::Made(Want::Take(source)) => tag_of(source.resolved()),
            Piece::Made(Want::Into(_)) => None,
        };
        let old = node.tag.as_ref().map(|(tag, _)| tag.as_str());
        let written = self.target.slice(node.outer.start..node.start);
        if old == new.map(|(tag, _)| tag) && !written.contains('#') {
            let gap = if written.is_empty() || written.ends_with([' ', '\t']) { "" } else { " " };
            return (new.map(|(_, written)| written), format!("{}{gap}", written.replace('\r', "")));
        }
        (None, node.anchor.as_ref().map(|name| format!("&{name} ")).unwrap_or_default())
    }

    /// Writes a head and the lines below it in place of `node`, in block context.
    fn write(&mut self, node: &Node, slot: usize, head: String, below: Vec<String>) {
        let outer = node.outer.clone();
        let collection = !node.flow && !matches!(node.kind, NodeKind::Scalar(..));
        let end = if collection { self.target.line_end(outer.end) } else { outer.end };
        let lines: String = below.iter().map(|line| format!("\n{line}")).collect();
        let same_line = !self.target.slice(slot..outer.start).contains('\n');
        if !collection && below.is_empty() && !outer.is_empty() {
            self.patch.replace(outer, head);
            return;
        }
        if slot == 0 && same_line {
            // The root of a document without a `---` line.
            let text =
                if head.is_empty() { lines.trim_start_matches('\n').to_owned() } else { format!("{head}{lines}") };
            self.patch.replace(outer.start..end, text);
        } else if same_line {
            let from = if head.is_empty() { slot } else { outer.start };
            let gap = if !head.is_empty() && from == slot { " " } else { "" };
            self.patch.replace(from..end, format!("{gap}{head}"));
            let below_at = self.target.line_end(end);
            self.patch.replace(below_at..below_at, lines);
        } else if slot == 0 {
            self.patch.replace(outer.start..end, format!("{head}{lines}").trim_start_matches('\n'));
        } else {
            let line = self.target.line_end(slot);
            self.patch.replace(slot..slot, if head.is_empty() { head } else { format!(" {head}") });
            self.patch.replace(line..end, lines);
        }
    }

    /// Remembers an alias that may lose its anchor. Only the result shows whether it does, because the alias itself may
    /// be removed.
    fn note_anchors(&mut self, start: usize, end: usize) {
        let inside = |at: usize| (start..end).contains(&at);
        let used = self.target.aliases.iter().find(|alias| inside(alias.target) && !inside(alias.at));
        if let (None, Some(alias)) = (&self.orphan, used) {
            let line = self.target.line(alias.at);
            let message =
                format!("the alias `*{}` at line {line} refers to a value that would be replaced", alias.name);
            self.orphan = Some(EditError::refused(message, "replace that alias with its value"));
        }
    }

    /// The error for a change to something that is only reachable through an alias.
    fn through(&self, node: &Node) -> EditError {
        let alias = self.target.aliases.iter().find(|alias| alias.at >= node.outer.start);
        let name =
            alias.map_or(String::new(), |alias| format!("`*{}` at line {}", alias.name, self.target.line(alias.at)));
        let message =
            format!("the change is inside the alias {name}, so every other use of its anchor would change too");
        EditError::refused(message, "replace that alias with its value, or copy the anchored value too")
    }
}
