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
    /// `90% of GROUP`, rounded up; the span is that of the percentage.
    Percent(Spanned<u8>),
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

/// The size of a wave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaveSize {
    /// At least 1.
    Count(u32),
    /// Of all targets of the statement, rounded up; from 1 to 100.
    Percent(u8),
}

impl WaveSize {
    /// The number of targets in a wave of this size, at least 1.
    pub fn of(self, targets: usize) -> usize {
        match self {
            WaveSize::Count(count) => count as usize,
            WaveSize::Percent(percent) => percent_of(percent, targets),
        }
        .max(1)
    }
}

/// A percentage of a number of environments, rounded up.
pub(crate) fn percent_of(percent: u8, of: usize) -> usize {
    (of * usize::from(percent)).div_ceil(100)
}

/// `one by one`, or `in waves of N, …`
#[derive(Clone, Debug)]
pub struct Waves {
    /// The last one repeats. Empty only if E0101 or E0104 was reported.
    pub sizes: Vec<Spanned<WaveSize>>,
    /// Whether it is written as `one by one`.
    pub one_by_one: bool,
    pub span: Span,
}

/// `promote TARGETS [where present] [one by one | in waves of N, …] [after DEPS] { … }`
#[derive(Clone, Debug)]
pub struct Promote {
    /// Environments, groups and ranges, as written.
    pub targets: Vec<Ident>,
    /// The span of `where present`: a product without an application in a target skips it.
    pub where_present: Option<Span>,
    pub waves: Option<Waves>,
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
