//! `product`, its applications and its flows.

use super::{ContentDecl, Ident, Text};
use crate::source::{Span, Spanned};

#[derive(Clone, Debug)]
pub struct Label {
    pub key: Text,
    pub value: Text,
    pub span: Span,
}

/// `source NAME { repo …; branch …; path … }`
#[derive(Clone, Debug)]
pub struct SourceDecl {
    pub name: Option<Ident>,
    pub repo: Option<Text>,
    pub branch: Option<Text>,
    pub path: Option<Text>,
    pub span: Span,
    pub damaged: bool,
}

/// `application NAME in ENV, … { … }`
#[derive(Clone, Debug)]
pub struct ApplicationStmt {
    /// With `{environment}` and `{product}`, as written.
    pub name: Option<Text>,
    /// Environments and groups, as written.
    pub environments: Vec<Ident>,
    pub repo: Option<Text>,
    pub branch: Option<Text>,
    pub path: Option<Text>,
    /// Empty if the application has a path of its own.
    pub sources: Vec<SourceDecl>,
    pub namespace: Option<Text>,
    pub runtime: Option<Text>,
    pub labels: Vec<Label>,
    pub span: Span,
    pub damaged: bool,
}

/// The property of a change that a condition tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConditionKey {
    /// The message of the commit.
    Message,
    /// The branch, or the id of the commit.
    Revision,
}

/// `message matches "…", …`
#[derive(Clone, Debug)]
pub struct Condition {
    pub key: Spanned<ConditionKey>,
    /// `excludes` (none matches) instead of `matches` (any matches).
    pub excludes: bool,
    /// Strings in which `*` stands for any text.
    pub patterns: Vec<Text>,
    pub span: Span,
}

/// The conditions under which a change starts a flow.
#[derive(Clone, Debug)]
pub enum FlowStart {
    /// `by hand`: only people start it.
    ByHand(Span),
    /// All conditions must hold. Without conditions, every change starts it.
    When(Vec<Condition>),
}

/// `flow NAME [when …| by hand]` in a product.
#[derive(Clone, Debug)]
pub struct FlowUse {
    pub name: Option<Ident>,
    pub start: FlowStart,
    pub span: Span,
}

/// `concurrency queue [limit N]` or `concurrency terminate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConcurrencyStmt {
    /// One release after the other.
    Queue {
        /// The greatest number of waiting releases; 50 by default.
        limit: Option<Spanned<u32>>,
    },
    /// A newer release terminates an older one where they meet.
    Terminate,
}

/// `product NAME { … }`
#[derive(Clone, Debug)]
pub struct ProductDecl {
    pub name: Option<Ident>,
    pub description: Option<Text>,
    pub labels: Vec<Label>,
    pub template: Option<Ident>,
    /// The `version` and `copy` statements of the product itself.
    pub content: ContentDecl,
    pub repo: Option<Text>,
    pub branch: Option<Text>,
    pub namespace: Option<Text>,
    pub runtime: Option<Text>,
    pub applications: Vec<ApplicationStmt>,
    pub flows: Vec<FlowUse>,
    pub concurrency: Option<Spanned<ConcurrencyStmt>>,
    pub span: Span,
    pub damaged: bool,
}
