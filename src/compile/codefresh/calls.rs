//! How flows and policies refer to workflows. Codefresh refers to a workflow only by name. A call with arguments therefore
//! becomes a separate template that calls the workflow's; all calls with the same arguments share its name.

use std::collections::{BTreeMap, BTreeSet};

use super::{Emitter, cannot};
use crate::compile::argo::{TEMPLATING, TemplateNames, arguments, digest, survives};
use crate::program::{Call, Program, Workflow, WorkflowId, has_placeholder};

/// The workflows that were referenced so far.
pub(super) struct Calls {
    pub names: TemplateNames,
    /// Workflows that are hooks somewhere, called without arguments.
    pub hooks: BTreeSet<WorkflowId>,
    /// Calls with arguments, by the name of their template, and whether each is a hook somewhere.
    pub variants: BTreeMap<String, (Call, bool)>,
    /// Parameters that are not passed somewhere (E0801). With `--allow-loss` they are empty: Argo would not start otherwise.
    pub unpassed: BTreeSet<(WorkflowId, String)>,
}

impl Calls {
    pub(super) fn new(program: &Program) -> Calls {
        Calls {
            names: TemplateNames::new(program),
            hooks: BTreeSet::new(),
            variants: BTreeMap::new(),
            unpassed: BTreeSet::new(),
        }
    }
}

/// The name of the template that Codefresh runs for this call.
pub(super) fn reference(emitter: &mut Emitter<'_>, call: &Call, hook: bool, path: &str) -> Option<String> {
    let program = emitter.program;
    let workflow = program.workflows.find(call.workflow)?;
    let arguments = arguments(workflow, call);
    if let Some(template) = workflow.template() {
        if let Some(first) = arguments.first() {
            let message = format!(
                "cannot pass arguments to `{}`: Codefresh runs the template `{template}` by name only",
                workflow.name.value
            );
            let help = "Write its script in the program (`image` and `run`), or put the value into the template.";
            emitter.out.lose(path, cannot(message, first.name.span, "given here", help));
        }
        return Some(template.to_owned());
    }
    if arguments.is_empty() {
        if hook {
            emitter.calls.hooks.insert(call.workflow);
        }
        return Some(workflow.name.value.clone());
    }
    check_values(emitter, workflow, call, path);
    let words: Vec<String> =
        arguments.iter().map(|argument| format!("{}={:?}", argument.name.value, argument.value)).collect();
    let meaning = format!("{} with {}", workflow.name.value, words.join(" "));
    let wanted = format!("{}-with-{}", workflow.name.value, digest(&meaning));
    let name = emitter.calls.names.name(&wanted, &meaning);
    let known = emitter.calls.variants.entry(name.clone()).or_insert_with(|| (call.clone(), hook));
    known.1 |= hook;
    Some(name)
}

/// E0801 for each argument that Argo would change, or that differs between environments or products.
pub(super) fn check_values(emitter: &mut Emitter<'_>, workflow: &Workflow, call: &Call, path: &str) {
    for argument in arguments(workflow, call).into_iter().filter(|argument| has_placeholder(&argument.value)) {
        let message = format!("the value of `{}` differs between environments or products", argument.name.value);
        let help = "Codefresh passes the same value everywhere. Write a policy for each environment or product, without placeholders.";
        emitter.out.lose(path, cannot(message, argument.name.span, "has a placeholder", help));
    }
    for argument in arguments(workflow, call).into_iter().filter(|argument| !survives(&argument.value)) {
        let message = format!("Argo Workflows would change the value of `{}`", argument.name.value);
        emitter.out.lose(path, cannot(message, argument.name.span, "given here", TEMPLATING));
    }
}
