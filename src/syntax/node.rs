//! Runs the grammar, and converts its result to plain nodes. This is the only file that uses pest.
//!
//! A pair of pest includes the whitespace and comments after it, but a node ends with its last word. A hole is at the
//! end of the word before it, where the missing part belongs.
//!
//! INVARIANT: only the `Rule` names of pest leave this file.

use pest::{Parser, Token};
use promo_grammar::Grammar;
pub(super) use promo_grammar::Rule;

/// A node of the concrete tree.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub rule: Rule,
    pub start: u32,
    pub end: u32,
    /// For a hole, the offset at which the parser was, after whitespace and line ends; otherwise `start`.
    pub found_at: u32,
    pub children: Vec<Node>,
}

/// A range of the text in the current round of repairs: start and end in bytes.
pub(super) type TextRange = (u32, u32);

impl Node {
    pub(super) fn range(&self) -> TextRange {
        (self.start, self.end)
    }

    pub(super) fn text<'t>(&self, text: &'t str) -> &'t str {
        slice(text, self.range())
    }

    pub(super) fn child(&self, rule: Rule) -> Option<&Node> {
        self.children.iter().find(|child| child.rule == rule)
    }

    pub(super) fn has(&self, rule: Rule) -> bool {
        self.child(rule).is_some()
    }

    /// Whether a node with this rule is anywhere inside.
    pub(super) fn contains(&self, rule: Rule) -> bool {
        self.rule == rule || self.children.iter().any(|child| child.contains(rule))
    }

    pub(super) fn all(&self, rule: Rule) -> impl Iterator<Item = &Node> {
        self.children.iter().filter(move |child| child.rule == rule)
    }

    /// The child after the first child with the rule `mark`.
    pub(super) fn behind(&self, mark: Rule) -> Option<&Node> {
        self.children.iter().skip_while(|child| child.rule != mark).nth(1)
    }

    pub(super) fn block(&self) -> Option<&Node> {
        self.children.iter().find(|child| child.is_block())
    }

    pub(super) fn is_block(&self) -> bool {
        self.children.first().is_some_and(|child| child.rule == Rule::open)
    }

    /// The range of a statement without its block.
    pub(super) fn head(&self) -> TextRange {
        let end = self.children.iter().take_while(|child| !child.is_block()).last().map_or(self.end, |last| last.end);
        (self.start, end.max(self.start))
    }

    /// The first word or string inside this node.
    pub(super) fn first_leaf(&self) -> &Node {
        let mut node = self;
        while let Some(child) = node.children.first().filter(|_| !matches!(node.rule, Rule::text | Rule::quoted)) {
            node = child;
        }
        node
    }
}

/// The text of a range; empty if the range is not in the text.
pub(super) fn slice(text: &str, (start, end): TextRange) -> &str {
    text.get(start as usize..end as usize).unwrap_or_default()
}

pub(super) struct Concrete {
    pub root: Node,
    pub comments: Vec<TextRange>,
}

/// The greatest depth that is parsed on the stack of the caller.
const SHALLOW: u32 = 6;
/// In bytes; enough for 64 nested blocks in a debug build.
const STACK: usize = 32 * 1024 * 1024;

/// Parses a text. `None` only if pest's stack guard stops it, which [`super::limits`] prevents.
pub(super) fn concrete(text: &str, depth: u32) -> Option<Concrete> {
    if depth <= SHALLOW {
        return build(text);
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || build(text));
        thread.ok().and_then(|handle| handle.join().ok()).flatten()
    })
}

fn build(text: &str) -> Option<Concrete> {
    let pairs = Grammar::parse(Rule::program, text).ok()?;
    let mut comments = Vec::new();
    let mut stack: Vec<Node> = Vec::new();
    let mut last_end = 0;
    for token in pairs.tokens() {
        match token {
            Token::Start { rule, pos } => {
                let at = pos.pos() as u32;
                stack.push(Node { rule, start: at, end: at, found_at: at, children: Vec::new() });
            }
            Token::End { pos, .. } => {
                let mut node = stack.pop()?;
                let at = pos.pos() as u32;
                if node.rule == Rule::comment {
                    comments.push((node.start, at));
                    continue;
                }
                if matches!(node.rule, Rule::text | Rule::block_string | Rule::half_block) {
                    // atomic, so its lines are not nodes; an unclosed one ends with its last word
                    let open = node
                        .children
                        .last()
                        .is_some_and(|child| child.has(Rule::no_close_quotes) || child.rule == Rule::no_close_quotes);
                    let written = slice(text, (node.start, at));
                    let length = if open { written.trim_end().len() as u32 } else { at - node.start };
                    node.end = node.start + length;
                    last_end = node.end;
                } else if !node.children.is_empty() {
                    node.end = last_end.max(node.start);
                } else if at > node.start && node.rule != Rule::EOI && node.rule != Rule::program {
                    node.end = at;
                    last_end = at;
                } else {
                    // a hole, or the end of the file
                    node.start = last_end;
                    node.end = last_end;
                }
                match stack.last_mut() {
                    Some(parent) => parent.children.push(node),
                    None => return Some(Concrete { root: node, comments }),
                }
            }
        }
    }
    None
}
