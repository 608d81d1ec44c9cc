//! What is written down: one entry for each event of the machine, each effect that follows from it, and each report.
//!
//! An entry is `{v, seq, epoch, at, kind, …}` (rule 27). The events (`begun`, `outcome`, `due`, `operator`) are what the
//! machine is fed with again; the `intent`s and `report`s after each are what it then must emit again.
//!
//! ```
//! let line = r#"{"v":1,"seq":1,"epoch":1,"at":"2026-11-23T08:00:00Z","kind":"begun"}"#;
//! let entry: promoc::ledger::entry::Entry = serde_json::from_str(line).unwrap();
//! assert_eq!(serde_json::to_string(&entry).unwrap(), line);
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::release::{
    Act, Effect, EnvironmentPlanId, EventKind, HealthLoss, Names, Outcome, Place, Plan, Report, Status,
};
use crate::run::changes::FileView;
use crate::syntax::literal::Instant;

/// The version of entries that this binary writes, and the newest that it understands.
pub const VERSION: u32 = 1;

/// The kinds that this binary understands.
pub const KINDS: [&str; 8] = ["begun", "outcome", "due", "operator", "trouble", "other", "intent", "report"];

/// One entry of the ledger of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The version of its form.
    pub v: u32,
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// How often the release was taken over, from 1.
    pub epoch: u64,
    /// When, in RFC 3339.
    pub at: String,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum What {
    /// The release begins.
    Begun,
    /// An effect has ended.
    Outcome {
        /// Its id.
        effect: String,
        /// How.
        outcome: Outcome,
        /// What came of it.
        #[serde(default, skip_serializing_if = "Detail::is_empty")]
        detail: Box<Detail>,
    },
    /// An instant has come.
    Due,
    /// A person said so.
    Operator {
        /// What: `terminate`, `retry`, `retry-by-force`.
        word: String,
    },
    /// An application that was healthy is not any more.
    #[serde(rename = "trouble")]
    HealthLoss {
        /// Its environment.
        environment: String,
        /// Its number in the plan.
        application: u32,
        /// What is wrong.
        trouble: HealthLoss,
        /// How that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// Something to be known of another release of the product.
    Other {
        /// What: `overtaken`, `occupied`, `freed`.
        word: String,
        /// The environment.
        environment: String,
    },
    /// This is done next.
    Intent {
        /// The id of the effect.
        effect: String,
        /// What is done: `workflow`, `commit` …, or `cancel`.
        act: String,
        /// The workflow.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        workflow: Option<String>,
        /// What is waited for, in words; no part of what the machine does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<String>,
        /// Where a commit starts from (rules 29 and 32).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        base: Vec<Base>,
    },
    /// Something to be known: a status has become another one, or somebody waits.
    Report {
        /// The environment; the release where there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment: Option<String>,
        /// What: `status`, `started`, `soaking`, `awaiting-window`, `awaiting-older`, `baking`, `retrying`,
        /// `rolling-back`, `superseded`.
        what: String,
        /// The status.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<Status>,
        /// The effect that is tried again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effect: Option<String>,
        /// Until when somebody waits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<String>,
        /// What is waited for, in words; no part of what the machine does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<String>,
    },
}

/// Where a commit starts from, for each source of its application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// The repository.
    pub repository: String,
    /// The branch.
    pub branch: String,
    /// The head of the branch.
    pub head: String,
    /// A digest of what was at the copied paths.
    pub before: String,
}

/// What came of an effect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What a workflow gave.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub gives: BTreeMap<String, String>,
    /// Where a workflow's output is, relative to the project's root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// The last lines of that, where it did not succeed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub output: Vec<String>,
    /// The commits that were made, one for each source that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<CommitView>,
    /// What they changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileView>,
}

impl Detail {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        *self == Detail::default()
    }

    /// A failure.
    pub fn error(message: impl Into<String>) -> Detail {
        Detail { error: Some(message.into()), ..Detail::default() }
    }
}

/// A commit, as it is shown and given to workflows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitView {
    /// The repository.
    pub repository: String,
    /// Its id.
    pub sha: String,
    /// `Name <mail>`.
    pub author: String,
    /// The whole message.
    pub message: String,
    /// RFC 3339.
    pub date: String,
}

impl What {
    /// The entry of an event of the machine. `effect` is the text of an outcome's id.
    pub fn of_event(what: &EventKind, effect: Option<String>, detail: Detail, plan: &Plan, names: &Names) -> What {
        let name = |id: EnvironmentPlanId| names.environments.get(id.index()).cloned().unwrap_or_default();
        let other = |word: &str, id| What::Other { word: word.to_owned(), environment: name(id) };
        match what {
            EventKind::Begin => What::Begun,
            EventKind::Outcome(_, outcome) => {
                What::Outcome { effect: effect.unwrap_or_default(), outcome: *outcome, detail: Box::new(detail) }
            }
            EventKind::Due => What::Due,
            EventKind::HealthLoss(id, trouble) => What::HealthLoss {
                environment: plan.applications.find(*id).map(|it| name(it.environment)).unwrap_or_default(),
                application: u32::try_from(id.index()).unwrap_or(u32::MAX),
                trouble: *trouble,
                error: detail.error,
            },
            EventKind::Terminate => What::Operator { word: "terminate".to_owned() },
            EventKind::Retry { force: false } => What::Operator { word: "retry".to_owned() },
            EventKind::Retry { force: true } => What::Operator { word: "retry-by-force".to_owned() },
            EventKind::Superseded(id) => other("overtaken", *id),
            EventKind::Blocked(id) => other("occupied", *id),
            EventKind::Unblocked(id) => other("freed", *id),
        }
    }

    /// The entry of an effect that follows from an event of this instant.
    pub fn of_effect(effect: &Effect, now: Instant, release: &str, plan: &Plan, names: &Names) -> What {
        match effect {
            Effect::Do { id, act } => What::Intent {
                words: match (act, id.place) {
                    (Act::AskApproval(nth), Place::Environment(id)) => Some(names.approval(plan, id, *nth)),
                    _ => None,
                },
                effect: id.text(release, plan, names),
                act: word(*act).to_owned(),
                workflow: match act {
                    Act::Workflow(call) => names.calls.get(call.index()).cloned(),
                    _ => None,
                },
                base: Vec::new(),
            },
            Effect::Cancel(id) => What::Intent {
                effect: id.text(release, plan, names),
                act: "cancel".to_owned(),
                workflow: None,
                words: None,
                base: Vec::new(),
            },
            Effect::Report(report) => {
                let (id, what, until) = match *report {
                    Report::Release(_) => (None, "status", None),
                    Report::Environment(id, _) => (Some(id), "status", None),
                    Report::Started(id) => (Some(id), "started", None),
                    Report::Baking(until) => (None, "baking", Some(until)),
                    Report::Soaking(id, until) => (Some(id), "soaking", Some(until)),
                    Report::AwaitingWindow(id, until) => (Some(id), "awaiting-window", until),
                    Report::AwaitingOlder(id) => (Some(id), "awaiting-older", None),
                    Report::RollingBack(id) => (Some(id), "rolling-back", None),
                    Report::Superseded(id) => (Some(id), "superseded", None),
                    Report::RetryingEnvironment(id, until) => (Some(id), "retrying", Some(until)),
                    Report::RetryingWorkflow(_, until) => (None, "retrying", Some(until)),
                };
                What::Report {
                    environment: id.and_then(|id| names.environments.get(id.index()).cloned()),
                    what: what.to_owned(),
                    status: match *report {
                        Report::Release(status) | Report::Environment(_, status) => Some(status),
                        _ => None,
                    },
                    effect: match report {
                        Report::RetryingWorkflow(id, _) => Some(id.text(release, plan, names)),
                        _ => None,
                    },
                    until: until.map(|until| until.to_string()),
                    words: match *report {
                        Report::AwaitingWindow(id, until) => Some(names.window(plan, id, now, until)),
                        _ => None,
                    },
                }
            }
        }
    }

    /// Whether both say the same of what the machine does; what the world added is its own.
    pub fn same_effect(&self, other: &What) -> bool {
        match (self, other) {
            (
                What::Intent { effect, act, workflow, .. },
                What::Intent { effect: other_effect, act: other_act, workflow: other_workflow, .. },
            ) => (effect, act, workflow) == (other_effect, other_act, other_workflow),
            (What::Report { words: _, .. }, What::Report { words, .. }) => {
                let mut own = self.clone();
                if let What::Report { words: own, .. } = &mut own {
                    own.clone_from(words);
                }
                own == *other
            }
            _ => self == other,
        }
    }
}

/// What is done, in one word.
pub fn word(act: Act) -> &'static str {
    match act {
        Act::Workflow(_) => "workflow",
        Act::Commit => "commit",
        Act::OpenPullRequest => "open-pull-request",
        Act::Rollback => "give-back",
        Act::OpenRollbackPr => "open-give-back",
        Act::AwaitMerge => "await-merge",
        Act::AwaitSync => "await-sync",
        Act::AwaitHealth => "await-health",
        Act::AskApproval(_) => "ask-approval",
    }
}

/// An instant from its text.
pub fn instant(text: &str) -> Option<Instant> {
    text.parse::<jiff::Timestamp>().ok().map(|timestamp| Instant(timestamp.as_millisecond()))
}
