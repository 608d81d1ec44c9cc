//! What the checks read: the program, and the settled settings of each product in each of its flows.

use std::collections::BTreeSet;

use super::text::list_in_ranges;
use crate::diagnostic::Diagnostic;
use crate::program::{
    Analysis, Call, Definition, EnvironmentId, Flow, Group, Namespace, Product, ProductFlow, Program, PromotionContext,
    SettledFlow,
};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{self, Ident, Item};
use crate::syntax::names::{is_parameter, is_range, is_reserved};

/// The program, with everything that several checks need, computed once.
pub(super) struct Context<'a> {
    pub sources: &'a SourceMap,
    pub program: &'a Program,
    /// Every pair of a product and a flow that it lists.
    pub product_flows: Vec<SettledFlow<'a>>,
    /// The diagnostics of syntax and names.
    pub said: &'a [Diagnostic],
    /// Whether part of a policy was not understood, so that it may apply to more, or set more, than it seems to.
    pub policies_unsure: bool,
    /// Whether the kind of some environment was not understood.
    pub kinds_unsure: bool,
    /// The names of templates with a part that was not understood.
    damaged_templates: BTreeSet<&'a str>,
    templates: Vec<&'a ast::ContentDecl>,
    /// The names of flows whose environments are all known.
    known_flows: BTreeSet<Span>,
    /// The names of products whose applications are all known.
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

    pub(super) fn templates(&self) -> impl Iterator<Item = &'a ast::ContentDecl> {
        self.templates.iter().copied()
    }

    /// The group with this name, if it is a group and not an environment.
    pub(super) fn group(&self, name: &str) -> Option<&'a Group> {
        match self.program.names.get(Namespace::Environments, name) {
            Some(Definition::Group(id)) => Some(&self.program.groups[id]),
            _ => None,
        }
    }

    pub(super) fn environment(&self, id: EnvironmentId) -> &'a str {
        &self.program.environments[id].name.value
    }

    /// The names of environments as a list for a message.
    pub(super) fn environments(&self, ids: impl IntoIterator<Item = EnvironmentId>) -> String {
        list_in_ranges(ids.into_iter().map(|id| self.environment(id)))
    }

    pub(super) fn workflow(&self, call: &Call) -> &'a str {
        &self.program.workflows[call.workflow].name.value
    }

    /// Whether this is a valid parameter name; invalid and reserved names were reported (E0102).
    pub(super) fn is_parameter(&self, name: &Ident) -> bool {
        !is_reserved(&name.value) && is_parameter(self.sources.text(name.span).trim_matches(['"', '\'']))
    }

    /// The environments that a name stands for; `None` if it did not resolve, which was reported.
    pub(super) fn targets(&self, name: &Ident) -> Option<Vec<EnvironmentId>> {
        self.program.targets(&name.value)
    }

    /// Whether every environment of a flow is known, so that a missing one can be reported.
    pub(super) fn knows_environments(&self, flow: &Flow) -> bool {
        self.known_flows.contains(&flow.name.span)
    }

    fn has_all_environments(&self, flow: &Flow) -> bool {
        let resolved = |names: &[Ident]| names.iter().all(|name| self.is_whole(name));
        let targets = |promote: &ast::Promote| !promote.damaged && resolved(&promote.targets);
        // A missing or second trigger is reported by itself, without what follows from it.
        let one_trigger = flow.trigger.is_some() && flow.decl.triggers.len() == 1;
        one_trigger && !flow.decl.damaged && flow.decl.promotes.iter().all(targets)
    }

    /// Whether the timeout of a flow is certain: written, or absent from a flow that was understood.
    pub(super) fn knows_timeout(&self, flow: &Flow) -> bool {
        flow.decl.timeout.is_some() || !flow.decl.damaged && !self.program.damaged
    }

    /// Whether all applications of a product are known, so that a missing one can be reported.
    pub(super) fn knows_applications(&self, product: &Product) -> bool {
        self.known_products.contains(&product.name.span)
    }

    fn has_all_applications(&self, product: &Product) -> bool {
        let whole = |application: &ast::ApplicationStmt| {
            !application.damaged && application.environments.iter().all(|name| self.is_whole(name))
        };
        !product.decl.damaged && product.decl.applications.iter().all(whole)
    }

    /// Whether the `copy` and `version` of a product are known, so that a missing one can be reported.
    pub(super) fn knows_content(&self, product: &Product) -> bool {
        let template = product.template.map(|id| &self.program.templates[id]);
        let resolved = template.is_some() || product.decl.template.is_none();
        !product.decl.damaged
            && resolved
            && !template.is_some_and(|template| self.damaged_templates.contains(template.name.value.as_str()))
    }

    /// Whether a setting of an environment was not understood, so that nothing may be reported as missing there.
    pub(super) fn is_damaged(&self, at: &PromotionContext<'_>) -> bool {
        self.policies_unsure || at.is_damaged()
    }

    /// Whether a name resolves, and all members are known if it is a group or a range.
    pub(super) fn is_whole(&self, name: &Ident) -> bool {
        if is_range(&name.value) {
            return self.targets(name).is_some();
        }
        match self.program.names.get(Namespace::Environments, &name.value) {
            Some(Definition::Group(id)) => !self.program.groups[id].damaged,
            found => found.is_some(),
        }
    }
}
