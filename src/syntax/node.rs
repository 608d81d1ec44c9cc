//! The grammar, and its result as plain nodes: the only file that touches pest.
//!
//! pest's pairs end behind the blanks and comments that follow them; nodes end where their last word ends. A hole stands
//! at the end of the word before it, which is where the missing part belongs.
//!
//! INVARIANT: nothing of pest but the `Rule` names leaves this file.

use pest::{Parser, Token};
use promo_grammar::Grammar;
pub(super) use promo_grammar::Rule;

/// One node of the concrete tree.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub rule: Rule,
    pub start: u32,
    pub end: u32,
    /// Where a hole was found, behind blanks and line ends; otherwise `start`.
    pub found_at: u32,
    pub children: Vec<Node>,
}

/// A range of the text of this round of repairs: start and end in bytes.
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

    pub(super) fn all(&self, rule: Rule) -> impl Iterator<Item = &Node> {
        self.children.iter().filter(move |child| child.rule == rule)
    }

    /// The first child behind the first child with the rule `mark`.
    pub(super) fn behind(&self, mark: Rule) -> Option<&Node> {
        self.children.iter().skip_while(|child| child.rule != mark).nth(1)
    }

    /// The block of a statement.
    pub(super) fn block(&self) -> Option<&Node> {
        self.children.iter().find(|child| child.is_block())
    }

    pub(super) fn is_block(&self) -> bool {
        self.children.first().is_some_and(|child| child.rule == Rule::open)
    }

    /// The statement without its block.
    pub(super) fn head(&self) -> TextRange {
        let end = self.children.iter().take_while(|child| !child.is_block()).last().map_or(self.end, |last| last.end);
        (self.start, end.max(self.start))
    }

    /// The first word or string of all.
    pub(super) fn first_leaf(&self) -> &Node {
        let mut node = self;
        while let Some(child) = node.children.first().filter(|_| !matches!(node.rule, Rule::text | Rule::quoted)) {
            node = child;
        }
        node
    }
}

/// The text of a range; empty where there is none.
pub(super) fn slice(text: &str, (start, end): TextRange) -> &str {
    text.get(start as usize..end as usize).unwrap_or_default()
}

/// A parsed text: its tree and its comments.
pub(super) struct Concrete {
    pub root: Node,
    pub comments: Vec<TextRange>,
}

/// The deepest nesting that is parsed on the caller's own stack.
const SHALLOW: u32 = 6;
/// Enough for 64 blocks in a build without optimisation.
const STACK: usize = 32 * 1024 * 1024;

/// Parses; `None` only where pest ran out of stack, which [`super::limits`] keeps from happening.
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
                    // compound and atomic, and its lines are no nodes; one that is never closed ends with its last word
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
