//! Resolves `workflow`, `template` and `window`, which refer to no other declaration.

use super::Resolver;
use super::placeholder::TextPlace;
use crate::program::model::{Copy, PromotedContent, Template, VersionSource, Window, Workflow};
use crate::program::names::Definition;
use crate::source::Id;
use crate::syntax::ast::{self, TemplateDecl, WindowDecl, WorkflowDecl};

impl Resolver<'_> {
    pub(super) fn workflow(&mut self, decl: &WorkflowDecl) {
        for need in &decl.needs {
            self.placeholders(need.default.as_ref(), TextPlace::Default);
        }
        let id = Id::new(self.program.workflows.len() as u32);
        if let Some(name) = decl.name.as_ref().filter(|name| self.declare(name, Definition::Workflow(id))) {
            self.program.workflows.push(Workflow { name: name.clone(), decl: decl.clone() });
        }
    }

    pub(super) fn template(&mut self, decl: &TemplateDecl) {
        self.files(&decl.content);
        let id = Id::new(self.program.templates.len() as u32);
        if let Some(name) = decl.name.as_ref().filter(|name| self.declare(name, Definition::Template(id))) {
            self.program.templates.push(Template { name: name.clone(), content: content(&decl.content) });
        }
    }

    /// E0201 for placeholders in the names of files.
    pub(super) fn files(&mut self, content: &ast::ContentDecl) {
        let version = content.version.iter().map(|version| version.file.as_ref());
        for file in version.chain(content.copies.iter().map(|copy| copy.file.as_ref())) {
            self.placeholders(file, TextPlace::Environment);
        }
    }

    pub(super) fn window(&mut self, decl: &WindowDecl) {
        let id = Id::new(self.program.windows.len() as u32);
        if let Some(name) = decl.name.as_ref().filter(|name| self.declare(name, Definition::Window(id))) {
            let of = |closed: bool| {
                let statements = decl.openings.iter().filter(|opening| opening.closed == closed);
                statements.map(|opening| (opening.days.value, opening.times.map(|times| times.value))).collect()
            };
            self.program.windows.push(Window {
                name: name.clone(),
                timezone: decl.timezone.clone(),
                open: of(false),
                closed: of(true),
                decl: decl.clone(),
            });
        }
    }
}

/// The content of a template or product. A statement without its file or path is absent; the parser has reported it.
pub(super) fn content(content: &ast::ContentDecl) -> PromotedContent {
    let source = |name: &Option<ast::Ident>| name.as_ref().map(|name| name.value.clone());
    let version = content.version.as_ref().and_then(|statement| {
        Some(VersionSource {
            file: statement.file.as_ref()?.value.clone(),
            path: statement.path.clone()?,
            source: source(&statement.source),
            span: statement.span,
        })
    });
    let copies = content.copies.iter().filter_map(|statement| {
        Some(Copy {
            file: statement.file.clone()?,
            source: source(&statement.source),
            paths: statement.paths.clone().unwrap_or_default(),
            span: statement.span,
        })
    });
    PromotedContent { version, copies: copies.collect() }
}
