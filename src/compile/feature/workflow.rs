//! The features of workflows and of calls.

use super::list::Walk;
use super::{ActionRole, Feature, Implementation};
use crate::program::{Argument, Call, Hook, Workflow, WorkflowChoice};
use crate::source::Span;
use crate::syntax::ast::{Body, HookEvent, Need, WorkflowDecl};

fn implementation(workflow: &Workflow) -> Implementation<'_> {
    workflow.template().map_or(Implementation::Script, Implementation::ClusterTemplate)
}

impl Walk<'_, '_> {
    pub(super) fn workflow(&mut self, workflow: &Workflow) {
        let of = implementation(workflow);
        let Workflow { name, decl } = workflow;
        let WorkflowDecl {
            name: _, // listed with the workflow
            description,
            version,
            needs,
            gives,
            image,
            body,
            service_account,
            timeout,
            retry,
            idempotent,
            takes,
            fails,
            span: _,
            damaged: _,
        } = decl;
        match body {
            Some(Body::Run(script)) => {
                self.add(Feature::Script, script.span);
                if image.is_none() {
                    self.add(Feature::ScriptWithoutImage(&name.value), name.span);
                }
            }
            Some(Body::Uses(template)) => self.add(Feature::ClusterTemplate(&template.value), template.span),
            None => self.add(Feature::ClusterTemplate(&name.value), name.span),
        }
        if let Some(description) = description {
            self.add(Feature::WorkflowDescription(of), description.span);
        }
        if let Some(version) = version {
            self.add(Feature::WorkflowVersion(of), version.span);
        }
        for Need { name, default } in needs {
            self.add(Feature::Need(of), name.span);
            if let Some(default) = default {
                self.add(Feature::NeedDefault { of, name: &name.value, value: &default.value }, default.span);
            }
        }
        for name in gives {
            self.add(Feature::Gives(of), name.span);
        }
        if let Some(image) = image {
            self.add(Feature::Image(of, &image.value), image.span);
        }
        if let Some(account) = service_account {
            self.add(Feature::ServiceAccount(of, &account.value), account.span);
        }
        if let Some(timeout) = timeout {
            self.add(Feature::WorkflowTimeout(of, timeout.value), timeout.span);
        }
        if let Some(retry) = retry {
            self.add(Feature::WorkflowRetry(of, retry.value), retry.span);
        }
        if let Some(span) = idempotent {
            self.add(Feature::Idempotent, *span);
        }
        if let Some(takes) = takes {
            self.add(Feature::Takes, takes.span);
        }
        if let Some(fails) = fails {
            self.add(Feature::Fails, fails.span);
        }
    }

    /// The arguments of a call.
    fn call(&mut self, call: &Call) {
        let Call {
            workflow,
            arguments,
            span: _, // listed by the caller
        } = call;
        let Some(workflow) = self.program.workflows.find(*workflow) else { return };
        let of = implementation(workflow);
        for Argument { name, value } in arguments {
            self.add(Feature::Argument { of, name: &name.value, value }, name.span);
        }
    }

    /// A workflow in a role; `statement` is the span that chooses it.
    pub(super) fn choice(&mut self, role: ActionRole, choice: &WorkflowChoice, statement: Span) {
        match choice {
            WorkflowChoice::Call(call) => {
                self.add(Feature::Choice(role), statement);
                self.call(call);
            }
            WorkflowChoice::None(span) => {
                self.add(Feature::Choice(role), statement);
                self.add(Feature::NoWorkflow(role), *span);
            }
            WorkflowChoice::Unknown(_) => {} // a program with errors is not compiled
        }
    }

    /// A hook; `feature` says whether it belongs to an environment or to the release.
    pub(super) fn hook(&mut self, feature: fn(HookEvent) -> Feature<'static>, hook: &Hook) {
        let Hook { event, call, span } = hook;
        self.add(feature(*event), *span);
        self.call(call);
    }
}
