//! The table of codes. A code never changes its meaning; new ones take the next free number of their group.
//!
//! A new code is a line here and a page in `docs/errors`, without which this does not compile.

use std::fmt;

/// Errors stop; warnings do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The program means nothing sure.
    Error,
    /// It means something, but hardly what was wanted.
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
            /// As it is written: `E0201`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$code => stringify!($code),)* }
            }

            /// What it means, in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Code::$code => $title,)* }
            }

            /// The long story: what it means, why it matters, a wrong and a right program. Markdown, from `docs/errors`.
            pub fn page(self) -> &'static str {
                match self {
                    $(Code::$code => include_str!(concat!("../../docs/errors/", stringify!($code), ".md")),)*
                }
            }
        }
    };
}

codes! {
    E0101 "syntax that was not understood",
    E0102 "not a valid name",
    E0103 "string without end, or unknown escape",
    E0104 "not a valid duration, percent, time, date, instant, day, count or range",
    E0105 "not a valid JSONPath",
    E0106 "nested too deep, or a file too large",
    E0107 "given twice, or two that exclude each other",
    E0108 "import not found, not readable, or outside the root",
    E0109 "a statement that does not belong in this block",
    E0201 "unknown name",
    E0202 "the name of another kind of thing",
    E0203 "declared twice",
    E0204 "group inside itself",
    W0205 "declared and never used",
    W0206 "argument that the workflow does not need",
    E0301 "cycle in a flow",
    E0302 "environment twice in a flow",
    E0303 "no trigger, or more than one",
    E0304 "no target",
    E0305 "depends on what is not in the flow",
    E0306 "more than the group has, or less than one",
    W0307 "implied by another name",
    E0308 "rollback of, or when, what is not a target",
    E0309 "rollback of what makes no commit",
    E0401 "no application in an environment of the flow",
    E0402 "application without repo or path",
    E0403 "two applications at one place",
    E0404 "path leaves its place",
    W0405 "nothing said of what to copy",
    W0406 "flow that no change can select",
    E0407 "application that cannot tell whom it follows",
    W0408 "revision that is never seen",
    W0409 "directory inside another",
    W0410 "product without a flow",
    W0411 "version from nowhere",
    E0501 "action none without a pre-action",
    E0502 "policies that contradict each other",
    W0503 "policy that matches nothing",
    E0504 "policy that sets nothing",
    E0505 "otherwise than a policy requires",
    E0601 "parameter not available here",
    W0603 "given and needed by nobody",
    E0604 "given twice",
    E0701 "window that never opens",
    E0702 "unknown time zone",
    E0703 "timeout shorter than the way through",
    W0704 "gap longer than the timeout",
    E0801 "the target cannot express this",
    W0802 "the target expresses this in another way, or not at all",
    E0901 "scenario of what is not there",
    E0902 "scenario without release or expectation",
    E0903 "property of what is not in its flow",
}

impl Code {
    /// `Warning` for the codes that begin with `W`.
    pub fn severity(self) -> Severity {
        if self.as_str().starts_with('W') { Severity::Warning } else { Severity::Error }
    }

    /// The code that is written so, in any case.
    pub fn parse(text: &str) -> Option<Code> {
        CODES.iter().copied().find(|code| code.as_str().eq_ignore_ascii_case(text.trim()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
