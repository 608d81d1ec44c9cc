//! Lowers `environment` and `group`.

use super::{Lower, Seen};
use crate::source::Spanned;
use crate::syntax::ast::{EnvironmentDecl, GroupDecl, Kind};
use crate::syntax::node::{Node, Rule};

impl Lower<'_> {
    pub(super) fn environment(&mut self, node: &Node) -> EnvironmentDecl {
        let list = node.child(Rule::top_names);
        for name in list.into_iter().flat_map(|list| list.all(Rule::name)) {
            self.check_name(name, "an environment");
        }
        let mut decl = EnvironmentDecl {
            names: self.list_in(node),
            kind: None,
            description: None,
            span: self.span(node.range()),
            damaged: false,
        };
        let mut seen = Seen::default();
        decl.damaged = self.block(node, |lower, child| match child.rule {
            Rule::kind if lower.once(&mut seen, child, "kind") => decl.kind = lower.kind(child),
            Rule::description if lower.once(&mut seen, child, "description") => decl.description = lower.text_in(child),
            _ => {}
        });
        decl
    }

    /// The kind in a node.
    pub(super) fn kind(&mut self, node: &Node) -> Option<Spanned<Kind>> {
        let word = node.child(Rule::kind_word)?;
        let kind = if self.of(word) == Kind::Production.as_str() { Kind::Production } else { Kind::NonProduction };
        Some(self.spanned(kind, word))
    }

    pub(super) fn group(&mut self, node: &Node) -> GroupDecl {
        let name = self.declared(node, "a group");
        let members = self.list_in(node);
        GroupDecl { name, members, span: self.span(node.range()), damaged: self.block(node, |_, _| {}) }
    }
}
