//! Resolves calls of workflows, and the statements that `promote` and `policy` share.

use super::Resolver;
use super::failed::Expected;
use crate::program::model::{Approval, Argument, Call, Hook, WindowId, WorkflowChoice};
use crate::program::names::Definition;
use crate::source::Span;
use crate::syntax::ast::{self, Choice, WorkflowUse};

impl Resolver<'_> {
    pub(super) fn call(&mut self, call: &ast::Call) -> Option<Call> {
        let Some(Definition::Workflow(workflow)) = self.find(&call.name, Expected::Workflow) else { return None };
        let argument =
            |argument: &ast::Argument| Argument { name: argument.name.clone(), value: argument.value.value.clone() };
        Some(Call { workflow, arguments: call.arguments.iter().map(argument).collect(), span: call.span })
    }

    pub(super) fn workflow_choice(&mut self, written: &WorkflowUse) -> WorkflowChoice {
        match written {
            WorkflowUse::None(span) => WorkflowChoice::None(*span),
            WorkflowUse::Call(call) => self.call(call).map_or(WorkflowChoice::Unknown(call.span), WorkflowChoice::Call),
        }
    }

    pub(super) fn choice(&mut self, written: Option<&Choice<WorkflowUse>>) -> Option<Choice<WorkflowChoice>> {
        let written = written?;
        Some(Choice { value: self.workflow_choice(&written.value), required: written.required, span: written.span })
    }

    pub(super) fn hooks(&mut self, hooks: &[ast::Hook]) -> Vec<Hook> {
        let mut resolved = Vec::new();
        for hook in hooks {
            let call = self.call(&hook.call);
            resolved.extend(call.map(|call| Hook { event: hook.event, call, span: hook.span }));
        }
        resolved
    }

    pub(super) fn windows(&mut self, names: &[ast::Ident]) -> Vec<(WindowId, Span)> {
        let mut resolved = Vec::new();
        for name in names {
            if let Some(Definition::Window(window)) = self.find(name, Expected::Window) {
                resolved.push((window, name.span));
            }
        }
        resolved
    }
}

pub(super) fn approvals(approvals: &[ast::Approval]) -> Vec<Approval> {
    let one = |approval: &ast::Approval| Approval {
        count: approval.count.value,
        who: approval.who.value.clone(),
        span: approval.span,
    };
    approvals.iter().map(one).collect()
}
