//! Workflows with a script, and workflows with arguments, as Argo `WorkflowTemplate`s.
//!
//! INVARIANT: a value never becomes part of a script. It arrives as a variable of the process.

use serde_json::Value;

use super::calls::{Calls, TEMPLATING, arguments};
use super::script::{source, survives};
use super::{Emitter, cannot, workflow_path};
use crate::compile::manifests::{list, object};
use crate::program::{Call, Workflow, WorkflowId};
use crate::syntax::ast::{Body, Text};
use crate::syntax::literal::Seconds;

/// The template inside that does the work.
const RUN: &str = "run";
/// Where a script leaves what it gives.
const GIVES: &str = "/promo/gives";

/// Every workflow with a script, and every one that was called with arguments.
pub(super) fn emit(emitter: &mut Emitter<'_>) {
    let program = emitter.program;
    for (id, workflow) in program.workflows.iter() {
        let path = workflow_path(&workflow.name.value);
        match workflow.script() {
            Some(script) => {
                refuse_own(emitter, workflow, &path);
                emitter.out.file(path, script_manifest(&emitter.calls, id, workflow, script));
            }
            None => refuse_foreign(emitter, workflow, &path),
        }
    }
    for (name, (call, hook)) in std::mem::take(&mut emitter.calls.variants) {
        if let Some(workflow) = program.workflows.find(call.workflow) {
            emitter.out.file(workflow_path(&name), variant_manifest(&emitter.calls, &name, workflow, &call, hook));
        }
    }
}

/// A `WorkflowTemplate` that Codefresh takes for a promotion workflow.
pub(super) fn template_manifest(name: &str, version: Option<&str>, description: Option<&str>, spec: Value) -> Value {
    let annotations = object([
        ("codefresh.io/workflow-origin", "promotion".into()),
        ("version", version.into()),
        ("description", description.into()),
    ]);
    object([
        ("apiVersion", "argoproj.io/v1alpha1".into()),
        ("kind", "WorkflowTemplate".into()),
        ("metadata", object([("name", name.into()), ("annotations", annotations)])),
        ("spec", spec),
    ])
}

/// What must be passed from outside for a call: what its workflow needs and the call does not give.
pub(super) fn parameters(calls: &Calls, workflow: &Workflow, call: &Call) -> Value {
    let given = arguments(workflow, call);
    let needed =
        workflow.decl.needs.iter().filter(|need| !given.iter().any(|given| given.name.value == need.name.value));
    list(needed.map(|need| {
        let empty = || calls.unpassed.contains(&(call.workflow, need.name.value.clone())).then(String::new);
        let default = need.default.as_ref().map(|text| text.value.clone()).or_else(empty);
        object([("name", need.name.value.clone().into()), ("value", default.into())])
    }))
}

/// A step that calls the workflow's template with everything that it needs.
pub(super) fn call_step(workflow: &Workflow, call: &Call) -> Value {
    let given = arguments(workflow, call);
    let values = workflow.decl.needs.iter().map(|need| {
        let name = &need.name.value;
        let argument = given.iter().find(|argument| argument.name.value == *name);
        let value = argument.map_or_else(|| tag("workflow", name), |argument| argument.value.clone());
        object([("name", name.clone().into()), ("value", value.into())])
    });
    let template = object([("name", workflow.name.value.clone().into()), ("template", RUN.into())]);
    object([("name", RUN.into()), ("templateRef", template), ("arguments", object([("parameters", list(values))]))])
}

/// What a hook exports so that later hooks receive it: all that the step [`RUN`] gave, as one JSON object.
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

fn script_manifest(calls: &Calls, id: WorkflowId, workflow: &Workflow, script: &str) -> Value {
    let decl = &workflow.decl;
    let plain = Call { workflow: id, arguments: Vec::new(), span: workflow.name.span };
    let context = if calls.hooks.contains(&id) { context_output(workflow) } else { Value::Null };
    let mut templates = Vec::new();
    let entrypoint = if context.is_null() { RUN } else { "hook" };
    if !context.is_null() {
        let step = object([("name", RUN.into()), ("template", RUN.into())]);
        let steps = Value::Array(vec![Value::Array(vec![step])]);
        templates.push(object([("name", "hook".into()), ("steps", steps), ("outputs", context)]));
    }
    templates.push(run_template(workflow, script));
    let spec = object([
        ("entrypoint", entrypoint.into()),
        ("arguments", object([("parameters", parameters(calls, workflow, &plain))])),
        ("templates", list(templates)),
    ]);
    let version = decl.version.as_ref().map(|text| text.value.as_str());
    let description = decl.description.as_ref().map(|text| text.value.as_str());
    template_manifest(&workflow.name.value, version, description, spec)
}

fn run_template(workflow: &Workflow, script: &str) -> Value {
    let decl = &workflow.decl;
    let name = |name: &str| name.to_owned();
    let inputs = decl.needs.iter().map(|need| {
        let parameter = &need.name.value;
        object([("name", name(parameter).into()), ("value", tag("workflow", parameter).into())])
    });
    let gives = !decl.gives.is_empty();
    let mut env: Vec<Value> = decl.needs.iter().map(|need| variable(&need.name.value)).collect();
    let outputs = decl.gives.iter().map(|given| {
        let file = object([("path", format!("{GIVES}/{}", given.value).into())]);
        object([("name", name(&given.value).into()), ("globalName", name(&given.value).into()), ("valueFrom", file)])
    });
    let outputs = list(outputs);
    let (mut mounts, mut volumes) = (Value::Null, Value::Null);
    if gives {
        env.push(object([("name", "PROMO_GIVES".into()), ("value", GIVES.into())]));
        mounts = list([object([("name", "gives".into()), ("mountPath", GIVES.into())])]);
        let empty = Value::Object(serde_json::Map::new());
        volumes = list([object([("name", "gives".into()), ("emptyDir", empty)])]);
    }
    let retry = decl.retry.map(|retry| {
        let every = (retry.value.every > Seconds(0)).then(|| retry.value.every.0.to_string());
        object([
            ("limit", retry.value.times.to_string().into()),
            ("retryPolicy", "Always".into()),
            ("backoff", object([("duration", every.into())])),
        ])
    });
    let text = |text: &Option<Text>| Value::from(text.as_ref().map(|text| text.value.clone()));
    let script = object([
        ("image", text(&decl.image)),
        ("command", list(["sh", "-e"])),
        ("env", list(env)),
        ("volumeMounts", mounts),
        ("source", source(script).into()),
    ]);
    // Account and volumes stand here and not in the spec: a caller by `templateRef` takes along this template only.
    object([
        ("name", RUN.into()),
        ("serviceAccountName", text(&decl.service_account)),
        ("inputs", object([("parameters", list(inputs))])),
        ("outputs", object([("parameters", outputs)])),
        ("retryStrategy", retry.unwrap_or_default()),
        ("activeDeadlineSeconds", decl.timeout.map(|timeout| timeout.value.0).into()),
        ("volumes", volumes),
        ("script", script),
    ])
}

fn variant_manifest(calls: &Calls, name: &str, workflow: &Workflow, call: &Call, hook: bool) -> Value {
    let outputs = if hook { context_output(workflow) } else { Value::Null };
    let steps = Value::Array(vec![Value::Array(vec![call_step(workflow, call)])]);
    let template = object([("name", "call".into()), ("steps", steps), ("outputs", outputs)]);
    let spec = object([
        ("entrypoint", "call".into()),
        ("arguments", object([("parameters", parameters(calls, workflow, call))])),
        ("templates", list([template])),
    ]);
    let words: Vec<String> = arguments(workflow, call)
        .iter()
        .map(|argument| format!("{} = {:?}", argument.name.value, argument.value))
        .collect();
    let description = format!("{} with {}", workflow.name.value, words.join(", "));
    template_manifest(name, None, Some(&description), spec)
}

/// A parameter as a variable of the process. `PATH` would replace the process's own.
fn variable(parameter: &str) -> Value {
    let name = if parameter == "PATH" { "APP_PATH" } else { parameter };
    object([("name", name.into()), ("value", tag("inputs", parameter).into())])
}

fn tag(scope: &str, parameter: &str) -> String {
    format!("{{{{{scope}.parameters.{parameter}}}}}")
}

/// What a workflow with a script says that a manifest cannot hold.
fn refuse_own(emitter: &mut Emitter<'_>, workflow: &Workflow, path: &str) {
    let decl = &workflow.decl;
    if decl.image.is_none() {
        let message = format!("`{}` has a script and no image to run it in", workflow.name.value);
        let help = "Add `image \"…\"` with a shell in it.";
        emitter.out.lose(path, cannot(message, workflow.name.span, "without `image`", help));
    }
    let defaults = decl
        .needs
        .iter()
        .filter_map(|need| Some((format!("default of `{}`", need.name.value), need.default.as_ref()?)));
    let image = decl.image.iter().map(|text| ("`image`".to_owned(), text));
    let account = decl.service_account.iter().map(|text| ("`service-account`".to_owned(), text));
    for (what, text) in defaults.chain(image).chain(account).filter(|(_, text)| !survives(&text.value)) {
        let message = format!("Argo Workflows would change the {what} before it arrives");
        emitter.out.lose(path, cannot(message, text.span, "written here", TEMPLATING));
    }
}

/// What is said of a template that exists in the cluster, and is not part of its name.
fn refuse_foreign(emitter: &mut Emitter<'_>, workflow: &Workflow, path: &str) {
    let decl = &workflow.decl;
    let said = [
        ("timeout", decl.timeout.map(|timeout| timeout.span)),
        ("retry", decl.retry.map(|retry| retry.span)),
        ("service-account", decl.service_account.as_ref().map(|text| text.span)),
    ];
    for (word, span) in said {
        let Some(span) = span else { continue };
        let template = workflow.template().unwrap_or_default();
        let message = format!("Codefresh runs `{template}` as it is in the cluster: `{word}` cannot be added to it");
        emitter.out.lose(path, cannot(message, span, "said here", "Say it in that template, and take it out here."));
    }
    let Some(Body::Uses(template)) = &decl.body else { return };
    let same = |own: &&Workflow| own.script().is_some() && own.name.value == template.value;
    if let Some(own) = emitter.program.workflows.values().find(same) {
        let name = &template.value;
        let message = format!("the cluster's template `{name}` would be replaced by this program's workflow `{name}`");
        let diagnostic = cannot(message, template.span, "the cluster's", "Call the workflow something else.");
        emitter.out.lose(&workflow_path(name), diagnostic.label(own.name.span, "this program's"));
    }
}
