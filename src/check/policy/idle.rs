//! W0503, E0504, W0507: a policy that matches nothing, sets nothing, or has no effect where it matches.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::Context;
use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{EnvironmentId, Policy, PolicyId, ProductId, PromotionContext};
use crate::source::Span;
use crate::syntax::ast::Ident;

pub(crate) fn matches(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let program = context.program;
    let known = program.products.values().all(|product| context.knows_applications(product));
    let flows_known = program.flows.values().all(|flow| context.knows_environments(flow));
    let flows_resolved = program.products.values().all(|product| product.flows.len() == product.decl.flows.len());
    if program.products.is_empty() || program.damaged || !known || !flows_known || !flows_resolved {
        return;
    }
    let places = places(context);
    let without_flow = places
        .iter()
        .flat_map(|(product, environment)| program.context(Some(*product), None, *environment).matching_policies());
    let for_flows = program.policies.values().any(|policy| policy.scope.flows.is_some());
    let in_flows = context.product_flows.iter().filter(|_| for_flows).flat_map(|product_flow| product_flow.contexts());
    let matched: BTreeSet<PolicyId> =
        without_flow.chain(in_flows.flat_map(PromotionContext::matching_policies)).collect();
    for (id, policy) in program.policies.iter() {
        let resolved =
            |names: &[Ident]| names.iter().all(|name| !context.group(&name.value).is_some_and(|group| group.damaged));
        let kinds = !context.kinds_unsure || policy.decl.kinds.is_empty();
        let whole = kinds && !policy.damaged && !policy.decl.damaged && resolved(&policy.decl.environments);
        // A repaired policy may not be what was meant.
        let repaired = || context.said.iter().filter_map(Diagnostic::primary).any(|at| policy.decl.span.contains(at));
        if whole && !matched.contains(&id) && !repaired() {
            out.push(nothing_matched(policy));
        }
    }
}

/// Every environment of a product: those of its applications, and those of its flows.
fn places(context: &Context<'_>) -> BTreeSet<(ProductId, EnvironmentId)> {
    let of_applications =
        context.program.products.iter().flat_map(|(id, product)| {
            product.applications.values().map(move |application| (id, application.environment))
        });
    let of_flows = context.product_flows.iter().flat_map(|product_flow| {
        product_flow.flow().environments().map(|environment| (product_flow.product_id(), environment))
    });
    of_applications.chain(of_flows).collect()
}

/// Reports a policy all of whose environments are only ever triggers (W0507): there, only a post-action has an effect.
pub(crate) fn on_triggers(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let program = context.program;
    let flows_known = program.flows.values().all(|flow| context.knows_environments(flow));
    let flows_resolved = program.products.values().all(|product| product.flows.len() == product.decl.flows.len());
    if program.damaged || context.policies_unsure || !flows_known || !flows_resolved {
        return;
    }
    let (mut triggers, mut targets) = (BTreeSet::new(), BTreeSet::new());
    for product_flow in &context.product_flows {
        let (product, flow) = (product_flow.product_id(), product_flow.flow());
        triggers.extend(flow.trigger.map(|trigger| (product, trigger.value)));
        targets.extend(flow.targets.iter().map(|target| (product, target.environment)));
    }
    let mut of: BTreeMap<PolicyId, BTreeSet<EnvironmentId>> = BTreeMap::new();
    let mut effective = BTreeSet::new();
    for place in places(context) {
        let only_trigger = triggers.contains(&place) && !targets.contains(&place);
        for id in program.context(Some(place.0), None, place.1).policies_of_all_flows() {
            if only_trigger {
                of.entry(id).or_default().insert(place.1);
            } else {
                effective.insert(id);
            }
        }
    }
    for (id, environments) in of.into_iter().filter(|(id, _)| !effective.contains(id)) {
        out.extend(without_effect(context, &program.policies[id], &environments));
    }
}

fn without_effect(
    context: &Context<'_>,
    policy: &Policy,
    environments: &BTreeSet<EnvironmentId>,
) -> Option<Diagnostic> {
    let decl = &policy.decl;
    let gates = &decl.gates;
    let mut settings: Vec<(&str, Span)> = Vec::new();
    settings.extend(policy.windows.iter().map(|gate| ("window", gate.span)));
    settings.extend(gates.approvals.iter().map(|approval| ("approval", approval.span)));
    settings.extend(gates.soak.iter().map(|soak| ("soak", soak.span)));
    settings.extend(gates.timeout.iter().map(|timeout| ("timeout", timeout.span)));
    settings.extend(gates.hooks.iter().map(|hook| ("hook", hook.span)));
    settings.extend(decl.pre_action.iter().map(|choice| ("pre-action", choice.span)));
    settings.extend(decl.action.iter().map(|choice| ("action", choice.span)));
    settings.extend(decl.rollback_action.iter().map(|choice| ("rollback-action", choice.span)));
    settings.sort_by_key(|(_, span)| *span);
    let ((word, first), further) = settings.split_first()?;
    let names = context.environments(environments.iter().copied());
    let name = quote(&policy.name.value);
    let only = if environments.len() == 1 { "is only ever a trigger" } else { "are only ever triggers" };
    let message = format!("the {word} of policy {name} has no effect: {names} {only}");
    let mut diagnostic = Diagnostic::new(Code::W0507, message, *first, "nothing waits for this");
    for (_, span) in further {
        diagnostic = diagnostic.label(*span, "nor for this");
    }
    for name in &decl.environments {
        diagnostic = diagnostic.label(name.span, "limits it to this");
    }
    Some(diagnostic.help(
        "A release starts in its trigger, where only a `post-action` runs. Name environments to which this product is \
         promoted, or remove the setting.",
    ))
}

fn nothing_matched(policy: &Policy) -> Diagnostic {
    let decl = &policy.decl;
    let message = format!("policy {} matches no product in any environment", quote(&policy.name.value));
    let mut diagnostic = Diagnostic::new(Code::W0503, message, policy.name.span, "never applies");
    let names = decl.products.iter().chain(&decl.environments).chain(&decl.flows).map(|name| name.span);
    let labels = decl.labels.iter().flatten().map(|label| label.span);
    for span in names.chain(decl.kinds.iter().map(|kind| kind.span)).chain(labels) {
        diagnostic = diagnostic.label(span, "limits it to this");
    }
    let kinds = usize::from(!decl.products.is_empty())
        + usize::from(!decl.environments.is_empty())
        + usize::from(!decl.kinds.is_empty())
        + usize::from(!decl.labels.is_empty())
        + usize::from(!decl.flows.is_empty());
    diagnostic.help(if kinds > 1 {
        "`for` statements of different kinds must all match. Remove one of them, or remove the policy."
    } else {
        "Nothing in the program matches this `for`. Change it, or remove the policy."
    })
}

pub(crate) fn sets(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for policy in context.program.policies.values() {
        let decl = &policy.decl;
        let gates = &decl.gates;
        let chooses = decl.action.is_some()
            || [&decl.pre_action, &decl.post_action, &decl.rollback_action].iter().any(|choice| choice.is_some());
        let adds = !gates.hooks.is_empty()
            || !gates.windows.is_empty()
            || !gates.approvals.is_empty()
            || gates.soak.is_some()
            || gates.timeout.is_some()
            || !decl.orders.is_empty();
        if !chooses && !adds && !decl.damaged {
            let message = format!("policy {} sets nothing", quote(&policy.name.value));
            let diagnostic = Diagnostic::new(Code::E0504, message, policy.name.span, "has no settings").help(
                "Add a setting, for example `action pull-request` or `post-action WORKFLOW`, or remove the policy.",
            );
            out.push(diagnostic);
        }
    }
}
