//! E0303, E0304: a flow has one trigger and at least one target.

use super::super::context::Context;
use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::Flow;
use crate::syntax::ast::Trigger;

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for flow in context.program.flows.values() {
        trigger(context, flow, out);
        if flow.decl.promotes.is_empty() && !flow.decl.damaged {
            let message = format!("flow {} does not promote to any environment", quote(&flow.name.value));
            let example = unused(context, flow).unwrap_or("ENVIRONMENT");
            let help = format!("Add a target: `promote {example}`.");
            out.push(Diagnostic::new(Code::E0304, message, flow.name.span, "has no `promote`").help(help));
        }
    }
}

fn trigger(context: &Context<'_>, flow: &Flow, out: &mut Vec<Diagnostic>) {
    let name = quote(&flow.name.value);
    match flow.decl.triggers.as_slice() {
        [] if flow.decl.damaged => {}
        [] => {
            let example = unused(context, flow).unwrap_or("ENVIRONMENT");
            let help = format!("Add the environment where a release starts: `trigger {example}`.");
            let message = format!("flow {name} has no trigger");
            out.push(Diagnostic::new(Code::E0303, message, flow.name.span, "has no `trigger`").help(help));
        }
        [_] => {}
        [first, second, rest @ ..] => {
            let at = |trigger: &Trigger| trigger.environment.as_ref().map_or(trigger.span, |name| name.span);
            let count = rest.len() + 2;
            let message = format!("flow {name} has {count} triggers; only one is allowed");
            let mut diagnostic = Diagnostic::new(Code::E0303, message, at(second), "second trigger");
            diagnostic = diagnostic.label(at(first), "first trigger");
            for trigger in rest {
                diagnostic = diagnostic.label(at(trigger), "another trigger");
            }
            let environment = second.environment.as_ref().map_or("ENVIRONMENT", |name| name.value.as_str());
            let help = format!("Keep one trigger. To promote to `{environment}`, write `promote {environment}`.");
            out.push(diagnostic.help(help));
        }
    }
}

/// An environment that the flow does not use yet, as an example for the help.
fn unused<'a>(context: &Context<'a>, flow: &Flow) -> Option<&'a str> {
    let mut environments = context.program.environments.ids();
    let id = environments.find(|id| !flow.environments().any(|environment| environment == *id))?;
    Some(context.environment(id))
}
