//! Explains syntax errors (E0101, E0109), with one message for each mistake.
//!
//! [`statement`] explains a single statement (its [`hole`]s and its [`tail`]), [`junk`] text that is not a statement of
//! its block, and [`braces`] missing and extra braces, which show only in the declarations around them. A problem with
//! a certain fix is marked as repaired, and the repaired text is parsed again.

mod braces;
mod calendar;
mod habit;
mod hole;
mod junk;
mod pattern;
mod phrase;
mod phrases;
mod statement;
mod tail;
mod torn;
mod words;

use super::keywords::Block;
use super::node::{Node, Rule, TextRange, slice};
use super::problem::{MOST, Problem};
use crate::diagnostic::Code;

/// All syntax errors of a program.
pub(super) fn explain(text: &str, root: &Node) -> Vec<Problem> {
    let mut explain = Explain { text, problems: Vec::new(), lacks_brace: false, plain: false };
    explain.program(root);
    explain.problems
}

/// Whether a statement, without its block, has a missing or invalid part.
pub(super) fn flawed(node: &Node) -> bool {
    statement::wrong_choice(node).is_some()
        || node.children.iter().any(|child| !child.is_block() && (is_hard(child.rule) || inner(child) && flawed(child)))
}

/// Whether the formatter must not change a statement (without its block): it has a flaw, a habit of another language,
/// or an unterminated string.
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

/// Whether a node may contain flaws. Problems of strings are reported when they are lowered.
fn inner(node: &Node) -> bool {
    !matches!(node.rule, Rule::text | Rule::value | Rule::quoted)
}

fn is_hard(rule: Rule) -> bool {
    matches!(rule, Rule::tail | Rule::dangling) || words::expected(rule).is_some()
}

struct Explain<'a> {
    text: &'a str,
    problems: Vec<Problem>,
    /// Whether the current statement lacks its `{`.
    lacks_brace: bool,
    /// Whether notations of other languages are not looked for, as in a statement that was written in their place.
    plain: bool,
}

/// The blocks around a statement.
#[derive(Clone, Copy)]
struct Context<'n> {
    block: Block,
    /// The context of the statement around this block; `None` at the top level.
    outer: Option<&'n Context<'n>>,
    /// Whether the declaration around it lacks its last brace.
    unclosed: bool,
    /// Whether an extra brace follows the declaration around it.
    overclosed: bool,
    /// The start of the declaration around it.
    begins: u32,
}

impl<'a> Explain<'a> {
    fn of(&self, range: TextRange) -> &'a str {
        slice(self.text, range)
    }

    /// The first line of the head of a statement, for messages.
    fn shown(&self, node: &Node) -> (TextRange, &'a str) {
        let (start, _) = node.head();
        let line = self.of(node.head()).lines().next().unwrap_or_default().trim_end();
        ((start, start + line.len() as u32), line)
    }

    /// Marks the problems since `known` as those of one statement.
    fn settle(&mut self, known: usize, statement: TextRange) {
        for problem in self.problems.iter_mut().skip(known) {
            problem.statement.get_or_insert(statement);
        }
    }

    fn say(&mut self, problem: Problem) {
        if self.problems.len() < MOST {
            self.problems.push(problem);
        }
    }

    /// Explains the statements of a block. Returns whether a brace is misplaced; then the rest is explained in the
    /// repaired text.
    fn block(&mut self, statements: &[Node], context: &Context<'_>) -> bool {
        let mut at = 0;
        while let Some(node) = statements.get(at) {
            at += 1;
            if let Some(range) = phrase::with_block(self.text, node, statements.get(at)) {
                // the block belongs to the same mistake
                let one = self.phrase(Code::E0101, range, false, context.block) || self.statement(node, context.block);
                at += usize::from(one);
                if std::mem::take(&mut self.lacks_brace) {
                    return true;
                }
                continue;
            }
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

    /// Explains the block of a statement, if it has one.
    fn nested(&mut self, node: &Node, outer: &Context<'_>) -> bool {
        let (Some(block), Some(kind)) = (node.block(), words::block_of(node.rule)) else { return false };
        self.block(&block.children, &Context { block: kind, outer: Some(outer), ..*outer })
    }
}
