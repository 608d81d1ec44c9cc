//! The words of the ledger: every closed list of words in an entry.
//!
//! INVARIANT: a stored word keeps its meaning forever. Rust names follow the rest of the code; the words do not, because
//! existing ledgers contain them (`give-back` for a rollback, `overtaken` for superseded).

use serde::{Deserialize, Serialize};

/// Defines an enumeration whose values are stored as these words.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every word, in the order of declaration.
            pub const ALL: &[$name] = &[$($name::$variant,)+];

            /// The word as it is stored.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }
        }
    };
}

words! {
    /// The kind of an entry.
    EntryTag {
        /// The release started.
        Begun = "begun",
        /// An effect ended.
        Outcome = "outcome",
        /// A timer or timeout expired.
        Due = "due",
        /// A person gave a command.
        Operator = "operator",
        /// An application lost its health.
        HealthLoss = "trouble",
        /// Another release did something in an environment of this one.
        Other = "other",
        /// An effect is performed next.
        Intent = "intent",
        /// A status changed, or a wait began.
        Report = "report",
        /// A later runner takes over a workflow.
        Claimed = "claimed",
    }
}

words! {
    /// A command of a person.
    OperatorWord {
        /// Terminate the release (rule 16).
        Terminate = "terminate",
        /// Retry the release (rule 25).
        Retry = "retry",
        /// Retry the release although it is superseded.
        RetryByForce = "retry-by-force",
    }
}

words! {
    /// What another release of the product did in an environment.
    OtherWord {
        /// A newer release has started it (rule 24).
        Superseded = "overtaken",
        /// An older release is in flight there (rule 23).
        Blocked = "occupied",
        /// No older release is in flight there any longer.
        Unblocked = "freed",
    }
}

words! {
    /// What an effect does.
    ActWord {
        /// Runs a workflow.
        Workflow = "workflow",
        /// Commits the release's values.
        Commit = "commit",
        /// Opens a pull request with the release's values.
        OpenPullRequest = "open-pull-request",
        /// Rolls an application back with a commit.
        Rollback = "give-back",
        /// Rolls an application back with a pull request.
        OpenRollbackPr = "open-give-back",
        /// Waits until a pull request is merged.
        AwaitMerge = "await-merge",
        /// Waits until the values are in sync.
        AwaitSync = "await-sync",
        /// Waits until an application is healthy.
        AwaitHealth = "await-health",
        /// Asks for an approval.
        AskApproval = "ask-approval",
        /// Asks for the override of a window.
        AskOverride = "ask-override",
        /// Stops or cancels an effect that has not ended.
        Cancel = "cancel",
    }
}

words! {
    /// The subject of a report.
    ReportWord {
        /// A status changed.
        Status = "status",
        /// Stage 4 of an environment began.
        Started = "started",
        /// An environment soaks.
        Soaking = "soaking",
        /// An environment waits for its windows.
        AwaitingWindow = "awaiting-window",
        /// An environment waits for an older release.
        AwaitingOlder = "awaiting-older",
        /// The release bakes.
        Baking = "baking",
        /// An environment or a workflow will be retried.
        Retrying = "retrying",
        /// A rollback was triggered.
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
        /// The file is new.
        Created = "created",
        /// The whole file is replaced.
        Replaced = "replaced",
        /// The file is removed.
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
        check(EntryTag::ALL, EntryTag::as_str, "begun outcome due operator trouble other intent report claimed");
        check(OperatorWord::ALL, OperatorWord::as_str, "terminate retry retry-by-force");
        check(OtherWord::ALL, OtherWord::as_str, "overtaken occupied freed");
        check(
            ActWord::ALL,
            ActWord::as_str,
            "workflow commit open-pull-request give-back open-give-back await-merge await-sync await-health ask-approval ask-override cancel",
        );
        check(
            ReportWord::ALL,
            ReportWord::as_str,
            "status started soaking awaiting-window awaiting-older baking retrying rolling-back superseded",
        );
        check(FileWord::ALL, FileWord::as_str, "edited created replaced removed");
    }
}
