//! Policies, and the settings that result from merging them.

use super::{Call, EnvironmentId, FlowId, Hook, PolicyId, ProductId, WindowId, WorkflowChoice};
use std::collections::BTreeSet;

use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, Action, Kind};
use crate::syntax::literal::{Retry, Seconds};

#[derive(Clone, Debug)]
pub struct Policy {
    pub name: Spanned<String>,
    /// A higher priority wins. The default is 0.
    pub priority: i64,
    pub scope: PolicyScope,
    pub pre_action: Option<ast::Choice<WorkflowChoice>>,
    pub action: Option<ast::Choice<Action>>,
    pub post_action: Option<ast::Choice<WorkflowChoice>>,
    pub rollback_action: Option<ast::Choice<WorkflowChoice>>,
    pub windows: Vec<WindowGate>,
    pub soak: Option<Spanned<Seconds>>,
    pub approvals: Vec<Approval>,
    pub timeout: Option<Spanned<Seconds>>,
    pub hooks: Vec<Hook>,
    pub orders: Vec<RequiredOrder>,
    pub decl: ast::PolicyDecl,
    /// Whether it contains a reported error; then nothing is reported as missing.
    pub damaged: bool,
}

/// The scope that the `for` statements of a policy define. `None` means that there is no `for` of that kind, so
/// everything matches. A name that did not resolve is absent from its list, and still narrows the scope.
#[derive(Clone, Debug, Default)]
pub struct PolicyScope {
    pub products: Option<Vec<ProductId>>,
    /// Groups are expanded.
    pub environments: Option<Vec<EnvironmentId>>,
    pub kinds: Option<Vec<Kind>>,
    /// The environments with the labels of one of the `for label` statements.
    pub labelled: Option<BTreeSet<EnvironmentId>>,
    pub flows: Option<Vec<FlowId>>,
}

impl PolicyScope {
    /// Whether it includes a product in an environment of a kind, in any flow. `None` is included only if the scope names
    /// no products.
    pub fn includes(&self, product: Option<ProductId>, environment: EnvironmentId, kind: Kind) -> bool {
        let includes_product = |products: &Vec<ProductId>| product.is_some_and(|product| products.contains(&product));
        self.products.as_ref().is_none_or(includes_product)
            && self.environments.as_ref().is_none_or(|environments| environments.contains(&environment))
            && self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
            && self.labelled.as_ref().is_none_or(|labelled| labelled.contains(&environment))
    }

    /// Whether it includes a flow. `None`, and a promotion by hand, is included only if the scope names no flows.
    pub fn includes_flow(&self, flow: Option<FlowId>) -> bool {
        self.flows.as_ref().is_none_or(|flows| flow.is_some_and(|flow| flows.contains(&flow)))
    }
}

/// `window NAME [unless approval [N of] WHO]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowGate {
    pub window: WindowId,
    /// Who may let a promotion through while the window is closed.
    pub unless: Option<Approval>,
    pub span: Span,
}

/// `require after …`: what must come before each environment of the policy.
#[derive(Clone, Debug)]
pub struct RequiredOrder {
    pub before: RequiredEnvironments,
    pub span: Span,
}

/// The environments of a [`RequiredOrder`].
#[derive(Clone, Debug)]
pub enum RequiredEnvironments {
    /// At least one of this kind.
    OfKind(Kind),
    /// All of these.
    All(Vec<EnvironmentId>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    pub count: u32,
    pub who: String,
    pub span: Span,
}

/// The origin of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The default: neither the flow nor a policy sets it.
    Default,
    Flow(Span),
    Policy(PolicyId, Span),
}

impl Origin {
    /// The statement; `None` for a default.
    pub fn span(self) -> Option<Span> {
        match self {
            Origin::Default => None,
            Origin::Flow(span) | Origin::Policy(_, span) => Some(span),
        }
    }
}

/// A setting and its origin.
#[derive(Clone, Debug)]
pub struct Setting<T> {
    pub value: T,
    pub origin: Origin,
}

/// The merged settings for a product in an environment of a flow: those of the flow and of all matching policies. The
/// trigger has only a post-action.
#[derive(Clone, Debug)]
pub struct Settings {
    pub pre_action: Setting<Option<Call>>,
    /// The default is `commit`, and `none` in the trigger.
    pub action: Setting<Action>,
    pub post_action: Setting<Option<Call>>,
    /// `None` if a rollback is a commit.
    pub rollback_action: Setting<Option<Call>>,
    /// All of them must be open.
    pub windows: Vec<(WindowGate, Origin)>,
    pub soak: Setting<Seconds>,
    /// All of them must be given.
    pub approvals: Vec<(Approval, Origin)>,
    pub timeout: Option<Setting<Seconds>>,
    /// Policies cannot set this.
    pub retry: Option<Spanned<Retry>>,
    /// All of them run: those of the flow, then those of the policies from the highest priority down.
    pub hooks: Vec<(Hook, Origin)>,
}
