//! The words of the ledger: everything that an entry says by one word of a closed list.
//!
//! INVARIANT: a word that was ever written keeps its meaning for good. Rust names follow the rest of the code; the words do
//! not, because ledgers that exist have them (`give-back` for a rollback, `overtaken` for superseded).

use serde::{Deserialize, Serialize};

/// An enumeration whose values are written as these words.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every one.
            pub const ALL: &[$name] = &[$($name::$variant,)+];

            /// As it is written.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }
        }
    };
}

words! {
    /// What an entry is.
    EntryTag {
        /// The release begins.
        Begun = "begun",
        /// An effect has ended.
        Outcome = "outcome",
        /// An instant has come.
        Due = "due",
        /// A person said so.
        Operator = "operator",
        /// An application has lost its health.
        HealthLoss = "trouble",
        /// Something about another release.
        Other = "other",
        /// An effect is done next.
        Intent = "intent",
        /// Something to be known.
        Report = "report",
    }
}

words! {
    /// What a person asks of a release.
    OperatorWord {
        /// It is to end (rule 16).
        Terminate = "terminate",
        /// It is to try again (rule 25).
        Retry = "retry",
        /// The same, although it is superseded.
        RetryByForce = "retry-by-force",
    }
}

words! {
    /// What another release of the product does in an environment.
    OtherWord {
        /// A newer one has begun it (rule 24).
        Superseded = "overtaken",
        /// An older one is in flight there (rule 23).
        Blocked = "occupied",
        /// None is any more.
        Unblocked = "freed",
    }
}

words! {
    /// What is done by an effect.
    ActWord {
        /// A workflow runs.
        Workflow = "workflow",
        /// The release's values are committed.
        Commit = "commit",
        /// A pull request with them is opened.
        OpenPullRequest = "open-pull-request",
        /// An application is rolled back by a commit.
        Rollback = "give-back",
        /// A pull request that does so is opened.
        OpenRollbackPr = "open-give-back",
        /// The merge of a pull request is awaited.
        AwaitMerge = "await-merge",
        /// That the values run is awaited.
        AwaitSync = "await-sync",
        /// Health is awaited.
        AwaitHealth = "await-health",
        /// People are asked.
        AskApproval = "ask-approval",
        /// An effect is ended before its end.
        Cancel = "cancel",
    }
}

words! {
    /// What a report is about.
    ReportWord {
        /// The status has become another one.
        Status = "status",
        /// Stage 4 of an environment begins.
        Started = "started",
        /// An environment soaks.
        Soaking = "soaking",
        /// It waits for its windows.
        AwaitingWindow = "awaiting-window",
        /// It waits for an older release.
        AwaitingOlder = "awaiting-older",
        /// The release bakes.
        Baking = "baking",
        /// An environment, or a workflow, is tried again later.
        Retrying = "retrying",
        /// A rollback has been fired.
        RollingBack = "rolling-back",
        /// The release ends because of a newer one.
        Superseded = "superseded",
    }
}

words! {
    /// What a commit does to a file.
    FileWord {
        /// Some of its values change.
        Edited = "edited",
        /// It is new.
        Created = "created",
        /// It is replaced as a whole.
        Replaced = "replaced",
        /// It is removed.
        Removed = "removed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_was_ever_written_stays() {
        fn check<T: Serialize + for<'a> Deserialize<'a> + Copy>(
            all: &[T],
            of: impl Fn(T) -> &'static str,
            words: &str,
        ) {
            let written: Vec<&str> = all.iter().map(|word| of(*word)).collect();
            assert_eq!(written.join(" "), words);
            for word in all {
                let json = serde_json::to_string(word).unwrap();
                assert_eq!(json, format!("\"{}\"", of(*word)));
                assert_eq!(of(serde_json::from_str(&json).unwrap()), of(*word));
            }
        }
        check(EntryTag::ALL, EntryTag::as_str, "begun outcome due operator trouble other intent report");
        check(OperatorWord::ALL, OperatorWord::as_str, "terminate retry retry-by-force");
        check(OtherWord::ALL, OtherWord::as_str, "overtaken occupied freed");
        check(
            ActWord::ALL,
            ActWord::as_str,
            "workflow commit open-pull-request give-back open-give-back await-merge await-sync await-health ask-approval cancel",
        );
        check(
            ReportWord::ALL,
            ReportWord::as_str,
            "status started soaking awaiting-window awaiting-older baking retrying rolling-back superseded",
        );
        check(FileWord::ALL, FileWord::as_str, "edited created replaced removed");
    }
}
