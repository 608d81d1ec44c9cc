//! W0503, E0504: a policy that matches nothing, or sets nothing.

use std::collections::BTreeSet;

use super::super::context::Context;
use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{EnvironmentId, Policy, PolicyId, ProductId, PromotionContext};
use crate::syntax::ast::Ident;

pub(crate) fn matches(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let program = context.program;
    let known = program.products.values().all(|product| context.knows_applications(product));
    let flows_known = program.flows.values().all(|flow| context.knows_environments(flow));
    let flows_resolved = program.products.values().all(|product| product.flows.len() == product.decl.flows.len());
    if program.products.is_empty() || program.damaged || !known || !flows_known || !flows_resolved {
        return;
    }
    let of_applications = program
        .products
        .iter()
        .flat_map(|(id, product)| product.applications.values().map(move |application| (id, application.environment)));
    let of_flows = context.product_flows.iter().flat_map(|product_flow| {
        product_flow.flow().environments().map(|environment| (product_flow.product_id(), environment))
    });
    let places: BTreeSet<(ProductId, EnvironmentId)> = of_applications.chain(of_flows).collect();
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
