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
    /// Of which products; empty and not `narrowed`: all.
    pub products: Vec<ProductId>,
    /// In which environments, groups expanded.
    pub environments: Vec<EnvironmentId>,
    /// In which kinds.
    pub kinds: Vec<Kind>,
    /// Which of the three `for` are written at all (product, environment, kind): a name that did not resolve narrows, too.
    pub narrowed: (bool, bool, bool),
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

impl Policy {
    /// Whether the statement at this place begins with `require`.
    pub fn requires_at(&self, span: Span) -> bool {
        let slots = [&self.pre_action, &self.post_action, &self.rollback_action];
        let slots = slots.into_iter().flatten().map(|choice| (choice.span, choice.required.is_some()));
        let action = self.action.iter().map(|choice| (choice.span, choice.required.is_some()));
        slots.chain(action).any(|(at, required)| at == span && required)
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

/// A setting and where it comes from.
#[derive(Clone, Debug)]
pub struct Setting<T> {
    /// Its value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

/// What holds for one product in one environment of one flow: the flow's own settings and all matching policies merged.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `None`: no pre-action.
    pub pre_action: Setting<Option<Call>>,
    /// `commit` if nobody says anything. The trigger environment has no action: `None`.
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
