//! E0506: an order that a policy requires is missing.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::Context;
use super::super::text::{comma, quote};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{EnvironmentId, MissingBefore, MissingOrder, PolicyId, ProductFlow};
use crate::source::Span;

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let program = context.program;
    if program.policies.values().all(|policy| policy.orders.is_empty()) {
        return;
    }
    // Once for each place and policy, whichever products find it.
    let mut said: BTreeSet<(Span, PolicyId)> = BTreeSet::new();
    for product_flow in context.product_flows.iter().map(|settled| **settled) {
        if !context.knows_environments(product_flow.flow()) || !context.knows_applications(product_flow.product()) {
            continue;
        }
        let mut found: BTreeMap<(Span, PolicyId, Span), Vec<MissingOrder>> = BTreeMap::new();
        for missing in product_flow.missing_orders() {
            let sure = !program.policies[missing.policy].damaged;
            let at = product_flow.at(missing.environment);
            if let Some(span) = at.span().filter(|_| sure && !context.is_damaged(&at)) {
                found.entry((span, missing.policy, missing.required)).or_default().push(missing);
            }
        }
        for ((span, policy, _), missing) in found {
            if said.insert((span, policy)) {
                out.extend(report(context, product_flow, span, &missing));
            }
        }
    }
}

fn report(context: &Context<'_>, product_flow: ProductFlow<'_>, at: Span, all: &[MissingOrder]) -> Option<Diagnostic> {
    let first = all.first()?;
    let policy = &context.program.policies[first.policy];
    let (policy_name, flow) = (quote(&policy.name.value), quote(&product_flow.flow().name.value));
    let waiters = context.environments(all.iter().map(|missing| missing.environment));
    let (what, label) = match &first.missing {
        MissingBefore::OfKind(kind) => {
            let what = format!("a {} environment", kind.as_str());
            (what.clone(), format!("no {} environment comes before it", kind.as_str()))
        }
        MissingBefore::Environments(ids) => {
            let names = context.environments(ids.iter().copied());
            let do_not = if ids.len() == 1 { "does" } else { "do" };
            (names.clone(), format!("{names} {do_not} not come before it"))
        }
    };
    let message =
        format!("policy {policy_name} requires {what} before {waiters}, which flow {flow} does not guarantee");
    let diagnostic =
        Diagnostic::new(Code::E0506, message, at, label).label(first.required, format!("required by {policy_name}"));
    Some(diagnostic.help(help(context, product_flow, first)))
}

/// The `after` to write.
fn help(context: &Context<'_>, product_flow: ProductFlow<'_>, missing: &MissingOrder) -> String {
    let flow = product_flow.flow();
    let MissingBefore::Environments(ids) = &missing.missing else {
        return "Promote to such an environment first, and name it in `after`.".to_owned();
    };
    let absent: Vec<EnvironmentId> =
        ids.iter().copied().filter(|id| !flow.environments().any(|other| other == *id)).collect();
    let target = context.environment(missing.environment);
    let statement = flow.target(missing.environment).and_then(|target| flow.decl.promotes.get(target.promote));
    let written = statement.and_then(|promote| promote.after.as_ref());
    let written: Vec<&str> = match written {
        Some(after) => after.dependencies.iter().map(|it| context.sources.text(it.span)).collect(),
        None => {
            let needs = flow.target(missing.environment).map(|target| target.needs.as_slice()).unwrap_or_default();
            needs.iter().flat_map(|need| need.of.iter()).map(|id| context.environment(*id)).take(8).collect()
        }
    };
    // What is named now may come before the required environment anyway, but naming it is not wrong.
    let names = comma(written.into_iter().chain(ids.iter().map(|id| context.environment(*id))));
    let after = format!("`promote {target} after {names}`");
    if absent.is_empty() {
        format!("Write {after}.")
    } else {
        format!(
            "Add `promote {}` to the flow, and write {after}.",
            comma(absent.iter().map(|id| context.environment(*id)))
        )
    }
}
