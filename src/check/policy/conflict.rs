//! E0502: two policies with the same priority disagree, and nothing of higher precedence decides.

use std::collections::BTreeSet;

use super::super::context::Context;
use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{Decision, EnvironmentId, PolicyId, ProductId, PromotionContext, Target, WorkflowChoice};
use crate::source::Span;

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    // A damaged policy might be narrower than it seems, or might decide.
    if context.policies_unsure {
        return;
    }
    let mut said: BTreeSet<(PolicyId, PolicyId)> = BTreeSet::new();
    let mut decided: BTreeSet<(ProductId, EnvironmentId, Written)> = BTreeSet::new();
    for product_flow in &context.product_flows {
        for at in product_flow.contexts() {
            // Flows that set the same settings have the same conflicts.
            if decided.insert((product_flow.product_id(), at.environment_id(), Written::of(at))) {
                conflicts(context, at, &mut said, out);
            }
        }
    }
}

/// Which settings the flow sets itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Written {
    is_target: bool,
    pre_action: bool,
    action: bool,
    post_action: bool,
    rollback_action: bool,
}

impl Written {
    fn of(at: PromotionContext<'_>) -> Written {
        let (flow, target) = (at.flow(), at.target());
        let by_target = |has: fn(&Target) -> bool| target.is_some_and(has);
        let by_trigger = target.is_none() && flow.is_some_and(|flow| flow.trigger_post_action.is_some());
        Written {
            is_target: at.is_target(),
            pre_action: by_target(|target| target.pre_action.is_some()),
            action: by_target(|target| target.action.is_some()),
            post_action: by_trigger || by_target(|target| target.post_action.is_some()),
            rollback_action: by_target(|target| target.rollback_action.is_some()),
        }
    }
}

fn conflicts(
    context: &Context<'_>,
    at: PromotionContext<'_>,
    said: &mut BTreeSet<(PolicyId, PolicyId)>,
    out: &mut Vec<Diagnostic>,
) {
    let merged = at.merge();
    let differ = |one: &WorkflowChoice, other: &WorkflowChoice| !one.agrees_with(other);
    let found = [
        ("pre-action", differing(&merged.pre_action, differ)),
        ("action", differing(&merged.action, |one, other| one != other)),
        ("rollback-action", differing(&merged.rollback_action, differ)),
        ("post-action", differing(&merged.post_action, differ)),
    ];
    for (setting, (one, other)) in
        found.into_iter().flat_map(|(setting, all)| all.into_iter().map(move |it| (setting, it)))
    {
        let (first, second) = if one.0 <= other.0 { (one, other) } else { (other, one) };
        if said.insert((first.0, second.0)) {
            out.push(report(context, at, setting, first, second));
        }
    }
}

type By = (PolicyId, Span);

/// The pairs of rival policies that disagree.
fn differing<T>(decision: &Decision<'_, T>, differ: impl Fn(&T, &T) -> bool) -> Vec<(By, By)> {
    let rivals = decision.rivals();
    let pairs =
        rivals.iter().enumerate().flat_map(|(index, one)| rivals.iter().skip(index + 1).map(move |other| (one, other)));
    let differing = pairs.filter(|(one, other)| differ(one.value, other.value));
    differing.filter_map(|(one, other)| Some(((one.policy?, one.span), (other.policy?, other.span)))).collect()
}

fn report(context: &Context<'_>, at: PromotionContext<'_>, setting: &str, first: By, second: By) -> Diagnostic {
    let policy = |by: By| &context.program.policies[by.0];
    let (one, two) = (policy(first), policy(second));
    let (product, environment) = (quote(at.product_name()), quote(&at.environment().name.value));
    let message = format!(
        "policies {} and {} set different {setting}s for {product} in {environment}, both with priority {}",
        quote(&one.name.value),
        quote(&two.name.value),
        two.priority
    );
    let mut diagnostic = Diagnostic::new(Code::E0502, message, second.1, format!("set by {}", quote(&two.name.value)))
        .label(first.1, format!("set by {}", quote(&one.name.value)));
    if let Some(span) = at.span() {
        diagnostic = diagnostic.label(span, "both apply here");
    }
    diagnostic.help(format!(
        "Decide which one wins: write `priority {}` in {} or {}, or narrow one of them with `for`.",
        two.priority.saturating_add(1),
        quote(&one.name.value),
        quote(&two.name.value)
    ))
}
