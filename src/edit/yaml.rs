//! Reads YAML text into a tree: the events of the parser, with corrected ranges.
//!
//! Some positions are not in the spans of the parser: the `|` of a block scalar, a dash, the place of an empty value.
//! They are found in the text between two events, which contains only blanks, comments, indicators, and properties.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use indexmap::IndexMap;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};

use super::error::Unreadable;
use super::layout::Repair;
use super::scan;
use super::tree::{Alias, DEPTH, Member, Node, NodeKind, SIZE, Style, Tree};

/// Reads a YAML text. It must not have a byte order mark.
pub(super) fn read(text: &str) -> Result<Tree<'_>, Unreadable> {
    if let Some(at) = text.find('\0') {
        return Err(Unreadable::new(at, "a null character", "remove it"));
    }
    let failure = match parse(text, None) {
        Ok(read) => return read,
        Err(failure) => failure,
    };
    let failure = match Repair::of(text).map(|repair| parse(text, Some(&repair))) {
        Some(Ok(read)) => return read,
        Some(Err(Some(failure))) => Some(failure),
        Some(Err(None)) | None => failure,
    };
    let ParseFailure { at, message } = failure.unwrap_or_default();
    let other = || Unreadable::new(at, message, "correct the file; `yamllint` shows what is wrong");
    Err(template(text, at).unwrap_or_else(other))
}

/// A syntax error of the parser, at a byte.
#[derive(Default)]
struct ParseFailure {
    at: usize,
    message: String,
}

/// The tree of `text`, from the events of the repaired text if there is one. No failure is named if the repair does not fit
/// the tree.
fn parse<'t>(text: &'t str, repair: Option<&Repair>) -> Result<Result<Tree<'t>, Unreadable>, Option<ParseFailure>> {
    let own: Option<Vec<usize>> = (repair.is_none() && !text.is_ascii())
        .then(|| text.char_indices().map(|(at, _)| at).chain([text.len()]).collect());
    let offsets = repair.map(|repair| &repair.offsets).or(own.as_ref());
    let byte = |index: usize| match offsets {
        Some(offsets) => offsets.get(index).copied().unwrap_or(text.len()),
        None => index.min(text.len()),
    };
    let tree = Tree { text, json: false, documents: Vec::new(), slots: Vec::new(), aliases: Vec::new() };
    let mut reader =
        Reader { tree, cursor: 0, open: Vec::new(), anchors: HashMap::new(), loose: Vec::new(), scalars: Vec::new() };
    for event in Parser::new_from_str(repair.map_or(text, |repair| &repair.text)) {
        let failed =
            |error: ScanError| ParseFailure { at: byte(error.marker().index()), message: error.info().to_owned() };
        let (event, span) = event.map_err(failed)?;
        if let Err(error) = reader.event(event, byte(span.start.index())..byte(span.end.index())) {
            return Ok(Err(error));
        }
    }
    if repair.is_some_and(|repair| !repair.fits(reader.loose, reader.scalars)) {
        return Err(None);
    }
    Ok(Ok(reader.tree))
}

/// The error for a Helm template; `None` if the error at a position is not about a template expression: none is on its
/// line, and the line before it does not begin with one.
fn template(text: &str, at: usize) -> Option<Unreadable> {
    let line = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    let end = text.get(at..)?.find('\n').map_or(text.len(), |length| at + length);
    let here = text.get(line..end)?.find("{{").map(|offset| line + offset);
    let before = text.get(..line)?.trim_end();
    let before = before.rfind('\n').map_or(0, |newline| newline + 1)..before.len();
    let above = || text.get(before.clone())?.trim_start().starts_with("{{").then_some(before.start);
    let at = here.or_else(above)?;
    Some(Unreadable::new(
        at,
        "`{{` starts a template expression",
        "copy from a values file instead; a Helm template is not YAML until it is rendered",
    ))
}

/// A collection whose end has not been read.
struct Open {
    from: usize,
    start: usize,
    properties: Properties,
    flow: bool,
    /// Whether it is a mapping without braces in a flow sequence.
    pair: bool,
    items: Option<Vec<Member>>,
    entries: IndexMap<String, Member>,
    key: Option<(usize, Rc<Node>)>,
    depth: usize,
    size: usize,
    shares: bool,
}

#[derive(Default)]
struct Properties {
    id: usize,
    anchor: Option<String>,
    tag: Option<(String, String)>,
}

struct Reader<'t> {
    tree: Tree<'t>,
    /// The end of the last token.
    cursor: usize,
    open: Vec<Open>,
    anchors: HashMap<usize, Rc<Node>>,
    /// Where white space has no meaning: in brackets and quotes.
    loose: Vec<Range<usize>>,
    scalars: Vec<Range<usize>>,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, span: Range<usize>) -> Result<(), Unreadable> {
        match event {
            Event::DocumentStart(explicit) => {
                if explicit {
                    self.cursor = span.start + 3;
                }
                self.tree.slots.push(self.cursor.min(self.tree.text.len()));
            }
            Event::Alias(id) => {
                let Some(target) = self.anchors.get(&id).cloned() else {
                    return Err(Unreadable::new(
                        span.start,
                        "an alias inside its own anchored value",
                        "replace the alias with its value",
                    ));
                };
                let name = self.tree.slice(span.start + 1..span.end).to_owned();
                self.tree.aliases.push(Alias { at: span.start, name: name.clone(), target: target.outer.start });
                let (depth, size) = (target.depth, target.size);
                self.place(
                    Node {
                        start: span.start,
                        outer: span,
                        anchor: None,
                        tag: None,
                        kind: NodeKind::Alias(name, target),
                        flow: true,
                        depth,
                        size,
                        shares: true,
                    },
                    0,
                )?;
            }
            Event::Scalar(text, style, id, tag) => self.scalar(text.into_owned(), style, id, tag.as_deref(), span)?,
            Event::SequenceStart(id, tag) => self.begin(true, id, tag.as_deref(), span)?,
            Event::MappingStart(id, tag) => self.begin(false, id, tag.as_deref(), span)?,
            Event::SequenceEnd | Event::MappingEnd => self.end(span)?,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: String,
        style: ScalarStyle,
        id: usize,
        tag: Option<&Tag>,
        span: Range<usize>,
    ) -> Result<(), Unreadable> {
        let has = id > 0 || tag.is_some();
        let (properties, after) = self.properties(span.start, id, tag);
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        let (outer, start) = match style {
            Style::Plain if text.is_empty() && has => (span.start..span.end, span.end),
            Style::Plain if text.is_empty() => {
                let at = self.slot(span.start);
                (at..at, at)
            }
            Style::Literal | Style::Folded => {
                let header = scan::header(self.tree.text, if has { after } else { self.cursor });
                (if has { span.start } else { header }..scan::block_end(self.tree.text, header, span.end), header)
            }
            Style::Plain => {
                let end = span.start + self.tree.slice(span.clone()).trim_end_matches([' ', '\t', '\r', '\n']).len();
                (span.start..end, if has { after } else { span.start })
            }
            Style::Single | Style::Double => {
                let start = if has { after } else { span.start };
                (span.start..scan::quote_end(self.tree.text, start), start)
            }
        };
        self.cursor = outer.end;
        let node = Node {
            start: start.min(outer.end),
            outer,
            anchor: properties.anchor,
            tag: properties.tag,
            kind: NodeKind::Scalar(style, text),
            flow: !style.is_block(),
            depth: 1,
            size: 1,
            shares: id > 0,
        };
        self.place(node, id)
    }

    fn begin(&mut self, list: bool, id: usize, tag: Option<&Tag>, span: Range<usize>) -> Result<(), Unreadable> {
        let has = id > 0 || tag.is_some();
        let (properties, after) = self.properties(span.start, id, tag);
        // Without properties, the parser's span of a sequence may begin after its first dash.
        let dash = if list && !has { scan::skip(self.tree.text, self.slot(span.start), false) } else { after };
        let dashed = list && !has && self.tree.slice(dash..self.tree.text.len()).starts_with('-');
        let start = if has {
            after
        } else if dashed {
            dash
        } else {
            span.start
        };
        let opens = self.tree.slice(start..self.tree.text.len()).starts_with(if list { '[' } else { '{' });
        let inside = self.open.last().is_some_and(|open| open.flow);
        // The bracket may belong to the first key of the mapping; then the span of the mapping is empty.
        let bracket = opens && span.end > start;
        let flow = inside || bracket;
        if bracket {
            self.cursor = start + 1;
        } else if has {
            self.cursor = start;
        }
        if self.open.len() >= DEPTH {
            return Err(Unreadable::new(
                span.start,
                format!("values are nested more than {DEPTH} levels deep"),
                "reduce the nesting",
            ));
        }
        self.open.push(Open {
            from: if has { span.start } else { start },
            start,
            properties,
            flow,
            pair: flow && !bracket,
            items: list.then(Vec::new),
            entries: IndexMap::new(),
            key: None,
            depth: 0,
            size: 1,
            shares: id > 0,
        });
        Ok(())
    }

    fn end(&mut self, span: Range<usize>) -> Result<(), Unreadable> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let members = open.items.as_ref().and_then(|items| items.last()).or_else(|| open.entries.values().last());
        let end = match open.flow && !open.pair {
            true => (span.start + 1).min(self.tree.text.len()),
            false => members.map_or(open.start, Member::end).max(open.start),
        };
        self.cursor = if open.flow { end.max(self.cursor) } else { self.cursor };
        if self.tree.slice(open.start..end).starts_with("{{") {
            return Err(template(self.tree.text, open.start)
                .unwrap_or_else(|| Unreadable::new(open.start, "`{{`", "quote the value")));
        }
        let Properties { id, anchor, tag } = open.properties;
        let node = Node {
            outer: open.from..end,
            start: open.start,
            anchor,
            tag,
            kind: open.items.map_or(NodeKind::Map(open.entries), NodeKind::List),
            flow: open.flow,
            depth: open.depth + 1,
            size: open.size,
            shares: open.shares,
        };
        self.place(node, id)
    }

    /// Adds a finished node to its parent.
    fn place(&mut self, node: Node, id: usize) -> Result<(), Unreadable> {
        let at = node.outer.start;
        if node.depth > DEPTH {
            return Err(Unreadable::new(
                at,
                format!("values are nested more than {DEPTH} levels deep once aliases are expanded"),
                "reduce the nesting",
            ));
        }
        match &node.kind {
            NodeKind::Scalar(style, _) => {
                self.scalars.push(node.start..node.outer.end);
                if matches!(style, Style::Single | Style::Double) {
                    self.loose.push(node.start..node.outer.end);
                }
            }
            _ if node.flow => self.loose.push(node.start..node.outer.end),
            _ => {}
        }
        let node = Rc::new(node);
        if id > 0 {
            self.anchors.insert(id, Rc::clone(&node));
        }
        self.cursor = self.cursor.max(node.outer.end);
        let Some(mut open) = self.open.pop() else {
            self.tree.documents.push(node);
            return Ok(());
        };
        open.depth = open.depth.max(node.depth);
        open.size = open.size.saturating_add(node.size);
        open.shares |= node.shares;
        if open.size > SIZE {
            return Err(Unreadable::new(at, "too many values once aliases are expanded", "use fewer nested aliases"));
        }
        let from = open.items.as_ref().and_then(|items| items.last()).or_else(|| open.entries.values().last());
        let from = from.map_or(if open.flow && !open.pair { open.start + 1 } else { open.start }, Member::end);
        if let Some(items) = &mut open.items {
            let dash = if open.flow { None } else { Some(scan::skip(self.tree.text, from, false)) };
            let lead = dash.unwrap_or(node.outer.start);
            items.push(Member { lead, key: None, slot: Some(dash.map_or(lead, |dash| dash + 1)), value: node });
        } else if let Some((lead, key)) = open.key.take() {
            let name = match &key.resolved().kind {
                NodeKind::Scalar(_, text) => text.clone(),
                _ => self.tree.slice(key.outer.clone()).to_owned(),
            };
            let colon = scan::skip(self.tree.text, key.outer.end, false);
            let slot = self.tree.slice(colon..node.outer.start.max(colon + 1)).starts_with(':').then_some(colon + 1);
            let at = key.outer.start;
            let member = Member { lead, key: Some(key), slot, value: node };
            if open.entries.insert(name.clone(), member).is_some() {
                return Err(Unreadable::new(at, format!("duplicate key `{name}`"), "remove one of them"));
            }
        } else {
            let mark = scan::skip(self.tree.text, from, open.flow);
            let explicit = mark < node.outer.start && self.tree.slice(mark..self.tree.text.len()).starts_with('?');
            open.key = Some((if explicit { mark } else { node.outer.start }, node));
        }
        self.open.push(open);
        Ok(())
    }

    /// The anchor and the tag at a position, if the event has them, and the position after them.
    fn properties(&self, from: usize, id: usize, tag: Option<&Tag>) -> (Properties, usize) {
        let mut found = Properties { id, ..Properties::default() };
        let mut at = from;
        for _ in 0..usize::from(id > 0) + usize::from(tag.is_some()) {
            at = scan::skip(self.tree.text, at, false);
            let rest = self.tree.slice(at..self.tree.text.len());
            let mut end = rest.find(|c: char| c.is_whitespace()).unwrap_or(rest.len());
            if self.open.last().is_some_and(|open| open.flow) && !rest.starts_with("!<") {
                end = end.min(rest.find([',', '[', ']', '{', '}']).unwrap_or(end));
            }
            let word = rest.get(..end).unwrap_or_default();
            match (word.strip_prefix('&'), tag) {
                (Some(name), _) => found.anchor = Some(name.to_owned()),
                (None, Some(tag)) => found.tag = Some((format!("{}{}", tag.handle, tag.suffix), word.to_owned())),
                (None, None) => {}
            }
            at += end;
        }
        (found, scan::skip(self.tree.text, at, false))
    }

    /// Where an empty value would be written.
    fn slot(&self, fallback: usize) -> usize {
        let Some(open) = self.open.last() else { return self.cursor };
        let starts = |at: usize, what: char| self.tree.slice(at..self.tree.text.len()).starts_with(what);
        match (&open.items, &open.key) {
            (Some(_), _) if open.flow => fallback,
            (Some(items), _) => {
                let dash = scan::skip(self.tree.text, items.last().map_or(open.start, Member::end), false);
                if starts(dash, '-') { dash + 1 } else { fallback }
            }
            (None, Some((_, key))) => {
                let colon = scan::skip(self.tree.text, key.outer.end, false);
                if starts(colon, ':') { colon + 1 } else { key.outer.end }
            }
            (None, None) => fallback,
        }
    }
}
