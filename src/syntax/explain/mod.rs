//! Words for what the grammar did not understand (E0101, E0109): one mistake, one message.
//!
//! [`statement`] explains one statement ([`hole`]s and the [`tail`]), [`junk`] what begins no statement of its place, and
//! [`braces`] braces that are missing or too many, which are seen from the declarations around them.
//! Where the fix is certain, the problem is marked as repaired and the text is parsed again with it.

mod braces;
mod habit;
mod hole;
mod junk;
mod statement;
mod tail;
mod words;

use super::keywords::Block;
use super::node::{Node, Rule, TextRange, slice};
use super::problem::{MOST, Problem};

/// Everything that the grammar did not understand in a program.
pub(super) fn explain(text: &str, root: &Node) -> Vec<Problem> {
    let mut explain = Explain { text, problems: Vec::new(), lacks_brace: false };
    explain.program(root);
    explain.problems
}

/// Whether the statement itself, without its block, has a part that is missing or was not understood.
pub(super) fn flawed(node: &Node) -> bool {
    statement::wrong_choice(node).is_some()
        || node.children.iter().any(|child| !child.is_block() && (is_hard(child.rule) || inner(child) && flawed(child)))
}

/// Whether a statement, without its block, is to be left as it is written: it has a flaw, a habit of another language, or
/// a string without an end.
pub(super) fn untidy(node: &Node) -> bool {
    let odd = |rule| {
        matches!(
            rule,
            Rule::habit
                | Rule::lb
                | Rule::quoted
                | Rule::single
                | Rule::open_string
                | Rule::triple
                | Rule::half_block
                | Rule::no_close_quotes
        )
    };
    flawed(node) || node.children.iter().any(|child| !child.is_block() && (odd(child.rule) || untidy(child)))
}

/// Whether a node may hold flaws of its own: strings say theirs when they are lowered.
fn inner(node: &Node) -> bool {
    !matches!(node.rule, Rule::text | Rule::value | Rule::quoted)
}

fn is_hard(rule: Rule) -> bool {
    matches!(rule, Rule::tail | Rule::dangling) || words::expected(rule).is_some()
}

struct Explain<'a> {
    text: &'a str,
    problems: Vec<Problem>,
    /// Whether the statement at hand lacks its `{`.
    lacks_brace: bool,
}

/// Where a statement stands.
#[derive(Clone, Copy)]
struct Context<'n> {
    block: Block,
    /// The statements around, the nearest last but one of the chain.
    outer: Option<&'n Context<'n>>,
    /// Whether the declaration around lacks its last brace.
    unclosed: bool,
    /// Whether a brace that closes nothing follows the declaration around.
    overclosed: bool,
}

impl<'a> Explain<'a> {
    fn of(&self, range: TextRange) -> &'a str {
        slice(self.text, range)
    }

    /// The head of a statement as it is shown: its first line.
    fn shown(&self, node: &Node) -> (TextRange, &'a str) {
        let (start, _) = node.head();
        let line = self.of(node.head()).lines().next().unwrap_or_default().trim_end();
        ((start, start + line.len() as u32), line)
    }

    fn say(&mut self, problem: Problem) {
        if self.problems.len() < MOST {
            self.problems.push(problem);
        }
    }

    /// The statements of one block; `true` if a brace is in the wrong place: what follows is seen again when it stands.
    fn block(&mut self, statements: &[Node], context: &Context<'_>) -> bool {
        let mut at = 0;
        while let Some(node) = statements.get(at) {
            at += 1;
            if node.rule == Rule::junk {
                let before = at.checked_sub(2).and_then(|n| statements.get(n));
                if self.brace_in_block(node, before, context) {
                    return true;
                }
                self.junk(node, before, context.block);
            } else if !matches!(node.rule, Rule::open | Rule::close) {
                self.statement(node, context.block);
                if std::mem::take(&mut self.lacks_brace) {
                    return true;
                }
                if self.nested(node, context) {
                    return true;
                }
            }
        }
        false
    }

    /// The block of a statement, if it has one.
    fn nested(&mut self, node: &Node, outer: &Context<'_>) -> bool {
        let (Some(block), Some(kind)) = (node.block(), words::block_of(node.rule)) else { return false };
        self.block(&block.children, &Context { block: kind, outer: Some(outer), ..*outer })
    }
}
