//! E0601: a workflow needs what its place does not have.
//!
//! Once for each workflow, parameter and place where it is written, whatever the products and environments.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use super::super::context::{self, Context, Pair, Role};
use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::program::{Call, Origin, Place, Provided, WorkflowId, built_in};
use crate::source::Span;
use crate::syntax::ast::{Action, HookEvent, Ident, Need};

type Key<'a> = (Span, WorkflowId, &'a str);

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut found: BTreeMap<Key<'_>, Diagnostic> = BTreeMap::new();
    for pair in &context.pairs {
        let parameters = context.program.parameters(pair.product_id, pair.flow_id);
        let unsure = LazyCell::new(|| Unsure::of(context, pair));
        // What every hook has, and every other place: most workflows need no more.
        let hooks = parameters.provided(Place::Hook { event: HookEvent::Start, environment: None });
        let others = pair.flow.targets.first().map(|target| parameters.provided(Place::PreAction(target.environment)));
        for (place, role, call) in pair.calls() {
            let workflow = &context.program.workflows[call.workflow];
            let common = if matches!(role, Role::Hook(_)) { Some(&hooks) } else { others.as_ref() };
            let is_common = |need: &&Need| common.is_some_and(|common| common.contains_key(&need.name.value));
            let needs = workflow.decl.needs.iter().filter(|need| is_open(context, need, call) && !is_common(need));
            let open: Vec<&Need> = needs.collect();
            if open.is_empty() {
                continue;
            }
            let provided = parameters.provided(place_of(place, role));
            for need in open.into_iter().filter(|need| !provided.contains_key(&need.name.value)) {
                if unsure.is(place, role, &need.name.value) {
                    continue;
                }
                let key = (call.span, call.workflow, need.name.value.as_str());
                let report = || report(context, pair, &Run { place, role, call }, need, &provided);
                found.entry(key).or_insert_with(report);
            }
        }
    }
    // Where `needs` has a letter wrong, that is one mistake, wherever the workflow runs: it is said where it runs first.
    let mut first: BTreeMap<(WorkflowId, &str), Key<'_>> = BTreeMap::new();
    let mut said: BTreeMap<Key<'_>, Diagnostic> = BTreeMap::new();
    for (key, diagnostic) in found {
        let (at, workflow, parameter) = key;
        let one = *first.entry((workflow, parameter)).or_insert(key);
        let again = one != key && diagnostic.fix.is_some();
        match if again { said.remove(&one) } else { None } {
            Some(said_first) => said.insert(one, said_first.label(at, "and runs here")),
            None => said.insert(key, diagnostic),
        };
    }
    out.extend(said.into_values());
}

/// The place of the table of parameters.
pub(super) fn place_of(place: Option<&context::Place<'_>>, role: Role) -> Place {
    match (place, role) {
        (Some(place), _) if place.target.is_none() => Place::TriggerPostAction,
        (Some(place), Role::PreAction) => Place::PreAction(place.environment),
        (Some(place), Role::PostAction) => Place::PostAction(place.environment),
        (Some(place), Role::RollbackAction) => Place::RollbackAction(place.environment),
        (place, Role::Hook(event)) => Place::Hook { event, environment: place.map(|place| place.environment) },
        (None, _) => Place::TriggerPostAction,
    }
}

fn is_open(context: &Context<'_>, need: &Need, call: &Call) -> bool {
    context.is_parameter(&need.name)
        && need.default.is_none()
        && !call.arguments.iter().any(|argument| argument.name.value == need.name.value)
}

/// Where something was not understood, it might have given what is missed.
struct Unsure {
    places: BTreeSet<crate::program::EnvironmentId>,
    workflows: bool,
}

impl Unsure {
    fn of(context: &Context<'_>, pair: &Pair<'_>) -> Unsure {
        let environments = pair.places.iter().map(|place| place.environment);
        let places = environments.filter(|environment| pair.is_damaged_at(context, *environment)).collect();
        let flow = &pair.flow.decl;
        let hooks = flow.damaged || flow.hooks.len() != pair.flow.hooks.len();
        // Where environments wait for each other, none is before another.
        let round = petgraph::algo::toposort(&pair.flow.graph, None).is_err();
        let workflows = pair.calls().any(|(_, _, call)| context.program.workflows[call.workflow].decl.damaged);
        Unsure { places, workflows: workflows || hooks || round }
    }

    fn is(&self, place: Option<&context::Place<'_>>, role: Role, parameter: &str) -> bool {
        let here = place.is_some_and(|place| self.places.contains(&place.environment));
        let from_afar = matches!(role, Role::Hook(_)) && !self.places.is_empty();
        // No workflow gives what places provide.
        here || (from_afar || self.workflows) && !built_in().any(|name| name == parameter)
    }
}

/// A workflow at its place.
struct Run<'c> {
    place: Option<&'c context::Place<'c>>,
    role: Role,
    call: &'c Call,
}

impl Run<'_> {
    fn is_trigger(&self) -> bool {
        self.place.is_some_and(|place| place.target.is_none())
    }

    /// Whether it runs in a target that makes no commit.
    fn is_without_commit(&self) -> bool {
        self.place.is_some_and(|place| place.target.is_some() && place.settings.action.value == Action::None)
    }
}

/// Why a place does not have a parameter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// It is of failures, or of rollbacks.
    OnlyOnFailure,
    OnlyInRollback,
    /// There is no commit, or not yet.
    NoCommit,
    NotYet,
    /// Hooks do not have it.
    NotInHooks,
    /// Some workflow gives it, but not before; none does.
    NotBefore,
    Nobody,
}

impl Why {
    fn of(run: &Run<'_>, parameter: &str, is_given: bool) -> Why {
        let is_hook = matches!(run.role, Role::Hook(_));
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
            Why::OnlyOnFailure => "which only a hook on failure has",
            Why::OnlyInRollback => "which only a rollback-action has",
            Why::NoCommit => "but `action none` makes no commit",
            Why::NotYet => "but there is no commit yet",
            Why::NotInHooks => "which no hook of this place has",
            Why::NotBefore => "which nothing gives before it",
            Why::Nobody => "which nothing gives",
        }
    }
}

fn report(context: &Context<'_>, pair: &Pair<'_>, run: &Run<'_>, need: &Need, provided: &Provided) -> Diagnostic {
    let (workflow, parameter) = (quote(context.workflow(run.call)), need.name.value.as_str());
    let givers = givers(context, parameter);
    let why = Why::of(run, parameter, !givers.is_empty());
    let name = run.place.map(|place| quote(context.environment(place.environment)));
    let at = match (&name, run.is_trigger()) {
        (Some(name), true) => format!(" in the trigger {name}"),
        (Some(name), false) => format!(" in {name}"),
        (None, _) => String::new(),
    };
    let message = format!("{workflow} needs `{parameter}`, {}{at}", why.in_words());
    let no_pre_action = run.place.is_some_and(|place| place.settings.pre_action.value.is_none());
    let runs = match run.role {
        _ if run.is_trigger() => "runs here, where no pre-action does".to_owned(),
        Role::PostAction if no_pre_action && why == Why::NotBefore => {
            "runs here, after a pre-action that is not set".to_owned()
        }
        role if name.is_none() => format!("runs here, {} of the release", role.in_words()),
        role => format!("runs here, {}", role.in_words()),
    };
    let mut diagnostic = Diagnostic::new(Code::E0601, message, run.call.span, runs);
    diagnostic = diagnostic.label(need.name.span, "needed here, without a default");
    for (_, span) in &givers {
        diagnostic = diagnostic.label(*span, "this workflow would give it");
    }
    let misspelt = if why == Why::Nobody { misspelt(context, parameter) } else { None };
    if let Some(given) = misspelt {
        diagnostic = diagnostic.label(given.span, format!("gives {}", quote(&given.value)));
    }
    if let Some(place) = run.place {
        if why == Why::NoCommit
            && let Origin::Flow(span) | Origin::Policy(_, span) = place.settings.action.origin
        {
            diagnostic = diagnostic.label(span, "makes no commit");
        }
        let by_policy = !pair.flow.decl.span.contains(run.call.span);
        if let Some(target) = place.span(pair.flow).filter(|_| by_policy) {
            diagnostic = diagnostic.label(target, "comes to run here");
        }
    }
    let near = if why == Why::Nobody { meant(context, run, need, provided) } else { None };
    let diagnostic = diagnostic.help(help(pair, run, why, need, provided, &givers, (near, misspelt)));
    match near {
        Some(near) => diagnostic.fix(format!("write `{near}`"), need.name.span, near),
        None => diagnostic,
    }
}

/// What the place provides and the workflow does not need, if it is nearly what is missed.
fn meant<'p>(context: &Context<'_>, run: &Run<'_>, need: &Need, provided: &'p Provided) -> Option<&'p str> {
    let needs = &context.program.workflows[run.call.workflow].decl.needs;
    let free = provided.keys().filter(|name| !needs.iter().any(|need| need.name.value == **name));
    nearest(&need.name.value, free.map(String::as_str))
}

/// What some workflow gives and nobody needs, if it is nearly what is missed.
fn misspelt<'a>(context: &Context<'a>, parameter: &str) -> Option<&'a Ident> {
    let workflows = || context.program.workflows.values();
    let is_needed =
        |name: &str| workflows().any(|workflow| workflow.decl.needs.iter().any(|need| need.name.value == name));
    let free = || workflows().flat_map(|workflow| &workflow.decl.gives).filter(|given| !is_needed(&given.value));
    let near = nearest(parameter, free().map(|given| given.value.as_str()))?;
    free().find(|given| given.value == near)
}

/// The workflows that give a parameter, and where they say so.
fn givers<'a>(context: &Context<'a>, parameter: &str) -> Vec<(&'a str, Span)> {
    let workflows = context.program.workflows.values();
    let gives = workflows.filter_map(|workflow| {
        let given = workflow.decl.gives.iter().find(|given| given.value == parameter)?;
        Some((workflow.name.value.as_str(), given.span))
    });
    gives.collect()
}

fn help(
    pair: &Pair<'_>,
    run: &Run<'_>,
    why: Why,
    need: &Need,
    provided: &Provided,
    givers: &[(&str, Span)],
    (near, misspelt): (Option<&str>, Option<&Ident>),
) -> String {
    let parameter = need.name.value.as_str();
    let giver = givers.first().map_or("", |(name, _)| *name);
    let by_policy = !pair.flow.decl.span.contains(run.call.span);
    let here = pair.flow.decl.triggers.first().and_then(|trigger| trigger.environment.as_ref());
    let here = here.map_or("", |name| name.value.as_str());
    let advice = match why {
        Why::Nobody if let Some(near) = near => format!("Write `needs {near}`"),
        Why::Nobody if misspelt.is_some() => format!("Write `gives {parameter}` there"),
        Why::OnlyOnFailure => "Run it `on failure`".to_owned(),
        Why::OnlyInRollback => "Run it as a `rollback-action`".to_owned(),
        Why::NoCommit => "Write `action commit`".to_owned(),
        Why::NotYet => "Run it as a `post-action`".to_owned(),
        Why::NotInHooks if run.place.is_none() => "Run it in the block of a `promote`, where this is known".to_owned(),
        Why::NotInHooks => "Run it as a `post-action`".to_owned(),
        Why::NotBefore if run.is_trigger() && by_policy => {
            format!("Switch it off there: `trigger {here} {{ post-action none }}`")
        }
        Why::NotBefore if run.role == Role::Hook(HookEvent::Failure) && run.place.is_none() => {
            return format!(
                "Give it a default: `needs {parameter} = \"…\"`. When a release has failed, nothing says that `{giver}` \
                 has succeeded before. Available here: {}.",
                provided.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
            );
        }
        Why::NotBefore if matches!(run.role, Role::Hook(_)) => {
            format!("Add `on start {giver}` to the flow, before everything else")
        }
        Why::NotBefore if !run.is_trigger() => format!("Add `pre-action {giver}`"),
        Why::NotBefore | Why::Nobody => format!("Write `with {parameter} = \"…\"` here"),
    };
    let available: Vec<&str> = provided.keys().map(String::as_str).collect();
    format!("{advice}, or give it a default: `needs {parameter} = \"…\"`. Available here: {}.", available.join(", "))
}
