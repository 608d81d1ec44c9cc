//! `promoc release ID --format json`: everything that is known about a release.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use super::preview::ChangedFile;
use super::releases::ListedRelease;
use super::{Instant, Status};
#[cfg(test)]
use crate::ledger::words::ActWord;
use crate::release;
use crate::run::{CommitView, EffectView, EnvironmentView, ReleaseView};

/// A release in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ReleaseDocument {
    /// As in the list of releases.
    #[serde(flatten)]
    pub release: ListedRelease,
    /// The commit that triggered; null where this version of promoc cannot read what was recorded.
    pub commit: Option<Commit>,
    /// Its environments, in order of the flow, the trigger first.
    pub environments: Vec<ReleaseEnvironment>,
    /// The hooks of the release itself.
    pub workflows: Vec<ReleaseStep>,
    /// What went wrong, and what this version of promoc does not understand.
    pub issues: Vec<String>,
}

/// An environment of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ReleaseEnvironment {
    /// The environment.
    pub name: String,
    /// Its status.
    pub status: Status,
    /// When its promotion began; null where it has not.
    pub started: Option<Instant>,
    /// When it ended; null where it has not.
    pub ended: Option<Instant>,
    /// What it waits for now and, where that is known, until when, in words.
    pub waits_for: Vec<String>,
    /// Everything that was done there.
    pub workflows: Vec<ReleaseStep>,
    /// The commits that were made.
    pub commits: Vec<Commit>,
    /// What those commits changed.
    pub files: Vec<ChangedFile>,
}

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ReleaseStep {
    /// Its id, `RELEASE/ATTEMPT/ENVIRONMENT/APPLICATION/STAGE`, with `-` where there is none; the same as in the trailer of
    /// a commit.
    pub effect: String,
    /// The application; null for a hook.
    pub application: Option<String>,
    /// `pre-action`, `action`, `sync`, `health`, `post-action`, `on-start`, `on-success` or `on-failure`; then `-2` and so on
    /// for further hooks of one event, and `.2` and so on for further times.
    pub stage: String,
    /// What was done.
    #[cfg_attr(test, schemars(extend("enum" = acts())))]
    pub act: String,
    /// The workflow; null where it is none.
    pub workflow: Option<String>,
    /// How it ended; null while it is under way.
    pub outcome: Option<Outcome>,
    /// When it began.
    pub started: Instant,
    /// When it ended; null while it is under way.
    pub ended: Option<Instant>,
    /// The file with its output, from the project's root; null where there is none.
    pub log: Option<String>,
    /// Why it failed; null where it did not.
    pub error: Option<String>,
    /// The last lines of its output, where it did not succeed; secrets are masked.
    pub output: Vec<String>,
}

/// What a step may do. To cancel is no step of its own.
#[cfg(test)]
fn acts() -> Vec<&'static str> {
    ActWord::ALL.iter().filter(|act| **act != ActWord::Cancel).map(|act| act.as_str()).collect()
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is done.
    Succeeded,
    /// There was nothing to change.
    Unchanged,
    /// It did not work.
    Failed,
    /// It was stopped.
    Stopped,
    /// The trigger's values became others before they were seen in sync.
    Superseded,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Commit {
    /// The repository.
    pub repository: String,
    /// The id.
    pub sha: String,
    /// The author: `Name <mail>`.
    pub author: String,
    /// The whole message.
    pub message: String,
    /// The author's date, in RFC 3339.
    pub date: String,
}

impl From<&ReleaseView> for ReleaseDocument {
    fn from(view: &ReleaseView) -> ReleaseDocument {
        ReleaseDocument {
            release: (&view.release).into(),
            commit: view.commit.as_ref().map(Commit::from),
            environments: view.environments.iter().map(ReleaseEnvironment::from).collect(),
            workflows: view.workflows.iter().map(ReleaseStep::from).collect(),
            issues: view.issues.clone(),
        }
    }
}

impl From<&EnvironmentView> for ReleaseEnvironment {
    fn from(view: &EnvironmentView) -> ReleaseEnvironment {
        ReleaseEnvironment {
            name: view.name.clone(),
            status: view.status.into(),
            started: view.started.clone().map(Instant),
            ended: view.ended.clone().map(Instant),
            waits_for: view.waits_for.clone(),
            workflows: view.workflows.iter().map(ReleaseStep::from).collect(),
            commits: view.commits.iter().map(Commit::from).collect(),
            files: view.files.iter().map(ChangedFile::from).collect(),
        }
    }
}

impl From<&EffectView> for ReleaseStep {
    fn from(view: &EffectView) -> ReleaseStep {
        ReleaseStep {
            effect: view.effect.clone(),
            application: view.application.clone(),
            stage: view.stage.clone(),
            act: view.act.clone(),
            workflow: view.workflow.clone(),
            outcome: view.outcome.map(Outcome::from),
            started: Instant(view.started.clone()),
            ended: view.ended.clone().map(Instant),
            log: view.log.clone(),
            error: view.error.clone(),
            output: view.output.clone(),
        }
    }
}

impl From<release::Outcome> for Outcome {
    fn from(outcome: release::Outcome) -> Outcome {
        match outcome {
            release::Outcome::Succeeded => Outcome::Succeeded,
            release::Outcome::Unchanged => Outcome::Unchanged,
            release::Outcome::Failed => Outcome::Failed,
            release::Outcome::Stopped => Outcome::Stopped,
            release::Outcome::Superseded => Outcome::Superseded,
        }
    }
}

impl From<&CommitView> for Commit {
    fn from(view: &CommitView) -> Commit {
        Commit {
            repository: view.repository.clone(),
            sha: view.sha.clone(),
            author: view.author.clone(),
            message: view.message.clone(),
            date: view.date.clone(),
        }
    }
}
