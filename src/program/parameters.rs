//! Determines the parameters that each call site provides, and their providers.
//!
//! A hook can rely only on hooks that must have succeeded before it. So a hook on failure cannot rely on the hooks on
//! start of its own environment, which may have failed, and of `N of` only what every possible choice contains counts.
//!
//! INVARIANT: implements the table in docs/language.md, without arguments and defaults.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::toposort;

use super::call_site::CallSite;
use super::model::{EnvironmentId, Flow, Hook, Requirement, WorkflowId};
use super::settled::SettledFlow;
use super::walker::ProductFlow;
use crate::source::Span;
use crate::syntax::ast::{Action, HookEvent};

/// The provider of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// The call site itself.
    Place,
    /// A workflow that ran before, with `gives`.
    Workflow {
        workflow: WorkflowId,
        /// The call.
        span: Span,
        /// The environment in which it ran; `None` for the release.
        environment: Option<EnvironmentId>,
    },
}

/// The provider of each parameter, by the name of the parameter.
pub(crate) type Provided = BTreeMap<String, Provider>;

/// What each requirement provides, because many targets may share one.
type SharedNeeds = BTreeMap<(*const EnvironmentId, u32), Provided>;

const EVERYWHERE: [&str; 5] = ["RELEASE_ID", "RELEASE_URL", "PRODUCT_NAME", "VERSION", "PROMOTION_FLOW_NAME"];
const APPLICATION: [&str; 6] = ["APP_NAMESPACE", "APP_NAME", "REPO_URL", "BRANCH", "PATH", "RUNTIME"];
const COMMIT: [&str; 4] = ["COMMIT_SHA", "COMMIT_AUTHOR", "COMMIT_MESSAGE", "COMMIT_DATE"];
const FAILURE: [&str; 2] = ["ERROR_MESSAGE", "FAILED_ENVIRONMENTS"];

/// Every parameter that a call site itself may provide, in the order of the table.
pub(crate) fn built_in() -> impl Iterator<Item = &'static str> {
    let in_environment = ["ENVIRONMENT"].into_iter().chain(APPLICATION).chain(COMMIT);
    EVERYWHERE.into_iter().chain(in_environment).chain(["PREVIOUS_VERSION"]).chain(FAILURE)
}

/// The parameters at all call sites of a flow of a product.
#[derive(Debug)]
pub(crate) struct Parameters<'a> {
    of: &'a SettledFlow<'a>,
    targets: BTreeMap<EnvironmentId, Gifts>,
}

/// The parameters that the hooks of a target, and those before it, give.
#[derive(Clone, Debug, Default)]
struct Gifts {
    before: Provided,
    start: Provided,
    success: Provided,
}

impl Gifts {
    fn all(&self) -> impl Iterator<Item = (&String, &Provider)> {
        self.before.iter().chain(&self.start).chain(&self.success)
    }

    fn gives(&self, parameter: &str) -> Option<Provider> {
        [&self.before, &self.start, &self.success].into_iter().find_map(|given| given.get(parameter).copied())
    }
}

impl ProductFlow<'_> {
    /// The parameters at one call site. For several, [`Parameters`] is faster.
    pub fn provided(self, site: CallSite) -> Provided {
        Parameters::new(&self.settled()).provided(site)
    }
}

/// The targets in topological order; in the order of the program if there is a cycle.
fn order(flow: &Flow) -> Vec<EnvironmentId> {
    let sorted = toposort(&flow.graph, None).unwrap_or_default();
    let sorted: Vec<_> = sorted.into_iter().filter_map(|node| flow.graph.node_weight(node)?.environment()).collect();
    if sorted.is_empty() { flow.environments().collect() } else { sorted }
}

impl<'a> Parameters<'a> {
    /// Collects the parameters of a flow of a product.
    pub(crate) fn new(of: &'a SettledFlow<'a>) -> Parameters<'a> {
        let mut parameters = Parameters { of, targets: BTreeMap::new() };
        let mut shared = SharedNeeds::new();
        for environment in order(of.flow()) {
            let gifts = parameters.gifts(environment, &mut shared);
            parameters.targets.insert(environment, gifts);
        }
        parameters
    }

    /// The parameters at a call site.
    pub(crate) fn provided(&self, site: CallSite) -> Provided {
        let mut provided = Provided::new();
        let mut add = |names: &[&str]| {
            provided.extend(names.iter().map(|name| ((*name).to_owned(), Provider::Place)));
        };
        add(&EVERYWHERE);
        match site {
            CallSite::PreAction(_) => {
                add(&["ENVIRONMENT"]);
                add(&APPLICATION);
            }
            CallSite::PostAction(environment) | CallSite::RollbackAction(environment) => {
                add(&["ENVIRONMENT"]);
                add(&APPLICATION);
                let settings = self.of.environment(environment).map(|settled| &settled.settings);
                let commits = settings.is_some_and(|settings| settings.action.value != Action::None);
                // In the trigger, it is the commit that triggered the release.
                if commits || self.of.flow().is_trigger(environment) {
                    add(&COMMIT);
                }
                if matches!(site, CallSite::RollbackAction(_)) {
                    add(&["PREVIOUS_VERSION"]);
                }
                if let Some(call) = settings.and_then(|settings| settings.pre_action.value.as_ref()) {
                    self.give(&mut provided, call.workflow, call.span, Some(environment));
                }
            }
            CallSite::Hook { event, environment } => {
                add(&["COMMIT_SHA"]);
                if environment.is_some() {
                    add(&["ENVIRONMENT"]);
                }
                if event == HookEvent::Failure {
                    add(&FAILURE);
                }
                for (name, provider) in self.before_hook(event, environment) {
                    provided.entry(name).or_insert(provider);
                }
            }
        }
        provided
    }

    fn before_hook(&self, event: HookEvent, environment: Option<EnvironmentId>) -> Provided {
        let of_release = |event| self.of_hooks(self.release_hooks().filter(|hook| hook.event == event), None);
        let mut before = Provided::new();
        match (environment, event) {
            (Some(environment), event) => {
                before.extend(of_release(HookEvent::Start));
                let gifts = self.targets.get(&environment);
                before.extend(gifts.into_iter().flat_map(|gifts| gifts.before.clone()));
                if event == HookEvent::Success {
                    before.extend(gifts.into_iter().flat_map(|gifts| gifts.start.clone()));
                }
            }
            (None, HookEvent::Success) => {
                before.extend(of_release(HookEvent::Start));
                for (name, provider) in self.targets.values().flat_map(Gifts::all) {
                    before.entry(name.clone()).or_insert(*provider);
                }
            }
            (None, HookEvent::Start | HookEvent::Failure) => {}
        }
        before
    }

    fn release_hooks(&self) -> impl Iterator<Item = &Hook> {
        self.of.flow().hooks.iter()
    }

    /// What the hooks of a target give. Those of its requirements are already known.
    fn gifts(&self, environment: EnvironmentId, shared: &mut SharedNeeds) -> Gifts {
        let Some(settled) = self.of.environment(environment) else { return Gifts::default() };
        let Some(target) = settled.target() else { return Gifts::default() };
        let of = |event| {
            let hooks = settled.settings.hooks.iter().map(|(hook, _)| hook).filter(|hook| hook.event == event);
            self.of_hooks(hooks, Some(environment))
        };
        let mut before = Provided::new();
        for requirement in &target.needs {
            let key = (requirement.of.as_ptr(), requirement.count);
            let provided = shared.entry(key).or_insert_with(|| self.of_requirement(requirement));
            for (name, provider) in provided {
                before.entry(name.clone()).or_insert(*provider);
            }
        }
        Gifts { before, start: of(HookEvent::Start), success: of(HookEvent::Success) }
    }

    /// The parameters that every possible choice contains: those that fewer environments lack than a choice leaves out.
    fn of_requirement(&self, requirement: &Requirement) -> Provided {
        let known: Vec<&Gifts> = requirement.of.iter().filter_map(|of| self.targets.get(of)).collect();
        let left_out = requirement.of.len().saturating_sub(requirement.count as usize);
        let names: BTreeSet<&String> = known.iter().flat_map(|gifts| gifts.all().map(|(name, _)| name)).collect();
        let sure = names.into_iter().filter_map(|name| {
            let mut givers = known.iter().filter_map(|gifts| gifts.gives(name));
            let first = givers.next()?;
            (givers.count() + 1 > left_out && requirement.count > 0).then(|| (name.clone(), first))
        });
        sure.collect()
    }

    fn of_hooks<'h>(&self, hooks: impl Iterator<Item = &'h Hook>, environment: Option<EnvironmentId>) -> Provided {
        let mut given = Provided::new();
        for hook in hooks {
            self.give(&mut given, hook.call.workflow, hook.call.span, environment);
        }
        given
    }

    fn give(&self, into: &mut Provided, workflow: WorkflowId, span: Span, environment: Option<EnvironmentId>) {
        for name in &self.of.program().workflows[workflow].decl.gives {
            into.entry(name.value.clone()).or_insert(Provider::Workflow { workflow, span, environment });
        }
    }
}
