//! Flows: their targets, and what each target waits for.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use petgraph::graph::DiGraph;

use super::{Approval, EnvironmentId, Hook, WindowGate, WorkflowChoice};
use crate::program::order::PromoteOrder;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, Action};
use crate::syntax::literal::{Retry, Seconds};

#[derive(Clone, Debug)]
pub struct Flow {
    pub name: Spanned<String>,
    /// The default is [`Flow::TIMEOUT`].
    pub timeout: Seconds,
    /// The default is 0s.
    pub bake: Seconds,
    /// `None` if the `trigger` is missing or did not resolve.
    pub trigger: Option<Spanned<EnvironmentId>>,
    /// The post-action in the `trigger` block.
    pub trigger_post_action: Option<WorkflowChoice>,
    /// Each environment once, in order of appearance.
    pub targets: Targets,
    /// The statements that `targets` was made from.
    pub promotes: Vec<PromoteOrder>,
    pub rollbacks: Vec<Rollback>,
    pub properties: Vec<Property>,
    /// The hooks of the release; those of its targets are in [`Target::hooks`].
    pub hooks: Vec<Hook>,
    /// Environments that appear again (E0302): the first place, which counts, and the other one.
    pub repeated: Vec<(EnvironmentId, Span, Span)>,
    /// A path from each environment to each one that waits for it. It has a cycle only if the program does (E0301).
    pub graph: DiGraph<FlowNode, Span, u32>,
    /// Whether `promoc promote` made it. It has one target, and no workflow runs in its trigger.
    pub single: bool,
    pub decl: ast::FlowDecl,
    /// Whether it contains a reported error; then nothing is reported as missing.
    pub damaged: bool,
}

impl Flow {
    /// The default timeout: 24h.
    pub const TIMEOUT: Seconds = Seconds(86_400);

    pub fn target(&self, environment: EnvironmentId) -> Option<&Target> {
        self.targets.of(environment)
    }

    /// Whether releases of this flow start in an environment.
    pub fn is_trigger(&self, environment: EnvironmentId) -> bool {
        self.trigger.is_some_and(|trigger| trigger.value == environment)
    }

    /// The trigger, then the targets.
    pub fn environments(&self) -> impl Iterator<Item = EnvironmentId> {
        self.trigger.iter().map(|trigger| trigger.value).chain(self.targets.iter().map(|target| target.environment))
    }
}

/// A node of [`Flow::graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowNode {
    Environment(EnvironmentId),
    /// A set that several targets wait for: with edges from its members, and to those targets.
    Set,
}

impl FlowNode {
    pub fn environment(self) -> Option<EnvironmentId> {
        match self {
            FlowNode::Environment(id) => Some(id),
            FlowNode::Set => None,
        }
    }
}

/// The targets of a flow in order, with an index by environment, because checks look up each of thousands of targets.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    list: Vec<Target>,
    positions: BTreeMap<EnvironmentId, usize>,
}

impl Targets {
    pub fn of(&self, environment: EnvironmentId) -> Option<&Target> {
        self.list.get(self.position(environment)?)
    }

    /// The position of the target of an environment.
    pub fn position(&self, environment: EnvironmentId) -> Option<usize> {
        self.positions.get(&environment).copied()
    }
}

impl From<Vec<Target>> for Targets {
    fn from(list: Vec<Target>) -> Targets {
        // the first target of an environment counts; a resolved flow has no second one (E0302)
        let positions = list.iter().enumerate().rev().map(|(at, target)| (target.environment, at)).collect();
        Targets { list, positions }
    }
}

impl Deref for Targets {
    type Target = [Target];

    fn deref(&self) -> &[Target] {
        // INVARIANT: a new field must also be listed in `compile::feature`.
        let Targets { list, positions: _ } = self;
        list
    }
}

/// A target environment of a flow, with the flow's own settings for it.
#[derive(Clone, Debug)]
pub struct Target {
    pub environment: EnvironmentId,
    /// Its own name, or that of its group, in the `promote` statement.
    pub span: Span,
    /// The index of its `promote` in the flow.
    pub promote: usize,
    /// All of these must be met.
    pub needs: Vec<Requirement>,
    pub pre_action: Option<WorkflowChoice>,
    /// The span is that of the statement.
    pub action: Option<Spanned<Action>>,
    pub post_action: Option<WorkflowChoice>,
    pub rollback_action: Option<WorkflowChoice>,
    pub windows: Vec<WindowGate>,
    pub soak: Option<Spanned<Seconds>>,
    pub approvals: Vec<Approval>,
    pub timeout: Option<Spanned<Seconds>>,
    pub retry: Option<Spanned<Retry>>,
    pub hooks: Vec<Hook>,
}

/// `count` of these environments must have succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    pub count: u32,
    /// Shared by all targets that wait for the same set.
    pub of: Arc<[EnvironmentId]>,
    /// The item of `after`. If there is none, because the order of statements or a wave decides, the name of the target.
    pub span: Span,
}

/// `rollback TARGETS when TARGETS fails`
#[derive(Clone, Debug)]
pub struct Rollback {
    /// The environments that are rolled back.
    pub targets: Vec<EnvironmentId>,
    /// A failure of one of these triggers the rollback.
    pub when: Vec<EnvironmentId>,
    pub span: Span,
}

/// `never TARGETS STATE while …`: broken if all facts are true at one instant.
#[derive(Clone, Debug)]
pub struct Property {
    pub facts: Vec<PropertyFact>,
    pub span: Span,
}

/// A fact of a property.
#[derive(Clone, Debug)]
pub struct PropertyFact {
    /// One of these environments is enough; `None` stands for the release.
    pub targets: Option<Vec<EnvironmentId>>,
    pub state: ast::StateWord,
}
