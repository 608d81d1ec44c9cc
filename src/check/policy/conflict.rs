//! E0502: two policies of one priority choose differently, and nothing above them decides.

use std::collections::BTreeSet;

use super::super::context::{Context, Pair, Place};
use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{Candidate, EnvironmentId, PolicyId, ProductId, WorkflowChoice};

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    // What was not understood may narrow one of them, or be what decides.
    if context.policies_unsure {
        return;
    }
    let mut said: BTreeSet<(PolicyId, PolicyId)> = BTreeSet::new();
    let mut decided: BTreeSet<(ProductId, EnvironmentId, Written)> = BTreeSet::new();
    for pair in &context.pairs {
        for place in &pair.places {
            // What decides is the same wherever the flow says the same kinds of things.
            let written = Written::of(pair, place);
            if decided.insert((pair.product_id, place.environment, written)) {
                conflicts(context, pair, place, written, &mut said, out);
            }
        }
    }
}

/// Which choices the flow makes itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Written {
    is_target: bool,
    pre_action: bool,
    action: bool,
    post_action: bool,
    rollback_action: bool,
}

impl Written {
    fn of(pair: &Pair<'_>, place: &Place<'_>) -> Written {
        let by_target = |has: bool| place.target.is_some() && has;
        let target = place.target;
        Written {
            is_target: target.is_some(),
            pre_action: by_target(target.is_some_and(|target| target.pre_action.is_some())),
            action: by_target(target.is_some_and(|target| target.action.is_some())),
            post_action: target.map_or(pair.flow.trigger_post_action.is_some(), |target| target.post_action.is_some()),
            rollback_action: by_target(target.is_some_and(|target| target.rollback_action.is_some())),
        }
    }
}

fn conflicts(
    context: &Context<'_>,
    pair: &Pair<'_>,
    place: &Place<'_>,
    written: Written,
    said: &mut BTreeSet<(PolicyId, PolicyId)>,
    out: &mut Vec<Diagnostic>,
) {
    let all = context.program.candidates(pair.product_id, place.environment);
    let slot = |one: &WorkflowChoice, other: &WorkflowChoice| match (one, other) {
        (WorkflowChoice::Call(one), WorkflowChoice::Call(other)) => !one.same(other),
        (WorkflowChoice::None(_), WorkflowChoice::Call(_)) | (WorkflowChoice::Call(_), WorkflowChoice::None(_)) => true,
        _ => false,
    };
    let mut found = Vec::new();
    if written.is_target {
        found.extend(differing(&all.pre_action, written.pre_action, slot).into_iter().map(|f| ("pre-action", f)));
        found.extend(differing(&all.action, written.action, |a, b| a != b).into_iter().map(|f| ("action", f)));
        found.extend(
            differing(&all.rollback_action, written.rollback_action, slot).into_iter().map(|f| ("rollback-action", f)),
        );
    }
    found.extend(differing(&all.post_action, written.post_action, slot).into_iter().map(|f| ("post-action", f)));
    for (setting, (one, other)) in found {
        let (first, second) = if one.0 <= other.0 { (one, other) } else { (other, one) };
        if said.insert((first.0, second.0)) {
            out.push(report(context, pair, place, setting, first, second));
        }
    }
}

type By = (PolicyId, crate::source::Span);

/// The pairs among those on top of the list that do not choose alike.
fn differing<T>(candidates: &[Candidate<T>], decided: bool, differ: impl Fn(&T, &T) -> bool) -> Vec<(By, By)> {
    let Some(first) = candidates.first().filter(|first| first.required.is_some() || !decided) else {
        return Vec::new();
    };
    let is_top =
        |next: &&Candidate<T>| next.priority == first.priority && next.required.is_some() == first.required.is_some();
    let top: Vec<&Candidate<T>> = candidates.iter().take_while(is_top).collect();
    let by = |candidate: &Candidate<T>| (candidate.policy, candidate.span);
    let pairs =
        top.iter().enumerate().flat_map(|(index, one)| top.iter().skip(index + 1).map(move |other| (one, other)));
    pairs.filter(|(one, other)| differ(&one.value, &other.value)).map(|(one, other)| (by(one), by(other))).collect()
}

fn report(
    context: &Context<'_>,
    pair: &Pair<'_>,
    place: &Place<'_>,
    setting: &str,
    first: By,
    second: By,
) -> Diagnostic {
    let policy = |by: By| &context.program.policies[by.0];
    let (one, two) = (policy(first), policy(second));
    let (product, environment) = (quote(&pair.product.name.value), quote(context.environment(place.environment)));
    let message = format!(
        "{} and {} choose different {setting}s for {product} in {environment}, and both have priority {}",
        quote(&one.name.value),
        quote(&two.name.value),
        two.priority
    );
    let mut diagnostic =
        Diagnostic::new(Code::E0502, message, second.1, format!("{} chooses this", quote(&two.name.value)))
            .label(first.1, format!("{} chooses this", quote(&one.name.value)));
    if let Some(span) = place.span(pair.flow) {
        diagnostic = diagnostic.label(span, "both hold here");
    }
    diagnostic.help(format!(
        "Say which one wins: write `priority {}` in {} or in {}, or narrow one of them with `for`.",
        two.priority.saturating_add(1),
        quote(&one.name.value),
        quote(&two.name.value)
    ))
}
