//! E0308, E0309: a rollback names targets of its flow, and its targets make commits that can be rolled back.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::Context;
use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::program::{EnvironmentId, Flow, Origin, SettledContext};
use crate::source::Span;
use crate::syntax::ast::{self, Action, Ident};

pub(crate) fn targets(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for flow in context.program.flows.values().filter(|flow| context.knows_environments(flow)) {
        let there: BTreeSet<EnvironmentId> = flow.targets.iter().map(|target| target.environment).collect();
        let mut said: BTreeSet<&str> = BTreeSet::new();
        for rollback in &flow.decl.rollbacks {
            for (name, is_target) in names(rollback) {
                let wanted = context.targets(name).unwrap_or_default();
                let missing: Vec<_> = wanted.into_iter().filter(|environment| !there.contains(environment)).collect();
                if !missing.is_empty() && said.insert(&name.value) {
                    out.push(stranger(context, flow, name, &missing, is_target));
                }
            }
        }
    }
}

/// The names in a rollback; `true` for those that are rolled back, `false` for those after `when`.
fn names(rollback: &ast::Rollback) -> impl Iterator<Item = (&Ident, bool)> {
    rollback.targets.iter().map(|name| (name, true)).chain(rollback.when.iter().map(|name| (name, false)))
}

fn stranger(
    context: &Context<'_>,
    flow: &Flow,
    name: &Ident,
    missing: &[EnvironmentId],
    is_target: bool,
) -> Diagnostic {
    let flow_name = quote(&flow.name.value);
    let trigger = flow.trigger.filter(|trigger| missing.contains(&trigger.value));
    let names = context.environments(missing.iter().copied());
    let are = if missing.len() == 1 { "is not a target" } else { "are not targets" };
    let message = format!("{names} {are} of flow {flow_name}");
    let label = if is_target { "nothing here to roll back" } else { "no promotion here can fail" };
    let mut diagnostic = Diagnostic::new(Code::E0308, message, name.span, label);
    diagnostic = match trigger {
        Some(trigger) => diagnostic.label(trigger.span, "this is the trigger"),
        None => diagnostic.label(flow.name.span, "this flow does not promote there"),
    };
    let targets: Vec<&str> = flow.targets.iter().map(|target| context.environment(target.environment)).collect();
    diagnostic.help(match nearest(&name.value, targets.iter().copied()) {
        Some(near) => format!("Write `{near}`, or remove `{}`.", name.value),
        None => format!(
            "Remove `{}`: this flow promotes to {}.",
            name.value,
            context.environments(flow.targets.iter().map(|target| target.environment))
        ),
    })
}

pub(crate) fn commits(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    // One diagnostic for each `action none` under a rollback, whatever the environments and products.
    let mut found: BTreeMap<(Span, Span), (BTreeSet<EnvironmentId>, Diagnostic)> = BTreeMap::new();
    for product_flow in &context.product_flows {
        let mut seen = BTreeSet::new();
        let rollbacks = product_flow.flow().decl.rollbacks.iter();
        for (rollback, name) in rollbacks.flat_map(|rollback| rollback.targets.iter().map(move |name| (rollback, name)))
        {
            for environment in context.targets(name).unwrap_or_default() {
                let Some(settled) = product_flow.environment(environment) else { continue };
                if !is_stuck(context, settled) || !seen.insert(environment) {
                    continue;
                }
                let at = action_span(settled).or(settled.span()).unwrap_or(name.span);
                let entry = found.entry((at, rollback.span));
                entry.or_insert_with(|| (BTreeSet::new(), stuck(settled, name, at))).0.insert(environment);
            }
        }
    }
    for (environments, mut diagnostic) in found.into_values() {
        let names = context.environments(environments);
        diagnostic.message = format!("cannot roll back {names}: `action none` makes no commit");
        out.push(diagnostic);
    }
}

/// Whether an environment makes no commit and has no `rollback-action` to undo its work.
fn is_stuck(context: &Context<'_>, settled: &SettledContext<'_>) -> bool {
    settled.is_target()
        && settled.settings.action.value == Action::None
        && settled.settings.rollback_action.value.is_none()
        && !context.is_damaged(settled)
}

fn action_span(settled: &SettledContext<'_>) -> Option<Span> {
    match settled.settings.action.origin {
        Origin::Flow(span) => Some(span),
        Origin::Policy(..) | Origin::Default => None,
    }
}

fn stuck(settled: &SettledContext<'_>, name: &Ident, at: Span) -> Diagnostic {
    let label = if action_span(settled).is_some() { "makes no commit" } else { "promoted without a commit" };
    let mut diagnostic = Diagnostic::new(Code::E0309, String::new(), at, label);
    diagnostic = diagnostic.label(name.span, "rolled back here");
    if let Origin::Policy(_, span) = settled.settings.action.origin {
        diagnostic = diagnostic.label(span, "set by this policy");
    }
    if let Some(call) = &settled.settings.pre_action.value {
        diagnostic = diagnostic.label(call.span, "does the work instead");
    }
    diagnostic.help(
        "Add `rollback-action WORKFLOW` with a workflow that undoes the pre-action, or remove the environment from the \
         `rollback`.",
    )
}
