//! `window`.

use super::{Ident, Text};
use crate::source::{Span, Spanned};
use crate::syntax::literal::{Clock, Days};

/// `open DAYS|DATE[..DATE] [TIME..TIME]`, `closed` likewise.
#[derive(Clone, Copy, Debug)]
pub struct OpeningStmt {
    /// Whether it closes.
    pub closed: bool,
    /// On which days.
    pub days: Spanned<Days>,
    /// From when to before when, local time; the whole day where `None`.
    pub times: Option<Spanned<(Clock, Clock)>>,
    /// The statement.
    pub span: Span,
}

/// `window NAME { … }`
#[derive(Clone, Debug)]
pub struct WindowDecl {
    /// Its name.
    pub name: Option<Ident>,
    /// `timezone "…"`
    pub timezone: Option<Text>,
    /// `open` and `closed`, in order.
    pub openings: Vec<OpeningStmt>,
    /// The declaration.
    pub span: Span,
    /// See [`super`].
    pub damaged: bool,
}
