//! `product`, its applications and its flows.

use super::{ContentDecl, Ident, Text};
use crate::source::{Span, Spanned};

/// `label KEY = VALUE`
#[derive(Clone, Debug)]
pub struct Label {
    /// A Kubernetes label key.
    pub key: Text,
    /// Its value.
    pub value: Text,
    /// The statement.
    pub span: Span,
}

/// `source NAME { repo …; branch …; path … }`
#[derive(Clone, Debug)]
pub struct SourceDecl {
    /// Its name.
    pub name: Option<Ident>,
    /// `repo "…"`
    pub repo: Option<Text>,
    /// `branch NAME`
    pub branch: Option<Text>,
    /// `path "…"`
    pub path: Option<Text>,
    /// The statement.
    pub span: Span,
    /// See [`super`].
    pub damaged: bool,
}

/// `application NAME in ENV, … { … }`
#[derive(Clone, Debug)]
pub struct ApplicationStmt {
    /// Its name, with `{environment}` and `{product}` as written.
    pub name: Option<Text>,
    /// Environments or groups.
    pub environments: Vec<Ident>,
    /// `repo "…"`
    pub repo: Option<Text>,
    /// `branch NAME`
    pub branch: Option<Text>,
    /// `path "…"`
    pub path: Option<Text>,
    /// `source NAME { … }`, several.
    pub sources: Vec<SourceDecl>,
    /// `namespace NAME`
    pub namespace: Option<Text>,
    /// `runtime NAME`
    pub runtime: Option<Text>,
    /// `label KEY = VALUE`
    pub labels: Vec<Label>,
    /// The statement.
    pub span: Span,
    /// See [`super`].
    pub damaged: bool,
}

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConditionKey {
    /// The commit's message.
    Message,
    /// The branch or the commit id.
    Revision,
}

/// `message matches "…", …`
#[derive(Clone, Debug)]
pub struct Condition {
    /// What it looks at.
    pub key: Spanned<ConditionKey>,
    /// `excludes` (none of) instead of `matches` (any of).
    pub excludes: bool,
    /// Strings in which `*` stands for anything.
    pub patterns: Vec<Text>,
    /// All of it.
    pub span: Span,
}

/// When a flow of a product starts.
#[derive(Clone, Debug)]
pub enum FlowStart {
    /// `by hand`: people only.
    ByHand(Span),
    /// All conditions hold; without conditions, every change.
    When(Vec<Condition>),
}

/// `flow NAME [when …| by hand]` in a product.
#[derive(Clone, Debug)]
pub struct FlowUse {
    /// The flow.
    pub name: Option<Ident>,
    /// When it starts.
    pub start: FlowStart,
    /// The statement.
    pub span: Span,
}

/// `concurrency queue [limit N]` or `concurrency terminate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConcurrencyStmt {
    /// One after the other; so many may wait.
    Queue {
        /// How many may wait; 50 if nothing is said.
        limit: Option<Spanned<u32>>,
    },
    /// A newer release terminates an older one that is in its way.
    Terminate,
}

/// `product NAME { … }`
#[derive(Clone, Debug)]
pub struct ProductDecl {
    /// Its name.
    pub name: Option<Ident>,
    /// `description "…"`
    pub description: Option<Text>,
    /// `label KEY = VALUE`
    pub labels: Vec<Label>,
    /// `template NAME`
    pub template: Option<Ident>,
    /// `version` and `copy` inline.
    pub content: ContentDecl,
    /// `repo "…"`
    pub repo: Option<Text>,
    /// `branch NAME`
    pub branch: Option<Text>,
    /// `namespace NAME`
    pub namespace: Option<Text>,
    /// `runtime NAME`
    pub runtime: Option<Text>,
    /// `application …`, in order.
    pub applications: Vec<ApplicationStmt>,
    /// `flow …`, in order.
    pub flows: Vec<FlowUse>,
    /// `concurrency …`
    pub concurrency: Option<Spanned<ConcurrencyStmt>>,
    /// The declaration.
    pub span: Span,
    /// See [`super`].
    pub damaged: bool,
}
