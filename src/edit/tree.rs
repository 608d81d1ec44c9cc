//! YAML and JSON as one tree of nodes with byte ranges. The tree knows where everything is; it changes nothing.
//!
//! Ranges count bytes of the text without its byte order mark. INVARIANT: `outer.start <= start <= outer.end`, all of
//! them are character boundaries, and the ranges of siblings do not overlap.

use std::ops::Range;
use std::rc::Rc;

use indexmap::IndexMap;

use super::location::{Location, Step};
use super::scalar;
use super::value::Value;

/// How deep values may nest, counting through aliases.
pub(super) const DEPTH: usize = 128;
/// How many nodes a file may have, counting through aliases.
pub(super) const SIZE: usize = 2_000_000;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

impl Style {
    /// Whether it is `|` or `>`.
    pub(super) fn is_block(self) -> bool {
        matches!(self, Style::Literal | Style::Folded)
    }
}

#[derive(Debug)]
pub(super) enum NodeKind {
    /// A single value, with its escapes decoded.
    Scalar(Style, String),
    List(Vec<Member>),
    /// A mapping. Here, `<<` is a key like any other.
    Map(IndexMap<String, Member>),
    /// `*name` and the node with that anchor.
    Alias(String, Rc<Node>),
}

/// An item of a sequence or an entry of a mapping.
#[derive(Debug)]
pub(super) struct Member {
    /// Where it begins: at its dash, `?`, or key; in a flow sequence at its value.
    pub(super) lead: usize,
    /// `None` for an item of a sequence.
    pub(super) key: Option<Rc<Node>>,
    /// The position after the indicator (`-` or `:`) before its value; `None` if there is no `:`.
    pub(super) slot: Option<usize>,
    pub(super) value: Rc<Node>,
}

/// One value in the text.
#[derive(Debug)]
pub(super) struct Node {
    /// The whole value with its anchor and tag. Empty if nothing is written.
    pub(super) outer: Range<usize>,
    /// Where it begins without anchor and tag.
    pub(super) start: usize,
    pub(super) anchor: Option<String>,
    /// The tag, resolved and as written.
    pub(super) tag: Option<(String, String)>,
    pub(super) kind: NodeKind,
    /// Whether it is written in brackets, or is a scalar.
    pub(super) flow: bool,
    /// The depth of nesting, counting through aliases.
    pub(super) depth: usize,
    /// The number of nodes, counting through aliases.
    pub(super) size: usize,
    /// Whether it contains anchors, aliases, or merge keys, so that its text cannot be copied elsewhere.
    pub(super) shares: bool,
}

impl Node {
    /// The node, or the node that the alias refers to.
    pub(super) fn resolved(&self) -> &Node {
        match &self.kind {
            NodeKind::Alias(_, target) => target.resolved(),
            _ => self,
        }
    }

    /// The items or entries written here, without those from merge keys.
    pub(super) fn members(&self) -> Vec<&Member> {
        match &self.kind {
            NodeKind::List(items) => items.iter().collect(),
            NodeKind::Map(entries) => entries.values().collect(),
            _ => Vec::new(),
        }
    }

    /// The entry or item written here that a step leads to.
    pub(super) fn member(&self, step: &Step) -> Option<&Member> {
        match (&self.kind, step) {
            (NodeKind::Map(entries), Step::Name(name)) => entries.get(name).filter(|member| !member.merges()),
            (NodeKind::List(items), Step::Index(index)) => items.get(*index),
            _ => None,
        }
    }

    /// The entries of a mapping with merge keys applied: name, written key, value.
    pub(super) fn entries(&self) -> Vec<(&str, &Rc<Node>, &Rc<Node>)> {
        let NodeKind::Map(own) = &self.kind else { return Vec::new() };
        let mut entries: Vec<(&str, &Rc<Node>, &Rc<Node>)> = Vec::new();
        for (name, member) in own {
            if let (false, Some(key)) = (member.merges(), &member.key) {
                entries.push((name, key, &member.value));
            }
        }
        if self.merged().next().is_none() {
            return entries;
        }
        let mut known: IndexMap<&str, (&Rc<Node>, &Rc<Node>)> =
            entries.into_iter().map(|(n, k, v)| (n, (k, v))).collect();
        for map in self.merged() {
            for (name, key, value) in map.entries() {
                known.entry(name).or_insert((key, value));
            }
        }
        known.into_iter().map(|(name, (key, value))| (name, key, value)).collect()
    }

    /// The mappings that merge keys refer to. Earlier ones take precedence.
    fn merged(&self) -> impl Iterator<Item = &Node> {
        let own = match &self.kind {
            NodeKind::Map(own) => own.get("<<").filter(|member| member.merges()),
            _ => None,
        };
        let list = own.map(|member| member.value.resolved());
        list.into_iter().flat_map(|node| match &node.kind {
            NodeKind::List(items) => items.iter().map(|item| item.value.resolved()).collect(),
            _ => vec![node],
        })
    }

    /// The value of a name that only comes from a merge key.
    pub(super) fn inherited(&self, name: &str) -> Option<&Node> {
        let found = self.merged().find_map(|map| match map.member(&Step::Name(name.to_owned())) {
            Some(member) => Some(member.value.resolved()),
            None => map.inherited(name),
        });
        found.filter(|_| self.member(&Step::Name(name.to_owned())).is_none())
    }

    /// The value with aliases and merge keys resolved.
    pub(super) fn value(&self) -> Value {
        let value = match &self.kind {
            NodeKind::Alias(_, target) => return target.value(),
            NodeKind::Scalar(..) => return scalar::resolve(self),
            NodeKind::List(items) => Value::List(items.iter().map(|item| item.value.value()).collect()),
            NodeKind::Map(_) => Value::Map(
                self.entries().into_iter().map(|(name, _, value)| (name.to_owned(), value.value())).collect(),
            ),
        };
        match &self.tag {
            Some((tag, _)) if !matches!(tag.as_str(), "tag:yaml.org,2002:map" | "tag:yaml.org,2002:seq") => {
                Value::Tagged(tag.clone(), Box::new(value))
            }
            _ => value,
        }
    }
}

impl Member {
    pub(super) fn merges(&self) -> bool {
        let Some(key) = &self.key else { return false };
        let map = |node: &Node| matches!(node.resolved().kind, NodeKind::Map(_));
        matches!(&key.kind, NodeKind::Scalar(Style::Plain, text) if text == "<<")
            && match &self.value.resolved().kind {
                NodeKind::Map(_) => true,
                NodeKind::List(items) => items.iter().all(|item| map(&item.value)),
                _ => false,
            }
    }

    pub(super) fn end(&self) -> usize {
        self.value.outer.end
    }
}

/// An alias in the text.
#[derive(Debug)]
pub(super) struct Alias {
    /// The byte offset of its `*`.
    pub(super) at: usize,
    pub(super) name: String,
    /// The byte offset of the value that it refers to.
    pub(super) target: usize,
}

#[derive(Debug)]
pub(super) struct Tree<'t> {
    /// Without a byte order mark.
    pub(super) text: &'t str,
    pub(super) json: bool,
    /// The root of each document.
    pub(super) documents: Vec<Rc<Node>>,
    /// Where the value of each document may begin: after its `---`.
    pub(super) slots: Vec<usize>,
    /// All aliases, in the order of the text.
    pub(super) aliases: Vec<Alias>,
}

impl Tree<'_> {
    /// The text of a range; empty if the range is not valid.
    pub(super) fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// The value at a location, found through aliases and merge keys.
    pub(super) fn find(&self, at: &Location) -> Option<&Node> {
        self.written_at(at).map(Node::resolved)
    }

    /// What is written at a location: [`Tree::find`], or an alias of it.
    pub(super) fn written_at(&self, at: &Location) -> Option<&Node> {
        let mut node: &Node = self.documents.get(at.document)?;
        for step in &at.steps {
            let whole = node.resolved();
            node = match (whole.member(step), step) {
                (Some(member), _) => &member.value,
                (None, Step::Name(name)) => whole.inherited(name)?,
                (None, Step::Index(_)) => return None,
            };
        }
        Some(node)
    }

    /// The name and the line of the first alias on the path to a location.
    pub(super) fn alias_on_the_way(&self, at: &Location) -> Option<(&str, usize)> {
        let mut node: &Node = self.documents.get(at.document)?;
        for step in at.steps.iter().map(Some).chain([None]) {
            if let NodeKind::Alias(name, _) = &node.kind {
                return Some((name, self.line(node.outer.start)));
            }
            match (node.member(step?), step?) {
                (Some(member), _) => node = &member.value,
                (None, _) => {
                    let NodeKind::Map(entries) = &node.kind else { return None };
                    let merge = entries.get("<<").filter(|member| member.merges())?;
                    let range = merge.value.outer.clone();
                    let alias = self.aliases.iter().find(|alias| range.contains(&alias.at))?;
                    return Some((&alias.name, self.line(alias.at)));
                }
            }
        }
        None
    }

    /// The line of a position, counted from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.slice(0..at).matches('\n').count() + 1
    }

    /// The distance of a position from the start of its line, in characters.
    pub(super) fn column(&self, at: usize) -> usize {
        self.slice(self.line_start(at)..at).chars().count()
    }

    /// The start of the line that contains a position.
    pub(super) fn line_start(&self, at: usize) -> usize {
        self.slice(0..at).rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// The end of the line that contains a position, before its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.slice(at..self.text.len());
        let line = rest.split('\n').next().unwrap_or_default();
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }
}
