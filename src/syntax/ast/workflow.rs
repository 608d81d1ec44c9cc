//! `workflow`.

use super::{Ident, RetryStmt, Text};
use crate::source::{Span, Spanned};
use crate::syntax::literal::Seconds;

/// A probability in percent, from 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Percent(pub f64);

/// `needs P` or `needs P = "default"`
#[derive(Clone, Debug)]
pub struct Need {
    pub name: Ident,
    pub default: Option<Text>,
}

/// What a workflow runs. Without a body, it is an Argo template of its own name.
#[derive(Clone, Debug)]
pub enum Body {
    /// `run "…"`: a shell script.
    Run(Text),
    /// `uses "TEMPLATE"`: an Argo WorkflowTemplate.
    Uses(Text),
}

/// `workflow NAME { … }`
#[derive(Clone, Debug)]
pub struct WorkflowDecl {
    pub name: Option<Ident>,
    pub description: Option<Text>,
    pub version: Option<Text>,
    /// Of all `needs` statements together.
    pub needs: Vec<Need>,
    /// Of all `gives` statements together.
    pub gives: Vec<Ident>,
    pub image: Option<Text>,
    pub body: Option<Body>,
    pub service_account: Option<Text>,
    /// For each try.
    pub timeout: Option<Spanned<Seconds>>,
    pub retry: Option<RetryStmt>,
    pub idempotent: Option<Span>,
    pub takes: Option<Spanned<(Seconds, Seconds)>>,
    pub fails: Option<Spanned<Percent>>,
    pub span: Span,
    pub damaged: bool,
}
