//! Policies, and what holds when they are merged.

use super::{Call, EnvironmentId, Hook, PolicyId, ProductId, WindowId, WorkflowChoice};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, Action, Kind};
use crate::syntax::literal::{Retry, Seconds};

/// `policy`, resolved.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its name, where it is declared.
    pub name: Spanned<String>,
    /// Higher wins; 0 if nothing is said.
    pub priority: i64,
    /// What it is `for`.
    pub scope: PolicyScope,
    /// `pre-action`
    pub pre_action: Option<ast::Choice<WorkflowChoice>>,
    /// `action`
    pub action: Option<ast::Choice<Action>>,
    /// `post-action`
    pub post_action: Option<ast::Choice<WorkflowChoice>>,
    /// `rollback-action`
    pub rollback_action: Option<ast::Choice<WorkflowChoice>>,
    /// `window`
    pub windows: Vec<(WindowId, Span)>,
    /// `soak`
    pub soak: Option<Spanned<Seconds>>,
    /// `approval`
    pub approvals: Vec<Approval>,
    /// `timeout`
    pub timeout: Option<Spanned<Seconds>>,
    /// `on EVENT W`
    pub hooks: Vec<Hook>,
    /// The declaration.
    pub decl: ast::PolicyDecl,
    /// Whether something in it was not understood or did not resolve: nothing is said of what it lacks.
    pub damaged: bool,
}

/// What the `for` statements of a policy narrow it to. `None`: there is no `for` of that sort, and it is for all of them. A name
/// that did not resolve narrows, too: it is only absent from its list.
#[derive(Clone, Debug, Default)]
pub struct PolicyScope {
    /// `for product`
    pub products: Option<Vec<ProductId>>,
    /// `for environment`, groups expanded.
    pub environments: Option<Vec<EnvironmentId>>,
    /// `for kind`
    pub kinds: Option<Vec<Kind>>,
}

impl PolicyScope {
    /// Whether it includes a product in an environment of a kind. Without a product: whether it names none.
    pub fn includes(&self, product: Option<ProductId>, environment: EnvironmentId, kind: Kind) -> bool {
        let includes_product = |products: &Vec<ProductId>| product.is_some_and(|product| products.contains(&product));
        self.products.as_ref().is_none_or(includes_product)
            && self.environments.as_ref().is_none_or(|environments| environments.contains(&environment))
            && self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }
}

/// `approval [N of] NAME`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// How many of them.
    pub count: u32,
    /// Who.
    pub who: String,
    /// The statement.
    pub span: Span,
}

/// Where a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nothing is said.
    Default,
    /// The flow, at this place.
    Flow(Span),
    /// A policy, at this place.
    Policy(PolicyId, Span),
}

impl Origin {
    /// The place, if something is said.
    pub fn span(self) -> Option<Span> {
        match self {
            Origin::Default => None,
            Origin::Flow(span) | Origin::Policy(_, span) => Some(span),
        }
    }
}

/// A setting and where it comes from.
#[derive(Clone, Debug)]
pub struct Setting<T> {
    /// Its value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

/// What holds for one product in one environment of one flow: the flow's own settings and all matching policies merged. In
/// the trigger there is a post-action, and nothing else.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `None`: no pre-action.
    pub pre_action: Setting<Option<Call>>,
    /// `commit` if nobody says anything; `none` in the trigger.
    pub action: Setting<Action>,
    /// `None`: no post-action.
    pub post_action: Setting<Option<Call>>,
    /// `None`: a rollback is a commit.
    pub rollback_action: Setting<Option<Call>>,
    /// All must be open.
    pub windows: Vec<(WindowId, Origin)>,
    /// The longest.
    pub soak: Setting<Seconds>,
    /// All must be given.
    pub approvals: Vec<(Approval, Origin)>,
    /// The shortest.
    pub timeout: Option<Setting<Seconds>>,
    /// Of the flow only.
    pub retry: Option<Spanned<Retry>>,
    /// All run: the flow's first, then the policies' by falling priority, then in order of declaration.
    pub hooks: Vec<(Hook, Origin)>,
}
