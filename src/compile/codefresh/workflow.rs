//! Workflows with a script, and calls with arguments, as Argo `WorkflowTemplate`s that Codefresh accepts as promotion
//! workflows.

use serde_json::Value;

use super::calls::Calls;
use super::{Emitter, cannot, failed, workflow_path};
use crate::compile::argo::{RUN, arguments, call_step, missing, run_template, step, workflow_template};
use crate::compile::manifests::{list, object};
use crate::program::{Call, Workflow, WorkflowId};
use crate::syntax::ast::{Body, Text};

/// Writes a template for every workflow with a script, and for every call with arguments.
pub(super) fn emit(emitter: &mut Emitter<'_>) {
    let program = emitter.program;
    for (id, workflow) in program.workflows.iter() {
        match &workflow.decl.body {
            Some(Body::Run(script)) => {
                let manifest = script_manifest(emitter, id, workflow, &script.value);
                emitter.out.file(workflow_path(&workflow.name.value), manifest);
            }
            Some(Body::Uses(template)) => refuse_replaced(emitter, template),
            None => {}
        }
    }
    for (name, (call, hook)) in std::mem::take(&mut emitter.calls.variants) {
        if let Some(workflow) = program.workflows.find(call.workflow) {
            let manifest = variant_manifest(emitter, &name, workflow, &call, hook);
            emitter.out.file(workflow_path(&name), manifest);
        }
    }
}

/// A `WorkflowTemplate` with the annotation that makes it a promotion workflow of Codefresh.
pub(super) fn promotion_workflow(name: &str, version: Option<&str>, description: Option<&str>, spec: Value) -> Value {
    let annotations = object([
        ("codefresh.io/workflow-origin", "promotion".into()),
        ("version", version.into()),
        ("description", description.into()),
    ]);
    workflow_template(name, annotations, spec)
}

/// The parameters that Codefresh must pass for a call.
pub(super) fn parameters(calls: &Calls, workflow: &Workflow, call: &Call) -> Value {
    missing(workflow, call, |name| calls.unpassed.contains(&(call.workflow, name.to_owned())))
}

/// The promotion context that a hook exports for later hooks: everything the step [`RUN`] gave, as one JSON object.
pub(super) fn context_output(workflow: &Workflow) -> Value {
    if workflow.decl.gives.is_empty() {
        return Value::Null;
    }
    let member = |name: &str| format!("\"{name}\": steps.{RUN}.outputs.parameters.{name}");
    let members: Vec<String> = workflow.decl.gives.iter().map(|name| member(&name.value)).collect();
    let context = object([
        ("name", "PROMOTION_CONTEXT".into()),
        ("globalName", "PROMOTION_CONTEXT".into()),
        ("valueFrom", object([("expression", format!("toJson({{{}}})", members.join(", ")).into())])),
    ]);
    object([("parameters", list([context]))])
}

fn script_manifest(emitter: &Emitter<'_>, id: WorkflowId, workflow: &Workflow, script: &str) -> Value {
    let (calls, decl) = (&emitter.calls, &workflow.decl);
    let plain = Call { workflow: id, arguments: Vec::new(), span: workflow.name.span };
    let context = if calls.hooks.contains(&id) { context_output(workflow) } else { Value::Null };
    let mut templates = Vec::new();
    let entrypoint = if context.is_null() { RUN } else { "hook" };
    if !context.is_null() {
        let steps = Value::Array(vec![Value::Array(vec![step(RUN)])]);
        templates.push(object([("name", "hook".into()), ("steps", steps), ("outputs", context)]));
    }
    // Exported globally, because a post-action receives what its pre-action exports.
    templates.push(run_template(workflow, &failed::script(workflow, script), true));
    let own = decl.service_account.as_ref().map(|account| account.value.clone());
    let spec = object([
        ("entrypoint", entrypoint.into()),
        ("serviceAccountName", own.unwrap_or_else(|| emitter.service_account()).into()),
        ("arguments", object([("parameters", parameters(calls, workflow, &plain))])),
        ("templates", list(templates)),
    ]);
    let version = decl.version.as_ref().map(|text| text.value.as_str());
    let description = decl.description.as_ref().map(|text| text.value.as_str());
    promotion_workflow(&workflow.name.value, version, description, spec)
}

fn variant_manifest(emitter: &Emitter<'_>, name: &str, workflow: &Workflow, call: &Call, hook: bool) -> Value {
    let outputs = if hook { context_output(workflow) } else { Value::Null };
    let steps = Value::Array(vec![Value::Array(vec![call_step(workflow, call)])]);
    let template = object([("name", "call".into()), ("steps", steps), ("outputs", outputs)]);
    let spec = object([
        ("entrypoint", "call".into()),
        ("serviceAccountName", emitter.service_account().into()),
        ("arguments", object([("parameters", parameters(&emitter.calls, workflow, call))])),
        ("templates", list([template])),
    ]);
    let words: Vec<String> = arguments(workflow, call)
        .iter()
        .map(|argument| format!("{} = {:?}", argument.name.value, argument.value))
        .collect();
    let description = format!("{} with {}", workflow.name.value, words.join(", "));
    promotion_workflow(name, None, Some(&description), spec)
}

/// E0801 for a template in the cluster that has the same name as a workflow of the program.
fn refuse_replaced(emitter: &mut Emitter<'_>, template: &Text) {
    let same = |own: &&Workflow| own.script().is_some() && own.name.value == template.value;
    if let Some(own) = emitter.program.workflows.values().find(same) {
        let name = &template.value;
        let message = format!("workflow `{name}` would replace the template `{name}` in the cluster");
        let diagnostic = cannot(message, template.span, "template in the cluster", "Rename the workflow.");
        emitter.out.lose(&workflow_path(name), diagnostic.label(own.name.span, "workflow in this program"));
    }
}
