//! E0505: a flow says otherwise than a policy requires.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::{Context, Pair};
use super::super::text::{comma, quote};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{EnvironmentId, PolicyId, Violation};
use crate::source::Span;

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut found: BTreeMap<(Span, PolicyId), Found<'_>> = BTreeMap::new();
    let any = context.program.policies.values().any(|policy| {
        let required =
            [&policy.pre_action, &policy.post_action].into_iter().flatten().any(|choice| choice.required.is_some());
        required || policy.action.as_ref().is_some_and(|choice| choice.required.is_some())
    });
    for pair in context.pairs.iter().filter(|_| any) {
        for place in &pair.places {
            let all = context.program.violations(pair.product_id, pair.flow_id, place.environment);
            for otherwise in all.into_iter().filter(|found| !context.program.policies[found.policy].damaged) {
                let entry = found.entry((otherwise.written, otherwise.policy));
                let found = entry.or_insert_with(|| Found { pair, otherwise, environments: BTreeSet::new() });
                found.environments.insert(place.environment);
            }
        }
    }
    out.extend(found.values().map(|found| report(context, found)));
}

struct Found<'a> {
    pair: &'a Pair<'a>,
    otherwise: Violation,
    environments: BTreeSet<EnvironmentId>,
}

fn report(context: &Context<'_>, found: &Found<'_>) -> Diagnostic {
    let Violation { setting, written, policy, required } = found.otherwise;
    let policy = &context.program.policies[policy];
    let statement = match setting {
        "pre-action" => policy.pre_action.as_ref().map(|choice| choice.value.span()),
        "post-action" => policy.post_action.as_ref().map(|choice| choice.value.span()),
        _ => policy.action.as_ref().map(|choice| choice.span),
    };
    let there = statement.unwrap_or(required);
    let name = quote(&policy.name.value);
    let wanted = context.sources.text(there);
    let wanted =
        if setting == "action" { wanted.trim_start_matches("require").trim().to_owned() } else { wanted.to_owned() };
    let full = if setting == "action" { wanted.clone() } else { format!("{setting} {wanted}") };
    let names = context.environments(found.environments.iter().copied());
    let message = format!("the policy {name} requires `{full}` in {names}, but this flow says otherwise");
    let mut diagnostic = Diagnostic::new(Code::E0505, message, written, "a flow cannot change what is required")
        .label(required.to(there), format!("required by {name}"))
        .help(format!("Leave it out here, or write `{full}`."));
    let targets: BTreeSet<Span> = found
        .pair
        .places
        .iter()
        .filter(|place| found.environments.contains(&place.environment))
        .filter_map(|place| place.span(found.pair.flow))
        .collect();
    for target in targets {
        diagnostic = diagnostic.label(target, "holds here");
    }
    // Where the statement speaks of other environments, too, they would change with it.
    let index = found.pair.places.iter().filter_map(|place| place.target).find_map(|target| {
        let slots = [&target.pre_action, &target.post_action].into_iter().flatten().map(|slot| slot.span());
        slots.chain(target.action.map(|action| action.span)).any(|span| span == written).then_some(target.promote)
    });
    let of_statement = found.pair.places.iter().filter(|place| place.target.map(|target| target.promote) == index);
    let mut of_statement = of_statement.map(|place| place.environment);
    if index.is_none() || of_statement.all(|environment| found.environments.contains(&environment)) {
        diagnostic.fix(format!("write `{full}`"), written, wanted)
    } else {
        let alone = comma(found.environments.iter().map(|id| context.environment(*id)));
        diagnostic.help(format!("Leave it out, or give `promote {alone}` a statement of its own, with `{full}`."))
    }
}
