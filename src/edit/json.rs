//! Reads JSON text into a tree with the range of each value. serde_json rejects invalid text first, because its
//! messages are better.

use std::rc::Rc;

use indexmap::IndexMap;

use super::error::Unreadable;
use super::tree::{Member, Node, NodeKind, Style, Tree};

/// Reads a JSON text. It must not have a byte order mark.
pub(super) fn read(text: &str) -> Result<Tree<'_>, Unreadable> {
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        let line: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        let mut at = (line + error.column().saturating_sub(1)).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        return Err(Unreadable::new(at, message, "correct the file; JSON has no comments and no trailing commas"));
    }
    let mut scanner = Scanner { text, at: 0 };
    let root = scanner.value()?;
    Ok(Tree { text, json: true, documents: vec![Rc::new(root)], slots: vec![0], aliases: Vec::new() })
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

// INVARIANT: the text is valid JSON and nests no deeper than serde_json allows, so recursion is bounded and each step
// finds what it expects.
impl Scanner<'_> {
    fn value(&mut self) -> Result<Node, Unreadable> {
        let start = self.blanks();
        let mut size = 1_usize;
        let mut depth = 0;
        let kind = match self.byte() {
            Some(b'{') => {
                let mut entries = IndexMap::new();
                self.at += 1;
                while !matches!(self.separator(), Some(b'}') | None) {
                    let key = self.scalar()?;
                    let NodeKind::Scalar(_, name) = &key.kind else { break };
                    let (name, lead) = (name.clone(), key.start);
                    self.blanks();
                    self.at += 1;
                    let slot = Some(self.at);
                    let value = self.value()?;
                    size += value.size;
                    depth = depth.max(value.depth);
                    let member = Member { lead, key: Some(Rc::new(key)), slot, value: Rc::new(value) };
                    if entries.insert(name.clone(), member).is_some() {
                        let message = format!("duplicate key `{name}`");
                        return Err(Unreadable::new(lead, message, "remove one of them"));
                    }
                }
                self.at += 1;
                NodeKind::Map(entries)
            }
            Some(b'[') => {
                let mut items = Vec::new();
                self.at += 1;
                while !matches!(self.separator(), Some(b']') | None) {
                    let value = self.value()?;
                    size += value.size;
                    depth = depth.max(value.depth);
                    items.push(Member { lead: value.start, key: None, slot: Some(value.start), value: Rc::new(value) });
                }
                self.at += 1;
                NodeKind::List(items)
            }
            _ => return self.scalar(),
        };
        Ok(Self::node(start, self.at, kind, depth + 1, size))
    }

    fn scalar(&mut self) -> Result<Node, Unreadable> {
        let start = self.blanks();
        let rest = self.text.get(start..).unwrap_or_default();
        let kind = if rest.starts_with('"') {
            let mut escaped = false;
            let end = rest.bytes().skip(1).position(|byte| {
                let ends = byte == b'"' && !escaped;
                escaped = byte == b'\\' && !escaped;
                ends
            });
            self.at = start + end.map_or(rest.len(), |end| end + 2);
            let written = self.text.get(start..self.at).unwrap_or_default();
            let text = serde_json::from_str(written)
                .map_err(|_| Unreadable::new(start, "invalid string", "correct the string"))?;
            NodeKind::Scalar(Style::Double, text)
        } else {
            let end = rest.find([',', ']', '}', ' ', '\t', '\r', '\n']).unwrap_or(rest.len());
            self.at = start + end;
            NodeKind::Scalar(Style::Plain, rest.get(..end).unwrap_or_default().to_owned())
        };
        Ok(Self::node(start, self.at, kind, 1, 1))
    }

    fn node(start: usize, end: usize, kind: NodeKind, depth: usize, size: usize) -> Node {
        Node { outer: start..end, start, anchor: None, tag: None, kind, flow: true, depth, size, shares: false }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Skips blanks and returns the new position.
    fn blanks(&mut self) -> usize {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        self.at
    }

    /// Skips blanks and a comma, and returns the byte that follows.
    fn separator(&mut self) -> Option<u8> {
        self.blanks();
        if self.byte() == Some(b',') {
            self.at += 1;
            self.blanks();
        }
        self.byte()
    }
}
