//! The `policy` of a step: the actions of an environment, merged from the flow and the policies.
//!
//! A step's `policy` overrides every `PromotionPolicy`, and must contain an action. If all products of the flow have the
//! same actions, the step says all of them, and nothing depends on how Codefresh merges policies. If they differ, only
//! policies can express that, so the step must not say anything.

use serde_json::Value;

use super::calls::reference;
use super::policy::action;
use super::{Emitter, cannot};
use crate::compile::manifests::object;
use crate::program::{Call, FlowId, Origin, Settings, SettledContext};
use crate::source::Span;

/// The value of `policy` for an environment as seen by each product of the flow; `null` if the policies decide.
pub(super) fn step_policy(
    emitter: &mut Emitter<'_>,
    flow: FlowId,
    contexts: &[SettledContext<'_>],
    path: &str,
) -> Value {
    let Some(first) = contexts.first() else { return Value::Null };
    let other = |differs: &dyn Fn(&Settings) -> bool| contexts.iter().find(|context| differs(&context.settings));
    let Settings { pre_action, action: chosen, post_action, .. } = &first.settings;
    let pre_differs = other(&|settings| !same(&settings.pre_action.value, &pre_action.value));
    let action_differs = other(&|settings| settings.action.value != chosen.value);
    let post_differs = other(&|settings| !same(&settings.post_action.value, &post_action.value));
    let different = [
        ("pre-action", pre_action.origin, pre_differs, pre_differs.map(|other| other.settings.pre_action.origin)),
        ("action", chosen.origin, action_differs, action_differs.map(|other| other.settings.action.origin)),
        ("post-action", post_action.origin, post_differs, post_differs.map(|other| other.settings.post_action.origin)),
    ];
    let different =
        different.into_iter().find_map(|(setting, one, other, origin)| Some((setting, one, other?, origin?)));
    if let Some((setting, one, other, origin)) = different {
        if contexts.iter().all(only_from_policies) {
            emitter.by_policies.push((flow, first.environment_id()));
            return Value::Null;
        }
        differs(emitter, setting, (first, one), (other, origin), contexts, path);
    }
    if action_differs.is_some() {
        return Value::Null; // a `policy` without an action is not one
    }
    let mut workflow = |differs: bool, call: &Option<Call>| -> Value {
        let call = call.as_ref().filter(|_| !differs);
        call.and_then(|call| reference(emitter, call, false, path)).into()
    };
    object([
        ("preAction", workflow(pre_differs.is_some(), &pre_action.value)),
        ("action", action(chosen.value).into()),
        ("postAction", workflow(post_differs.is_some(), &post_action.value)),
    ])
}

fn same(one: &Option<Call>, other: &Option<Call>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.same(other),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Whether policies set the action, and whatever else is set.
fn only_from_policies(context: &SettledContext<'_>) -> bool {
    let Settings { pre_action, action, post_action, .. } = &context.settings;
    let not_of_flow = |origin: Origin| !matches!(origin, Origin::Flow(_));
    matches!(action.origin, Origin::Policy(..)) && not_of_flow(pre_action.origin) && not_of_flow(post_action.origin)
}

/// E0801: the actions differ between products, but not all of them are from policies.
fn differs(
    emitter: &mut Emitter<'_>,
    setting: &str,
    one: (&SettledContext<'_>, Origin),
    other: (&SettledContext<'_>, Origin),
    contexts: &[SettledContext<'_>],
    path: &str,
) {
    let ((one, one_origin), (other, other_origin)) = (one, other);
    let flow = one.flow().map(|flow| flow.name.value.as_str()).unwrap_or_default();
    let environment = &one.environment().name.value;
    let message = format!("the {setting} of `{environment}` differs between products of flow `{flow}`");
    let open = contexts.iter().find(|context| context.settings.action.origin == Origin::Default);
    let place: Option<Span> = other_origin.span().or(one_origin.span());
    let at = place.or(one.span());
    let Some(at) = at else { return };
    let mut help = "A step of Codefresh takes all its actions from the flow or all from policies.".to_owned();
    match open {
        Some(open) => {
            let product = open.product_name();
            let word = open.settings.action.value.as_str();
            help.push_str(&format!(
                " Set the action of `{product}` in a policy, too: `policy {product}-in-{environment} {{ for product {product}; for environment {environment}; action {word} }}`."
            ));
        }
        None => help.push_str(&format!(
            " Move what flow `{flow}` sets for `{environment}` to policies, or give `{}` its own flow.",
            other.product_name()
        )),
    }
    let diagnostic = cannot(message, at, "for some products only", &help);
    let diagnostic = match one_origin.span().filter(|span| *span != at) {
        Some(span) => diagnostic.label(span, "different here"),
        None => diagnostic,
    };
    emitter.out.lose(path, diagnostic);
}
