//! Names for what flows and policies refer to. Codefresh refers to a workflow by its name alone; one with arguments is
//! therefore a template of its own that calls the workflow's, and has a name that says nothing but the same arguments.

use std::collections::{BTreeMap, BTreeSet};

use super::script::survives;
use super::{Emitter, cannot};
use crate::program::{Argument, Call, Program, Workflow, WorkflowId};

/// Kubernetes' limit for a label's value: Argo puts the name of a template into one.
const LONGEST: usize = 63;

/// What was referred to so far.
pub(super) struct Calls {
    /// Names of templates, and what each stands for.
    taken: BTreeMap<String, String>,
    /// Workflows that are hooks somewhere, by their plain name.
    pub hooks: BTreeSet<WorkflowId>,
    /// Workflows with arguments: by name of the template, the call, and whether it is a hook.
    pub variants: BTreeMap<String, (Call, bool)>,
    /// Parameters that nobody passes somewhere (E0801): empty where that is allowed, else Argo would not start at all.
    pub unpassed: BTreeSet<(WorkflowId, String)>,
}

impl Calls {
    pub(super) fn new(program: &Program) -> Calls {
        let own = |workflow: &Workflow| workflow.template().unwrap_or(&workflow.name.value).to_owned();
        let taken = program.workflows.values().map(|workflow| (own(workflow), own(workflow))).collect();
        Calls { taken, hooks: BTreeSet::new(), variants: BTreeMap::new(), unpassed: BTreeSet::new() }
    }

    /// The wanted name, or one like it where it is too long or stands for something else already.
    pub(super) fn name(&mut self, wanted: &str, meaning: &str) -> String {
        let mut name = wanted.to_owned();
        let mut salt = meaning.to_owned();
        while name.len() > LONGEST || self.taken.get(&name).is_some_and(|known| known != meaning) {
            let head: String = wanted.chars().take(LONGEST - 9).collect();
            name = format!("{}-{}", head.trim_end_matches('-'), digest(&salt));
            salt.push('+');
        }
        self.taken.insert(name.clone(), meaning.to_owned());
        name
    }
}

/// The arguments that the workflow needs, in the order of its needs.
pub(super) fn arguments<'c>(workflow: &Workflow, call: &'c Call) -> Vec<&'c Argument> {
    let given = |name: &str| call.arguments.iter().find(|argument| argument.name.value == name);
    workflow.decl.needs.iter().filter_map(|need| given(&need.name.value)).collect()
}

/// The name by which Codefresh runs this call.
pub(super) fn reference(emitter: &mut Emitter<'_>, call: &Call, hook: bool, path: &str) -> Option<String> {
    let program = emitter.program;
    let workflow = program.workflows.find(call.workflow)?;
    let arguments = arguments(workflow, call);
    if let Some(template) = workflow.template() {
        if let Some(first) = arguments.first() {
            let message =
                format!("`{}` takes no arguments: Codefresh runs `{template}` by its name alone", workflow.name.value);
            let help =
                "Write its script into the program (`image` and `run`), or let the template itself have the value.";
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
    let name = emitter.calls.name(&wanted, &meaning);
    let known = emitter.calls.variants.entry(name.clone()).or_insert_with(|| (call.clone(), hook));
    known.1 |= hook;
    Some(name)
}

/// E0801 for each argument that would not arrive as it is.
pub(super) fn check_values(emitter: &mut Emitter<'_>, workflow: &Workflow, call: &Call, path: &str) {
    for argument in arguments(workflow, call).into_iter().filter(|argument| !survives(&argument.value)) {
        let message = format!("Argo Workflows would change the value of `{}` before it arrives", argument.name.value);
        emitter.out.lose(path, cannot(message, argument.name.span, "given here", TEMPLATING));
    }
}

/// Why some texts cannot be values in a manifest.
pub(super) const TEMPLATING: &str = "Argo Workflows reads `{{` as a template of its own, and the kubelet reads `$$` and `$(NAME)`. Write the value without them.";

/// FNV-1a, 32 bits, in hexadecimal: short and the same for ever.
fn digest(text: &str) -> String {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{hash:08x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_stands_for_one_thing() {
        let mut calls = Calls::new(&Program::default());
        let first = calls.name("a-b-c-start", "a b-c");
        assert_eq!(first, "a-b-c-start");
        assert_eq!(calls.name("a-b-c-start", "a b-c"), first);
        assert_ne!(calls.name("a-b-c-start", "a-b c"), first);
        let long = "x".repeat(70);
        let (one, other) = (calls.name(&long, "one"), calls.name(&long, "other"));
        assert!(one.len() <= LONGEST && other.len() <= LONGEST && one != other);
    }
}
