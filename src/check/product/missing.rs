//! E0401, W0410: a product has a flow, and an application in every environment of its flows.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::Context;
use super::super::text::{comma, list, quote};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{EnvironmentId, ProductFlow};
use crate::source::Span;
use crate::syntax::ast::{ApplicationStmt, Ident};

pub(crate) fn flow(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for product in context.program.products.values() {
        if product.decl.flows.is_empty() && !product.decl.damaged {
            let name = quote(&product.name.value);
            let message = format!("product {name} has no flow, so it is never promoted");
            let flows: Vec<&str> = context.program.flows.values().map(|flow| flow.name.value.as_str()).collect();
            let help = match flows.first() {
                Some(first) => format!("Add `flow {first}` to the product."),
                None => "Declare a flow and add `flow NAME` to the product.".to_owned(),
            };
            out.push(Diagnostic::new(Code::W0410, message, product.name.span, "has no `flow`").help(help));
        }
    }
}

pub(crate) fn applications(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut said: BTreeSet<(Span, EnvironmentId)> = BTreeSet::new();
    for product_flow in context.product_flows.iter().map(|settled| **settled) {
        let product = product_flow.product();
        if !context.knows_applications(product) {
            continue;
        }
        let there: BTreeSet<EnvironmentId> = product.applications.values().map(|a| a.environment).collect();
        // One diagnostic for each name in the flow; an environment that another flow already missed is not repeated.
        let mut missing: BTreeMap<Span, Vec<EnvironmentId>> = BTreeMap::new();
        if product.decl.applications.is_empty() {
            // One diagnostic, whatever the flows and their environments.
            if said.insert((product.name.span, EnvironmentId::new(0))) {
                out.push(none_at_all(product_flow));
            }
            continue;
        }
        for at in product_flow.contexts().filter(|at| !there.contains(&at.environment_id())) {
            if let Some(span) = at.span()
                && said.insert((product.name.span, at.environment_id()))
            {
                missing.entry(span).or_default().push(at.environment_id());
            }
        }
        out.extend(missing.iter().map(|(needed, environments)| report(context, product_flow, *needed, environments)));
    }
}

fn report(
    context: &Context<'_>,
    product_flow: ProductFlow<'_>,
    needed: Span,
    environments: &[EnvironmentId],
) -> Diagnostic {
    let (product, flow) = (quote(&product_flow.product().name.value), quote(&product_flow.flow().name.value));
    let names = context.environments(environments.iter().copied());
    let is_trigger = product_flow.flow().trigger.is_some_and(|trigger| trigger.span == needed);
    let what = match (is_trigger, environments.len()) {
        (true, _) => "starts there",
        (false, 1) => "promotes it there",
        (false, _) => "promotes it to them",
    };
    let message = format!("product {product} has no application in {names}, but {flow} {what}");
    let written = context.sources.text(needed);
    let Some(statement) = nearest_statement(context, product_flow, environments) else {
        return none_at_all(product_flow);
    };
    let names = statement.environments.as_slice();
    let list_span = names.first().zip(names.last()).map_or(statement.span, |(first, last)| first.span.to(last.span));
    let old: Vec<&str> = statement.environments.iter().map(|name| name.value.as_str()).collect();
    let application = statement.name.as_ref().map_or("", |name| name.value.as_str());
    // what the new name covers is not named twice
    let covered: BTreeSet<EnvironmentId> = context.program.targets(written).into_iter().flatten().collect();
    let is_covered =
        |name: &str| context.program.targets(name).is_some_and(|ids| ids.iter().all(|id| covered.contains(id)));
    let new = comma(old.into_iter().filter(|name| !is_covered(name)).chain([written]));
    let label = if product_flow.product().decl.applications.len() == 1 {
        "has only these environments".to_owned()
    } else {
        format!("{} has only these environments", quote(application))
    };
    used_here(product_flow, Diagnostic::new(Code::E0401, message, list_span, label))
        .label(needed, if is_trigger { "release starts here" } else { "needed here" })
        .help(match is_trigger {
            true => format!("Write `in {new}`, or remove {} from flow {flow}.", list([written])),
            false => format!(
                "Write `in {new}`, or `promote {written} where present` in flow {flow}, which leaves it out for {product}."
            ),
        })
}

fn used_here(product_flow: ProductFlow<'_>, diagnostic: Diagnostic) -> Diagnostic {
    match product_flow.listing() {
        Some(listing) => diagnostic.label(listing.span, "flow used here"),
        None => diagnostic,
    }
}

fn none_at_all(product_flow: ProductFlow<'_>) -> Diagnostic {
    let (product, flow) = (&product_flow.product().name, product_flow.flow());
    let message = format!(
        "product {} has no application, so {} has nothing to promote",
        quote(&product.value),
        quote(&flow.name.value)
    );
    let names = flow.decl.triggers.iter().filter_map(|trigger| trigger.environment.as_ref());
    let names = names.chain(flow.decl.promotes.iter().flat_map(|promote| &promote.targets));
    let names = comma(names.map(|name| name.value.as_str()));
    used_here(product_flow, Diagnostic::new(Code::E0401, message, product.span, "has no `application`")).help(format!(
        "Add `application {}-{{environment}} in {names} {{ path \"envs/{{environment}}\" }}` to the product.",
        product.value
    ))
}

/// The `application` statement that covers most of the flow, and so most likely lacks the environment.
fn nearest_statement<'a>(
    context: &Context<'_>,
    product_flow: ProductFlow<'a>,
    missing: &[EnvironmentId],
) -> Option<&'a ApplicationStmt> {
    let wanted: BTreeSet<EnvironmentId> =
        product_flow.flow().environments().filter(|id| !missing.contains(id)).collect();
    let covered = |names: &[Ident]| {
        let environments = names.iter().filter_map(|name| context.targets(name)).flatten();
        environments.filter(|environment| wanted.contains(environment)).count()
    };
    let statements = product_flow.product().decl.applications.iter().enumerate();
    let best =
        statements.max_by_key(|(index, statement)| (covered(&statement.environments), std::cmp::Reverse(*index)))?;
    Some(best.1)
}
