//! E0303, E0304: a flow has one trigger and at least one target.

use super::super::context::Context;
use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{Flow, ProductFlow};
use crate::syntax::ast::Trigger;

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for product_flow in context.product_flows.iter().map(|settled| **settled) {
        if context.knows_environments(product_flow.flow()) && context.knows_applications(product_flow.product()) {
            out.extend(all_absent(product_flow));
        }
    }
    for flow in context.program.flows.values() {
        trigger(context, flow, out);
        if flow.decl.promotes.is_empty() && !flow.decl.damaged {
            let message = format!("flow {} does not promote to any environment", quote(&flow.name.value));
            let example = unused(context, flow).unwrap_or("ENVIRONMENT");
            let help = format!("Add a target: `promote {example}`.");
            out.push(Diagnostic::new(Code::E0304, message, flow.name.span, "has no `promote`").help(help));
        }
    }
}

/// A flow all of whose targets a product lacks.
fn all_absent(product_flow: ProductFlow<'_>) -> Option<Diagnostic> {
    let (product, flow) = (product_flow.product(), product_flow.flow());
    let whole = &product_flow.program().flows[product_flow.flow_id()];
    if !flow.targets.is_empty() || whole.targets.is_empty() {
        return None;
    }
    let (name, flow_name) = (quote(&product.name.value), quote(&flow.name.value));
    let message = format!("flow {flow_name} has no target for product {name}");
    let at = product_flow.listing().map_or(product.name.span, |listing| listing.span);
    let diagnostic = Diagnostic::new(Code::E0304, message, at, "starts a release that promotes to nothing");
    let spans = flow.decl.promotes.iter().filter_map(|promote| promote.where_present);
    let diagnostic = spans.fold(diagnostic, |diagnostic, span| diagnostic.label(span, "left out for this product"));
    Some(
        diagnostic.help(format!(
            "Remove the flow from {name}, or give {name} an application in one of the flow's environments."
        )),
    )
}

fn trigger(context: &Context<'_>, flow: &Flow, out: &mut Vec<Diagnostic>) {
    let name = quote(&flow.name.value);
    match flow.decl.triggers.as_slice() {
        [] if flow.decl.damaged => {}
        [] => {
            let example = unused(context, flow).unwrap_or("ENVIRONMENT");
            let help = format!("Add the environment where a release starts: `trigger {example}`.");
            let message = format!("flow {name} has no trigger");
            out.push(Diagnostic::new(Code::E0303, message, flow.name.span, "has no `trigger`").help(help));
        }
        [_] => {}
        [first, second, rest @ ..] => {
            let at = |trigger: &Trigger| trigger.environment.as_ref().map_or(trigger.span, |name| name.span);
            let count = rest.len() + 2;
            let message = format!("flow {name} has {count} triggers; only one is allowed");
            let mut diagnostic = Diagnostic::new(Code::E0303, message, at(second), "second trigger");
            diagnostic = diagnostic.label(at(first), "first trigger");
            for trigger in rest {
                diagnostic = diagnostic.label(at(trigger), "another trigger");
            }
            let environment = second.environment.as_ref().map_or("ENVIRONMENT", |name| name.value.as_str());
            let help = format!("Keep one trigger. To promote to `{environment}`, write `promote {environment}`.");
            out.push(diagnostic.help(help));
        }
    }
}

/// An environment that the flow does not use yet, as an example for the help.
fn unused<'a>(context: &Context<'a>, flow: &Flow) -> Option<&'a str> {
    let mut environments = context.program.environments.ids();
    let id = environments.find(|id| !flow.environments().any(|environment| environment == *id))?;
    Some(context.environment(id))
}
