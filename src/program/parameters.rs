//! Which parameters a workflow finds at its place, and who gives them.
//!
//! Of hooks only what must have succeeded before counts: a hook on failure does not rely upon the hooks on start beside
//! it, which may be what failed; of `N of` counts what every choice of so many contains.
//!
//! INVARIANT: the table of the language's reference, and nothing else; arguments and defaults are the caller's.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::toposort;

use super::model::{EnvironmentId, Flow, FlowId, Hook, ProductId, Program, Requirement, WorkflowId};
use crate::source::Span;
use crate::syntax::ast::{Action, HookEvent};

/// Where a workflow runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Before the action of a target.
    PreAction(EnvironmentId),
    /// After the action of a target.
    PostAction(EnvironmentId),
    /// In the trigger environment.
    TriggerPostAction,
    /// Instead of the commit of a rollback.
    RollbackAction(EnvironmentId),
    /// A hook of a target, or of the release where there is no environment.
    Hook {
        /// When.
        event: HookEvent,
        /// Of which target.
        environment: Option<EnvironmentId>,
    },
}

/// Who gives a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// The place itself.
    Place,
    /// A workflow that ran before.
    Workflow {
        /// Which.
        workflow: WorkflowId,
        /// Where it is called.
        span: Span,
        /// In which environment; the release where `None`.
        environment: Option<EnvironmentId>,
    },
}

/// Parameters by name, and who gives each.
pub type Provided = BTreeMap<String, Provider>;

const EVERYWHERE: [&str; 5] = ["RELEASE_ID", "RELEASE_URL", "PRODUCT_NAME", "VERSION", "PROMOTION_FLOW_NAME"];
const APPLICATION: [&str; 6] = ["APP_NAMESPACE", "APP_NAME", "REPO_URL", "BRANCH", "PATH", "RUNTIME"];
const COMMIT: [&str; 4] = ["COMMIT_SHA", "COMMIT_AUTHOR", "COMMIT_MESSAGE", "COMMIT_DATE"];
const FAILURE: [&str; 2] = ["ERROR_MESSAGE", "FAILED_ENVIRONMENTS"];

/// Every parameter that some place provides by itself, in the order of the table.
pub fn built_in() -> impl Iterator<Item = &'static str> {
    let in_environment = ["ENVIRONMENT"].into_iter().chain(APPLICATION).chain(COMMIT);
    EVERYWHERE.into_iter().chain(in_environment).chain(["PREVIOUS_VERSION"]).chain(FAILURE)
}

/// The parameters of one flow of one product.
#[derive(Debug)]
pub struct Parameters<'a> {
    program: &'a Program,
    product: ProductId,
    flow: FlowId,
    targets: BTreeMap<EnvironmentId, Gifts>,
}

/// What the hooks of a target, and those before it, give.
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

impl Program {
    /// The parameters of a flow, for whoever asks at several places.
    pub fn parameters(&self, product: ProductId, flow: FlowId) -> Parameters<'_> {
        let mut parameters = Parameters { program: self, product, flow, targets: BTreeMap::new() };
        for environment in order(&self.flows[flow]) {
            let gifts = parameters.gifts(environment);
            parameters.targets.insert(environment, gifts);
        }
        parameters
    }

    /// The parameters of one place.
    pub fn provided(&self, product: ProductId, flow: FlowId, place: Place) -> Provided {
        self.parameters(product, flow).provided(place)
    }
}

/// The targets, each behind those that it needs; as they are written where a cycle allows no order.
fn order(flow: &Flow) -> Vec<EnvironmentId> {
    let sorted = toposort(&flow.graph, None).unwrap_or_default();
    let sorted: Vec<_> = sorted.into_iter().filter_map(|node| flow.graph.node_weight(node).copied()).collect();
    if sorted.is_empty() { flow.environments().collect() } else { sorted }
}

impl Parameters<'_> {
    /// What a place provides.
    pub fn provided(&self, place: Place) -> Provided {
        let mut provided = Provided::new();
        let mut add = |names: &[&str]| {
            provided.extend(names.iter().map(|name| ((*name).to_owned(), Provider::Place)));
        };
        add(&EVERYWHERE);
        match place {
            Place::PreAction(_) => {
                add(&["ENVIRONMENT"]);
                add(&APPLICATION);
            }
            Place::PostAction(environment) | Place::RollbackAction(environment) => {
                add(&["ENVIRONMENT"]);
                add(&APPLICATION);
                let settings = self.program.settings(self.product, self.flow, environment);
                if settings.action.value != Action::None {
                    add(&COMMIT);
                }
                if matches!(place, Place::RollbackAction(_)) {
                    add(&["PREVIOUS_VERSION"]);
                }
                if let Some(call) = settings.pre_action.value {
                    self.give(&mut provided, call.workflow, call.span, Some(environment));
                }
            }
            Place::TriggerPostAction => {
                add(&["ENVIRONMENT"]);
                add(&APPLICATION);
                add(&COMMIT);
            }
            Place::Hook { event, environment } => {
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
        self.program.flows[self.flow].hooks.iter()
    }

    /// What a target's hooks give, and what those of its needs give, which are known.
    fn gifts(&self, environment: EnvironmentId) -> Gifts {
        let Some(target) = self.program.flows[self.flow].target(environment) else { return Gifts::default() };
        let settings = self.program.settings(self.product, self.flow, environment);
        let of = |event| {
            let hooks = settings.hooks.iter().map(|(hook, _)| hook).filter(|hook| hook.event == event);
            self.of_hooks(hooks, Some(environment))
        };
        let mut before = Provided::new();
        for requirement in &target.needs {
            for (name, provider) in self.of_requirement(requirement) {
                before.entry(name).or_insert(provider);
            }
        }
        Gifts { before, start: of(HookEvent::Start), success: of(HookEvent::Success) }
    }

    /// What every choice of so many environments contains: what fewer than are left out of it lack.
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
        for name in &self.program.workflows[workflow].decl.gives {
            into.entry(name.value.clone()).or_insert(Provider::Workflow { workflow, span, environment });
        }
    }
}
