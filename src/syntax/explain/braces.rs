//! Explains braces that are missing, extra, or on the wrong line.
//!
//! A missing brace has effects far from its place: statements of the outer block in the inner one, statements outside
//! of any block, an extra `}`. So this module examines a whole declaration and what follows it.

use super::{Context, Explain, flawed, phrase, words};
use crate::diagnostic::Code;
use crate::syntax::keywords::{self, Block};
use crate::syntax::node::{Node, Rule, TextRange};
use crate::syntax::problem::Problem;

impl Explain<'_> {
    /// Explains the declarations of a file, each with the junk after it.
    pub(super) fn program(&mut self, root: &Node) {
        if self.torn(root) {
            return;
        }
        let nodes = &root.children;
        let mut at = 0;
        while at < nodes.len() {
            let decl = nodes.get(at).filter(|_| self.begins(nodes, at));
            at += usize::from(decl.is_some());
            let mut end = at;
            while nodes.get(end).is_some_and(|node| node.rule != Rule::EOI) && !self.begins(nodes, end) {
                end += 1;
            }
            let run = nodes.get(at..end).unwrap_or_default();
            if !decl.is_some_and(|decl| self.declaration(decl, run)) {
                self.run(decl, run);
            }
            at = end + usize::from(nodes.get(end).is_some_and(|node| node.rule == Rule::EOI));
        }
    }

    /// Whether a declaration begins here. `flow main` without a block may be a statement of a product that was closed
    /// too early, unless the statements after it belong in the block of a flow.
    fn begins(&self, nodes: &[Node], at: usize) -> bool {
        let Some(node) = nodes.get(at) else { return false };
        match node.rule {
            Rule::junk | Rule::extra_close | Rule::EOI => false,
            Rule::flow | Rule::template | Rule::window if node.has(Rule::no_block) => {
                let (block, next) = (words::block_of(node.rule), nodes.get(at + 1));
                next.is_some_and(|next| starts_with_block(next) || block.is_some_and(|block| self.is_of(next, block)))
            }
            _ => true,
        }
    }

    /// Explains a declaration. Returns whether one of its braces is the cause of the junk after it.
    fn declaration(&mut self, decl: &Node, run: &[Node]) -> bool {
        let block = words::block_of(decl.rule);
        let first = run.first();
        let overclosed = run.iter().any(|node| node.rule == Rule::extra_close);
        let file = Context { block: Block::File, outer: None, unclosed: false, overclosed, begins: decl.start };
        if let Some(block) = block.filter(|_| decl.block().is_none()) {
            if first.is_some_and(starts_with_block) && self.late_brace(decl, first) {
                return true;
            }
            let mandatory = decl.has(Rule::no_block);
            if (mandatory || overclosed) && first.is_some_and(|junk| self.is_of(junk, block)) {
                let (shown, name) = self.shown(decl);
                let problem =
                    Problem::new(Code::E0101, format!("missing `{{` after `{name}`"), shown, "expected `{` after this")
                        .label(first.map_or(shown, |junk| junk.first_leaf().range()), "belongs inside its block")
                        .help(format!("Write `{name} {{`."))
                        .fix("insert `{`", (decl.head().1, decl.head().1), " {");
                let known = self.problems.len();
                self.say(if flawed(decl) { problem.torn() } else { problem.repaired() });
                self.settle(known, decl.head());
                return true;
            }
        }
        if let Some(range) = phrase::with_block(self.text, decl, first)
            && (self.phrase(Code::E0101, range, false, Block::File) || self.statement(decl, Block::File))
        {
            // the block belongs to the same mistake
            self.run(None, run.get(1..).unwrap_or_default());
            return true;
        }
        self.statement(decl, Block::File);
        if std::mem::take(&mut self.lacks_brace) {
            return true;
        }
        let Some(body) = decl.block() else { return false };
        let unclosed = body.children.last().is_some_and(|close| !close.children.is_empty());
        let brace = self.nested(decl, &Context { unclosed, ..file });
        if unclosed && !brace {
            self.unclosed(decl, body);
        }
        overclosed && brace || !unclosed && overclosed && self.closed_early(decl, body, run)
    }

    /// Explains junk and braces between two declarations. A run of stray statements is one mistake.
    fn run(&mut self, decl: Option<&Node>, run: &[Node]) {
        let mut stray = false;
        let begins = decl.map(|decl| decl.start);
        for (number, node) in run.iter().enumerate() {
            if node.rule == Rule::extra_close {
                if !stray {
                    self.say(
                        Problem::new(Code::E0101, "unexpected closing `}`", node.range(), "closes nothing")
                            .help("Remove the `}`.")
                            .fix("remove the `}`", node.range(), "")
                            .repaired()
                            .follows(begins),
                    );
                }
                stray = false;
                continue;
            }
            if node.rule != Rule::junk {
                // a `flow`, `template` or `window` without a block
                if !stray {
                    self.statement(node, Block::File);
                }
                continue;
            }
            let word = self.first_token(node);
            let statement = keywords::blocks_with(word).any(|block| block != Block::File);
            if !(stray && statement) {
                let before = number.checked_sub(1).and_then(|n| run.get(n)).or(decl);
                if statement {
                    self.stray(node, begins);
                } else {
                    self.junk(node, before, Block::File);
                }
            }
            stray |= statement;
        }
    }

    fn is_of(&self, junk: &Node, block: Block) -> bool {
        keywords::find(block, self.first_token(junk)).is_some()
    }

    /// Explains a `{` on a line of its own.
    fn late_brace(&mut self, statement: &Node, junk: Option<&Node>) -> bool {
        let Some(open) = junk.map(Node::first_leaf) else { return false };
        let (shown, name) = self.shown(statement);
        let between = self.of((statement.head().1, open.start));
        let problem =
            Problem::new(Code::E0101, "`{` must be on the same line as its statement", open.range(), "on its own line")
                .label(shown, "belongs here")
                .help(format!("Write `{name} {{`."));
        let title = "move the `{` up";
        self.say(
            match between.trim().is_empty() {
                true => problem.fix(title, (statement.head().1, open.start), " "),
                false => problem.fix(title, (statement.head().1, statement.head().1), " {").fix("", open.range(), ""),
            }
            .repaired(),
        );
        true
    }

    /// Explains junk in a block whose cause is a misplaced brace. Returns whether it is.
    pub(super) fn brace_in_block(&mut self, junk: &Node, before: Option<&Node>, context: &Context<'_>) -> bool {
        let statement = before.filter(|node| !matches!(node.rule, Rule::open | Rule::junk));
        if let Some(statement) = statement.filter(|node| words::block_of(node.rule).is_some() && node.block().is_none())
        {
            if starts_with_block(junk) {
                return self.late_brace(statement, Some(junk));
            }
            let inner = words::block_of(statement.rule);
            if context.overclosed
                && inner.is_some_and(|inner| self.is_of(junk, inner))
                && !self.is_of(junk, context.block)
            {
                let (shown, name) = self.shown(statement);
                self.say(
                    Problem::new(Code::E0101, format!("missing `{{` after `{name}`"), shown, "expected `{` after this")
                        .label(junk.first_leaf().range(), "belongs inside its block")
                        .help(format!("Write `{name} {{`."))
                        .fix("insert `{`", (statement.head().1, statement.head().1), " {")
                        .repaired(),
                );
                return true;
            }
        }
        let outer = context.outer.filter(|outer| outer.block != Block::File && context.unclosed);
        if outer.is_some_and(|outer| self.is_of(junk, outer.block)) && !self.is_of(junk, context.block) {
            let swallowed = before.is_some_and(|node| has_swallowed_brace(self.text, node));
            let at = before.filter(|_| !swallowed).map_or(junk.start, |node| node.end);
            let word = context.block.word();
            let first = junk.first_leaf().range();
            let token = self.of(first);
            let mut problem = Problem::new(
                Code::E0101,
                format!("missing `}}` before `{token}`"),
                first,
                format!("`{word}` is still open here"),
            )
            .help(format!("Write `}}` before it to close the block of `{word}`."))
            .fix("insert `}`", (at, at), if swallowed { "} " } else { " }" })
            .repaired()
            .follows(Some(context.begins));
            // the mistake is an unterminated string that contains the brace, which is reported
            problem.silent = swallowed;
            self.say(problem);
            return true;
        }
        false
    }

    /// Explains a declaration, or the end of the file, inside a block.
    fn unclosed(&mut self, decl: &Node, body: &Node) {
        if has_swallowed_brace(self.text, body) {
            return;
        }
        let (mut open, mut missing, mut found_at) = (body, 0, 0);
        let mut block = Some(body);
        while let Some(node) = block {
            let hole = node.children.last().and_then(|close| close.children.first());
            let Some(hole) = hole else { break };
            (open, missing, found_at) = (node, missing + 1, hole.found_at);
            block = node.children.iter().rev().nth(1).and_then(Node::block);
        }
        let brace = open.first_leaf().range();
        let closing = "}\n".repeat(missing);
        let rest = self.of((found_at, self.text.len() as u32));
        let word: &str = rest.split([' ', '\t', '\n', '{']).next().unwrap_or_default();
        let (_, name) = self.shown(decl);
        let problem = if word.is_empty() {
            Problem::new(Code::E0101, format!("the block of `{name}` is never closed"), brace, "opened here")
        } else {
            let at: TextRange = (found_at, found_at + word.len() as u32);
            Problem::new(
                Code::E0101,
                format!("missing `}}` before `{word}`: the block of `{name}` is still open"),
                at,
                "starts a new declaration",
            )
            .label(brace, "opened here, never closed")
        };
        let before = if self.text.ends_with('\n') || !word.is_empty() { "" } else { "\n" };
        self.say(problem.follows(Some(decl.start)).help("Write `}` on its own line at the end of the block.").fix(
            "insert `}`",
            (found_at, found_at),
            format!("{before}{closing}"),
        ));
    }

    /// Explains a `}` that comes too early: statements of the block and a second `}` follow it.
    fn closed_early(&mut self, decl: &Node, body: &Node, run: &[Node]) -> bool {
        let (Some(block), Some(close), Some(first)) = (words::block_of(decl.rule), body.children.last(), run.first())
        else {
            return false;
        };
        if !self.is_of(first, block) {
            return false;
        }
        let (_, name) = self.shown(decl);
        let word = first.first_leaf().range();
        self.say(
            Problem::new(Code::E0101, format!("`{}` is outside any block", self.of(word)), word, "not in a block")
                .label(close.range(), format!("closes `{name}` too early"))
                .help(format!("Remove the `}}` above that closes `{name}`."))
                .fix("remove the `}`", close.range(), "")
                .repaired(),
        );
        true
    }
}

pub(super) fn starts_with_block(junk: &Node) -> bool {
    junk.children.first().is_some_and(|child| child.rule == Rule::any_block)
}

/// Whether an unterminated string or bracket contains a `}`, and so is the mistake.
fn has_swallowed_brace(text: &str, node: &Node) -> bool {
    let written = node.text(text);
    node.rule == Rule::open_string && written.contains('}')
        || node.rule == Rule::block_string
            && node.has(Rule::no_close_quotes)
            && written.lines().any(|line| line.trim() == "}")
        || node.rule == Rule::path
            && written.contains('}')
            && written.matches('[').count() > written.matches(']').count()
        || node.children.iter().any(|child| has_swallowed_brace(text, child))
}
