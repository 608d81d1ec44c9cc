//! Lowers `window`.

use super::{Lower, Seen};
use crate::syntax::ast::{OpeningStmt, WindowDecl};
use crate::syntax::node::{Node, Rule};

impl Lower<'_> {
    pub(super) fn window(&mut self, node: &Node) -> WindowDecl {
        let name = self.declared(node, "a window");
        let mut decl =
            WindowDecl { name, timezone: None, openings: Vec::new(), span: self.span(node.range()), damaged: false };
        let mut seen = Seen::default();
        decl.damaged = self.block(node, |lower, child| match child.rule {
            Rule::timezone if lower.once(&mut seen, child, "timezone") => decl.timezone = lower.text_in(child),
            Rule::opening => decl.openings.extend(lower.opening(child)),
            _ => {}
        });
        decl
    }

    fn opening(&mut self, node: &Node) -> Option<OpeningStmt> {
        let mut words = node.all(Rule::word);
        let days = match node.child(Rule::ordinal) {
            Some(ordinal) => self.day_of_month(ordinal, words.next()?),
            None => self.days(words.next()?),
        };
        let times = match words.next() {
            Some(word) => Some(self.times(word)?),
            None => None,
        };
        Some(OpeningStmt { closed: node.has(Rule::k_closed), days: days?, times, span: self.span(node.range()) })
    }
}
