//! Finds the product and flow that a user names, and refuses what `run` does not support before anything happens.

use super::error::RunError;
use super::faults::Faults;
use crate::ledger::meta::{Promotion, ReleaseSpec};
use crate::program::{
    Call, EnvironmentId, Flow, FlowId, Hook, MissingBefore, Origin, Product, ProductId, Program, Unknown, WorkflowId,
};
use crate::release::describe;
use crate::source::Span;
use crate::syntax::ast::Action;

/// Finds the product and the flow of a new release.
///
/// # Errors
/// If a name does not exist, or a policy forbids what is asked for.
pub(super) fn choose(
    program: &mut Program,
    product: &str,
    spec: &ReleaseSpec,
) -> Result<(ProductId, FlowId), RunError> {
    let (product_id, flow_id) = find(program, product, spec)?;
    if let ReleaseSpec::Promotion(promotion) = spec {
        obey(program, product_id, flow_id, promotion)?;
    }
    Ok((product_id, flow_id))
}

/// Finds the product and the flow; a promotion by hand becomes a flow of its own. INVARIANT: nothing is checked against
/// policies here, so that resume never refuses what was allowed when the release started.
///
/// # Errors
/// If a name does not exist.
pub(super) fn find(program: &mut Program, product: &str, spec: &ReleaseSpec) -> Result<(ProductId, FlowId), RunError> {
    let product_id = program.product(product).map_err(unknown)?;
    match spec {
        ReleaseSpec::Flow { flow } => {
            let flow_id = program.flow(flow).map_err(unknown)?;
            let product_flow = program.product_flow(product_id, flow_id);
            if product_flow.listing().is_some() {
                return Ok((product_id, flow_id));
            }
            let listed: Vec<&str> = product_flow
                .product()
                .flows
                .iter()
                .filter_map(|listed| program.flows.find(listed.flow).map(|flow| flow.name.value.as_str()))
                .collect();
            let help = crate::diagnostic::one_of(listed.iter().copied());
            Err(RunError::Unknown {
                message: format!("product `{product}` does not list flow `{flow}`"),
                help: match help {
                    Some(flows) => format!(
                        "It lists {flows}. To start `{flow}` by hand, add `flow {flow} by hand` to the product."
                    ),
                    None => format!("Add `flow {flow} by hand` to the product."),
                },
            })
        }
        ReleaseSpec::Promotion(promotion) => {
            let flow = by_hand(program, product_id, promotion)?;
            Ok((product_id, flow))
        }
    }
}

/// The choices of a promotion by hand. `None` leaves a setting to the target's policies.
struct Chosen {
    action: Option<Action>,
    /// The workflow before the action; `Some(None)` for none.
    pre_action: Option<Option<WorkflowId>>,
    /// The workflow after the action; `Some(None)` for none.
    post_action: Option<Option<WorkflowId>>,
}

impl Chosen {
    /// Parses the choices as the user typed them and as they are recorded.
    fn parse(program: &Program, promotion: &Promotion) -> Result<Chosen, RunError> {
        let action = |word: &str| {
            let all = [Action::Commit, Action::PullRequest, Action::None];
            all.into_iter().find(|action| action.as_str() == word).ok_or_else(|| RunError::Unknown {
                message: format!("`{word}` is not an action"),
                help: "Use `commit`, `pull-request` or `none`.".to_owned(),
            })
        };
        let workflow = |name: &str| match name {
            "none" => Ok(None),
            name => program.workflow(name).map(Some).map_err(unknown),
        };
        Ok(Chosen {
            action: promotion.action.as_deref().map(action).transpose()?,
            pre_action: promotion.pre_action.as_deref().map(workflow).transpose()?,
            post_action: promotion.post_action.as_deref().map(workflow).transpose()?,
        })
    }
}

fn by_hand(program: &mut Program, product: ProductId, promotion: &Promotion) -> Result<FlowId, RunError> {
    let from = program.environment(&promotion.from).map_err(unknown)?;
    let to = program.environment(&promotion.to).map_err(unknown)?;
    if from == to {
        return Err(RunError::Unknown {
            message: format!("`{}` cannot be promoted to itself", promotion.from),
            help: "Name two different environments.".to_owned(),
        });
    }
    let Chosen { action, pre_action, post_action } = Chosen::parse(program, promotion)?;
    Ok(program.promotion(product, from, to, action, pre_action, post_action))
}

/// Policies bind a promotion by hand too.
fn obey(program: &Program, product: ProductId, flow: FlowId, promotion: &Promotion) -> Result<(), RunError> {
    let to = program.environment(&promotion.to).map_err(unknown)?;
    let name = |id| program.policies.find(id).map_or("", |policy| policy.name.value.as_str());
    if let Some(missing) = program.product_flow(product, flow).missing_orders().first() {
        let what = required(program, &missing.missing);
        let message = format!("policy `{}` requires {what} before `{}`", name(missing.policy), promotion.to);
        let help = format!("Promote with a flow in which `{}` comes after {what}.", promotion.to);
        return Err(RunError::refused(message, help, missing.required));
    }
    match program.product_flow(product, flow).at(to).violations().first() {
        None => Ok(()),
        Some(other) => {
            let policy = name(other.policy);
            let message = format!("policy `{policy}` requires a different {} in `{}`", other.setting, promotion.to);
            Err(RunError::refused(message, "To follow the policy, omit the option.", other.required))
        }
    }
}

/// What must come before, as a noun phrase.
fn required(program: &Program, before: &MissingBefore) -> String {
    match before {
        MissingBefore::OfKind(kind) => format!("a {} environment", kind.as_str()),
        MissingBefore::Environments(ids) => {
            let names = ids.iter().map(|id| format!("`{}`", program.environments[*id].name.value));
            describe::and(&names.collect::<Vec<_>>())
        }
    }
}

fn unknown(unknown: Unknown) -> RunError {
    RunError::Unknown { message: unknown.message, help: String::new() }
}

fn lost() -> RunError {
    RunError::System("the program has lost a declaration; please report this bug in promoc".to_owned())
}

/// Refuses what `run` does not support.
///
/// # Errors
/// If the flow asks for something that is not supported: everything.
pub(super) fn refuse(program: &Program, product_id: ProductId, flow_id: FlowId) -> Result<(), RunError> {
    let (Some(product), Some(flow)) = (program.products.find(product_id), program.flows.find(flow_id)) else {
        return Err(lost());
    };
    // The checker guarantees a trigger and a target.
    let trigger = flow.trigger.filter(|_| !flow.targets.is_empty()).ok_or_else(lost)?;
    let mut faults = Faults::default();
    faults.take(applications(program, product, trigger.value, trigger.span));
    origins(product, flow, trigger.value, &mut faults);
    if let Some(rollback) = flow.rollbacks.first() {
        let help =
            "Remove this statement. To roll back by hand, promote from an environment that still has the old version.";
        faults.add(RunError::refused("promoc cannot roll back yet", help, rollback.span));
    }
    hooks(program, flow.hooks.iter(), &mut faults);
    let product_flow = program.product_flow(product_id, flow_id);
    let of_trigger = product_flow.trigger().and_then(|trigger| trigger.settings().post_action.value);
    faults.take(call(program, of_trigger.as_ref()));
    for context in product_flow.targets() {
        let Some(target) = context.target() else { continue };
        faults.take(applications(program, product, target.environment, target.span));
        let settings = context.settings();
        let place = |origin: Origin| origin.span().unwrap_or(target.span);
        if settings.action.value == Action::PullRequest {
            let help = "Use `action commit` instead.";
            faults.add(RunError::refused("promoc cannot open pull requests yet", help, place(settings.action.origin)));
        }
        if let Some((approval, _)) = settings.approvals.first() {
            let help = "Remove this statement. Until approvals are supported, approve a release by starting it.";
            faults.add(RunError::refused("promoc cannot ask for approvals yet", help, approval.span));
        }
        if let Some(unless) = settings.windows.iter().find_map(|(gate, _)| gate.unless.as_ref()) {
            let help = "Remove `unless …`. Then the window is awaited, and nobody can override it.";
            faults.add(RunError::refused("promoc cannot ask for overrides of windows yet", help, unless.span));
        }
        faults.take(call(program, settings.pre_action.value.as_ref()));
        faults.take(call(program, settings.post_action.value.as_ref()));
        hooks(program, settings.hooks.iter().map(|(hook, _)| hook), &mut faults);
    }
    faults.none()
}

/// Checks that every application has a source, and that each application of a target follows one of the trigger
/// environment.
fn origins(product: &Product, flow: &Flow, trigger: EnvironmentId, faults: &mut Faults) {
    for environment in flow.environments() {
        for (_, application) in product.applications_in(environment) {
            if application.sources.is_empty() {
                let message = format!("`{}` has neither `repo` nor `path`", application.name);
                faults.add(RunError::refused(message, "Add `repo` and `path` to it.", application.span));
            }
            if product.origin_of(application, trigger).is_none() {
                let message = format!(
                    "promoc cannot tell which application of the trigger environment `{}` follows",
                    application.name
                );
                let help = "Declare the application for both environments in one `application` statement.";
                faults.add(RunError::refused(message, help, application.span));
            }
        }
    }
}

fn applications(program: &Program, product: &Product, environment: EnvironmentId, span: Span) -> Result<(), RunError> {
    if product.applications_in(environment).next().is_some() {
        return Ok(());
    }
    let name = program.environments.find(environment).map_or("", |environment| environment.name.value.as_str());
    let message = format!("`{}` has no application in `{name}`", product.name.value);
    Err(RunError::refused(message, "Add an `application` statement for that environment to the product.", span))
}

fn hooks<'a>(program: &Program, hooks: impl Iterator<Item = &'a Hook>, faults: &mut Faults) {
    for hook in hooks {
        faults.take(call(program, Some(&hook.call)));
    }
}

fn call(program: &Program, call: Option<&Call>) -> Result<(), RunError> {
    let Some(call) = call else { return Ok(()) };
    match program.workflows.find(call.workflow) {
        Some(workflow) if workflow.script().is_none() => {
            let message = format!(
                "workflow `{}` has no `run` script, and promoc cannot run workflows in any other way yet",
                workflow.name.value
            );
            Err(RunError::refused(message, "Add a `run` statement to the workflow.", call.span))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::{MemoryFiles, load};

    #[test]
    fn what_a_policy_forbids_does_not_begin_but_goes_on() {
        let text = "environment dev, qa\nproduct shop { }\npolicy safe { require action commit }\n";
        let files = MemoryFiles([("main.promo".to_owned(), text.to_owned())].into());
        let program = load(&files, "main.promo").unwrap().program;
        let action = Some("none".to_owned());
        let promotion = Promotion { from: "dev".into(), to: "qa".into(), action, ..Promotion::default() };
        let spec = ReleaseSpec::Promotion(promotion);
        let refused = choose(&mut program.clone(), "shop", &spec).unwrap_err().to_string();
        assert_eq!(refused, "policy `safe` requires a different action in `qa`");
        assert!(find(&mut program.clone(), "shop", &spec).is_ok());
    }
}
