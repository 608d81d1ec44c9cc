//! `template`, and the same statements inline in a product.

use super::{Ident, PathText, Text};
use crate::source::Span;

/// `version from FILE at PATH [in SOURCE]`
#[derive(Clone, Debug)]
pub struct VersionStmt {
    /// The file, relative to the application's directory.
    pub file: Option<Text>,
    /// Where in it.
    pub path: Option<PathText>,
    /// Of several sources, which.
    pub source: Option<Ident>,
    /// The statement.
    pub span: Span,
}

/// `copy FILE [in SOURCE] [at PATH, …]`
#[derive(Clone, Debug)]
pub struct CopyStmt {
    /// The file or glob, relative to the application's directory.
    pub file: Option<Text>,
    /// Of several sources, which.
    pub source: Option<Ident>,
    /// Where in it; the whole file where `None`.
    pub paths: Option<Vec<PathText>>,
    /// The statement.
    pub span: Span,
}

/// What is copied from the trigger environment's applications.
#[derive(Clone, Debug, Default)]
pub struct ContentDecl {
    /// `version from …`
    pub version: Option<VersionStmt>,
    /// `copy …`, in order.
    pub copies: Vec<CopyStmt>,
}

/// `template NAME { … }`
#[derive(Clone, Debug)]
pub struct TemplateDecl {
    /// Its name.
    pub name: Option<Ident>,
    /// Its statements.
    pub content: ContentDecl,
    /// The declaration.
    pub span: Span,
    /// See [`super`].
    pub damaged: bool,
}
