//! Flows: their targets, and what each waits for.

use std::collections::BTreeMap;
use std::ops::Deref;

use petgraph::graph::DiGraph;

use super::{Approval, EnvironmentId, Hook, WindowId, WorkflowChoice};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, Action};
use crate::syntax::literal::{Retry, Seconds};

/// `flow`
#[derive(Clone, Debug)]
pub struct Flow {
    /// Its name, where it is declared.
    pub name: Spanned<String>,
    /// `timeout`; 24h if nothing is said.
    pub timeout: Seconds,
    /// `bake`; 0s if nothing is said.
    pub bake: Seconds,
    /// The trigger environment; `None` where it is missing or did not resolve.
    pub trigger: Option<Spanned<EnvironmentId>>,
    /// The trigger's post-action in the flow itself.
    pub trigger_post_action: Option<WorkflowChoice>,
    /// The target environments, each once, in order of appearance.
    pub targets: Targets,
    /// `rollback`
    pub rollbacks: Vec<Rollback>,
    /// `never`
    pub properties: Vec<Property>,
    /// Hooks of the release.
    pub hooks: Vec<Hook>,
    /// Environments that stand in it again: their first place, which they keep, and the further one.
    pub repeated: Vec<(EnvironmentId, Span, Span)>,
    /// An edge from each environment to those that wait for it. With a cycle (E0301) it is no DAG.
    pub graph: DiGraph<EnvironmentId, Span, u32>,
    /// Whether `promoc promote` made it: one target by hand, and nothing of the program runs in its trigger.
    pub single: bool,
    /// The declaration.
    pub decl: ast::FlowDecl,
    /// Whether something in it was not understood or did not resolve: nothing is said of what it lacks.
    pub damaged: bool,
}

impl Flow {
    /// The timeout of a flow that names none: 24h.
    pub const TIMEOUT: Seconds = Seconds(86_400);

    /// The target of an environment.
    pub fn target(&self, environment: EnvironmentId) -> Option<&Target> {
        self.targets.of(environment)
    }

    /// Whether a release begins in an environment.
    pub fn is_trigger(&self, environment: EnvironmentId) -> bool {
        self.trigger.is_some_and(|trigger| trigger.value == environment)
    }

    /// Its environments: the trigger, then the targets.
    pub fn environments(&self) -> impl Iterator<Item = EnvironmentId> {
        self.trigger.iter().map(|trigger| trigger.value).chain(self.targets.iter().map(|target| target.environment))
    }
}

/// The targets of a flow in order, and found by their environment without a search: checks ask for each of thousands.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    list: Vec<Target>,
    positions: BTreeMap<EnvironmentId, usize>,
}

impl Targets {
    /// The target of an environment.
    pub fn of(&self, environment: EnvironmentId) -> Option<&Target> {
        self.list.get(self.position(environment)?)
    }

    /// Where in the order the target of an environment is.
    pub fn position(&self, environment: EnvironmentId) -> Option<usize> {
        self.positions.get(&environment).copied()
    }
}

impl From<Vec<Target>> for Targets {
    fn from(list: Vec<Target>) -> Targets {
        // the first one counts: whoever builds a flow keeps no second one (E0302)
        let positions = list.iter().enumerate().rev().map(|(at, target)| (target.environment, at)).collect();
        Targets { list, positions }
    }
}

impl Deref for Targets {
    type Target = [Target];

    fn deref(&self) -> &[Target] {
        // A further field would be something that `compile::feature` has to list.
        let Targets { list, positions: _ } = self;
        list
    }
}

/// One target environment of a flow, and what the flow itself says of it.
#[derive(Clone, Debug)]
pub struct Target {
    /// The environment.
    pub environment: EnvironmentId,
    /// Its name, or that of its group, in the `promote` statement.
    pub span: Span,
    /// Which `promote` of the declaration.
    pub promote: usize,
    /// What it waits for; all must hold.
    pub needs: Vec<Requirement>,
    /// `pre-action`
    pub pre_action: Option<WorkflowChoice>,
    /// `action`; the span is the statement's.
    pub action: Option<Spanned<Action>>,
    /// `post-action`
    pub post_action: Option<WorkflowChoice>,
    /// `rollback-action`
    pub rollback_action: Option<WorkflowChoice>,
    /// `window`
    pub windows: Vec<(WindowId, Span)>,
    /// `soak`
    pub soak: Option<Spanned<Seconds>>,
    /// `approval`
    pub approvals: Vec<Approval>,
    /// `timeout`
    pub timeout: Option<Spanned<Seconds>>,
    /// `retry`
    pub retry: Option<Spanned<Retry>>,
    /// `on EVENT W`
    pub hooks: Vec<Hook>,
}

/// So many of these environments must have succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// How many.
    pub count: u32,
    /// Of which.
    pub of: Vec<EnvironmentId>,
    /// Where it is written; the target's own name where it follows from the order of the statements or `one by one`.
    pub span: Span,
}

/// `rollback TARGETS when TARGETS fails`
#[derive(Clone, Debug)]
pub struct Rollback {
    /// What is given back.
    pub targets: Vec<EnvironmentId>,
    /// When one of these fails.
    pub when: Vec<EnvironmentId>,
    /// The statement.
    pub span: Span,
}

/// `never TARGETS STATE while …`: all of its facts are never true at one instant.
#[derive(Clone, Debug)]
pub struct Property {
    /// The facts.
    pub facts: Vec<PropertyFact>,
    /// The statement.
    pub span: Span,
}

/// One fact of a property.
#[derive(Clone, Debug)]
pub struct PropertyFact {
    /// The environments, one of which is enough; `None` stands for the release.
    pub targets: Option<Vec<EnvironmentId>>,
    /// What they must not be.
    pub state: ast::StateWord,
}
