//! `template`, and the same statements in a product.

use super::{Ident, PathText, Text};
use crate::source::Span;

/// `version from FILE at PATH [in SOURCE]`
#[derive(Clone, Debug)]
pub struct VersionStmt {
    /// Relative to the directory of the application.
    pub file: Option<Text>,
    pub path: Option<PathText>,
    /// The name after `in`.
    pub source: Option<Ident>,
    pub span: Span,
}

/// `copy FILE [in SOURCE] [at PATH, …]`
#[derive(Clone, Debug)]
pub struct CopyStmt {
    /// A file or glob, relative to the directory of the application.
    pub file: Option<Text>,
    /// The name after `in`.
    pub source: Option<Ident>,
    /// `None` if the whole file is copied.
    pub paths: Option<Vec<PathText>>,
    pub span: Span,
}

/// The `version` and `copy` statements of a template or product.
#[derive(Clone, Debug, Default)]
pub struct ContentDecl {
    pub version: Option<VersionStmt>,
    pub copies: Vec<CopyStmt>,
}

/// `template NAME { … }`
#[derive(Clone, Debug)]
pub struct TemplateDecl {
    pub name: Option<Ident>,
    pub content: ContentDecl,
    pub span: Span,
    pub damaged: bool,
}
