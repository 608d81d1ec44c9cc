//! A workflow with a script, and calls of it, as parts of a `WorkflowTemplate`.
//!
//! INVARIANT: a value never becomes part of a script. The script receives it as an environment variable.

use serde_json::Value;

use super::script::source;
use crate::compile::manifests::{list, object};
use crate::program::{Argument, Call, Workflow};
use crate::syntax::ast::Text;
use crate::syntax::literal::Seconds;

/// The name of the inner template that runs the script.
pub(in crate::compile) const RUN: &str = "run";
/// The folder where a script writes the parameters it gives.
const GIVES: &str = "/promo/gives";

/// A `WorkflowTemplate` with the annotations of a target; `null` for none.
pub(in crate::compile) fn workflow_template(name: &str, annotations: Value, spec: Value) -> Value {
    object([
        ("apiVersion", "argoproj.io/v1alpha1".into()),
        ("kind", "WorkflowTemplate".into()),
        ("metadata", object([("name", name.into()), ("annotations", annotations)])),
        ("spec", spec),
    ])
}

/// The arguments of a call that the workflow needs, in the order of its `needs`.
pub(in crate::compile) fn arguments<'c>(workflow: &Workflow, call: &'c Call) -> Vec<&'c Argument> {
    let given = |name: &str| call.arguments.iter().find(|argument| argument.name.value == name);
    workflow.decl.needs.iter().filter_map(|need| given(&need.name.value)).collect()
}

/// The parameters that must be passed from outside: those that the workflow needs and the call does not set.
/// `empty` selects those that are never passed. They default to an empty string, because Argo would not start otherwise.
pub(in crate::compile) fn missing(workflow: &Workflow, call: &Call, empty: impl Fn(&str) -> bool) -> Value {
    let given = arguments(workflow, call);
    let needed =
        workflow.decl.needs.iter().filter(|need| !given.iter().any(|given| given.name.value == need.name.value));
    list(needed.map(|need| {
        let nothing = || empty(&need.name.value).then(String::new);
        let default = need.default.as_ref().map(|text| text.value.clone()).or_else(nothing);
        object([("name", need.name.value.clone().into()), ("value", default.into())])
    }))
}

/// A step that runs another template of the same `WorkflowTemplate`.
pub(in crate::compile) fn step(name: &str) -> Value {
    object([("name", name.into()), ("template", name.into())])
}

/// A step that calls the workflow's template with all parameters it needs.
pub(in crate::compile) fn call_step(workflow: &Workflow, call: &Call) -> Value {
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

/// The template [`RUN`] with everything the workflow declares. With `global`, the parameters it gives are exported to the
/// whole Argo workflow under their own names.
pub(in crate::compile) fn run_template(workflow: &Workflow, script: &str, global: bool) -> Value {
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
        let exported = global.then(|| name(&given.value));
        object([("name", name(&given.value).into()), ("globalName", exported.into()), ("valueFrom", file)])
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
    // The account and the volumes are set in the template, not in the spec: a `templateRef` uses only the template.
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

/// A parameter as an environment variable. `PATH` becomes `APP_PATH`, because it would replace that of the process.
fn variable(parameter: &str) -> Value {
    let name = if parameter == "PATH" { "APP_PATH" } else { parameter };
    object([("name", name.into()), ("value", tag("inputs", parameter).into())])
}

fn tag(scope: &str, parameter: &str) -> String {
    format!("{{{{{scope}.parameters.{parameter}}}}}")
}
