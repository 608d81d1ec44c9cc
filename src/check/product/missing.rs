//! E0401, W0410: a product has an application in every environment of its flows, and it has a flow.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::{Context, Pair};
use super::super::text::{comma, list, quote};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{EnvironmentId, Product};
use crate::source::Span;
use crate::syntax::ast::{ApplicationStmt, Ident};

pub(crate) fn flow(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for product in context.program.products.values() {
        if product.decl.flows.is_empty() && !product.decl.damaged {
            let name = quote(&product.name.value);
            let message = format!("the product {name} has no flow, so nothing moves it");
            let flows: Vec<&str> = context.program.flows.values().map(|flow| flow.name.value.as_str()).collect();
            let help = match flows.first() {
                Some(first) => format!("Add `flow {first}` to the product."),
                None => "Declare a flow, and add `flow NAME` to the product.".to_owned(),
            };
            out.push(Diagnostic::new(Code::W0410, message, product.name.span, "has no `flow`").help(help));
        }
    }
}

pub(crate) fn applications(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut said: BTreeSet<(Span, EnvironmentId)> = BTreeSet::new();
    for pair in context.pairs.iter().filter(|pair| context.knows_applications(pair.product)) {
        let there: BTreeSet<EnvironmentId> = pair.product.applications.values().map(|a| a.environment).collect();
        // What one name of the flow brings is missed once; what another flow missed before is the same mistake.
        let mut missing: BTreeMap<Span, Vec<EnvironmentId>> = BTreeMap::new();
        if pair.product.decl.applications.is_empty() {
            // One mistake, whatever the flows and their environments.
            if said.insert((pair.product.name.span, EnvironmentId::new(0))) {
                out.push(none_at_all(pair));
            }
            continue;
        }
        for place in pair.places.iter().filter(|place| !there.contains(&place.environment)) {
            if let Some(span) = place.span(pair.flow)
                && said.insert((pair.product.name.span, place.environment))
            {
                missing.entry(span).or_default().push(place.environment);
            }
        }
        out.extend(missing.iter().map(|(needed, environments)| report(context, pair, *needed, environments)));
    }
}

fn report(context: &Context<'_>, pair: &Pair<'_>, needed: Span, environments: &[EnvironmentId]) -> Diagnostic {
    let (product, flow) = (quote(&pair.product.name.value), quote(&pair.flow.name.value));
    let names = context.environments(environments.iter().copied());
    let is_trigger = pair.flow.trigger.is_some_and(|trigger| trigger.span == needed);
    let what = match (is_trigger, environments.len()) {
        (true, _) => "begins there",
        (false, 1) => "promotes it there",
        (false, _) => "promotes it to them",
    };
    let message = format!("product {product} has no application in {names}, but {flow} {what}");
    let written = context.sources.text(needed);
    let Some(statement) = nearest_statement(context, pair, environments) else { return none_at_all(pair) };
    let names = statement.environments.as_slice();
    let list_span = names.first().zip(names.last()).map_or(statement.span, |(first, last)| first.span.to(last.span));
    let old: Vec<&str> = statement.environments.iter().map(|name| name.value.as_str()).collect();
    let application = statement.name.as_ref().map_or("", |name| name.value.as_str());
    let new = comma(old.iter().copied().chain([written]));
    let label = if pair.product.decl.applications.len() == 1 {
        "these are the environments it has".to_owned()
    } else {
        format!("{} is only here", quote(application))
    };
    Diagnostic::new(Code::E0401, message, list_span, label)
        .label(pair.flow_ref.span, "used here")
        .label(needed, if is_trigger { "begins here" } else { "needed here" })
        .help(format!("Write `in {new}`, or leave {} out of the flow {flow}.", list([written])))
}

fn none_at_all(pair: &Pair<'_>) -> Diagnostic {
    let (product, flow) = (&pair.product.name, &pair.flow.name);
    let message =
        format!("product {} has no application, so {} moves nothing", quote(&product.value), quote(&flow.value));
    let names = pair.flow.decl.triggers.iter().filter_map(|trigger| trigger.environment.as_ref());
    let names = names.chain(pair.flow.decl.promotes.iter().flat_map(|promote| &promote.targets));
    let names = comma(names.map(|name| name.value.as_str()));
    Diagnostic::new(Code::E0401, message, product.span, "has no `application`")
        .label(pair.flow_ref.span, "used here")
        .help(format!(
            "Add `application {}-{{environment}} in {names} {{ path \"envs/{{environment}}\" }}` to the product.",
            product.value
        ))
}

/// The `application` statement that goes with the flow in most environments, and so most likely was forgotten here.
fn nearest_statement<'a>(
    context: &Context<'_>,
    pair: &Pair<'a>,
    missing: &[EnvironmentId],
) -> Option<&'a ApplicationStmt> {
    let wanted: BTreeSet<EnvironmentId> = pair.flow.environments().filter(|id| !missing.contains(id)).collect();
    let covered = |names: &[Ident]| {
        let environments = names.iter().filter_map(|name| context.targets(name)).flatten();
        environments.filter(|environment| wanted.contains(environment)).count()
    };
    let product: &'a Product = pair.product;
    let statements = product.decl.applications.iter().enumerate();
    let best =
        statements.max_by_key(|(index, statement)| (covered(&statement.environments), std::cmp::Reverse(*index)))?;
    Some(best.1)
}
