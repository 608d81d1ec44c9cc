//! Lowers `template`, and the same statements in a product.

use super::{Lower, Seen};
use crate::syntax::ast::{ContentDecl, CopyStmt, PathText, TemplateDecl, VersionStmt};
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
            path: node.child(Rule::path).and_then(|path| self.path(path)),
            source: node.child(Rule::in_source).and_then(|source| self.name_in(source)),
            span: self.span(node.range()),
        }
    }

    pub(super) fn copy(&mut self, node: &Node) -> CopyStmt {
        let list = node.child(Rule::paths);
        let paths: Option<Vec<PathText>> =
            list.map(|list| list.all(Rule::path).filter_map(|path| self.path(path)).collect());
        CopyStmt {
            file: self.text_in(node),
            source: node.child(Rule::in_source).and_then(|source| self.name_in(source)),
            // `at` with only invalid paths does not mean the whole file
            paths: paths.or_else(|| node.has(Rule::k_at).then(Vec::new)),
            span: self.span(node.range()),
        }
    }
}
