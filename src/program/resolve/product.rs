//! Resolves `product`: its content and its flows. [`super::application`] expands its applications.

use super::Resolver;
use super::failed::Expected;
use super::placeholder::TextPlace;
use super::plain::content;
use crate::diagnostic::{Code, Diagnostic, nearest, one_of};
use crate::program::model::{Concurrency, FlowRef, FlowStart, Product};
use crate::program::names::Definition;
use crate::program::placeholder::Values;
use crate::source::{Arena, Id};
use crate::syntax::ast::{self, ConcurrencyStmt, FlowUse, Ident, ProductDecl};

/// The default limit of a queue.
const LIMIT: u32 = 50;

impl Resolver<'_> {
    pub(super) fn product(&mut self, decl: &ProductDecl) {
        let id = Id::new(self.program.products.len() as u32);
        let declared = decl.name.as_ref().is_some_and(|name| self.declare(name, Definition::Product(id)));
        let template = match decl.template.as_ref().map(|name| self.find(name, Expected::Template)) {
            Some(Some(Definition::Template(template))) => Some(template),
            _ => None,
        };
        for text in [&decl.repo, &decl.branch, &decl.namespace, &decl.runtime] {
            self.placeholders(text.as_ref(), TextPlace::Application);
        }
        for label in &decl.labels {
            self.placeholders(Some(&label.value), TextPlace::Application);
        }
        self.files(&decl.content);
        let name = decl.name.clone().unwrap_or_else(|| Ident::new(String::new(), decl.span.at_start()));
        let values = Values { environment: None, product: Some(&name.value) };
        let mut product = Product {
            name: name.clone(),
            labels: decl.labels.iter().map(|label| (label.key.value.clone(), label.value.value.clone())).collect(),
            template,
            content: match template {
                Some(template) => values.content(&self.program.templates[template].content),
                None => values.content(&content(&decl.content)),
            },
            components: Vec::new(),
            applications: Arena::default(),
            flows: Vec::new(),
            concurrency: concurrency(decl),
            decl: decl.clone(),
            damaged: decl.damaged || template.is_none() && decl.template.is_some(),
        };
        for statement in &decl.applications {
            self.application(statement, &mut product);
        }
        for statement in &decl.flows {
            let flow = self.flow_of_product(statement);
            product.damaged |= flow.is_none();
            product.flows.extend(flow);
        }
        // A product without a name, or with a duplicate one, is resolved only for the names it uses.
        if declared {
            self.program.products.push(product);
        }
    }

    fn flow_of_product(&mut self, statement: &FlowUse) -> Option<FlowRef> {
        let name = statement.name.as_ref()?;
        let Definition::Flow(flow) = self.find(name, Expected::Flow)? else { return None };
        let start = match &statement.start {
            ast::FlowStart::ByHand(_) => FlowStart::ByHand,
            ast::FlowStart::When(conditions) => FlowStart::When(
                conditions
                    .iter()
                    .map(|condition| {
                        let patterns = condition.patterns.iter().map(|pattern| pattern.value.clone());
                        (condition.key.value, condition.excludes, patterns.collect())
                    })
                    .collect(),
            ),
        };
        Some(FlowRef { flow, start, span: name.span })
    }

    /// Reports `in SOURCE` if no product with this content has an application with a source of that name (E0201).
    pub(super) fn sources_of_templates(&mut self, trees: &[&ast::Tree]) {
        for item in trees.iter().flat_map(|tree| &tree.items) {
            let (content, template, span) = match item {
                ast::Item::Template(decl) => (&decl.content, decl.name.as_ref().map(|name| &name.value), decl.span),
                ast::Item::Product(decl) => (&decl.content, None, decl.span),
                _ => continue,
            };
            let version = content.version.iter().filter_map(|version| version.source.as_ref());
            let copies = content.copies.iter().filter_map(|copy| copy.source.as_ref());
            let written: Vec<&Ident> = version.chain(copies).collect();
            if written.is_empty() {
                continue;
            }
            let of = |product: &&Product| {
                product.decl.span == span
                    || template.is_some() && product.decl.template.as_ref().map(|name| &name.value) == template
            };
            let products: Vec<&Product> = self.program.products.values().filter(of).collect();
            if products.is_empty() || products.iter().any(|product| product.damaged) {
                continue;
            }
            let statements = products.iter().flat_map(|product| &product.decl.applications);
            let names: Vec<&str> = statements
                .flat_map(|statement| &statement.sources)
                .filter_map(|source| source.name.as_ref())
                .map(|name| name.value.as_str())
                .collect();
            let unknown = written.into_iter().filter(|name| !names.contains(&name.value.as_str()));
            let diagnostics: Vec<_> = unknown.map(|name| unknown_source(name, &names)).collect();
            self.diagnostics.extend(diagnostics);
        }
    }
}

fn unknown_source(name: &Ident, names: &[&str]) -> Diagnostic {
    let written = &name.value;
    let message = format!("no source named `{written}`");
    match (nearest(written, names.iter().copied()), one_of(names.iter().copied())) {
        (Some(near), _) => Diagnostic::new(Code::E0201, message, name.span, format!("did you mean `{near}`?"))
            .help(format!("Write `{near}`."))
            .fix(format!("write `{near}`"), name.span, near),
        (None, Some(all)) => {
            Diagnostic::new(Code::E0201, message, name.span, "not declared").help(format!("Write {all}."))
        }
        (None, None) => Diagnostic::new(Code::E0201, message, name.span, "no application has a `source`")
            .help(format!("Remove `in {written}`, or declare `source {written} {{ … }}` in the application.")),
    }
}

fn concurrency(decl: &ProductDecl) -> Concurrency {
    match decl.concurrency.map(|statement| statement.value) {
        None => Concurrency::Queue { limit: LIMIT, written: false },
        Some(ConcurrencyStmt::Queue { limit }) => {
            Concurrency::Queue { limit: limit.map_or(LIMIT, |limit| limit.value), written: true }
        }
        Some(ConcurrencyStmt::Terminate) => Concurrency::Terminate,
    }
}
