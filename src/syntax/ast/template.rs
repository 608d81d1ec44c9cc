//! `template`, and the same statements in a product.

use super::{Ident, PathText, Text};
use crate::source::Span;

/// `PATH [as tag]`
#[derive(Clone, Debug)]
pub struct ValuePath {
    /// Where the value is.
    pub path: PathText,
    /// `as tag`: only the tag of an image reference is meant.
    pub tag: Option<Span>,
}

impl ValuePath {
    /// Both as they are written, in one spelling: `$.image as tag`.
    pub fn text(&self) -> String {
        let tag = if self.tag.is_some() { ValuePath::AS_TAG } else { "" };
        format!("{}{tag}", self.path.value)
    }

    /// What follows a path whose tag is meant. Ledgers hold it.
    pub const AS_TAG: &str = " as tag";
}

/// `version from FILE at PATH [as tag] [in SOURCE]`
#[derive(Clone, Debug)]
pub struct VersionStmt {
    /// Relative to the directory of the application.
    pub file: Option<Text>,
    pub path: Option<ValuePath>,
    /// The name after `in`.
    pub source: Option<Ident>,
    pub span: Span,
}

/// `copy FILE [in SOURCE] [at PATH [as tag], …]`
#[derive(Clone, Debug)]
pub struct CopyStmt {
    /// A file or glob, relative to the directory of the application.
    pub file: Option<Text>,
    /// The name after `in`.
    pub source: Option<Ident>,
    /// `None` if the whole file is copied.
    pub paths: Option<Vec<ValuePath>>,
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
