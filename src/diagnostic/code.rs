//! The table of codes. A code never changes its meaning; a new one takes the next free number of its group.
//!
//! A new code needs a row here and a page in `docs/errors`; without the page, this does not compile.

use std::fmt;

/// An error stops every command that needs a valid program; a warning does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The program has no definite meaning.
    Error,
    /// The program has a meaning, but probably not the intended one.
    Warning,
}

macro_rules! codes {
    ($($code:ident $title:literal,)*) => {
        /// The code of a diagnostic. The doc comment of each is its title.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $code,)*
        }

        /// Every code, in order.
        pub const CODES: &[Code] = &[$(Code::$code,)*];

        impl Code {
    /// The URL of the page that explains it.
    pub fn url(self) -> String {
        format!("{}/blob/main/docs/errors/{self}.md", env!("CARGO_PKG_REPOSITORY"))
    }

            /// The code as text, such as `E0201`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$code => stringify!($code),)* }
            }

            /// A short description, which is also the title of the page.
            pub fn title(self) -> &'static str {
                match self { $(Code::$code => $title,)* }
            }

            /// The page from `docs/errors`, in Markdown: an explanation, a wrong and a right program.
            pub fn page(self) -> &'static str {
                match self {
                    $(Code::$code => include_str!(concat!("../../docs/errors/", stringify!($code), ".md")),)*
                }
            }
        }
    };
}

codes! {
    E0101 "syntax error",
    E0102 "invalid name",
    E0103 "unterminated string or unknown escape",
    E0104 "invalid duration, percentage, time, date, day, number or range",
    E0105 "invalid JSONPath",
    E0106 "nesting too deep or file too large",
    E0107 "duplicate or conflicting statement",
    E0108 "import not found, unreadable or outside the project",
    E0109 "statement in the wrong block",
    E0201 "unknown name",
    E0202 "name of the wrong kind",
    E0203 "name declared twice",
    E0204 "group contains itself",
    W0205 "unused declaration",
    W0206 "argument the workflow does not need",
    W0207 "group by label without environments",
    E0301 "cycle in a flow",
    E0302 "environment appears twice in a flow",
    E0303 "missing or duplicate trigger",
    E0304 "flow without a target",
    E0305 "dependency outside the flow",
    E0306 "impossible number of environments",
    W0307 "redundant dependency",
    E0308 "rollback names an environment that is not a target",
    E0309 "rollback without a commit",
    E0401 "no application in an environment of the flow",
    E0402 "application without a valid repo or path",
    E0403 "two applications share a file",
    E0404 "path outside its repository or directory",
    W0405 "product without a copy statement",
    W0406 "unreachable flow",
    E0407 "no single application to follow",
    W0408 "revision pattern never matches",
    W0409 "nested application directories",
    W0410 "product without a flow",
    W0411 "product without a version",
    W0412 "message pattern without `*`",
    E0501 "action none without a pre-action",
    E0502 "conflicting policies",
    W0503 "policy matches nothing",
    E0504 "policy sets nothing",
    E0505 "flow contradicts a policy requirement",
    E0506 "required order is missing",
    W0507 "policy without effect on a trigger",
    E0601 "parameter not available here",
    W0603 "parameter given but never needed",
    E0604 "parameter given twice",
    E0701 "window never opens",
    E0702 "unknown time zone",
    E0703 "timeout too short",
    W0704 "window gap longer than the timeout",
    E0801 "not supported by the target",
    W0802 "changed or omitted for the target",
    E0901 "scenario refers to something outside its releases",
    E0902 "scenario without a release or an expectation",
    E0903 "property names an environment outside its flow",
}

impl Code {
    /// `Warning` for codes that start with `W`, `Error` for those with `E`.
    pub fn severity(self) -> Severity {
        if self.as_str().starts_with('W') { Severity::Warning } else { Severity::Error }
    }

    /// The code with this text, ignoring case and surrounding space; `None` if there is no such code.
    pub fn parse(text: &str) -> Option<Code> {
        CODES.iter().copied().find(|code| code.as_str().eq_ignore_ascii_case(text.trim()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
