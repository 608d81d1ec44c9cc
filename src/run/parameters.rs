//! The parameters of a workflow: those that its call site provides, its arguments, and what earlier workflows gave. And
//! the variables of the health command.
//!
//! INVARIANT: a workflow gets exactly the parameters that it needs. They all come from the ledger, so that a resumed
//! release passes the same values.

use std::collections::{BTreeMap, BTreeSet};

use super::context::ReleaseContext;
use super::origin::commit_record;
use super::repositories::Repositories;
use crate::git::CommitId;
use crate::ledger::entry::CommitRecord;
use crate::ledger::facts::{EffectFact, Facts};
use crate::program::{self, CallSite, Source, Workflow};
use crate::release::{Act, ApplicationPlanId, CallPlan, EffectId, EnvironmentPlanId, Outcome, Place, Plan, Stage};
use crate::syntax::ast::HookEvent;

type Variables = BTreeMap<String, String>;

/// The parameters that a workflow needs, with their values at this call site.
pub(super) fn needed_values(
    context: &ReleaseContext,
    facts: &Facts,
    failed: &BTreeSet<EnvironmentPlanId>,
    id: EffectId,
    call: &CallPlan,
    workflow: &Workflow,
) -> Variables {
    let provided = provided(context, facts, failed, id);
    let value = |name: &str, default: Option<&str>| {
        let argument = call.arguments.iter().find(|argument| argument.name.value == name);
        let argument = argument.map(|argument| argument.value.clone());
        argument.or_else(|| provided.get(name).cloned()).unwrap_or_else(|| default.unwrap_or_default().to_owned())
    };
    let needs = workflow.decl.needs.iter();
    needs
        .map(|need| {
            let name = need.name.value.clone();
            let default = need.default.as_ref().map(|text| text.value.as_str());
            let value = value(&name, default);
            (name, value)
        })
        .collect()
}

/// The parameters that a call site provides.
pub(super) fn provided(
    context: &ReleaseContext,
    facts: &Facts,
    failed: &BTreeSet<EnvironmentPlanId>,
    id: EffectId,
) -> Variables {
    let meta = &context.meta;
    let mut values: Variables = [
        ("RELEASE_ID", &meta.id),
        ("RELEASE_URL", &meta.url),
        ("PRODUCT_NAME", &meta.product),
        ("VERSION", &meta.version),
        ("PROMOTION_FLOW_NAME", &context.names.flow),
    ]
    .map(|(name, value)| (name.to_owned(), value.clone()))
    .into();
    let mut set = |name: &str, value: &str| drop(values.insert(name.to_owned(), value.to_owned()));
    let environment = context.plan.environment_of(id.place);
    if let Some(environment) = environment {
        set("ENVIRONMENT", context.environment_name(environment));
    }
    match id.place {
        Place::Application(application) => {
            for (name, value) in application_values(context, application) {
                set(name, &value);
            }
            if id.stage == Stage::PostAction {
                for (name, value) in commit_values(context, facts, application) {
                    set(name, &value);
                }
                let given = facts.at(id.place).filter(|fact| fact.id.stage == Stage::PreAction).filter_map(given);
                for (name, value) in given.flatten() {
                    set(name, value);
                }
            }
        }
        Place::Release | Place::Environment(_) => {
            set("COMMIT_SHA", &meta.commit.sha);
            let promised = promised(context, id);
            for (name, value) in hook_gives(context, facts, environment).into_iter().flat_map(|fact| &fact.detail.gives)
            {
                if promised.contains_key(name) {
                    set(name, value);
                }
            }
            if matches!(id.stage, Stage::OnFailure(_)) {
                set("ERROR_MESSAGE", &error_message(context, facts, failed, environment));
                set("FAILED_ENVIRONMENTS", &failed_environments(context, failed, environment));
            }
        }
    }
    values
}

/// The variables of the health command: the parameters of the application, the commit that it waits for, and where that
/// commit is.
///
/// INVARIANT: each is set, even if it is empty. Otherwise the command would see a variable of the same name with which
/// promoc itself was started, as `COMMIT_SHA` in many CI systems.
pub(super) fn health_values(
    context: &ReleaseContext,
    facts: &Facts,
    repositories: &mut Repositories,
    failed: &BTreeSet<EnvironmentPlanId>,
    id: EffectId,
) -> Variables {
    let mut values = provided(context, facts, failed, id);
    let mut set = |name: &str, value: String| drop(values.insert(name.to_owned(), value));
    set("COMMIT_SHA", String::new());
    set("PREVIOUS_COMMIT", String::new());
    let Place::Application(application) = id.place else { return values };
    let commit = awaited(context, facts, application).cloned();
    let commit = commit.or_else(|| head(context, facts, repositories, application));
    let Some(commit) = commit else { return values };
    set("COMMIT_SHA", commit.sha.clone());
    let sources = context.application(application).map(|(application, _)| application.sources.as_slice());
    let sources = sources.unwrap_or_default();
    let is_there = |source: &Source, repositories: &mut Repositories| {
        repositories.of(&context.map, source).is_ok_and(|repository| repository.location() == commit.repository)
    };
    let Some(place) = sources.iter().position(|source| is_there(source, repositories)) else { return values };
    let Some(source) = sources.get(place) else { return values };
    // By default they describe the first source.
    if place > 0 {
        set("REPO_URL", source.repo.clone());
        set("PATH", source.path.clone());
        let branch = repositories.head(&context.map, source).ok().map(|head| head.branch);
        set("BRANCH", branch.or_else(|| source.branch.clone()).unwrap_or_default());
    }
    let mut made = actions(facts, application).flat_map(|fact| &fact.detail.commits);
    if let Some(first) = made.find(|made| made.repository == commit.repository)
        && let Ok(repository) = repositories.of(&context.map, source)
        && let Ok(first) = repository.commit(&CommitId(first.sha.clone()))
        && let Some(parent) = first.parents.first()
    {
        set("PREVIOUS_COMMIT", parent.0.clone());
    }
    values
}

/// The commit that an application has to contain: the one that is promoted, in the trigger environment; else the last one
/// that this release made there, or that it found there if there was nothing to change. If there are several, because the
/// application has several sources, that of its first source.
fn awaited<'a>(context: &'a ReleaseContext, facts: &'a Facts, id: ApplicationPlanId) -> Option<&'a CommitRecord> {
    let first = context.meta.application(id.index()).map(|application| application.repository.as_str());
    let is_of_first = |commit: &&CommitRecord| Some(commit.repository.as_str()) == first;
    let commits: Vec<&CommitRecord> = if is_trigger(context, id) {
        // Each application of the trigger is read at its own newest commit (rule 12).
        let parts = context.application(id).and_then(|(_, origin)| origin).map(|origin| origin.parts.as_slice());
        parts.unwrap_or_default().iter().map(|part| &part.commit).collect()
    } else {
        let made = actions(facts, id).rev().flat_map(|fact| &fact.detail.commits);
        made.chain(actions(facts, id).rev().flat_map(|fact| &fact.detail.written)).collect()
    };
    let commit = commits.iter().copied().find(is_of_first).or_else(|| commits.first().copied());
    // Nothing is promoted from some applications of the trigger.
    let trigger = is_trigger(context, id).then_some(&context.meta.commit).filter(is_of_first);
    commit.or(trigger)
}

/// The head of the branch that an action found as it should be, for when the commit that wrote the values is not known: a
/// release that began without a health command does not record it. The head has the values, and no older revision passes.
fn head(
    context: &ReleaseContext,
    facts: &Facts,
    repositories: &mut Repositories,
    id: ApplicationPlanId,
) -> Option<CommitRecord> {
    actions(facts, id).next()?;
    let source = context.application(id)?.0.sources.first()?;
    let head = repositories.head(&context.map, source).ok()?;
    let repository = repositories.of(&context.map, source).ok()?;
    Some(commit_record(repository, repository.commit(&head.commit).ok()?))
}

fn is_trigger(context: &ReleaseContext, id: ApplicationPlanId) -> bool {
    context.plan.applications.find(id).is_some_and(|planned| Plan::is_trigger(planned.environment))
}

/// The actions of an application so far.
fn actions(facts: &Facts, id: ApplicationPlanId) -> impl DoubleEndedIterator<Item = &EffectFact> {
    facts.at(Place::Application(id)).filter(|fact| fact.id.stage == Stage::Action)
}

fn application_values(context: &ReleaseContext, id: ApplicationPlanId) -> Vec<(&'static str, String)> {
    let Some((application, _)) = context.application(id) else { return Vec::new() };
    let source = application.sources.first();
    vec![
        ("APP_NAMESPACE", application.namespace.clone().unwrap_or_default()),
        ("APP_NAME", application.name.clone()),
        ("REPO_URL", source.map(|source| source.repo.clone()).unwrap_or_default()),
        (
            "BRANCH",
            context.meta.application(id.index()).map(|application| application.branch.clone()).unwrap_or_default(),
        ),
        ("PATH", source.map(|source| source.path.clone()).unwrap_or_default()),
        ("RUNTIME", application.runtime.clone().unwrap_or_default()),
    ]
}

/// The commit that brought the values: the triggering one, this release's own, or, if there was nothing to change, the
/// one that last wrote them. Empty if nothing was committed.
fn commit_values(context: &ReleaseContext, facts: &Facts, id: ApplicationPlanId) -> Vec<(&'static str, String)> {
    let own = || {
        let own = actions(facts, id).rev().find_map(|fact| fact.detail.commits.first());
        own.or_else(|| actions(facts, id).rev().find_map(|fact| fact.detail.written.first()))
    };
    let commit = if is_trigger(context, id) { Some(&context.meta.commit) } else { own() };
    let Some(commit) = commit else { return Vec::new() };
    vec![
        ("COMMIT_SHA", commit.sha.clone()),
        ("COMMIT_AUTHOR", commit.author.clone()),
        ("COMMIT_MESSAGE", commit.message.clone()),
        ("COMMIT_DATE", commit.date.clone()),
    ]
}

/// The values that a workflow gave; `None` unless it succeeded.
fn given(fact: &EffectFact) -> Option<&BTreeMap<String, String>> {
    matches!(fact.ended, Some((_, Outcome::Succeeded))).then_some(&fact.detail.gives)
}

/// What the checker promises a hook. A value that happens to exist besides is not passed, so nothing can rely on it.
fn promised(context: &ReleaseContext, id: EffectId) -> program::Provided {
    let event = match id.stage {
        Stage::OnStart(_) => HookEvent::Start,
        Stage::OnSuccess(_) => HookEvent::Success,
        _ => HookEvent::Failure,
    };
    let environment = context.plan.environment_of(id.place).and_then(|id| context.plan.environments.find(id));
    let environment = environment.map(|planned| planned.environment);
    context.program.product_flow(context.product, context.flow).provided(CallSite::Hook { event, environment })
}

/// The hooks whose values a hook receives: the release's, then those of the environments that this one needs, then its
/// own. A later one overrides an earlier one. The release's later hooks receive the values of all of them.
fn hook_gives<'a>(
    context: &ReleaseContext,
    facts: &'a Facts,
    environment: Option<EnvironmentPlanId>,
) -> Vec<&'a EffectFact> {
    let needed = environment.map(|environment| needed(context, environment));
    let rank = |fact: &EffectFact| match (fact.id.stage, fact.id.place) {
        (Stage::OnStart(_), Place::Release) => Some(0),
        (Stage::OnStart(_) | Stage::OnSuccess(_), Place::Environment(id)) => match (&needed, environment) {
            (_, Some(own)) if own == id => Some(2),
            (Some(needed), _) if !needed.contains(&id) => None,
            _ => Some(1),
        },
        _ => None,
    };
    let mut hooks: Vec<(i32, &EffectFact)> = facts
        .iter()
        .filter(|fact| given(fact).is_some())
        .filter_map(|fact| rank(fact).map(|rank| (rank, fact)))
        .collect();
    hooks.sort_by_key(|(rank, fact)| (*rank, fact.ended.map(|(at, _)| at)));
    hooks.into_iter().map(|(_, fact)| fact).collect()
}

/// The environments that an environment depends on, directly or indirectly.
fn needed(context: &ReleaseContext, environment: EnvironmentPlanId) -> BTreeSet<EnvironmentPlanId> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![environment];
    while let Some(id) = waiting.pop() {
        let needs =
            context.plan.environments.find(id).map(|environment| environment.needs.as_slice()).unwrap_or_default();
        waiting.extend(needs.iter().flat_map(|need| need.of.iter()).copied().filter(|id| found.insert(*id)));
    }
    found
}

/// Why an environment failed, or why the release failed if none is given.
pub(super) fn error_message(
    context: &ReleaseContext,
    facts: &Facts,
    failed: &BTreeSet<EnvironmentPlanId>,
    environment: Option<EnvironmentPlanId>,
) -> String {
    let mut messages: Vec<String> = Vec::new();
    match environment {
        Some(environment) => messages.extend(errors(context, facts, Some(environment))),
        None => {
            messages.extend(errors(context, facts, None));
            for id in in_order(context, failed) {
                let own = errors(context, facts, Some(id)).join("; ");
                messages.push(format!("{}: {own}", context.environment_name(id)));
            }
        }
    }
    messages.dedup();
    if messages.is_empty() { "it timed out".to_owned() } else { messages.join("; ") }
}

/// What failed in an environment, or in the release itself, in the last attempt. A failure that a later try made good does
/// not count.
pub(super) fn errors(context: &ReleaseContext, facts: &Facts, environment: Option<EnvironmentPlanId>) -> Vec<String> {
    let attempt = facts.attempt();
    let here = |fact: &&EffectFact| {
        context.plan.environment_of(fact.id.place) == environment
            && fact.id.attempt == attempt
            && !matches!(fact.id.stage, Stage::OnFailure(_))
    };
    let later = |fact: &EffectFact| {
        let same = |other: &EffectFact| (other.id.place, other.id.stage) == (fact.id.place, fact.id.stage);
        facts.iter().filter(here).any(|other| same(other) && other.id.time > fact.id.time)
    };
    let error = |fact: &EffectFact| {
        let what = match fact.act {
            Act::Workflow(call) => context.names.calls.get(call.index()).cloned().unwrap_or_default(),
            _ => fact.id.stage.to_string(),
        };
        match (fact.error(), fact.cancelled) {
            (Some(error), _) => Some(format!("{what}: {error}")),
            (None, Some(true)) => Some(format!("{what}: timed out")),
            _ => None,
        }
    };
    let losses = facts.losses.iter().filter(|loss| {
        loss.attempt == attempt && context.plan.environment_of(Place::Application(loss.application)) == environment
    });
    let losses = losses.map(|loss| format!("health: {}", loss.error));
    facts.iter().filter(here).filter(|fact| !later(fact)).filter_map(error).chain(losses).collect()
}

fn in_order(context: &ReleaseContext, environments: &BTreeSet<EnvironmentPlanId>) -> Vec<EnvironmentPlanId> {
    let mut ids: Vec<EnvironmentPlanId> = environments.iter().copied().collect();
    // In the order of declaration, which may differ from the order of the flow.
    ids.sort_by_key(|id| context.plan.environments.find(*id).map(|environment| environment.environment));
    ids
}

fn failed_environments(
    context: &ReleaseContext,
    failed: &BTreeSet<EnvironmentPlanId>,
    own: Option<EnvironmentPlanId>,
) -> String {
    let all: BTreeSet<EnvironmentPlanId> = failed.iter().copied().chain(own).collect();
    in_order(context, &all).into_iter().map(|id| context.environment_name(id)).collect::<Vec<_>>().join(",")
}
