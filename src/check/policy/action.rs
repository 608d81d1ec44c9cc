//! E0501: `action none` without a pre-action to do the work.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::Context;
use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{EnvironmentId, Origin, SettledContext};
use crate::source::Span;
use crate::syntax::ast::Action;

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    // Once for each statement that sets it or target that inherits it, whatever the products and environments.
    let mut found: BTreeMap<Span, (BTreeSet<EnvironmentId>, Diagnostic)> = BTreeMap::new();
    for settled in context.product_flows.iter().flat_map(|product_flow| &product_flow.environments) {
        let idle = settled.is_target()
            && settled.settings.action.value == Action::None
            && settled.settings.pre_action.value.is_none();
        if idle
            && !context.is_damaged(settled)
            && let Some(diagnostic) = report(context, settled)
            && let Some(at) = diagnostic.primary()
        {
            found.entry(at).or_insert_with(|| (BTreeSet::new(), diagnostic)).0.insert(settled.environment_id());
        }
    }
    for (environments, mut diagnostic) in found.into_values() {
        let names = context.environments(environments);
        diagnostic.message = format!("`action none` has no pre-action to do the work in {names}");
        out.push(diagnostic);
    }
}

fn report(context: &Context<'_>, settled: &SettledContext<'_>) -> Option<Diagnostic> {
    let target = settled.span()?;
    let settings = &settled.settings;
    let mut diagnostic = match settings.action.origin {
        Origin::Flow(span) => Diagnostic::new(Code::E0501, "", span, "nothing would change here"),
        Origin::Policy(policy, span) => Diagnostic::new(Code::E0501, "", target, "nothing would change here")
            .label(span, format!("set by policy {}", quote(&context.program.policies[policy].name.value))),
        Origin::Default => return None,
    };
    // A `pre-action none` may be the cause.
    if let Origin::Flow(span) = settings.pre_action.origin {
        diagnostic = diagnostic.label(span, "pre-action turned off here");
    } else if let Origin::Policy(_, span) = settings.pre_action.origin {
        diagnostic = diagnostic.label(span, "this policy turns the pre-action off");
    }
    Some(diagnostic.help("Add `pre-action WORKFLOW` with a workflow that does the work, or write `action commit`."))
}
