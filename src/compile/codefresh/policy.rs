//! A policy as a `PromotionPolicy`: its scope and the actions it sets. Its gates and hooks are in the flows.

use serde_json::Value;

use super::calls::reference;
use super::{Emitter, configuration};
use crate::compile::manifests::{list, object};
use crate::program::{EnvironmentId, Policy, Program, WorkflowChoice};
use crate::syntax::ast::{Action, Choice, Kind};

/// The path of a policy's manifest.
pub(super) fn path(name: &str) -> String {
    configuration("promotion-policies", name)
}

/// The action in Codefresh's words.
pub(super) fn action(action: Action) -> &'static str {
    match action {
        Action::Commit => "commit",
        Action::PullRequest => "pr",
        Action::None => "none",
    }
}

/// Writes the manifest of a policy. A policy that sets no action has none, because policies in Codefresh only set actions.
pub(super) fn emit(emitter: &mut Emitter<'_>, policy: &Policy) {
    let program = emitter.program;
    let path = path(&policy.name.value);
    let chosen = object([
        ("preAction", choice(emitter, policy.pre_action.as_ref(), &path)),
        ("action", policy.action.as_ref().map(|choice| action(choice.value)).into()),
        ("postAction", choice(emitter, policy.post_action.as_ref(), &path)),
    ]);
    if chosen.is_null() {
        return;
    }
    let Some(environments) = environments(program, policy) else { return };
    let products = policy.scope.products.iter().flatten().filter_map(|id| program.products.find(*id));
    let kinds = policy.scope.kinds.iter().flatten().map(|kind| match kind {
        Kind::Production => "PROD",
        Kind::NonProduction => "NON_PROD",
    });
    let selector = object([
        ("product", object([("names", list(products.map(|product| product.name.value.clone())))])),
        ("targetEnvironment", object([("names", list(environments)), ("types", list(kinds))])),
    ]);
    let spec = object([("priority", policy.priority.into()), ("selector", selector), ("policy", chosen)]);
    emitter.out.file(
        path,
        object([
            ("apiVersion", "codefresh.io/v1beta1".into()),
            ("kind", "PromotionPolicy".into()),
            ("metadata", object([("name", policy.name.value.clone().into())])),
            ("spec", spec),
        ]),
    );
}

/// The names of the environments that `for environment` and `for label` select together; empty without either. `None` if
/// they select none: a selector without names would match everything.
fn environments(program: &Program, policy: &Policy) -> Option<Vec<String>> {
    let (named, labelled) = (policy.scope.environments.as_ref(), policy.scope.labelled.as_ref());
    let selected: Vec<EnvironmentId> = match (named, labelled) {
        (None, None) => return Some(Vec::new()),
        (Some(named), None) => named.clone(),
        (None, Some(labelled)) => labelled.iter().copied().collect(),
        (Some(named), Some(labelled)) => named.iter().copied().filter(|id| labelled.contains(id)).collect(),
    };
    let found = selected.iter().filter_map(|id| program.environments.find(*id));
    let names: Vec<String> = found.map(|environment| environment.name.value.clone()).collect();
    (!names.is_empty()).then_some(names)
}

fn choice(emitter: &mut Emitter<'_>, choice: Option<&Choice<WorkflowChoice>>, path: &str) -> Value {
    choice.map(|choice| workflow_name(emitter, &choice.value, path)).unwrap_or_default()
}

/// The name of a workflow, or `null` for `none`.
pub(super) fn workflow_name(emitter: &mut Emitter<'_>, choice: &WorkflowChoice, path: &str) -> Value {
    match choice {
        WorkflowChoice::Call(call) => reference(emitter, call, false, path).into(),
        // Lost; see `treatment`.
        WorkflowChoice::None(_) | WorkflowChoice::Unknown(_) => Value::Null,
    }
}
