//! `policy`.

use super::{Action, Gates, Ident, Kind, WorkflowUse};
use crate::source::{Span, Spanned};

/// A setting of a policy that chooses an action, perhaps `require`d.
#[derive(Clone, Debug)]
pub struct Choice<T> {
    /// What is chosen.
    pub value: T,
    /// The span of the word `require`.
    pub required: Option<Span>,
    /// The statement.
    pub span: Span,
}

/// `policy NAME { … }`
#[derive(Clone, Debug)]
pub struct PolicyDecl {
    /// Its name.
    pub name: Option<Ident>,
    /// `priority N`
    pub priority: Option<Spanned<i64>>,
    /// `for product NAME, …`, all statements together.
    pub products: Vec<Ident>,
    /// `for environment NAME, …`, all statements together; environments or groups.
    pub environments: Vec<Ident>,
    /// `for kind K`, all statements together.
    pub kinds: Vec<Spanned<Kind>>,
    /// `[require] pre-action W`
    pub pre_action: Option<Choice<WorkflowUse>>,
    /// `[require] action A`
    pub action: Option<Choice<Action>>,
    /// `[require] post-action W`
    pub post_action: Option<Choice<WorkflowUse>>,
    /// `rollback-action W`
    pub rollback_action: Option<Choice<WorkflowUse>>,
    /// Windows, soak, approvals, timeout, hooks.
    pub gates: Gates,
    /// The declaration.
    pub span: Span,
    /// See [`super`].
    pub damaged: bool,
}
