//! What is proved of every flow.

/// A property of the machine, as the design numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "`title` says what each means")]
pub enum Law {
    V1,
    V2,
    V3,
    V4,
    V5,
    V6,
    V7,
    V8,
    V9,
    V10,
    V11,
    V12,
    V13,
    /// The nth property of the flow itself (`never …`), from 0.
    Never(usize),
}

impl Law {
    /// Those of one release.
    pub const OF_ONE: [Law; 11] =
        [Law::V1, Law::V2, Law::V3, Law::V4, Law::V5, Law::V6, Law::V7, Law::V8, Law::V9, Law::V10, Law::V11];
    /// Those of several releases.
    pub const OF_SEVERAL: [Law; 3] = [Law::V4, Law::V12, Law::V13];

    /// `V1`, `never-1`
    pub fn code(self) -> String {
        match self {
            Law::Never(nth) => format!("never-{}", nth + 1),
            law => format!("{law:?}"),
        }
    }

    /// What it says.
    pub fn title(self) -> &'static str {
        match self {
            Law::V1 => "an environment begins only when dependencies, soak, approvals and windows let it",
            Law::V2 => "the stages of an application come in order, and none twice",
            Law::V3 => "no effect happens twice",
            Law::V4 => "every run ends",
            Law::V5 => "every run ends with the right statuses, and nothing goes on after it",
            Law::V6 => "what a fired rule names does not run the release at the end, unless that is reported",
            Law::V7 => "a failure leaves alone what does not depend on it and is not given back",
            Law::V8 => "on-failure hooks run for what failed or was terminated in flight, and for nothing else",
            Law::V9 => "a retry repeats nothing that has succeeded",
            Law::V10 => "every environment can succeed, and every rule can fire",
            Law::V11 => "after a crash at any moment the release goes on with the same effects",
            Law::V12 => "no environment goes from a newer release to an older one",
            Law::V13 => "never two releases in flight in one environment",
            Law::Never(_) => "what the flow says must never be, is in no run",
        }
    }
}

/// A law that a step has broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Breach {
    pub law: Law,
    pub what: String,
}
