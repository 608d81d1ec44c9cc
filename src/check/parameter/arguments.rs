//! W0206: an argument that the workflow does not need.

use super::super::context::Context;
use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic, nearest, one_of};
use crate::program::{Argument, Call, WorkflowChoice};
use crate::syntax::ast::Need;

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for call in written(context) {
        let workflow = &context.program.workflows[call.workflow];
        let unneeded =
            |argument: &&Argument| !workflow.decl.needs.iter().any(|need| need.name.value == argument.name.value);
        let is_sure = |argument: &&Argument| {
            // An invalid name was corrected and reported (E0102).
            let unclear = |need: &Need| context.program.unclear.contains(need.name.span);
            !workflow.decl.damaged
                && !workflow.decl.needs.iter().any(unclear)
                && argument.name.value == context.sources.text(argument.name.span)
        };
        for argument in call.arguments.iter().filter(unneeded).filter(is_sure) {
            out.push(report(context, call, argument));
        }
    }
}

/// Every call in flows and policies, once for each place where it is written.
fn written<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a Call> {
    let program = context.program;
    let of_flows = program.flows.values().flat_map(|flow| {
        let mut promote = None;
        let of_targets =
            flow.targets.iter().filter(move |target| promote.replace(target.promote) != Some(target.promote));
        let of_targets = of_targets.flat_map(|target| {
            let choices = [&target.pre_action, &target.post_action, &target.rollback_action];
            choices
                .into_iter()
                .flatten()
                .filter_map(WorkflowChoice::call)
                .chain(target.hooks.iter().map(|hook| &hook.call))
        });
        let of_release = flow.hooks.iter().map(|hook| &hook.call);
        flow.trigger_post_action.iter().filter_map(WorkflowChoice::call).chain(of_targets).chain(of_release)
    });
    let of_policies = program.policies.values().flat_map(|policy| {
        let choices = [&policy.pre_action, &policy.post_action, &policy.rollback_action];
        let calls = choices.into_iter().flatten().filter_map(|choice| choice.value.call());
        calls.chain(policy.hooks.iter().map(|hook| &hook.call))
    });
    of_flows.chain(of_policies)
}

fn report(context: &Context<'_>, call: &Call, argument: &Argument) -> Diagnostic {
    let workflow = &context.program.workflows[call.workflow];
    let (written, name) = (argument.name.value.as_str(), quote(&workflow.name.value));
    let message = format!("unexpected argument {} for workflow {name}", quote(written));
    let diagnostic = Diagnostic::new(Code::W0206, message, argument.name.span, format!("not needed by {name}"));
    let free = workflow.decl.needs.iter().map(|need| need.name.value.as_str());
    let free = free.filter(|need| !call.arguments.iter().any(|argument| argument.name.value == *need));
    let needs = workflow.decl.needs.iter().map(|need| need.name.value.as_str());
    match (nearest(written, free), one_of(needs)) {
        (Some(near), _) => {
            let need = workflow.decl.needs.iter().find(|need| need.name.value == near);
            let diagnostic = match need {
                Some(need) => diagnostic.label(need.name.span, format!("needs {}", quote(near))),
                None => diagnostic,
            };
            diagnostic.help(format!("Write `{near}`.")).fix(format!("write `{near}`"), argument.name.span, near)
        }
        (None, Some(all)) => diagnostic
            .label(workflow.name.span, format!("needs {}", all.replace(" or ", " and ")))
            .help(format!("Remove the argument, or add `needs {written}` to {name}.")),
        (None, None) => diagnostic
            .label(workflow.name.span, "declared here")
            .help(format!("Remove the argument, or add `needs {written}` to {name}.")),
    }
}
