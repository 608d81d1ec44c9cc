//! Writes values of the source as text of the target: block style in a block, brackets inside brackets.
//!
//! Scalars and keys keep their source text where it is valid; the layout is that of the target.

use super::location::Step;
use super::scalar::{self, Rendered, ScalarSite};
use super::tree::{Node, NodeKind, Style, Tree};
use super::want::Want;

/// How the target indents blocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Indentation {
    /// Spaces from a mapping to a mapping inside it.
    pub(super) unit: usize,
    /// Spaces from a mapping to the dashes of a sequence inside it.
    pub(super) dash: usize,
}

impl Indentation {
    /// The layout of a file, taken from the first nested mapping and the first nested sequence.
    pub(super) fn of(tree: &Tree<'_>) -> Indentation {
        let mut found = (None, None);
        for root in &tree.documents {
            look(tree, root, &mut found);
        }
        Indentation { unit: found.0.unwrap_or(2), dash: found.1.unwrap_or(2) }
    }
}

fn look(tree: &Tree<'_>, node: &Node, found: &mut (Option<usize>, Option<usize>)) {
    if node.flow || found.0.is_some() && found.1.is_some() {
        return;
    }
    for member in node.members() {
        let value = &member.value;
        let first = value
            .members()
            .first()
            .map(|inner| inner.lead)
            .filter(|_| !value.flow && matches!(node.kind, NodeKind::Map(_)));
        if let Some(first) = first {
            let offset = tree.column(first).saturating_sub(tree.column(member.lead));
            match value.kind {
                NodeKind::Map(_) if offset > 0 => found.0 = found.0.or(Some(offset)),
                NodeKind::List(_) => found.1 = found.1.or(Some(offset)),
                _ => {}
            }
        }
        look(tree, value, found);
    }
}

/// What to write: a value of the source, or new parents around such values.
#[derive(Clone, Copy)]
pub(super) enum Piece<'s> {
    Node(&'s Node),
    /// Parents that the target does not have.
    Made(&'s Want<&'s Node>),
}

/// Writes pieces of `source` in the layout of the target.
#[derive(Clone, Copy)]
pub(super) struct Renderer<'s> {
    pub(super) source: &'s Tree<'s>,
    pub(super) indentation: Indentation,
    /// Whether keys are written in double quotes, as in JSON.
    pub(super) quoted: bool,
}

impl<'s> Renderer<'s> {
    /// The keys (`None` in a sequence) and values of a piece; `None` if the piece is not a collection.
    fn members(&self, piece: Piece<'s>) -> Option<Vec<(Option<String>, Piece<'s>)>> {
        match piece {
            Piece::Made(Want::Take(node)) => self.members(Piece::Node(node)),
            Piece::Made(Want::Into(children)) => {
                let key = |step: &Step| match step {
                    Step::Name(name) => Some(self.key(name)),
                    Step::Index(_) => None,
                };
                Some(children.iter().map(|(step, child)| (key(step), Piece::Made(child))).collect())
            }
            Piece::Node(node) => match &node.resolved().kind {
                NodeKind::List(items) => Some(items.iter().map(|item| (None, Piece::Node(&item.value))).collect()),
                NodeKind::Map(_) => {
                    let entries = node.resolved().entries().into_iter();
                    Some(
                        entries
                            .map(|(name, key, value)| (Some(self.written_key(name, key)), Piece::Node(value)))
                            .collect(),
                    )
                }
                _ => None,
            },
        }
    }

    /// A key as written in the source, if that text is valid everywhere.
    pub(super) fn written_key(&self, name: &str, key: &Node) -> String {
        if self.quoted {
            return self.key(name);
        }
        let raw = self.source.slice(key.start..key.outer.end);
        let simple = matches!(&key.kind, NodeKind::Scalar(style, _) if !style.is_block())
            && !raw.contains('\n')
            && !raw.is_empty();
        let safe = !matches!(&key.kind, NodeKind::Scalar(Style::Plain, _)) || !raw.contains([',', '[', ']', '{', '}']);
        if simple && safe && key.tag.is_none() { raw.to_owned() } else { self.key(name) }
    }

    /// A name written as a key.
    pub(super) fn key(&self, name: &str) -> String {
        match !self.source.json && !self.quoted && scalar::plain_can(name, true) {
            true => name.to_owned(),
            false if self.source.json => serde_json::Value::from(name).to_string(),
            false => scalar::double(name),
        }
    }

    /// A written key with the quotes that keys have here.
    pub(super) fn requoted(&self, key: String) -> String {
        if self.quoted && !key.starts_with(['"', '\'']) { scalar::double(&key) } else { key }
    }

    fn node_of(piece: Piece<'s>) -> Option<&'s Node> {
        match piece {
            Piece::Node(node) => Some(node.resolved()),
            Piece::Made(Want::Take(node)) => Some(node.resolved()),
            Piece::Made(Want::Into(_)) => None,
        }
    }

    /// A piece in block context, for a parent whose entries are at `column`. `wish` is the style of the scalar that it
    /// replaces.
    pub(super) fn block(&self, piece: Piece<'s>, column: usize, in_list: bool, wish: Option<Style>) -> Rendered {
        let node = Self::node_of(piece);
        if let Some(scalar) = node.filter(|node| matches!(node.kind, NodeKind::Scalar(..))) {
            let body = column + if in_list { 2 } else { self.indentation.unit };
            return scalar::write(self.source, scalar, wish, ScalarSite { flow: false, body });
        }
        let members = self.members(piece).unwrap_or_default();
        if members.is_empty() || node.is_some_and(|node| node.flow) {
            return Rendered::line(self.flow(piece));
        }
        let tag = node.and_then(|node| node.tag.as_ref()).map(|(_, written)| written.clone());
        let list = members.iter().all(|(key, _)| key.is_none());
        let column = column
            + if in_list {
                2
            } else if list {
                self.indentation.dash
            } else {
                self.indentation.unit
            };
        let mut below = Vec::new();
        for (key, value) in members {
            below.extend(self.member(key, value, column));
        }
        Rendered { head: tag.unwrap_or_default(), below }
    }

    /// An entry or an item as lines that begin at `column`.
    pub(super) fn member(&self, key: Option<String>, value: Piece<'s>, column: usize) -> Vec<String> {
        let indent = " ".repeat(column);
        let Rendered { head, mut below } = self.block(value, column, key.is_none(), None);
        let mark = key.map_or_else(|| "-".to_owned(), |key| format!("{key}:"));
        let inner = format!("{indent}  ");
        match below.first_mut().filter(|first| mark == "-" && head.is_empty() && first.starts_with(&inner)) {
            Some(first) => *first = format!("{indent}- {}", first.strip_prefix(&inner).unwrap_or_default()),
            None if head.is_empty() => below.insert(0, format!("{indent}{mark}")),
            None => below.insert(0, format!("{indent}{mark} {head}")),
        }
        below
    }

    /// A piece in flow style, on one line.
    pub(super) fn flow(&self, piece: Piece<'s>) -> String {
        self.flow_scalar(piece, None)
    }

    /// Like [`Renderer::flow`]; `wish` is the style of the scalar that the piece replaces.
    pub(super) fn flow_scalar(&self, piece: Piece<'s>, wish: Option<Style>) -> String {
        let node = Self::node_of(piece);
        if let Some(node) = node {
            if matches!(node.kind, NodeKind::Scalar(..)) {
                return scalar::write(self.source, node, wish, ScalarSite { flow: true, body: 0 }).head;
            }
            let raw = self.source.slice(node.start..node.outer.end);
            let bracketed = raw.starts_with(['[', '{']);
            if !self.quoted && node.flow && !node.shares && node.tag.is_none() && !raw.contains('\n') && bracketed {
                return raw.to_owned();
            }
        }
        let members = self.members(piece).unwrap_or_default();
        let list = match node {
            Some(node) => matches!(node.kind, NodeKind::List(_)),
            None => members.iter().all(|(key, _)| key.is_none()),
        };
        let written: Vec<String> = members.into_iter().map(|(key, value)| self.flow_member(key, value)).collect();
        let body = written.join(", ");
        let tag = node.and_then(|node| node.tag.as_ref()).map(|(_, tag)| format!("{tag} ")).unwrap_or_default();
        if list { format!("{tag}[{body}]") } else { format!("{tag}{{{body}}}") }
    }

    /// An entry or an item in flow style.
    pub(super) fn flow_member(&self, key: Option<String>, value: Piece<'s>) -> String {
        let value = self.flow(value);
        key.map_or(value.clone(), |key| format!("{key}: {value}"))
    }

    /// A piece as JSON, on several lines if its source has them. Lines after the first begin with `indent`.
    pub(super) fn json(&self, piece: Piece<'s>, indent: &str, unit: &str) -> String {
        let node = Self::node_of(piece);
        let spread = node.is_none_or(|node| self.source.slice(node.outer.clone()).contains('\n'));
        let members = self.members(piece).filter(|members| !members.is_empty() && spread);
        let Some(members) = members else { return self.flow(piece) };
        let list = members.iter().all(|(key, _)| key.is_none());
        let inner = format!("{indent}{unit}");
        let lines = members.into_iter().map(|(key, value)| {
            let value = self.json(value, &inner, unit);
            format!("\n{inner}{}", key.map_or(value.clone(), |key| format!("{key}: {value}")))
        });
        let body = lines.collect::<Vec<_>>().join(",");
        if list { format!("[{body}\n{indent}]") } else { format!("{{{body}\n{indent}}}") }
    }
}
