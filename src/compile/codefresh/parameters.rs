//! The parameters that Codefresh passes to a workflow in each role, which are fewer than the language provides.

use std::collections::BTreeSet;

use super::{Emitter, cannot, failed};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::Call;

const ACTION: [&str; 6] = ["APP_NAMESPACE", "APP_NAME", "REPO_URL", "BRANCH", "PATH", "RUNTIME"];
const COMMIT: [&str; 4] = ["COMMIT_SHA", "COMMIT_AUTHOR", "COMMIT_MESSAGE", "COMMIT_DATE"];
const HOOK: [&str; 6] = ["RELEASE_URL", "PRODUCT_NAME", "VERSION", "COMMIT_SHA", "PROMOTION_FLOW_NAME", "RELEASE_ID"];
const FAILURE: [&str; 2] = ["ERROR_MESSAGE", "FAILED_ENVIRONMENTS"];

/// A role in which workflows run, and the parameters that Codefresh passes there.
pub(super) struct Passed {
    place: &'static str,
    names: BTreeSet<String>,
}

impl Passed {
    pub(super) fn to_pre_action() -> Passed {
        Passed::new("a pre-action", &ACTION)
    }

    /// For a post-action: `committed` if the action is a commit; `given` are the parameters of the pre-action.
    pub(super) fn to_post_action(committed: bool, given: impl IntoIterator<Item = String>) -> Passed {
        let place = if committed { "a post-action" } else { "a post-action without a commit" };
        let mut passed = Passed::new(place, &ACTION);
        passed.names.extend(COMMIT.iter().filter(|_| committed).map(|name| (*name).to_owned()));
        passed.names.extend(given);
        passed
    }

    /// For a hook: `given` are the parameters of earlier hooks, which arrive in the promotion context.
    pub(super) fn to_hook(failure: bool, given: impl IntoIterator<Item = String>) -> Passed {
        let mut passed = Passed::new(if failure { "an `on failure` hook" } else { "a hook" }, &HOOK);
        passed.names.extend(FAILURE.iter().filter(|_| failure).map(|name| (*name).to_owned()));
        passed.names.extend(given);
        passed
    }

    fn new(place: &'static str, names: &[&str]) -> Passed {
        Passed { place, names: names.iter().map(|name| (*name).to_owned()).collect() }
    }
}

/// E0801 for each parameter that a workflow needs and Codefresh does not pass.
pub(super) fn check(emitter: &mut Emitter<'_>, call: &Call, passed: &Passed, path: &str) {
    let program = emitter.program;
    let Some(workflow) = program.workflows.find(call.workflow) else { return };
    for need in &workflow.decl.needs {
        let name = &need.name.value;
        let argued = call.arguments.iter().any(|argument| argument.name.value == *name);
        if need.default.is_some() || argued || passed.names.contains(name) {
            continue;
        }
        let list: Vec<String> = passed.names.iter().map(|name| format!("`{name}`")).collect();
        let help = format!(
            "Codefresh passes only {} to {}. Give `{name}` a default, or write `with {name} = \"…\"`.",
            list.join(", "),
            passed.place
        );
        let message = format!("Codefresh does not pass `{name}` to {}", passed.place);
        let label = format!("`{}` runs here", workflow.name.value);
        let diagnostic = cannot(message, call.span, &label, &help).label(need.name.span, "needed here");
        emitter.out.lose(path, diagnostic);
        emitter.calls.unpassed.insert((call.workflow, name.clone()));
    }
}

/// W0802 for a template in the cluster that gets `FAILED_ENVIRONMENTS` as Codefresh passes it to hooks of the release.
pub(super) fn warn_of_json(emitter: &mut Emitter<'_>, call: &Call) {
    let program = emitter.program;
    let Some(workflow) = program.workflows.find(call.workflow) else { return };
    let Some(template) = workflow.template().filter(|_| failed::needs(workflow)) else { return };
    let message =
        format!("Codefresh passes `FAILED_ENVIRONMENTS` to `{template}` as a JSON array, not as names with commas");
    let help = "Read the names from the JSON in that template, or write its script in the program (`image` and `run`).";
    let diagnostic = Diagnostic::new(Code::W0802, message, call.span, "runs as it is in the cluster").help(help);
    emitter.out.warn(diagnostic);
}

/// The parameters that the workflow of a call gives.
pub(super) fn given(emitter: &Emitter<'_>, call: Option<&Call>) -> Vec<String> {
    let workflow = call.and_then(|call| emitter.program.workflows.find(call.workflow));
    workflow.into_iter().flat_map(|workflow| &workflow.decl.gives).map(|name| name.value.clone()).collect()
}
