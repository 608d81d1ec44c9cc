//! W0405, W0411: a product says what to copy and where its version is.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::Context;
use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{Product, ProductId};
use crate::source::Span;
use crate::syntax::ast::{Action, Expectation, GivenKind};

pub(crate) fn copies(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    // A product whose actions are all `none` copies nothing.
    let moved: BTreeSet<ProductId> = context
        .product_flows
        .iter()
        .filter(|product_flow| {
            let mut environments = product_flow.environments.iter();
            environments.any(|settled| settled.is_target() && settled.settings.action.value != Action::None)
        })
        .map(|product_flow| product_flow.product_id())
        .collect();
    for (id, product) in context.program.products.iter() {
        if product.content.copies.is_empty()
            && moved.contains(&id)
            && written_copies(product)
            && context.knows_content(product)
        {
            out.push(whole(context, product));
        }
    }
}

/// Whether there is no `copy` statement at all; one without a file is E0101.
fn written_copies(product: &Product) -> bool {
    product.decl.content.copies.is_empty()
}

fn whole(context: &Context<'_>, product: &Product) -> Diagnostic {
    let name = quote(&product.name.value);
    let message = format!("product {name} has no `copy`, so a promotion copies the whole directory");
    let diagnostic =
        Diagnostic::new(Code::W0405, message, product.name.span, "copies everything, including replicas and hosts");
    match product.template.map(|id| &context.program.templates[id]) {
        Some(template) => diagnostic.label(template.name.span, "this template has no `copy`").help(format!(
            "Add `copy \"values.yaml\" at $.image.tag` to template {}, or `copy \"**\"` to copy every file.",
            quote(&template.name.value)
        )),
        None => diagnostic
            .help("Add `copy \"values.yaml\" at $.image.tag` or `template NAME`, or `copy \"**\"` to copy every file."),
    }
}

pub(crate) fn version(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut uses: BTreeMap<ProductId, Vec<(Span, String)>> = BTreeMap::new();
    for product_flow in &context.product_flows {
        for (_, call) in product_flow.calls() {
            let workflow = &context.program.workflows[call.workflow];
            let needs = workflow.decl.needs.iter().any(|need| need.name.value == "VERSION" && need.default.is_none());
            if needs && !call.arguments.iter().any(|argument| argument.name.value == "VERSION") {
                let label = format!("{} needs `VERSION`", quote(&workflow.name.value));
                uses.entry(product_flow.product_id()).or_default().push((call.span, label));
            }
        }
    }
    for scenario in context.program.scenarios.values() {
        let products = scenario.decl.releases.iter().filter_map(|release| release.product.as_ref());
        for product in products.filter_map(|name| context.program.product(&name.value).ok()) {
            let spoken = versions(&scenario.decl).map(|span| (span, "uses a version".to_owned()));
            uses.entry(product).or_default().extend(spoken);
        }
    }
    for (id, mut places) in uses {
        let product = &context.program.products[id];
        let written = product.decl.content.version.is_some() || product.content.version.is_some();
        places.sort();
        places.dedup();
        if let Some((first, rest)) = places.split_first()
            && !written
            && context.knows_content(product)
        {
            out.push(nowhere(context, product, first, rest.len()));
        }
    }
}

fn versions(scenario: &crate::syntax::ast::ScenarioDecl) -> impl Iterator<Item = Span> {
    let of_releases = scenario.releases.iter().filter_map(|release| release.version.as_ref());
    let of_givens = scenario.givens.iter().filter_map(|given| match &given.kind {
        GivenKind::Version(_, version) => Some(version),
        _ => None,
    });
    let of_expectations = scenario.expectations.iter().filter_map(|expectation| match expectation {
        Expectation::Version { version, .. } => Some(version),
        _ => None,
    });
    of_releases.chain(of_givens).chain(of_expectations).map(|version| version.span)
}

fn nowhere(context: &Context<'_>, product: &Product, first: &(Span, String), more: usize) -> Diagnostic {
    let name = quote(&product.name.value);
    let message = format!("product {name} has no `version`, so its version is unknown");
    let label = match more {
        0 => first.1.clone(),
        1 => format!("{} (and 1 other place)", first.1),
        _ => format!("{} (and {more} other places)", first.1),
    };
    let diagnostic = Diagnostic::new(Code::W0411, message, product.name.span, "version unknown").label(first.0, label);
    let statement = "`version from \"Chart.yaml\" at $.appVersion`";
    match product.template.map(|id| &context.program.templates[id]) {
        Some(template) => diagnostic
            .label(template.name.span, "this template has no `version`")
            .help(format!("Add {statement} to template {}.", quote(&template.name.value))),
        None => diagnostic.help(format!("Add {statement} to the product.")),
    }
}
