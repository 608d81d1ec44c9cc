//! Prints the layout of a text as canonical text.

use crate::syntax::layout::{LayoutEntry, SourceLayout, Statement, StatementBlock, Token, TokenKind};
use crate::syntax::names;

/// The longest line, in columns, on which a block written on one line stays.
const WIDTH: usize = 100;
const LEVEL: usize = 2;
/// The additional indentation of the further lines of a list; more than that of a block.
const CONTINUED: usize = 4;

/// Returns the canonical text of a layout.
pub(super) fn print(text: &str, layout: &SourceLayout) -> String {
    let mut printer = Printer { text, out: String::with_capacity(text.len() + text.len() / 8) };
    printer.entries(&layout.entries, 0);
    printer.out
}

struct Printer<'a> {
    text: &'a str,
    out: String,
}

impl<'a> Printer<'a> {
    fn of(&self, (start, end): (u32, u32)) -> &'a str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    fn line_ends(&self, from: u32, to: u32) -> usize {
        self.of((from, to)).matches('\n').count()
    }

    fn indent(&mut self, columns: usize) {
        self.out.extend(std::iter::repeat_n(' ', columns));
    }

    /// Prints statements and comments, each on lines of its own.
    fn entries(&mut self, entries: &[LayoutEntry], indent: usize) {
        let mut last: Option<u32> = None;
        for entry in entries {
            let (start, end) = match entry {
                LayoutEntry::Comment(at) => *at,
                LayoutEntry::Statement(statement) => {
                    (statement.at.0, statement.trailing.map_or(statement.at.1, |comment| comment.1))
                }
            };
            if last.is_some_and(|last| self.line_ends(last, start) > 1) {
                self.out.push('\n');
            }
            self.indent(indent);
            match entry {
                LayoutEntry::Comment(at) => self.comment(*at),
                LayoutEntry::Statement(statement) => self.statement(statement, indent),
            }
            self.out.push('\n');
            last = Some(end);
        }
    }

    fn comment(&mut self, at: (u32, u32)) {
        let comment = self.of(at).trim_end();
        self.out.push_str(comment);
    }

    fn trailing(&mut self, comment: Option<(u32, u32)>) {
        if let Some(comment) = comment {
            self.out.push_str("  ");
            self.comment(comment);
        }
    }

    fn statement(&mut self, statement: &Statement, indent: usize) {
        if let Some(line) = self.inline(statement).filter(|line| indent + line.chars().count() <= WIDTH) {
            self.out.push_str(&line);
            return self.trailing(statement.trailing);
        }
        match statement.verbatim {
            Some(at) => {
                let written = self.of(at).trim_end().replace("\r\n", "\n");
                self.out.push_str(&written);
                let behind = self.text.get(at.1 as usize..).unwrap_or_default();
                if written.ends_with(',') && behind.trim_start_matches([' ', '\t']).starts_with(';') {
                    // without the `;`, the comma would pull the next line into its list
                    self.out.push(';');
                }
            }
            None => self.tokens(&statement.tokens, indent),
        }
        if let Some(block) = &statement.block {
            self.block(block, indent);
        }
        self.trailing(statement.trailing);
    }

    fn block(&mut self, block: &StatementBlock, indent: usize) {
        self.out.push_str(" {");
        if block.entries.is_empty() && block.trailing.is_none() {
            self.out.push('}');
            return;
        }
        self.trailing(block.trailing);
        self.out.push('\n');
        self.entries(&block.entries, indent + LEVEL);
        self.indent(indent);
        self.out.push('}');
    }

    /// Prints the tokens of a statement. A list keeps its line breaks.
    fn tokens(&mut self, tokens: &[Token], indent: usize) {
        let mut last: Option<&Token> = None;
        for token in tokens {
            if let Some(last) = last {
                let lines = self.line_ends(last.at.1, token.at.0);
                if lines > 0 {
                    self.out.push('\n');
                    if lines > 1 {
                        self.out.push('\n');
                    }
                    self.indent(indent + CONTINUED);
                } else if token.kind == TokenKind::Comment {
                    self.out.push_str("  ");
                } else if token.kind != TokenKind::Comma {
                    self.out.push(' ');
                }
            }
            match token.kind {
                TokenKind::BlockText => self.block_text(token.at, indent + LEVEL),
                TokenKind::Comment => self.comment(token.at),
                _ => {
                    let word = self.word(token);
                    self.out.push_str(word);
                }
            }
            last = Some(token);
        }
    }

    /// The text of a token on one line. A string value that is a valid name loses its quotes.
    fn word(&self, token: &Token) -> &'a str {
        let written = self.of(token.at);
        let bare = written.trim_matches('"');
        if token.kind == TokenKind::Value && names::is_name(bare) { bare } else { written }
    }

    /// Prints a multi-line string, and moves all its lines by the same amount.
    fn block_text(&mut self, at: (u32, u32), indent: usize) {
        let written = self.of(at);
        let (_, body) = written.split_once('\n').unwrap_or((written, ""));
        let (lines, close) = body.rsplit_once('\n').unwrap_or(("", body));
        let removed = close.trim_end_matches('"');
        self.out.push_str("\"\"\"\n");
        if body.contains('\n') {
            for line in lines.split('\n') {
                let line = line.strip_suffix('\r').unwrap_or(line);
                // a line that is indented less is an error, and keeps its indentation
                let content = line.strip_prefix(removed).unwrap_or(line);
                if !line.trim_matches([' ', '\t']).is_empty() {
                    self.indent(indent);
                    self.out.push_str(content);
                }
                self.out.push('\n');
            }
        }
        self.indent(indent);
        self.out.push_str("\"\"\"");
    }

    /// The statement on one line; `None` if it was written on several lines or must be.
    fn inline(&self, statement: &Statement) -> Option<String> {
        let mut line = String::new();
        match statement.verbatim {
            // a line end terminates an unterminated string, or a comment of another language
            Some(_) => return None,
            None => {
                for (number, token) in statement.tokens.iter().enumerate() {
                    let word = self.word(token);
                    let lines =
                        statement.tokens.get(number + 1).map_or(0, |next| self.line_ends(token.at.1, next.at.0));
                    if lines > 0 || word.contains('\n') || token.kind == TokenKind::Comment {
                        return None;
                    }
                    if number > 0 && token.kind != TokenKind::Comma {
                        line.push(' ');
                    }
                    line.push_str(word);
                }
            }
        }
        let Some(block) = &statement.block else { return Some(line) };
        if self.of(block.at).contains('\n') {
            return None;
        }
        line.push_str(" {");
        for (number, entry) in block.entries.iter().enumerate() {
            let LayoutEntry::Statement(inner) = entry else { return None };
            line.push_str(if number > 0 { "; " } else { " " });
            line.push_str(&self.inline(inner)?);
        }
        line.push_str(if block.entries.is_empty() { "}" } else { " }" });
        Some(line)
    }
}
