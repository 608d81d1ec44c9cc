//! W0406: a flow of a product that no change can start.
//!
//! Conditions on messages are compared together. Each condition on revisions is compared alone, because a change has two
//! revisions: its branch and its commit.

use super::super::context::Context;
use super::super::text::{quote, whole_line};
use super::glob::{Condition, some_text};
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::program::{FlowRef, FlowStart, Product};
use crate::source::Span;
use crate::syntax::ast::{ConditionKey, FlowUse};

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for product in context.program.products.values().filter(|product| !product.decl.damaged) {
        let automatic: Vec<(&FlowRef, Conditions<'_>)> =
            product.flows.iter().filter_map(|flow| Some((flow, Conditions::of(&flow.start)?))).collect();
        for (index, (flow, conditions)) in automatic.iter().enumerate() {
            let trigger = |flow: &FlowRef| context.program.flows[flow.flow].trigger.map(|trigger| trigger.value);
            let Some(starts_in) = trigger(flow) else { continue };
            if conditions.contradict() {
                out.push(contradiction(context, product, flow));
                continue;
            }
            let earlier = automatic.iter().take(index).filter(|(other, _)| trigger(other) == Some(starts_in));
            if let Some((first, takes)) = earlier.into_iter().find(|(_, other)| other.take_all_of(conditions)) {
                let as_much = conditions.take_all_of(takes);
                out.push(shadowed(context, product, first, takes, flow, as_much));
            }
        }
    }
}

struct Conditions<'a> {
    message: Vec<Condition<'a>>,
    revision: Vec<Condition<'a>>,
}

impl<'a> Conditions<'a> {
    fn of(start: &'a FlowStart) -> Option<Conditions<'a>> {
        let FlowStart::When(conditions) = start else { return None };
        let of = |wanted: ConditionKey| {
            let these = conditions.iter().filter(move |(key, _, _)| *key == wanted);
            these.map(|(_, excludes, patterns)| Condition { excludes: *excludes, patterns }).collect()
        };
        Some(Conditions { message: of(ConditionKey::Message), revision: of(ConditionKey::Revision) })
    }

    fn is_empty(&self) -> bool {
        self.message.is_empty() && self.revision.is_empty()
    }

    /// Whether no change can meet all of them.
    fn contradict(&self) -> bool {
        let none = |conditions: &[Condition<'_>]| some_text(conditions, None) == Some(false);
        let (matches, excludes): (Vec<&Condition<'_>>, Vec<&Condition<'_>>) =
            self.revision.iter().partition(|condition| !condition.excludes);
        none(&self.message)
            || excludes.iter().any(|excludes| none(&[**excludes]))
            || matches.iter().any(|matches| excludes.iter().any(|excludes| none(&[**matches, **excludes])))
    }

    /// Whether they certainly hold for every change that meets the others.
    fn take_all_of(&self, others: &Conditions<'_>) -> bool {
        some_text(&others.message, Some(&self.message)) == Some(false)
            && self.revision.iter().all(|wanted| {
                let alone = some_text(&[], Some(&[*wanted])) == Some(false);
                let of = |other: &Condition<'_>| {
                    other.excludes == wanted.excludes && some_text(&[*other], Some(&[*wanted])) == Some(false)
                };
                alone || others.revision.iter().any(of)
            })
    }
}

fn statement<'a>(product: &'a Product, flow: &FlowRef) -> Option<&'a FlowUse> {
    product.decl.flows.iter().find(|written| written.name.as_ref().is_some_and(|name| name.span == flow.span))
}

fn conditions_span(product: &Product, flow: &FlowRef) -> Option<Span> {
    let crate::syntax::ast::FlowStart::When(conditions) = &statement(product, flow)?.start else { return None };
    Some(conditions.first()?.span.to(conditions.last()?.span))
}

fn contradiction(context: &Context<'_>, product: &Product, flow: &FlowRef) -> Diagnostic {
    let name = quote(&context.program.flows[flow.flow].name.value);
    let at = conditions_span(product, flow).unwrap_or(flow.span);
    Diagnostic::new(
        Code::W0406,
        format!("flow {name} is unreachable: its conditions contradict each other"),
        at,
        "never true together",
    )
    .label(flow.span, "never starts on its own")
    .help(format!(
        "Remove one of the conditions, or write `flow {} by hand`.",
        context.program.flows[flow.flow].name.value
    ))
}

fn shadowed(
    context: &Context<'_>,
    product: &Product,
    first: &FlowRef,
    takes: &Conditions<'_>,
    flow: &FlowRef,
    as_much: bool,
) -> Diagnostic {
    let name = |flow: &FlowRef| context.program.flows[flow.flow].name.value.as_str();
    let (one, two) = (name(first), name(flow));
    let message = format!("flow `{two}` is unreachable: `{one}` takes every change that it matches");
    let at = statement(product, flow).map_or(flow.span, |written| written.span);
    let first_at = statement(product, first).map_or(first.span, |written| written.span);
    let label = if takes.is_empty() {
        "has no condition, so it matches everything"
    } else {
        "comes first and matches these changes"
    };
    let diagnostic =
        Diagnostic::new(Code::W0406, message, at, format!("tried only after `{one}`")).label(first_at, label);
    if as_much {
        return diagnostic.help(format!(
            "Give `{one}` a narrower condition, or write `flow {two} by hand` if it is only started manually."
        ));
    }
    let written = context.sources.text(at);
    let diagnostic = diagnostic.help(format!("Move `{written}` above `flow {one}`."));
    let (Some(line), Some(above)) = (whole_line(context.sources, at), whole_line(context.sources, first_at)) else {
        return diagnostic;
    };
    let moved = context.sources.text(line).to_owned();
    let whole = if moved.ends_with('\n') { moved } else { format!("{moved}\n") };
    let edits = vec![(above.at_start(), whole), (line, String::new())];
    Diagnostic { fix: Some(Fix { title: format!("move `flow {two}` above `flow {one}`"), edits }), ..diagnostic }
}
