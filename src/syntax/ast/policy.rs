//! `policy`.

use super::{Action, Gates, Ident, Kind, Label, WorkflowUse};
use crate::source::{Span, Spanned};

/// A setting of a policy that chooses an action, and may be `require`d.
#[derive(Clone, Debug)]
pub struct Choice<T> {
    pub value: T,
    /// The span of the word `require`.
    pub required: Option<Span>,
    pub span: Span,
}

/// What a `require after` names.
#[derive(Clone, Debug)]
pub enum RequiredBefore {
    /// `kind K`: at least one environment of this kind.
    Kind(Spanned<Kind>),
    /// All of these environments.
    Environments(Vec<Ident>),
}

/// `require after kind K` or `require after NAME, …`
#[derive(Clone, Debug)]
pub struct OrderStmt {
    pub before: RequiredBefore,
    pub span: Span,
}

/// `policy NAME { … }`
#[derive(Clone, Debug)]
pub struct PolicyDecl {
    pub name: Option<Ident>,
    pub priority: Option<Spanned<i64>>,
    /// Of all `for product` statements together.
    pub products: Vec<Ident>,
    /// Environments or groups, of all `for environment` statements together.
    pub environments: Vec<Ident>,
    /// Of all `for kind` statements together.
    pub kinds: Vec<Spanned<Kind>>,
    /// One list for each `for label` statement, whose conditions must all hold. One statement is enough.
    pub labels: Vec<Vec<Label>>,
    /// Of all `for flow` statements together.
    pub flows: Vec<Ident>,
    pub orders: Vec<OrderStmt>,
    pub pre_action: Option<Choice<WorkflowUse>>,
    pub action: Option<Choice<Action>>,
    pub post_action: Option<Choice<WorkflowUse>>,
    pub rollback_action: Option<Choice<WorkflowUse>>,
    pub gates: Gates,
    pub span: Span,
    pub damaged: bool,
}
