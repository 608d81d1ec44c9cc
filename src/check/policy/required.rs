//! E0505: a flow contradicts what a policy requires.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::Context;
use super::super::text::{comma_in_ranges, quote};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{EnvironmentId, PolicyId, ProductFlow, PromotionContext, Violation, WorkflowChoice};
use crate::source::Span;

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut found: BTreeMap<(Span, PolicyId), ViolatedRequirement<'_>> = BTreeMap::new();
    let any = context.program.policies.values().any(|policy| {
        let required =
            [&policy.pre_action, &policy.post_action].into_iter().flatten().any(|choice| choice.required.is_some());
        required || policy.action.as_ref().is_some_and(|choice| choice.required.is_some())
    });
    for product_flow in context.product_flows.iter().filter(|_| any).map(|settled| **settled) {
        for at in product_flow.contexts() {
            let sure = |violation: &Violation| !context.program.policies[violation.policy].damaged;
            for violation in at.violations().into_iter().filter(sure) {
                let entry = found.entry((violation.written, violation.policy));
                let environments = BTreeSet::new();
                let found = entry.or_insert(ViolatedRequirement { product_flow, violation, environments });
                found.environments.insert(at.environment_id());
            }
        }
    }
    out.extend(found.values().map(|found| report(context, found)));
}

/// A violation, with the environments it occurs in: one statement of a flow can cover several.
struct ViolatedRequirement<'a> {
    product_flow: ProductFlow<'a>,
    violation: Violation,
    environments: BTreeSet<EnvironmentId>,
}

fn report(context: &Context<'_>, found: &ViolatedRequirement<'_>) -> Diagnostic {
    let Violation { setting, written, policy, required, wanted: there } = found.violation;
    let name = quote(&context.program.policies[policy].name.value);
    let wanted = context.sources.text(there);
    let full = match setting {
        "action" => wanted.trim_start_matches("require").trim().to_owned(),
        _ => format!("{setting} {wanted}"),
    };
    let names = context.environments(found.environments.iter().copied());
    let message = format!("policy {name} requires `{full}` in {names}, but this flow sets something else");
    let mut diagnostic = Diagnostic::new(Code::E0505, message, written, "conflicts with the policy")
        .label(required.to(there), format!("required by {name}"))
        .help(format!("Write `{full}`, or remove this statement."));
    let here = found.product_flow.contexts().filter(|at| found.environments.contains(&at.environment_id()));
    let targets: BTreeSet<Span> = here.filter_map(PromotionContext::span).collect();
    for target in targets {
        diagnostic = diagnostic.label(target, "applies here");
    }
    // Writing it here would also change the other environments that the statement covers.
    let targets = &found.product_flow.flow().targets;
    let index = targets.iter().find_map(|target| {
        let choices = [&target.pre_action, &target.post_action].into_iter().flatten().map(WorkflowChoice::span);
        choices.chain(target.action.map(|action| action.span)).any(|span| span == written).then_some(target.promote)
    });
    let of_statement = targets.iter().filter(|target| Some(target.promote) == index);
    let mut of_statement = of_statement.map(|target| target.environment);
    if index.is_none() || of_statement.all(|environment| found.environments.contains(&environment)) {
        diagnostic
    } else {
        let alone = comma_in_ranges(found.environments.iter().map(|id| context.environment(*id)));
        diagnostic.help(format!("Write a separate `promote {alone}` with `{full}`, or remove this statement."))
    }
}
