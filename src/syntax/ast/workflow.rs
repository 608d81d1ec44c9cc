//! `workflow`.

use super::{Ident, RetryStmt, Text};
use crate::source::{Span, Spanned};
use crate::syntax::literal::Seconds;

/// A chance in percent, 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Percent(pub f64);

/// `needs P` or `needs P = "default"`
#[derive(Clone, Debug)]
pub struct Need {
    /// The parameter.
    pub name: Ident,
    /// Its default.
    pub default: Option<Text>,
}

/// How a workflow is run. Without any, an Argo template of its own name.
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
    /// Its name.
    pub name: Option<Ident>,
    /// `description "…"`
    pub description: Option<Text>,
    /// `version "…"`
    pub version: Option<Text>,
    /// `needs P, …`, all statements together.
    pub needs: Vec<Need>,
    /// `gives P, …`, all statements together.
    pub gives: Vec<Ident>,
    /// `image "…"`
    pub image: Option<Text>,
    /// `run` or `uses`.
    pub body: Option<Body>,
    /// `service-account NAME`
    pub service_account: Option<Text>,
    /// `timeout D`, per try.
    pub timeout: Option<Spanned<Seconds>>,
    /// `retry N [every D]`
    pub retry: Option<RetryStmt>,
    /// `idempotent`
    pub idempotent: Option<Span>,
    /// `takes D[..D]`
    pub takes: Option<Spanned<(Seconds, Seconds)>>,
    /// `fails P%`
    pub fails: Option<Spanned<Percent>>,
    /// The declaration.
    pub span: Span,
    /// See [`super`].
    pub damaged: bool,
}
