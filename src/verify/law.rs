//! The properties that are proved for every flow.

/// A property of the machine, numbered as in `docs/release.md`.
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
    /// Properties of one release.
    pub const OF_ONE: [Law; 11] =
        [Law::V1, Law::V2, Law::V3, Law::V4, Law::V5, Law::V6, Law::V7, Law::V8, Law::V9, Law::V10, Law::V11];
    /// Properties of two releases.
    pub const OF_SEVERAL: [Law; 3] = [Law::V4, Law::V12, Law::V13];

    /// `V1`, `never-1`
    pub fn code(self) -> String {
        match self {
            Law::Never(nth) => format!("never-{}", nth + 1),
            law => format!("{law:?}"),
        }
    }

    /// The property as a sentence without a full stop.
    pub fn title(self) -> &'static str {
        match self {
            Law::V1 => "an environment begins only when its dependencies, soak, approvals and windows allow it",
            Law::V2 => "the stages of an application run in order, each at most once",
            Law::V3 => "no effect happens twice",
            Law::V4 => "every run ends",
            Law::V5 => "every run ends with the right statuses, and nothing is in progress after the end",
            Law::V6 => "at the end, no target of a rollback that fired still runs the release, unless that is reported",
            Law::V7 => "a failure does not affect environments that neither depend on it nor are rolled back",
            Law::V8 => {
                "`on failure` hooks run for everything that failed or was terminated in flight, and for nothing else"
            }
            Law::V9 => "a retry repeats nothing that has succeeded",
            Law::V10 => "every environment can succeed, and every rollback can fire",
            Law::V11 => "after a crash at any moment, the release continues with the same effects",
            Law::V12 => "no environment goes from a newer release to an older one, except by a rollback",
            Law::V13 => "two releases are never in flight in one environment",
            Law::Never(_) => "no run breaks the property of the flow",
        }
    }
}

/// A law that was broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Breach {
    pub law: Law,
    pub what: String,
}
