//! Soak and approvals, which Codefresh lacks, become a generated workflow that suspends. It is the on-start hook of the
//! environment: hooks run once per environment and delay the promotion. The user's own on-start hook follows in the same
//! workflow.

use serde_json::Value;

use super::calls::{check_values, reference};
use super::gates::MergedGates;
use super::workflow::{context_output, parameters, promotion_workflow};
use super::{Emitter, cannot, workflow_path};
use crate::compile::argo::{TEMPLATING, call_step, step, survives};
use crate::compile::manifests::{list, object};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::Flow;
use crate::syntax::ast::HookEvent;
use crate::syntax::literal::Seconds;

/// The name of the on-start hook of an environment. Generates a workflow if there is a soak or an approval.
pub(super) fn on_start(
    emitter: &mut Emitter<'_>,
    flow: &Flow,
    environment: &str,
    gates: &MergedGates,
    path: &str,
) -> Option<String> {
    let hook = gates.hook(HookEvent::Start);
    if gates.soak == Seconds(0) && gates.approvals.is_empty() {
        return hook.and_then(|hook| reference(emitter, &hook.call, true, path));
    }
    let program = emitter.program;
    let wanted = format!("{}-{environment}-start", flow.name.value);
    let name = emitter.calls.names.name(&wanted, &format!("start of {environment} in {}", flow.name.value));
    let path = workflow_path(&name);

    let mut steps: Vec<Value> = Vec::new();
    let mut templates: Vec<Value> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    if gates.soak > Seconds(0) {
        steps.push(Value::Array(vec![step("soak")]));
        let suspend = object([("duration", gates.soak.0.to_string().into())]);
        templates.push(object([("name", "soak".into()), ("suspend", suspend)]));
        words.push(format!("soak {}", gates.soak));
        if let Some(at) = gates.soak_at {
            let message = "in Codefresh, a soak ends early if somebody resumes its workflow";
            let help = "Allow only a few people to resume workflows, or wait in the script of a `pre-action`.";
            emitter.out.warn(Diagnostic::new(Code::W0802, message, at, "becomes a suspended workflow").help(help));
        }
    }
    for (at, approval) in gates.approvals.iter().enumerate() {
        let name = format!("approval-{}", at + 1);
        // One after the other: `argo resume` resumes every node that is suspended.
        steps.push(Value::Array(vec![step(&name)]));
        if !survives(&approval.who) {
            let message = format!("Argo Workflows would change the approver `{}`", approval.who);
            emitter.out.lose(&path, cannot(message, approval.span, "required here", TEMPLATING));
        }
        let who = object([("annotations", object([("promoc/approval", approval.who.clone().into())]))]);
        let forever = Value::Object(serde_json::Map::new());
        templates.push(object([("name", name.into()), ("metadata", who), ("suspend", forever)]));
        words.push(format!("approval {}", approval.who));
    }
    let mut needed = Value::Null;
    let mut outputs = Value::Null;
    let workflow = hook.and_then(|hook| program.workflows.find(hook.call.workflow).map(|workflow| (hook, workflow)));
    if let Some((hook, workflow)) = workflow {
        if let Some(template) = workflow.template() {
            let message =
                format!("`{template}` cannot follow `{}` in one hook: its entry point is unknown", words.join(", "));
            let help = "Write its script in the program (`image` and `run`), or remove the soak and the approvals.";
            emitter.out.lose(&path, cannot(message, hook.span, "hook of this environment", help));
        } else {
            check_values(emitter, workflow, &hook.call, &path);
            steps.push(Value::Array(vec![call_step(workflow, &hook.call)]));
            needed = parameters(&emitter.calls, workflow, &hook.call);
            outputs = context_output(workflow);
        }
    }
    let start = object([("name", "start".into()), ("steps", Value::Array(steps)), ("outputs", outputs)]);
    templates.insert(0, start);
    let description = format!("Before {environment} in flow {}: {}", flow.name.value, words.join(", "));
    let spec = object([
        ("entrypoint", "start".into()),
        ("serviceAccountName", emitter.service_account().into()),
        ("arguments", object([("parameters", needed)])),
        ("templates", list(templates)),
    ]);
    emitter.out.file(path, promotion_workflow(&name, None, Some(&description), spec));
    Some(name)
}
