//! Lowers `environment` and `group`.

use std::collections::BTreeMap;

use super::{Lower, Seen};
use crate::source::Spanned;
use crate::syntax::ast::{EnvironmentDecl, GroupDecl, Kind, Label};
use crate::syntax::names;
use crate::syntax::node::{Node, Rule};

impl Lower<'_> {
    pub(super) fn environment(&mut self, node: &Node) -> EnvironmentDecl {
        let list = node.child(Rule::top_names);
        for name in list.into_iter().flat_map(|list| list.all(Rule::name)) {
            if !names::is_range(self.of(name)) {
                self.check_name(name, "an environment");
            }
        }
        let mut decl = EnvironmentDecl {
            names: self.list_in(node),
            kind: None,
            description: None,
            labels: Vec::new(),
            span: self.span(node.range()),
            damaged: false,
        };
        let mut seen = Seen::default();
        let mut keys = BTreeMap::new();
        decl.damaged = self.block(node, |lower, child| match child.rule {
            Rule::kind if lower.once(&mut seen, child, "kind") => decl.kind = lower.kind(child),
            Rule::description if lower.once(&mut seen, child, "description") => decl.description = lower.text_in(child),
            Rule::label => decl.labels.extend(lower.label(child, &mut keys)),
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
        let labels = node.child(Rule::group_where).map(|tests| self.label_tests(tests));
        let members = self.list_in(node);
        let damaged = self.block(node, |_, _| {});
        GroupDecl { name, members, labels, span: self.span(node.range()), damaged }
    }

    /// The label conditions in a node.
    pub(super) fn label_tests(&mut self, node: &Node) -> Vec<Label> {
        let mut keys = BTreeMap::new();
        node.all(Rule::label_test).filter_map(|test| self.label(test, &mut keys)).collect()
    }
}
