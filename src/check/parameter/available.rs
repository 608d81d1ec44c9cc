//! E0601: a workflow needs a parameter that is not available where it runs.
//!
//! Reported once for each workflow, parameter and call, whatever the products and environments.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use super::super::context::Context;
use super::super::text::{quote, site_in_words};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::program::{
    Call, CallSite, EnvironmentId, Flow, Parameters, PromotionContext, Provided, SettledContext, SettledFlow,
    WorkflowId, built_in,
};
use crate::source::Span;
use crate::syntax::ast::{Action, HookEvent, Ident, Need};

type Key<'a> = (Span, WorkflowId, &'a str);

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut found: BTreeMap<Key<'_>, Diagnostic> = BTreeMap::new();
    for product_flow in &context.product_flows {
        let parameters = Parameters::new(product_flow);
        let unsure = LazyCell::new(|| Unsure::of(context, product_flow));
        // The parameters that all hooks have, and all other call sites: most workflows need no others.
        let hooks = parameters.provided(CallSite::Hook { event: HookEvent::Start, environment: None });
        let first = product_flow.flow().targets.first();
        let others = first.map(|target| parameters.provided(CallSite::PreAction(target.environment)));
        for (site, call) in product_flow.calls() {
            let workflow = &context.program.workflows[call.workflow];
            let common = if site.is_hook() { Some(&hooks) } else { others.as_ref() };
            let is_common = |need: &&Need| common.is_some_and(|common| common.contains_key(&need.name.value));
            let needs = workflow.decl.needs.iter().filter(|need| is_open(context, need, call) && !is_common(need));
            let open: Vec<&Need> = needs.collect();
            if open.is_empty() {
                continue;
            }
            let provided = parameters.provided(site);
            for need in open.into_iter().filter(|need| !provided.contains_key(&need.name.value)) {
                if unsure.is(site, &need.name.value) {
                    continue;
                }
                let key = (call.span, call.workflow, need.name.value.as_str());
                let at = site.environment().and_then(|id| product_flow.environment(id));
                let report = || report(context, product_flow, &Run { at, site, call }, need, &provided);
                found.entry(key).or_insert_with(report);
            }
        }
    }
    // A misspelled name in `needs` is one mistake wherever the workflow runs: report it at the first call.
    let mut first: BTreeMap<(WorkflowId, &str), Key<'_>> = BTreeMap::new();
    let mut said: BTreeMap<Key<'_>, Diagnostic> = BTreeMap::new();
    for (key, diagnostic) in found {
        let (at, workflow, parameter) = key;
        let one = *first.entry((workflow, parameter)).or_insert(key);
        let again = one != key && diagnostic.fix.is_some();
        match if again { said.remove(&one) } else { None } {
            Some(said_first) => said.insert(one, said_first.label(at, "also runs here")),
            None => said.insert(key, diagnostic),
        };
    }
    out.extend(said.into_values());
}

fn is_open(context: &Context<'_>, need: &Need, call: &Call) -> bool {
    context.is_parameter(&need.name)
        && need.default.is_none()
        && !call.arguments.iter().any(|argument| argument.name.value == need.name.value)
}

/// The parts of a flow that were not understood, and so might provide the missing parameter.
struct Unsure {
    environments: BTreeSet<EnvironmentId>,
    workflows: bool,
}

impl Unsure {
    fn of(context: &Context<'_>, product_flow: &SettledFlow<'_>) -> Unsure {
        let environments = product_flow.contexts().filter(|at| context.is_damaged(at));
        let environments = environments.map(PromotionContext::environment_id).collect();
        let flow = product_flow.flow();
        let hooks = flow.decl.damaged || flow.decl.hooks.len() != flow.hooks.len();
        // In a cycle, no environment comes before another.
        let cycle = petgraph::algo::toposort(&flow.graph, None).is_err();
        let workflows = product_flow.calls().any(|(_, call)| context.program.workflows[call.workflow].decl.damaged);
        Unsure { environments, workflows: workflows || hooks || cycle }
    }

    fn is(&self, site: CallSite, parameter: &str) -> bool {
        let here = site.environment().is_some_and(|environment| self.environments.contains(&environment));
        let from_afar = site.is_hook() && !self.environments.is_empty();
        // Built-in parameters come from the call site, never from a workflow.
        here || (from_afar || self.workflows) && !built_in().any(|name| name == parameter)
    }
}

/// A call, and where it runs.
struct Run<'c> {
    /// `None` for a hook of the release.
    at: Option<&'c SettledContext<'c>>,
    site: CallSite,
    call: &'c Call,
}

impl Run<'_> {
    fn is_trigger(&self) -> bool {
        self.at.is_some_and(|at| at.is_trigger())
    }

    /// Whether it runs in a target that makes no commit.
    fn is_without_commit(&self) -> bool {
        self.at.is_some_and(|at| at.is_target() && at.settings.action.value == Action::None)
    }
}

/// Why a parameter is not available.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    OnlyOnFailure,
    OnlyInRollback,
    NoCommit,
    NotYet,
    NotInHooks,
    /// Some workflow gives it, but none that has run by then.
    NotBefore,
    Nobody,
}

impl Why {
    fn of(run: &Run<'_>, parameter: &str, is_given: bool) -> Why {
        let is_hook = run.site.is_hook();
        match parameter {
            "ERROR_MESSAGE" | "FAILED_ENVIRONMENTS" => Why::OnlyOnFailure,
            "PREVIOUS_VERSION" => Why::OnlyInRollback,
            name if !built_in().any(|known| known == name) => {
                if is_given {
                    Why::NotBefore
                } else {
                    Why::Nobody
                }
            }
            _ if is_hook => Why::NotInHooks,
            _ if run.is_without_commit() => Why::NoCommit,
            _ => Why::NotYet,
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Why::OnlyOnFailure => "which is available only in `on failure` hooks",
            Why::OnlyInRollback => "which is available only in a `rollback-action`",
            Why::NoCommit => "but `action none` makes no commit",
            Why::NotYet => "but there is no commit yet",
            Why::NotInHooks => "which is not available in this hook",
            Why::NotBefore => "which no earlier workflow gives",
            Why::Nobody => "which no workflow gives",
        }
    }
}

fn report(
    context: &Context<'_>,
    product_flow: &SettledFlow<'_>,
    run: &Run<'_>,
    need: &Need,
    provided: &Provided,
) -> Diagnostic {
    let (workflow, parameter) = (quote(context.workflow(run.call)), need.name.value.as_str());
    let givers = givers(context, parameter);
    let why = Why::of(run, parameter, !givers.is_empty());
    let name = run.at.map(|at| quote(&at.environment().name.value));
    let at = match (&name, run.is_trigger()) {
        (Some(name), true) => format!(" in the trigger {name}"),
        (Some(name), false) => format!(" in {name}"),
        (None, _) => String::new(),
    };
    let message = format!("{workflow} needs `{parameter}`, {}{at}", why.in_words());
    let no_pre_action = run.at.is_some_and(|at| at.settings.pre_action.value.is_none());
    let runs = match run.site {
        _ if run.is_trigger() => "runs here, without a pre-action".to_owned(),
        CallSite::PostAction(_) if no_pre_action && why == Why::NotBefore => {
            "runs here, without a pre-action".to_owned()
        }
        site if name.is_none() => format!("runs here {} of the release", site_in_words(site)),
        site => format!("runs here {}", site_in_words(site)),
    };
    let mut diagnostic = Diagnostic::new(Code::E0601, message, run.call.span, runs);
    diagnostic = diagnostic.label(need.name.span, "needed here, with no default");
    for (_, span) in &givers {
        diagnostic = diagnostic.label(*span, "this workflow gives it");
    }
    let misspelt = if why == Why::Nobody { misspelt(context, parameter) } else { None };
    if let Some(given) = misspelt {
        diagnostic = diagnostic.label(given.span, format!("gives {}", quote(&given.value)));
    }
    let by_policy = !product_flow.flow().decl.span.contains(run.call.span);
    if let Some(at) = run.at {
        if why == Why::NoCommit
            && let Some(span) = at.settings.action.origin.span()
        {
            diagnostic = diagnostic.label(span, "makes no commit");
        }
        if let Some(target) = at.span().filter(|_| by_policy) {
            diagnostic = diagnostic.label(target, "applies here");
        }
    }
    let near = if why == Why::Nobody { meant(context, run, need, provided) } else { None };
    let diagnostic = diagnostic.help(help(product_flow.flow(), run, why, need, provided, &givers, (near, misspelt)));
    match near {
        Some(near) => diagnostic.fix(format!("write `{near}`"), need.name.span, near),
        None => diagnostic,
    }
}

/// An available parameter that the workflow does not need, if its name resembles the missing one.
fn meant<'p>(context: &Context<'_>, run: &Run<'_>, need: &Need, provided: &'p Provided) -> Option<&'p str> {
    let needs = &context.program.workflows[run.call.workflow].decl.needs;
    let free = provided.keys().filter(|name| !needs.iter().any(|need| need.name.value == **name));
    nearest(&need.name.value, free.map(String::as_str))
}

/// A parameter that some workflow gives and none needs, if its name resembles the missing one.
fn misspelt<'a>(context: &Context<'a>, parameter: &str) -> Option<&'a Ident> {
    let workflows = || context.program.workflows.values();
    let is_needed =
        |name: &str| workflows().any(|workflow| workflow.decl.needs.iter().any(|need| need.name.value == name));
    let free = || workflows().flat_map(|workflow| &workflow.decl.gives).filter(|given| !is_needed(&given.value));
    let near = nearest(parameter, free().map(|given| given.value.as_str()))?;
    free().find(|given| given.value == near)
}

/// The workflows that give a parameter, with the span of the name in their `gives`.
fn givers<'a>(context: &Context<'a>, parameter: &str) -> Vec<(&'a str, Span)> {
    let workflows = context.program.workflows.values();
    let gives = workflows.filter_map(|workflow| {
        let given = workflow.decl.gives.iter().find(|given| given.value == parameter)?;
        Some((workflow.name.value.as_str(), given.span))
    });
    gives.collect()
}

fn help(
    flow: &Flow,
    run: &Run<'_>,
    why: Why,
    need: &Need,
    provided: &Provided,
    givers: &[(&str, Span)],
    (near, misspelt): (Option<&str>, Option<&Ident>),
) -> String {
    let parameter = need.name.value.as_str();
    let giver = givers.first().map_or("", |(name, _)| *name);
    let by_policy = !flow.decl.span.contains(run.call.span);
    let here = flow.decl.triggers.first().and_then(|trigger| trigger.environment.as_ref());
    let here = here.map_or("", |name| name.value.as_str());
    let advice = match why {
        Why::Nobody if let Some(near) = near => format!("Write `needs {near}`"),
        Why::Nobody if misspelt.is_some() => format!("Write `gives {parameter}` there"),
        Why::OnlyOnFailure => "Run it as an `on failure` hook".to_owned(),
        Why::OnlyInRollback => "Run it as a `rollback-action`".to_owned(),
        Why::NoCommit => "Write `action commit`".to_owned(),
        Why::NotYet => "Run it as a `post-action`".to_owned(),
        Why::NotInHooks if run.at.is_none() => "Run it inside a `promote` block, where this is known".to_owned(),
        Why::NotInHooks => "Run it as a `post-action`".to_owned(),
        Why::NotBefore if run.is_trigger() && by_policy => {
            format!("Turn it off there: `trigger {here} {{ post-action none }}`")
        }
        Why::NotBefore if run.site == (CallSite::Hook { event: HookEvent::Failure, environment: None }) => {
            return format!(
                "Give it a default: `needs {parameter} = \"…\"`. When a release fails, `{giver}` may not \
                 have run. Available here: {}.",
                provided.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
            );
        }
        Why::NotBefore if run.site.is_hook() => {
            format!("Add `on start {giver}` to the flow to run it before everything else")
        }
        Why::NotBefore if !run.is_trigger() => format!("Add `pre-action {giver}`"),
        Why::NotBefore | Why::Nobody => format!("Write `with {parameter} = \"…\"` here"),
    };
    let available: Vec<&str> = provided.keys().map(String::as_str).collect();
    format!(
        "{advice}, or give `{parameter}` a default: `needs {parameter} = \"…\"`. Available here: {}.",
        available.join(", ")
    )
}
