//! `flow` and its statements.

use std::fmt;

use super::{Action, Gates, Hook, Ident, RetryStmt, Status, Text, WorkflowUse};
use crate::source::{Span, Spanned};
use crate::syntax::literal::Seconds;

/// `trigger ENV { post-action W }`
#[derive(Clone, Debug)]
pub struct Trigger {
    /// Never a group.
    pub environment: Option<Ident>,
    pub post_action: Option<WorkflowUse>,
    pub span: Span,
    pub damaged: bool,
}

/// How many environments of a dependency must have succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// All of them: a name without a quantity.
    All,
    /// `any of GROUP`
    Any(Span),
    /// `2 of GROUP`; the span is that of the number.
    AtLeast(Spanned<u32>),
}

/// An item of `after`.
#[derive(Clone, Debug)]
pub struct Dependency {
    pub quantity: Quantity,
    pub name: Ident,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct After {
    /// All of them must be met. Empty only if E0101 was reported.
    pub dependencies: Vec<Dependency>,
    /// Includes the word `after`.
    pub span: Span,
}

/// `promote TARGETS [one by one] [after DEPS] { … }`
#[derive(Clone, Debug)]
pub struct Promote {
    /// Environments and groups, as written.
    pub targets: Vec<Ident>,
    pub one_by_one: Option<Span>,
    pub after: Option<After>,
    pub pre_action: Option<WorkflowUse>,
    /// The span is that of the statement.
    pub action: Option<Spanned<Action>>,
    pub post_action: Option<WorkflowUse>,
    pub rollback_action: Option<WorkflowUse>,
    pub gates: Gates,
    pub retry: Option<RetryStmt>,
    pub span: Span,
    /// The statement without its block.
    pub head: Span,
    pub damaged: bool,
}

/// `rollback TARGETS when TARGETS fails`
#[derive(Clone, Debug)]
pub struct Rollback {
    /// The environments to roll back.
    pub targets: Vec<Ident>,
    /// A failure of one of these triggers the rollback.
    pub when: Vec<Ident>,
    pub span: Span,
}

/// `never TARGETS STATE [while TARGETS STATE and …]`
#[derive(Clone, Debug)]
pub struct Never {
    /// The facts that must not all be true at one instant: the one before `while`, then those after it. Never empty.
    pub facts: Vec<FactDecl>,
    pub span: Span,
}

impl fmt::Display for Never {
    /// The canonical layout, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, fact) in self.facts.iter().enumerate() {
            let before = ["never", " while", " and"].get(nth.min(2)).copied().unwrap_or_default();
            write!(f, "{before} {fact}")?;
        }
        Ok(())
    }
}

impl fmt::Display for FactDecl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.targets.as_ref().map(|names| names.iter().map(|name| name.value.as_str()).collect());
        let who = names.map_or_else(|| "release".to_owned(), |names: Vec<&str>| names.join(", "));
        write!(f, "{who} {}", self.state.value.as_str())
    }
}

/// `TARGETS STATE` or `release STATE` in a `never`.
#[derive(Clone, Debug)]
pub struct FactDecl {
    /// One of these environments is enough; `None` stands for the release.
    pub targets: Option<Vec<Ident>>,
    pub state: Spanned<StateWord>,
}

/// The states of a `never`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StateWord {
    /// It has this status.
    Is(Status),
    /// Its promotion has begun, even if it has ended since.
    Started,
}

impl StateWord {
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
    pub name: Option<Ident>,
    pub description: Option<Text>,
    pub version: Option<Text>,
    /// The span is that of the statement.
    pub timeout: Option<Spanned<Seconds>>,
    /// The span is that of the statement.
    pub bake: Option<Spanned<Seconds>>,
    /// All `trigger` statements; the checker reports a second one (E0303).
    pub triggers: Vec<Trigger>,
    pub promotes: Vec<Promote>,
    pub rollbacks: Vec<Rollback>,
    pub nevers: Vec<Never>,
    /// The hooks of the release.
    pub hooks: Vec<Hook>,
    pub span: Span,
    pub damaged: bool,
}
