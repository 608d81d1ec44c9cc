//! `window`.

use super::{Ident, Text};
use crate::source::{Span, Spanned};
use crate::syntax::literal::{Clock, Days};

/// `open DAYS|DATE[..DATE]|NTH DAY [TIME..TIME]`, or `closed` with the same forms.
#[derive(Clone, Copy, Debug)]
pub struct OpeningStmt {
    pub closed: bool,
    pub days: Spanned<Days>,
    /// Local times: the start is included, the end is not. `None` for whole days.
    pub times: Option<Spanned<(Clock, Clock)>>,
    pub span: Span,
}

/// `window NAME { … }`
#[derive(Clone, Debug)]
pub struct WindowDecl {
    pub name: Option<Ident>,
    pub timezone: Option<Text>,
    pub openings: Vec<OpeningStmt>,
    pub span: Span,
    pub damaged: bool,
}
