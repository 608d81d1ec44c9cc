//! The syntax tree: what the text says and where, without resolving names.
//!
//! Every mandatory part is an `Option` or a `Vec`. If it is missing, the parser has reported it, and readers of the
//! tree must not. A statement that is duplicated although only one is allowed is in the tree once, in its first form;
//! the parser has reported the duplicate (E0107). A block is `damaged` if it contains a syntax error; readers must not
//! report that something is missing in it.
//!
//! INVARIANT: literals are values here, names are not resolved, and nothing here knows pest.

mod environment;
mod flow;
mod policy;
mod product;
mod scenario;
mod template;
mod window;
mod workflow;

pub(crate) use environment::{EnvironmentDecl, GroupDecl, Import, Kind};
pub(crate) use flow::{
    After, Dependency, FactDecl, FlowDecl, Never, Promote, Quantity, Rollback, StateWord, Trigger, WaveSize, Waves,
    percent_of,
};
pub(crate) use policy::{Choice, OrderStmt, PolicyDecl, RequiredBefore};
pub(crate) use product::{
    ApplicationStmt, ConcurrencyStmt, Condition, ConditionKey, FlowStart, FlowUse, Label, ProductDecl, SourceDecl,
};
pub(crate) use scenario::{Expectation, Given, GivenKind, ReleaseStmt, ScenarioDecl, Status, Subject};
pub(crate) use template::{ContentDecl, CopyStmt, TemplateDecl, ValuePath, VersionStmt};
pub(crate) use window::{OpeningStmt, WindowDecl};
pub(crate) use workflow::{Body, Need, Percent, WorkflowDecl};

use super::literal::{Retry, Seconds};
use crate::source::{Span, Spanned};

/// A name as written. It may be invalid, which is reported at its declaration (E0102).
pub(crate) type Ident = Spanned<String>;

/// A string with its escapes replaced, or a value without quotes.
pub(crate) type Text = Spanned<String>;

/// A valid JSONPath, as written. An invalid one was reported (E0105), and is not in the tree.
pub(crate) type PathText = Spanned<String>;

/// The syntax tree of a file.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// In the order of the file.
    pub items: Vec<Item>,
    /// Whether the file contains a syntax error outside of declarations, so that nothing may be reported as unused or
    /// unknown.
    pub damaged: bool,
    /// The statements that were not understood, in order, without those inside others. Names in them may be torn.
    pub unclear: Vec<Span>,
    /// The blocks of the declarations, in order.
    pub blocks: Vec<Span>,
}

/// A declaration.
#[derive(Clone, Debug)]
pub enum Item {
    Import(Import),
    Environment(EnvironmentDecl),
    Group(GroupDecl),
    Workflow(WorkflowDecl),
    Template(TemplateDecl),
    Policy(PolicyDecl),
    Window(WindowDecl),
    Product(ProductDecl),
    Flow(FlowDecl),
    Scenario(ScenarioDecl),
}

/// A workflow or `none`.
#[derive(Clone, Debug)]
pub enum WorkflowUse {
    /// `none` overrides the workflow of a policy.
    None(Span),
    /// `NAME [with P = "value", …]`
    Call(Call),
}

impl WorkflowUse {
    pub fn span(&self) -> Span {
        match self {
            WorkflowUse::None(span) => *span,
            WorkflowUse::Call(call) => call.span,
        }
    }
}

/// A workflow with its arguments.
#[derive(Clone, Debug)]
pub struct Call {
    pub name: Ident,
    /// In order, without duplicates.
    pub arguments: Vec<Argument>,
    pub span: Span,
}

/// `CHANNEL = "#regions"`
#[derive(Clone, Debug)]
pub struct Argument {
    pub name: Ident,
    pub value: Text,
}

/// How a promotion changes the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    Commit,
    PullRequest,
    /// No change; the pre-action does the work.
    None,
}

impl Action {
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Commit => "commit",
            Action::PullRequest => "pull-request",
            Action::None => "none",
        }
    }
}

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HookEvent {
    Start,
    Success,
    Failure,
}

impl HookEvent {
    /// The word after `on`.
    pub fn as_str(self) -> &'static str {
        match self {
            HookEvent::Start => "start",
            HookEvent::Success => "success",
            HookEvent::Failure => "failure",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Hook {
    pub event: HookEvent,
    /// A hook is never `none`.
    pub call: Call,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Approval {
    /// The number of people; 1 by default.
    pub count: Spanned<u32>,
    /// A name or a string.
    pub who: Text,
    pub span: Span,
}

/// `window NAME [unless approval [N of] WHO]`
#[derive(Clone, Debug)]
pub struct WindowUse {
    pub name: Ident,
    /// Who may let a promotion through while the window is closed.
    pub unless: Option<Approval>,
}

/// The gates, limits and hooks of a `promote` or a policy.
#[derive(Clone, Debug, Default)]
pub struct Gates {
    pub hooks: Vec<Hook>,
    pub windows: Vec<WindowUse>,
    /// The span is that of the statement.
    pub soak: Option<Spanned<Seconds>>,
    pub approvals: Vec<Approval>,
    /// The span is that of the statement.
    pub timeout: Option<Spanned<Seconds>>,
}

/// `retry N [every D]` with its span.
pub(crate) type RetryStmt = Spanned<Retry>;
