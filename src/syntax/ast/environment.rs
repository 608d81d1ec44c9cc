//! `import`, `environment`, `group`.

use super::{Ident, Label, Text};
use crate::source::{Span, Spanned};

/// `import "PATH"`
#[derive(Clone, Debug)]
pub struct Import {
    /// Relative to the importing file.
    pub path: Option<Text>,
    pub span: Span,
}

/// Whether an environment serves customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Production,
    /// The default.
    NonProduction,
}

impl Kind {
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
    /// Names and ranges, as written.
    pub names: Vec<Ident>,
    pub kind: Option<Spanned<Kind>>,
    pub description: Option<Text>,
    pub labels: Vec<Label>,
    pub span: Span,
    pub damaged: bool,
}

/// `group NAME = NAME, …` or `group NAME = where KEY = VALUE, …`
#[derive(Clone, Debug)]
pub struct GroupDecl {
    pub name: Option<Ident>,
    /// Environments, ranges and other groups, as written.
    pub members: Vec<Ident>,
    /// The conditions after `where`, all of which must hold; `None` for a list of members.
    pub labels: Option<Vec<Label>>,
    pub span: Span,
    pub damaged: bool,
}
