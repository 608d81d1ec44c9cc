//! `promoc release ID --format json`: the details of a release.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use super::preview::ChangedFile;
use super::releases::ListedRelease;
use super::{Instant, Status};
use crate::release;
#[cfg(test)]
use crate::run::ActWord;
use crate::run::{CommitView, EffectView, EnvironmentView, ReleaseView};

/// A release with all details.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ReleaseDocument {
    /// The fields of the release in `promoc releases`.
    #[serde(flatten)]
    pub release: ListedRelease,
    /// The commit that triggered the release; null if this version of promoc cannot read its record.
    pub commit: Option<Commit>,
    /// The environments, in the order of the flow, the trigger first.
    pub environments: Vec<ReleaseEnvironment>,
    /// The hooks of the release itself, as steps.
    pub workflows: Vec<ReleaseStep>,
    /// Errors, and records that this version of promoc does not understand.
    pub issues: Vec<String>,
}

/// An environment of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ReleaseEnvironment {
    /// The name of the environment.
    pub name: String,
    /// The current status.
    pub status: Status,
    /// When the promotion started; null if it has not.
    pub started: Option<Instant>,
    /// When the promotion ended; null if it has not.
    pub ended: Option<Instant>,
    /// What the environment waits for now and, if known, until when, in words.
    pub waits_for: Vec<String>,
    /// Every step in the environment.
    pub workflows: Vec<ReleaseStep>,
    /// The commits that promoc made.
    pub commits: Vec<Commit>,
    /// The files that those commits changed.
    pub files: Vec<ChangedFile>,
}

/// A step: an action, a workflow or a wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ReleaseStep {
    /// The ID of the step, `PRODUCT/RELEASE/ATTEMPT/ENVIRONMENT/APPLICATION/STAGE`, with `-` for a missing part; the same
    /// as in the trailer of a commit.
    pub effect: String,
    /// The name of the application; null for a hook.
    pub application: Option<String>,
    /// `pre-action`, `action`, `sync`, `health`, `post-action`, `on-start`, `on-success` or `on-failure`. The second hook of
    /// an event ends in `-2`, and the second execution of a step in `.2`, and so on.
    pub stage: String,
    /// The kind of step.
    #[cfg_attr(test, schemars(extend("enum" = acts())))]
    pub act: String,
    /// The name of the workflow; null if the step runs none.
    pub workflow: Option<String>,
    /// How the step ended; null while it is in progress.
    pub outcome: Option<Outcome>,
    /// When the step started.
    pub started: Instant,
    /// When the step ended; null while it is in progress.
    pub ended: Option<Instant>,
    /// The file with the output, relative to the root of the project; null if there is none.
    pub log: Option<String>,
    /// Why the step failed; null if it did not.
    pub error: Option<String>,
    /// The last lines of the output if the step did not succeed; secrets are masked.
    pub output: Vec<String>,
}

/// The kinds of steps. A cancellation is not a step of its own.
#[cfg(test)]
fn acts() -> Vec<&'static str> {
    ActWord::ALL.iter().filter(|act| **act != ActWord::Cancel).map(|act| act.as_str()).collect()
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The step succeeded.
    Succeeded,
    /// There was nothing to change.
    Unchanged,
    /// The step failed.
    Failed,
    /// The step was stopped.
    Stopped,
    /// The values in the trigger changed before they were in sync.
    Superseded,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Commit {
    /// The location of the repository.
    pub repository: String,
    /// The full ID of the commit.
    pub sha: String,
    /// The author, as `Name <mail>`.
    pub author: String,
    /// The whole message, including the trailers.
    pub message: String,
    /// The author date, in RFC 3339 format.
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
