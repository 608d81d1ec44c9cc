//! E0903: a `never` names only environments of its flow.

use std::collections::BTreeSet;

use super::super::context::Context;
use super::super::text::{comma_in_ranges, quote};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::program::{EnvironmentId, Flow};
use crate::syntax::ast::{Ident, StateWord, Status};

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for flow in context.program.flows.values().filter(|flow| context.knows_environments(flow)) {
        let there: BTreeSet<EnvironmentId> = flow.environments().collect();
        for fact in flow.decl.nevers.iter().flat_map(|never| &never.facts) {
            for name in fact.targets.iter().flatten() {
                let wanted = context.targets(name).unwrap_or_default();
                let (here, missing): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|id| there.contains(id));
                if !missing.is_empty() {
                    out.push(stranger(context, flow, name, (&here, &missing), fact.state.value));
                }
            }
        }
    }
}

fn stranger(
    context: &Context<'_>,
    flow: &Flow,
    name: &Ident,
    (here, missing): (&[EnvironmentId], &[EnvironmentId]),
    state: StateWord,
) -> Diagnostic {
    let are = if missing.len() == 1 { "is" } else { "are" };
    let names = context.environments(missing.iter().copied());
    let message = format!("{names} {are} not in flow {}", quote(&flow.name.value));
    let label = match state {
        _ if !here.is_empty() => format!("{} contains {names}", quote(&name.value)),
        StateWord::Is(Status::Pending) => "never reached by this flow".to_owned(),
        StateWord::Is(_) | StateWord::Started => "can never happen in this flow".to_owned(),
    };
    let known: Vec<&str> = flow.environments().map(|id| context.environment(id)).collect();
    let help = match nearest(&name.value, known.iter().copied()) {
        _ if !here.is_empty() => {
            let here = comma_in_ranges(here.iter().map(|id| context.environment(*id)));
            format!("Write `{here}`, or promote to {names} in this flow.")
        }
        Some(near) => format!("Write `{near}`, or remove `{}`.", name.value),
        None => {
            let known = context.environments(flow.environments()).replace(" and ", " or ");
            format!("Write {known}, or promote to {names} in this flow.")
        }
    };
    Diagnostic::new(Code::E0903, message, name.span, label).label(flow.name.span, "this flow").help(help)
}
