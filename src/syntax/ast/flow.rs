//! `flow`.

use std::fmt;

use super::{Action, Gates, Hook, Ident, RetryStmt, Status, Text, WorkflowUse};
use crate::source::{Span, Spanned};
use crate::syntax::literal::Seconds;

/// `trigger ENV { post-action W }`
#[derive(Clone, Debug)]
pub struct Trigger {
    /// The environment; never a group.
    pub environment: Option<Ident>,
    /// `post-action W`
    pub post_action: Option<WorkflowUse>,
    /// The statement.
    pub span: Span,
    /// See [`super`].
    pub damaged: bool,
}

/// How many of a dependency's environments are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// All: a name alone.
    All,
    /// `any of GROUP`
    Any(Span),
    /// `2 of GROUP`; the span is the number's.
    AtLeast(Spanned<u32>),
}

/// One item of `after`.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// How many.
    pub quantity: Quantity,
    /// An environment or a group.
    pub name: Ident,
    /// All of it.
    pub span: Span,
}

/// `after DEPS`
#[derive(Clone, Debug)]
pub struct After {
    /// The items; all must hold. Empty only where E0101 was said.
    pub dependencies: Vec<Dependency>,
    /// All of it, with the word.
    pub span: Span,
}

/// `promote TARGETS [one by one] [after DEPS] { … }`
#[derive(Clone, Debug)]
pub struct Promote {
    /// Environments or groups.
    pub targets: Vec<Ident>,
    /// `one by one`
    pub one_by_one: Option<Span>,
    /// `after DEPS`
    pub after: Option<After>,
    /// `pre-action W`
    pub pre_action: Option<WorkflowUse>,
    /// `action A`; the span is the statement's.
    pub action: Option<Spanned<Action>>,
    /// `post-action W`
    pub post_action: Option<WorkflowUse>,
    /// `rollback-action W`
    pub rollback_action: Option<WorkflowUse>,
    /// Windows, soak, approvals, timeout, hooks.
    pub gates: Gates,
    /// `retry N [every D]`
    pub retry: Option<RetryStmt>,
    /// The statement.
    pub span: Span,
    /// Its line: from `promote` to before its block.
    pub head: Span,
    /// See [`super`].
    pub damaged: bool,
}

/// `rollback TARGETS when TARGETS fails`
#[derive(Clone, Debug)]
pub struct Rollback {
    /// What is given back.
    pub targets: Vec<Ident>,
    /// When one of these fails.
    pub when: Vec<Ident>,
    /// The statement.
    pub span: Span,
}

/// `never TARGETS STATE [while TARGETS STATE and …]`
#[derive(Clone, Debug)]
pub struct Never {
    /// What must never all be true at one instant: what stands before `while`, then what stands behind it. Never empty.
    pub facts: Vec<FactDecl>,
    /// The statement.
    pub span: Span,
}

impl fmt::Display for Never {
    /// In the canonical layout, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, fact) in self.facts.iter().enumerate() {
            let names = fact.targets.as_ref().map(|names| names.iter().map(|name| name.value.as_str()).collect());
            let who = names.map_or_else(|| "release".to_owned(), |names: Vec<&str>| names.join(", "));
            let before = ["never", " while", " and"].get(nth.min(2)).copied().unwrap_or_default();
            write!(f, "{before} {who} {}", fact.state.value.as_str())?;
        }
        Ok(())
    }
}

/// `TARGETS STATE` or `release STATE` in a `never`.
#[derive(Clone, Debug)]
pub struct FactDecl {
    /// The environments, one of which is enough; `None` stands for the release.
    pub targets: Option<Vec<Ident>>,
    /// What they must not be.
    pub state: Spanned<StateWord>,
}

/// The state words of a `never`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StateWord {
    /// Has this status.
    Is(Status),
    /// Its promotion has begun, and may have ended.
    Started,
}

impl StateWord {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            StateWord::Is(status) => status.as_str(),
            StateWord::Started => "started",
        }
    }
}

/// `flow NAME { … }`
#[derive(Clone, Debug)]
pub struct FlowDecl {
    /// Its name.
    pub name: Option<Ident>,
    /// `description "…"`
    pub description: Option<Text>,
    /// `version "…"`
    pub version: Option<Text>,
    /// `timeout D`; the span is the statement's.
    pub timeout: Option<Spanned<Seconds>>,
    /// `bake D`; the span is the statement's.
    pub bake: Option<Spanned<Seconds>>,
    /// All `trigger` statements: two are E0303, which the checker says.
    pub triggers: Vec<Trigger>,
    /// `promote …`, in order.
    pub promotes: Vec<Promote>,
    /// `rollback …`, in order.
    pub rollbacks: Vec<Rollback>,
    /// `never …`, in order.
    pub nevers: Vec<Never>,
    /// `on EVENT W` of the release.
    pub hooks: Vec<Hook>,
    /// The declaration.
    pub span: Span,
    /// See [`super`].
    pub damaged: bool,
}
