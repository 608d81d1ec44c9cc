//! How flows and policies refer to workflows. Codefresh refers to a workflow by its name alone; one with arguments is
//! therefore a template of its own that calls the workflow's, under a name that every call with the same arguments shares.

use std::collections::{BTreeMap, BTreeSet};

use super::{Emitter, cannot};
use crate::compile::argo::{TEMPLATING, TemplateNames, arguments, digest, survives};
use crate::program::{Call, Program, Workflow, WorkflowId};

/// What was referred to so far.
pub(super) struct Calls {
    /// The names of templates.
    pub names: TemplateNames,
    /// Workflows that are hooks somewhere, by their plain name.
    pub hooks: BTreeSet<WorkflowId>,
    /// Workflows with arguments: by name of the template, the call, and whether it is a hook.
    pub variants: BTreeMap<String, (Call, bool)>,
    /// Parameters that nobody passes somewhere (E0801): empty where that is allowed, else Argo would not start at all.
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

/// The name by which Codefresh runs this call.
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

/// E0801 for each argument that would not arrive as it is.
pub(super) fn check_values(emitter: &mut Emitter<'_>, workflow: &Workflow, call: &Call, path: &str) {
    for argument in arguments(workflow, call).into_iter().filter(|argument| !survives(&argument.value)) {
        let message = format!("Argo Workflows would change the value of `{}`", argument.name.value);
        emitter.out.lose(path, cannot(message, argument.name.span, "given here", TEMPLATING));
    }
}
