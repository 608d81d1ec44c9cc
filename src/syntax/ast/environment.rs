//! `import`, `environment`, `group`.

use super::{Ident, Text};
use crate::source::{Span, Spanned};

/// `import "PATH"`
#[derive(Clone, Debug)]
pub struct Import {
    /// The path, relative to the file that says it.
    pub path: Option<Text>,
    /// The declaration.
    pub span: Span,
}

/// Whether an environment serves customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It does.
    Production,
    /// It does not; the default.
    NonProduction,
}

impl Kind {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Production => "production",
            Kind::NonProduction => "non-production",
        }
    }
}

/// `environment NAME, … { … }`
#[derive(Clone, Debug)]
pub struct EnvironmentDecl {
    /// The names.
    pub names: Vec<Ident>,
    /// `kind production`
    pub kind: Option<Spanned<Kind>>,
    /// `description "…"`
    pub description: Option<Text>,
    /// The declaration.
    pub span: Span,
    /// See [`super`].
    pub damaged: bool,
}

/// `group NAME = NAME, …`
#[derive(Clone, Debug)]
pub struct GroupDecl {
    /// Its name.
    pub name: Option<Ident>,
    /// Environments or groups.
    pub members: Vec<Ident>,
    /// The declaration.
    pub span: Span,
    /// See [`super`].
    pub damaged: bool,
}
