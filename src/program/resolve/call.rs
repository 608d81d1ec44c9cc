//! Resolves calls of workflows, and the statements that `promote` and `policy` share.

use super::Resolver;
use super::failed::Expected;
use super::placeholder::TextPlace;
use crate::program::model::{Approval, Argument, Call, Hook, WindowGate, WorkflowChoice};
use crate::program::names::Definition;
use crate::syntax::ast::{self, Choice, WorkflowUse};

impl Resolver<'_> {
    fn call(&mut self, call: &ast::Call, place: TextPlace) -> Option<Call> {
        for argument in &call.arguments {
            self.placeholders(Some(&argument.value), place);
        }
        let Some(Definition::Workflow(workflow)) = self.find(&call.name, Expected::Workflow) else { return None };
        let argument =
            |argument: &ast::Argument| Argument { name: argument.name.clone(), value: argument.value.value.clone() };
        Some(Call { workflow, arguments: call.arguments.iter().map(argument).collect(), span: call.span })
    }

    pub(super) fn workflow_choice(&mut self, written: &WorkflowUse) -> WorkflowChoice {
        match written {
            WorkflowUse::None(span) => WorkflowChoice::None(*span),
            WorkflowUse::Call(call) => {
                let resolved = self.call(call, TextPlace::Environment);
                resolved.map_or(WorkflowChoice::Unknown(call.span), WorkflowChoice::Call)
            }
        }
    }

    pub(super) fn choice(&mut self, written: Option<&Choice<WorkflowUse>>) -> Option<Choice<WorkflowChoice>> {
        let written = written?;
        Some(Choice { value: self.workflow_choice(&written.value), required: written.required, span: written.span })
    }

    pub(super) fn hooks(&mut self, hooks: &[ast::Hook], place: TextPlace) -> Vec<Hook> {
        let mut resolved = Vec::new();
        for hook in hooks {
            let call = self.call(&hook.call, place);
            resolved.extend(call.map(|call| Hook { event: hook.event, call, span: hook.span }));
        }
        resolved
    }

    pub(super) fn windows(&mut self, uses: &[ast::WindowUse]) -> Vec<WindowGate> {
        let mut resolved = Vec::new();
        for ast::WindowUse { name, unless } in uses {
            let unless = unless.as_ref().and_then(|unless| self.approvals(std::slice::from_ref(unless)).pop());
            if let Some(Definition::Window(window)) = self.find(name, Expected::Window) {
                resolved.push(WindowGate { window, unless, span: name.span });
            }
        }
        resolved
    }

    pub(super) fn approvals(&mut self, approvals: &[ast::Approval]) -> Vec<Approval> {
        let mut resolved = Vec::new();
        for ast::Approval { count, who, span } in approvals {
            self.placeholders(Some(who), TextPlace::Environment);
            resolved.push(Approval { count: count.value, who: who.value.clone(), span: *span });
        }
        resolved
    }
}
