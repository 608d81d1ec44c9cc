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
            let message = format!("the flow {} promotes to no environment", quote(&flow.name.value));
            let example = unused(context, flow).unwrap_or("ENVIRONMENT");
            let help = format!("Say where the release goes: `promote {example}`.");
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
            let help = format!("Say in which environment a release begins: `trigger {example}`.");
            let message = format!("the flow {name} has no trigger");
            out.push(Diagnostic::new(Code::E0303, message, flow.name.span, "nothing starts it").help(help));
        }
        [_] => {}
        [first, second, rest @ ..] => {
            let at = |trigger: &Trigger| trigger.environment.as_ref().map_or(trigger.span, |name| name.span);
            let count = rest.len() + 2;
            let message = format!("the flow {name} has {count} triggers, but a release begins in one environment");
            let mut diagnostic = Diagnostic::new(Code::E0303, message, at(second), "a second one");
            diagnostic = diagnostic.label(at(first), "the first trigger");
            for trigger in rest {
                diagnostic = diagnostic.label(at(trigger), "and another");
            }
            let environment = second.environment.as_ref().map_or("ENVIRONMENT", |name| name.value.as_str());
            let help =
                format!("Keep one; if `{environment}` is to receive the release, write `promote {environment}`.");
            out.push(diagnostic.help(help));
        }
    }
}

/// An environment that the flow does not name, as an example.
fn unused<'a>(context: &Context<'a>, flow: &Flow) -> Option<&'a str> {
    let mut environments = context.program.environments.ids();
    let id = environments.find(|id| !flow.environments().any(|environment| environment == *id))?;
    Some(context.environment(id))
}
