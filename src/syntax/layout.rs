//! A text as a list of statements and their tokens, without their meaning. The formatter prints it again.
//!
//! A statement with a syntax error is one verbatim piece. Nothing is lost: every byte of the text belongs to a token or
//! a comment, or is whitespace or a `;` between them.

use super::explain;
use super::node::{Concrete, Node, Rule, TextRange};

/// The statements and comments of a file.
#[derive(Clone, Debug)]
pub(crate) struct SourceLayout {
    pub entries: Vec<LayoutEntry>,
}

/// A statement, or a comment on a line of its own.
#[derive(Clone, Debug)]
pub(crate) enum LayoutEntry {
    Comment(TextRange),
    Statement(Statement),
}

#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub at: TextRange,
    /// Empty if the statement is verbatim.
    pub tokens: Vec<Token>,
    /// The range to print unchanged if the statement has a syntax error: its head, or all of it if it has no block
    /// here.
    pub verbatim: Option<TextRange>,
    pub block: Option<StatementBlock>,
    /// A comment after the statement, on its last line.
    pub trailing: Option<TextRange>,
}

#[derive(Clone, Debug)]
pub(crate) struct StatementBlock {
    pub at: TextRange,
    /// A comment after the `{`, on the same line.
    pub trailing: Option<TextRange>,
    pub entries: Vec<LayoutEntry>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub kind: TokenKind,
    pub at: TextRange,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Word,
    Comma,
    /// A string in a place where a name needs no quotes.
    Value,
    /// A multi-line string, from `"""` to `"""`.
    BlockText,
    Comment,
}

pub(super) fn layout(text: &str, concrete: &Concrete) -> SourceLayout {
    let mut builder = Builder { text, comments: &concrete.comments };
    let end = text.len() as u32;
    SourceLayout { entries: builder.entries(&concrete.root.children, 0, end, &mut None) }
}

struct Builder<'a> {
    text: &'a str,
    /// The comments that are not in the layout yet.
    comments: &'a [TextRange],
}

impl Builder<'_> {
    /// Takes the next comment if it begins before `end`.
    fn comment(&mut self, end: u32) -> Option<TextRange> {
        let (first, rest) = self.comments.split_first()?;
        if first.0 >= end {
            return None;
        }
        self.comments = rest;
        Some(*first)
    }

    fn same_line(&self, from: u32, to: u32) -> bool {
        self.text.get(from as usize..to as usize).is_some_and(|between| !between.contains('\n'))
    }

    /// Lays out the statements among `nodes`, and the comments from `start` to `end`.
    fn entries(
        &mut self,
        nodes: &[Node],
        start: u32,
        end: u32,
        behind_open: &mut Option<TextRange>,
    ) -> Vec<LayoutEntry> {
        let mut entries: Vec<LayoutEntry> = Vec::new();
        let mut last = start;
        for node in nodes.iter().filter(|node| !matches!(node.rule, Rule::open | Rule::close | Rule::EOI)) {
            self.loose_comments(node.start, &mut last, &mut entries, behind_open);
            let statement = self.statement(node);
            last = node.end;
            entries.push(LayoutEntry::Statement(statement));
        }
        self.loose_comments(end, &mut last, &mut entries, behind_open);
        entries
    }

    fn loose_comments(
        &mut self,
        end: u32,
        last: &mut u32,
        entries: &mut Vec<LayoutEntry>,
        behind_open: &mut Option<TextRange>,
    ) {
        while let Some(comment) = self.comment(end) {
            let here = self.same_line(*last, comment.0);
            match entries.last_mut() {
                Some(LayoutEntry::Statement(statement)) if here && statement.trailing.is_none() => {
                    statement.trailing = Some(comment);
                }
                None if here && *last > 0 && behind_open.is_none() => *behind_open = Some(comment),
                _ => entries.push(LayoutEntry::Comment(comment)),
            }
            *last = comment.1;
        }
    }

    fn statement(&mut self, node: &Node) -> Statement {
        let mut statement =
            Statement { at: node.range(), tokens: Vec::new(), verbatim: None, block: None, trailing: None };
        let whole = matches!(node.rule, Rule::junk | Rule::extra_close) || unclosed(node);
        let head = if whole { node.range() } else { node.head() };
        if whole || explain::untidy(node) {
            statement.verbatim = Some(head);
            while self.comment(head.1).is_some() {}
        } else {
            self.tokens(node, &mut statement.tokens);
            if statement.tokens.iter().any(|token| token.kind == TokenKind::BlockText && self.ragged(token.at)) {
                statement.tokens.clear();
                statement.verbatim = Some(head);
            }
        }
        if let Some(block) = node.block().filter(|_| !whole) {
            let start = block.first_leaf().end;
            let mut trailing = None;
            let entries = self.entries(&block.children, start, block.end, &mut trailing);
            statement.block = Some(StatementBlock { at: block.range(), trailing, entries });
        }
        statement
    }

    /// Whether a line of a multi-line string is indented less than its end. Moving such a string would change it.
    fn ragged(&self, at: TextRange) -> bool {
        let written = super::node::slice(self.text, at);
        let removed = written.rsplit('\n').next().unwrap_or_default().trim_end_matches('"');
        let blank = |line: &str| line.trim_matches([' ', '\t', '\r']).is_empty();
        written.lines().skip(1).any(|line| !blank(line) && !line.starts_with(removed))
    }

    /// Collects the tokens of a statement, without those of its block.
    fn tokens(&mut self, node: &Node, tokens: &mut Vec<Token>) {
        for child in node.children.iter().filter(|child| !child.is_block()) {
            let kind = match child.rule {
                Rule::text if child.has(Rule::block_string) => TokenKind::BlockText,
                Rule::value if child.has(Rule::text) => TokenKind::Value,
                Rule::comma => TokenKind::Comma,
                Rule::text => TokenKind::Word,
                _ if child.children.is_empty() => TokenKind::Word,
                _ => {
                    self.tokens(child, tokens);
                    continue;
                }
            };
            while let Some(at) = self.comment(child.start) {
                tokens.push(Token { kind: TokenKind::Comment, at });
            }
            if child.start < child.end {
                tokens.push(Token { kind, at: child.range() });
            }
        }
    }
}

/// Whether a block of a statement, or a block inside it, lacks its `}`.
fn unclosed(node: &Node) -> bool {
    node.block().is_some_and(|block| {
        let last = block.children.last();
        last.is_some_and(|close| !close.children.is_empty()) || block.children.iter().any(unclosed)
    })
}
