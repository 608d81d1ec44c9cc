//! Lowers `template`, and the same statements in a product.

use super::{Lower, Seen};
use crate::syntax::ast::{ContentDecl, CopyStmt, TemplateDecl, ValuePath, VersionStmt};
use crate::syntax::node::{Node, Rule};

impl Lower<'_> {
    pub(super) fn template(&mut self, node: &Node) -> TemplateDecl {
        let name = self.declared(node, "a template");
        let mut content = ContentDecl::default();
        let mut seen = Seen::default();
        let damaged = self.block(node, |lower, child| match child.rule {
            Rule::version_from if lower.once(&mut seen, child, "version") => {
                content.version = Some(lower.version_from(child))
            }
            Rule::copy => content.copies.push(lower.copy(child)),
            _ => {}
        });
        TemplateDecl { name, content, span: self.span(node.range()), damaged }
    }

    pub(super) fn version_from(&mut self, node: &Node) -> VersionStmt {
        VersionStmt {
            file: self.text_in(node),
            path: self.value_paths(node).pop(),
            source: node.child(Rule::in_source).and_then(|source| self.name_in(source)),
            span: self.span(node.range()),
        }
    }

    pub(super) fn copy(&mut self, node: &Node) -> CopyStmt {
        let list = node.child(Rule::paths);
        let paths = list.map(|list| self.value_paths(list));
        CopyStmt {
            file: self.text_in(node),
            source: node.child(Rule::in_source).and_then(|source| self.name_in(source)),
            // `at` with only invalid paths does not mean the whole file
            paths: paths.or_else(|| node.has(Rule::k_at).then(Vec::new)),
            span: self.span(node.range()),
        }
    }

    /// The paths of a node, each with the `as tag` that follows it.
    fn value_paths(&mut self, node: &Node) -> Vec<ValuePath> {
        let mut paths: Vec<ValuePath> = Vec::new();
        let mut valid = false;
        for child in &node.children {
            match child.rule {
                Rule::path => {
                    let path = self.path(child);
                    valid = path.is_some();
                    paths.extend(path.map(|path| ValuePath { path, tag: None }));
                }
                Rule::as_tag if child.has(Rule::k_tag) && valid => {
                    let tag = Some(self.span(child.range()));
                    paths.iter_mut().next_back().into_iter().for_each(|path| path.tag = tag);
                }
                _ => {}
            }
        }
        paths
    }
}
