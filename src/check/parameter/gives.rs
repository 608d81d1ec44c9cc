//! W0603, E0604: every parameter that a workflow gives is needed somewhere, and has only one source.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::Context;
use super::super::text::{element, quote, site_in_words};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::program::{Call, CallSite, Definition, FlowId, Parameters, Provider, SettledFlow, built_in};
use crate::source::Span;
use crate::syntax::ast::Ident;

pub(crate) fn needed(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let program = context.program;
    if program.damaged || program.workflows.values().any(|workflow| workflow.decl.damaged) {
        return;
    }
    let needs =
        || program.workflows.values().flat_map(|workflow| &workflow.decl.needs).map(|need| need.name.value.as_str());
    let needed: BTreeSet<&str> = needs().collect();
    let given: BTreeSet<&str> = program
        .workflows
        .values()
        .flat_map(|workflow| &workflow.decl.gives)
        .map(|given| given.value.as_str())
        .collect();
    // A needed parameter that no workflow gives is E0601. If it resembles this one, E0601 reports the misspelling.
    let missed =
        || needed.iter().copied().filter(|name| !given.contains(name) && !built_in().any(|known| known == *name));
    // An unused workflow is W0205.
    let used: BTreeSet<_> = program
        .references
        .iter()
        .filter_map(|reference| match reference.to {
            Definition::Workflow(id) => Some(id),
            _ => None,
        })
        .collect();
    for (_, workflow) in program.workflows.iter().filter(|(id, _)| used.contains(id)) {
        for given in workflow
            .decl
            .gives
            .iter()
            .filter(|given| !needed.contains(given.value.as_str()) && context.is_parameter(given))
        {
            let name = given.value.as_str();
            if nearest(name, missed()).is_some() {
                continue;
            }
            let message = format!("{} gives {}, but no workflow needs it", quote(&workflow.name.value), quote(name));
            let diagnostic = Diagnostic::new(Code::W0603, message, given.span, "never needed");
            let help = match nearest(name, needed.iter().copied()) {
                Some(near) => format!("Write `{near}` if you meant that, or remove `{name}`."),
                None => format!("Remove `{name}`, or add `needs {name}` to the workflow that should receive it."),
            };
            let all: Vec<Span> = workflow.decl.gives.iter().map(|given| given.span).collect();
            out.push(left_out(context, diagnostic.help(help), &all, given));
        }
    }
}

/// Adds the fix that removes a parameter from its `gives`, if others remain.
fn left_out(context: &Context<'_>, diagnostic: Diagnostic, all: &[Span], given: &Ident) -> Diagnostic {
    let index = all.iter().position(|span| *span == given.span);
    match index.and_then(|index| element(context.sources, all, index)) {
        Some(span) => diagnostic.fix(format!("remove {}", quote(&given.value)), span, ""),
        None => diagnostic,
    }
}

/// Hook statements that give one parameter, by span: the workflow, its call site, and the name in its `gives`.
type Statements<'a> = BTreeMap<Span, (&'a str, CallSite, Span)>;

pub(crate) fn twice(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut found: BTreeMap<(Span, &str), Diagnostic> = BTreeMap::new();
    let mut hooks: BTreeMap<(FlowId, &str), Statements<'_>> = BTreeMap::new();
    // If a hook runs the workflow too, the parameter may not be available there, so `gives` must stay.
    let calls = context.product_flows.iter().flat_map(SettledFlow::calls);
    let hooked: BTreeSet<_> = calls.filter(|(site, _)| site.is_hook()).map(|(_, call)| call.workflow).collect();
    for product_flow in &context.product_flows {
        let gives = |call: &Call| !context.program.workflows[call.workflow].decl.gives.is_empty();
        if !product_flow.calls().any(|(_, call)| gives(call)) {
            continue;
        }
        let parameters = Parameters::new(product_flow);
        for (site, call) in product_flow.calls().filter(|(_, call)| gives(call)) {
            let workflow = &context.program.workflows[call.workflow];
            let name = workflow.name.value.as_str();
            let provided = parameters.provided(site);
            for given in &workflow.decl.gives {
                let parameter = given.value.as_str();
                let is_hook = site.is_hook();
                let (why, there) = match provided.get(parameter) {
                    Some(Provider::Place) => ("it is already available here", None),
                    Some(Provider::Workflow { span, .. }) if !is_hook => {
                        ("the pre-action already gives it", Some(*span))
                    }
                    _ if is_hook => {
                        let same = hooks.entry((product_flow.flow_id(), parameter)).or_default();
                        same.insert(call.span, (name, site, given.span));
                        continue;
                    }
                    _ => continue,
                };
                let report = || {
                    let diagnostic = report(name, parameter, why, (call.span, site), given.span, there);
                    let everywhere = there.is_none() && !hooked.contains(&call.workflow);
                    let all: Vec<Span> = workflow.decl.gives.iter().map(|given| given.span).collect();
                    if everywhere { left_out(context, diagnostic, &all, given) } else { diagnostic }
                };
                found.entry((call.span, parameter)).or_insert_with(report);
            }
        }
    }
    for ((_, parameter), statements) in &hooks {
        let first = statements.keys().next().copied();
        for (span, (name, site, given)) in statements.iter().skip(1) {
            let why = "another hook of this flow already gives it";
            let report = || report(name, parameter, why, (*span, *site), *given, first);
            found.entry((*span, parameter)).or_insert_with(report);
        }
    }
    out.extend(found.into_values());
}

fn report(
    name: &str,
    parameter: &str,
    why: &str,
    (at, site): (Span, CallSite),
    given: Span,
    there: Option<Span>,
) -> Diagnostic {
    let message = format!("{} gives {}, but {why}", quote(name), quote(parameter));
    let diagnostic = Diagnostic::new(Code::E0604, message, at, format!("runs here {}", site_in_words(site)));
    let diagnostic = diagnostic.label(given, "given here");
    let diagnostic = there.into_iter().fold(diagnostic, |d, span| d.label(span, "already given here"));
    let own = format!("{}_{parameter}", prefix(name));
    diagnostic.help(format!("Rename it, for example `gives {own}`, or remove it."))
}

/// The name of a workflow as the prefix of a parameter name.
fn prefix(workflow: &str) -> String {
    let upper = workflow.to_uppercase().replace('-', "_");
    if upper.starts_with(|first: char| first.is_ascii_alphabetic()) { upper } else { format!("W_{upper}") }
}
