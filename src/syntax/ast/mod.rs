//! The tree: what is written, and where; no meaning.
//!
//! Every mandatory part is an `Option` or a `Vec`: where it is missing, the parser has already said so, and whoever reads
//! the tree stays silent. What stands twice and may stand once is in the tree once, as first written (E0107 is said by the
//! parser, too). `damaged` says that a block holds something that was not understood: whoever misses a statement in a
//! damaged block says nothing.
//!
//! INVARIANT: literals are already values here; names are not resolved; nothing here knows pest.

mod environment;
mod flow;
mod policy;
mod product;
mod scenario;
mod template;
mod window;
mod workflow;

pub(crate) use environment::{EnvironmentDecl, GroupDecl, Import, Kind};
pub(crate) use flow::{After, Dependency, FactDecl, FlowDecl, Never, Promote, Quantity, Rollback, StateWord, Trigger};
pub(crate) use policy::{Choice, PolicyDecl};
pub(crate) use product::{
    ApplicationStmt, ConcurrencyStmt, Condition, ConditionKey, FlowStart, FlowUse, Label, ProductDecl, SourceDecl,
};
pub(crate) use scenario::{Expectation, Given, GivenKind, ReleaseStmt, ScenarioDecl, Status, Subject};
pub(crate) use template::{ContentDecl, CopyStmt, TemplateDecl, VersionStmt};
pub(crate) use window::{OpeningStmt, WindowDecl};
pub(crate) use workflow::{Body, Need, Percent, WorkflowDecl};

use super::literal::{Retry, Seconds};
use crate::source::{Span, Spanned};

/// A name as it is written, valid or not (E0102 is said where it is declared).
pub(crate) type Ident = Spanned<String>;

/// A string after its escapes, or a bare value.
pub(crate) type Text = Spanned<String>;

/// A JSONPath as it is written; known to be one (else E0105 was said and it is not in the tree).
pub(crate) type PathText = Spanned<String>;

/// The tree of one file.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// The declarations, in order.
    pub items: Vec<Item>,
    /// Whether something in the file was not understood at all; then nothing may be called unused or unknown for lack of it.
    pub damaged: bool,
}

/// One declaration.
#[derive(Clone, Debug)]
pub enum Item {
    /// `import "PATH"`
    Import(Import),
    /// `environment NAME, …`
    Environment(EnvironmentDecl),
    /// `group NAME = NAME, …`
    Group(GroupDecl),
    /// `workflow NAME`
    Workflow(WorkflowDecl),
    /// `template NAME`
    Template(TemplateDecl),
    /// `policy NAME`
    Policy(PolicyDecl),
    /// `window NAME`
    Window(WindowDecl),
    /// `product NAME`
    Product(ProductDecl),
    /// `flow NAME { … }`
    Flow(FlowDecl),
    /// `scenario NAME`
    Scenario(ScenarioDecl),
}

/// What stands where a workflow is expected.
#[derive(Clone, Debug)]
pub enum WorkflowUse {
    /// `none`: switches a policy's workflow off.
    None(Span),
    /// `NAME [with P = "value", …]`
    Call(Call),
}

impl WorkflowUse {
    /// All of it.
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
    /// The workflow.
    pub name: Ident,
    /// The arguments, in order; none twice.
    pub arguments: Vec<Argument>,
    /// All of it.
    pub span: Span,
}

/// `CHANNEL = "#regions"`
#[derive(Clone, Debug)]
pub struct Argument {
    /// The parameter.
    pub name: Ident,
    /// Its value.
    pub value: Text,
}

/// What a promotion does to the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// A commit on the branch.
    Commit,
    /// A pull request that somebody merges.
    PullRequest,
    /// Nothing: the pre-action does the work.
    None,
}

impl Action {
    /// As it is written.
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
    /// `on start`
    Start,
    /// `on success`
    Success,
    /// `on failure`
    Failure,
}

impl HookEvent {
    /// As it is written after `on`.
    pub fn as_str(self) -> &'static str {
        match self {
            HookEvent::Start => "start",
            HookEvent::Success => "success",
            HookEvent::Failure => "failure",
        }
    }
}

/// `on EVENT W`
#[derive(Clone, Debug)]
pub struct Hook {
    /// When.
    pub event: HookEvent,
    /// What; never `none`.
    pub call: Call,
    /// The statement.
    pub span: Span,
}

/// `approval [N of] NAME`
#[derive(Clone, Debug)]
pub struct Approval {
    /// How many of them; 1 if nothing is said.
    pub count: Spanned<u32>,
    /// Who: a name or a string.
    pub who: Text,
    /// The statement.
    pub span: Span,
}

/// The statements that a `promote` block and a policy share. In a policy, each action may be required.
#[derive(Clone, Debug, Default)]
pub struct Gates {
    /// `on EVENT W`
    pub hooks: Vec<Hook>,
    /// `window NAME`
    pub windows: Vec<Ident>,
    /// `soak D`; the span is the statement's.
    pub soak: Option<Spanned<Seconds>>,
    /// `approval [N of] NAME`
    pub approvals: Vec<Approval>,
    /// `timeout D`; the span is the statement's.
    pub timeout: Option<Spanned<Seconds>>,
}

/// `retry N [every D]` with its place.
pub(crate) type RetryStmt = Spanned<Retry>;
