//! The features of products: what is copied, between which applications, and by which flows.

use super::Feature;
use super::list::Walk;
use crate::program::{
    Application, Component, Concurrency, Copy, FlowRef, Product, PromotedContent, Source, VersionSource,
};
use crate::source::Span;
use crate::syntax::ast::{
    ApplicationStmt, ConcurrencyStmt, Condition, FlowStart, FlowUse, Label, ProductDecl, SourceDecl, ValuePath,
};

impl Walk<'_, '_> {
    pub(super) fn product(&mut self, product: &Product) {
        let Product {
            name,
            labels: _, // listed from the declaration, with their spans
            template,
            content,
            components,
            applications,
            flows,
            concurrency,
            decl,
            damaged: _,
        } = product;
        let ProductDecl {
            name: _,
            description,
            labels,
            template: of, // with its span
            content: _,
            repo: _, // listed with the applications, like the rest
            branch: _,
            namespace: _,
            runtime: _,
            applications: statements,
            flows: uses,
            concurrency: said, // with its span
            span: _,
            damaged: _,
        } = decl;
        self.add(Feature::Product, name.span);
        if let Some(description) = description {
            self.add(Feature::ProductDescription, description.span);
        }
        for Label { key: _, value: _, span } in labels {
            self.add(Feature::ProductLabel, *span);
        }
        match template {
            Some(_) => self.add(Feature::UsesTemplate, of.as_ref().map_or(name.span, |of| of.span)),
            None if content.copies.is_empty() => {
                self.add(Feature::WholeDirectory, name.span);
                self.content(content);
            }
            None => self.content(content),
        }
        for Component { name: _, span } in components {
            self.add(Feature::Component, *span);
        }
        for statement in statements {
            self.statement(statement);
        }
        for application in applications.values() {
            self.application(application);
        }
        // How a flow starts is listed from the declaration, which has its span.
        for FlowRef { flow: _, start: _, span } in flows {
            self.add(Feature::ListedFlow, *span);
        }
        for listed in uses {
            self.start(listed);
        }
        let at = said.map_or(name.span, |said| said.span);
        match concurrency {
            Concurrency::Queue { limit, written } => {
                self.add(Feature::Queue { written: *written }, at);
                if let Some(ConcurrencyStmt::Queue { limit: Some(number) }) = said.map(|said| said.value) {
                    self.add(Feature::QueueLimit(*limit), number.span);
                }
            }
            Concurrency::Terminate => self.add(Feature::Terminate, at),
        }
    }

    /// The content that a template or a product copies.
    pub(super) fn content(&mut self, content: &PromotedContent) {
        let PromotedContent { version, copies } = content;
        if let Some(VersionSource { file, path, source, span }) = version {
            self.add(Feature::VersionFrom { file, path: &path.path.value }, *span);
            self.tag(path);
            self.source(source.as_deref(), *span);
        }
        for Copy { file, source, paths, span } in copies {
            self.add(Feature::Copy(&file.value), file.span);
            self.source(source.as_deref(), *span);
            if paths.is_empty() {
                self.add(Feature::CopyWhole, *span);
            }
            for path in paths {
                self.add(Feature::CopyPath(&path.path.value), path.path.span);
                self.tag(path);
            }
        }
    }

    fn tag(&mut self, path: &ValuePath) {
        let ValuePath { path: _, tag } = path; // the path itself is listed where it is written
        if let Some(span) = tag {
            self.add(Feature::AsTag, *span);
        }
    }

    fn source(&mut self, source: Option<&str>, at: Span) {
        if let Some(source) = source {
            self.add(Feature::InSource(source), at);
        }
    }

    /// What an `application` statement sets itself; the rest is listed for each of its applications.
    fn statement(&mut self, statement: &ApplicationStmt) {
        let ApplicationStmt {
            name: _,
            environments: _,
            repo: _,
            branch: _,
            path: _,
            sources,
            namespace: _,
            runtime: _,
            labels,
            span: _,
            damaged: _,
        } = statement;
        for SourceDecl { name, repo: _, branch: _, path: _, span, damaged: _ } in sources {
            if let Some(name) = name {
                self.add(Feature::NamedSource(&name.value), *span);
            }
        }
        for Label { key: _, value: _, span } in labels {
            self.add(Feature::ApplicationLabel, *span);
        }
    }

    fn application(&mut self, application: &Application) {
        let Application {
            name: _,
            component: _, // listed as `Component`
            environment: _,
            sources,
            namespace,
            runtime,
            labels: _, // listed with the product and the statement
            span,
            environment_span: _,
        } = application;
        self.add(Feature::Application, *span);
        for Source { name: _, repo, repo_span, branch, path, path_span } in sources {
            self.add(Feature::Repository(repo), *repo_span);
            if let Some(branch) = branch {
                self.add(Feature::Branch(branch), *span);
            }
            self.add(Feature::Path(path), *path_span);
        }
        if let Some(namespace) = namespace {
            self.add(Feature::Namespace(namespace), *span);
        }
        if let Some(runtime) = runtime {
            self.add(Feature::Runtime(runtime), *span);
        }
    }

    fn start(&mut self, listed: &FlowUse) {
        let FlowUse { name: _, start, span } = listed;
        match start {
            FlowStart::ByHand(span) => self.add(Feature::StartsByHand, *span),
            FlowStart::When(conditions) if conditions.is_empty() => self.add(Feature::StartsOnChange, *span),
            FlowStart::When(conditions) => {
                for Condition { key, excludes, patterns: _, span } in conditions {
                    self.add(Feature::StartsWhen { key: key.value, excludes: *excludes }, *span);
                }
            }
        }
    }
}
