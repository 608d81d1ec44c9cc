//! What the checks read: the program, and what holds for each product in each flow that it uses.

use std::collections::BTreeSet;

use super::text::list;
use crate::diagnostic::Diagnostic;
use crate::program::{
    Analysis, Call, Definition, EnvironmentId, Flow, Group, Namespace, Product, ProductFlow, Program, PromotionContext,
    SettledFlow,
};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{self, Ident, Item};
use crate::syntax::names::{is_parameter, is_reserved};

/// The program and what several checks ask of it, worked out once.
pub(super) struct Context<'a> {
    pub sources: &'a SourceMap,
    pub program: &'a Program,
    /// Each product with each flow that it lists, once.
    pub product_flows: Vec<SettledFlow<'a>>,
    /// What was said of syntax and names.
    pub said: &'a [Diagnostic],
    /// Whether some policy may hold in more places than it seems to, or say more: part of it was not understood.
    pub policies_unsure: bool,
    /// Whether the kind of some environment was not understood.
    pub kinds_unsure: bool,
    /// Templates that hold what was not understood.
    damaged_templates: BTreeSet<&'a str>,
    templates: Vec<&'a ast::ContentDecl>,
    /// Flows all of whose environments are known, by their names; every check asks for every flow.
    known_flows: BTreeSet<Span>,
    /// Products all of whose applications are known, by their names.
    known_products: BTreeSet<Span>,
}

impl<'a> Context<'a> {
    pub(super) fn new(analysis: &'a Analysis) -> Context<'a> {
        let program = &analysis.program;
        let items = analysis.files.iter().flat_map(|file| &file.tree.items);
        let damaged_templates = items.clone().filter_map(|item| match item {
            Item::Template(decl) if decl.damaged => decl.name.as_ref().map(|name| name.value.as_str()),
            _ => None,
        });
        let templates = items.clone().filter_map(|item| match item {
            Item::Template(decl) => Some(&decl.content),
            _ => None,
        });
        let mut context = Context {
            sources: &analysis.sources,
            said: &analysis.diagnostics,
            program,
            product_flows: program.product_flows().map(ProductFlow::settled).collect(),
            templates: templates.collect(),
            damaged_templates: damaged_templates.collect(),
            policies_unsure: false,
            kinds_unsure: false,
            known_flows: BTreeSet::new(),
            known_products: BTreeSet::new(),
        };
        let flows = program.flows.values().filter(|flow| context.has_all_environments(flow));
        let products = program.products.values().filter(|product| context.has_all_applications(product));
        let (flows, products) = (flows.map(|flow| flow.name.span), products.map(|product| product.name.span));
        (context.known_flows, context.known_products) = (flows.collect(), products.collect());
        context.kinds_unsure = items.clone().any(|item| matches!(item, Item::Environment(decl) if decl.damaged));
        context.policies_unsure = program.policies.values().any(|policy| {
            let is_product = |name: &Ident| program.product(&name.value).is_ok();
            let resolved = policy.decl.environments.iter().all(|name| context.is_whole(name))
                && policy.decl.products.iter().all(is_product);
            policy.decl.damaged || !resolved || context.kinds_unsure && !policy.decl.kinds.is_empty()
        });
        context
    }

    /// What is written in the templates.
    pub(super) fn templates(&self) -> impl Iterator<Item = &'a ast::ContentDecl> {
        self.templates.iter().copied()
    }

    /// The group of a name, if it is one.
    pub(super) fn group(&self, name: &str) -> Option<&'a Group> {
        match self.program.names.get(Namespace::Environments, name) {
            Some(Definition::Group(id)) => Some(&self.program.groups[id]),
            _ => None,
        }
    }

    /// The name of an environment.
    pub(super) fn environment(&self, id: EnvironmentId) -> &'a str {
        &self.program.environments[id].name.value
    }

    /// Environments as they stand in a message.
    pub(super) fn environments(&self, ids: impl IntoIterator<Item = EnvironmentId>) -> String {
        list(ids.into_iter().map(|id| self.environment(id)))
    }

    /// The name of a workflow.
    pub(super) fn workflow(&self, call: &Call) -> &'a str {
        &self.program.workflows[call.workflow].name.value
    }

    /// Whether what is needed or given may be: where its name is none or reserved, that was said (E0102).
    pub(super) fn is_parameter(&self, name: &Ident) -> bool {
        !is_reserved(&name.value) && is_parameter(self.sources.text(name.span).trim_matches(['"', '\'']))
    }

    /// The environments that a name of the tree stands for; `None`: it did not resolve, and that was said.
    pub(super) fn targets(&self, name: &Ident) -> Option<Vec<EnvironmentId>> {
        self.program.targets(&name.value)
    }

    /// Whether every environment that a flow names is known, so that something may be missed in it.
    pub(super) fn knows_environments(&self, flow: &Flow) -> bool {
        self.known_flows.contains(&flow.name.span)
    }

    fn has_all_environments(&self, flow: &Flow) -> bool {
        let resolved = |names: &[Ident]| names.iter().all(|name| self.is_whole(name));
        let targets = |promote: &ast::Promote| !promote.damaged && resolved(&promote.targets);
        // Who forgot the trigger, or has two, is told so, and nothing of what follows.
        let one_trigger = flow.trigger.is_some() && flow.decl.triggers.len() == 1;
        one_trigger && !flow.decl.damaged && flow.decl.promotes.iter().all(targets)
    }

    /// Whether the timeout of a flow is what was meant.
    pub(super) fn knows_timeout(&self, flow: &Flow) -> bool {
        flow.decl.timeout.is_some() || !flow.decl.damaged && !self.program.damaged
    }

    /// Whether all applications of a product are known, so that one may be missed.
    pub(super) fn knows_applications(&self, product: &Product) -> bool {
        self.known_products.contains(&product.name.span)
    }

    fn has_all_applications(&self, product: &Product) -> bool {
        let whole = |application: &ast::ApplicationStmt| {
            !application.damaged && application.environments.iter().all(|name| self.is_whole(name))
        };
        !product.decl.damaged && product.decl.applications.iter().all(whole)
    }

    /// Whether what a product copies is known, so that something may be missed in it.
    pub(super) fn knows_content(&self, product: &Product) -> bool {
        let template = product.template.map(|id| &self.program.templates[id]);
        let resolved = template.is_some() || product.decl.template.is_none();
        !product.decl.damaged
            && resolved
            && !template.is_some_and(|template| self.damaged_templates.contains(template.name.value.as_str()))
    }

    /// Whether something that settles an environment was not understood: nothing is said of what is missing there.
    pub(super) fn is_damaged(&self, at: &PromotionContext<'_>) -> bool {
        self.policies_unsure || at.is_damaged()
    }

    /// Whether a name stands for environments, all of which are known.
    pub(super) fn is_whole(&self, name: &Ident) -> bool {
        match self.program.names.get(Namespace::Environments, &name.value) {
            Some(Definition::Group(id)) => !self.program.groups[id].damaged,
            found => found.is_some(),
        }
    }
}
