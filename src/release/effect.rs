//! What a machine asks of its world.

#[cfg(doc)]
use super::Stage;
use super::{CallId, EffectId, EnvironmentPlanId};
use crate::syntax::ast;
use crate::syntax::literal::Instant;

/// Something that must happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Do this; an outcome with this id comes back, once.
    Do {
        /// Its id.
        id: EffectId,
        /// What.
        act: Act,
    },
    /// End this. A workflow that is stopped answers with an outcome, and so does a commit or the opening of a pull request:
    /// with what became of it. With the stage `merge` or `rollback-merge` an open pull request is closed, also where nobody
    /// waited for its merge yet; the answer is `Succeeded` where it was merged before that, else `Stopped`. A wait (sync,
    /// health, approval) does not answer. An answer that comes after [the bound](super::State::due) is still listened to
    /// where a repository may have been changed: rules 19 and 20 ask what was.
    Cancel(EffectId),
    /// Nothing to do, something to write down: a status has become another one.
    Report(Report),
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Run a workflow.
    Workflow(CallId),
    /// Put the release's values into the application's files by a commit.
    Commit,
    /// Open a pull request that would do so.
    OpenPullRequest,
    /// Roll the application back to what it ran before, by a commit (rule 18). `Unchanged`: it runs something else than
    /// the release's values, and was left alone (rule 19).
    Rollback,
    /// Open a pull request that would do so.
    OpenRollbackPr,
    /// Wait until the pull request is merged or closed.
    AwaitMerge,
    /// Wait until the application runs the release's values; at [`Stage::RollbackSync`] those that it ran before.
    AwaitSync,
    /// Wait until it is healthy.
    AwaitHealth,
    /// Ask people: the nth approval of the environment.
    AskApproval(u16),
}

/// The status of a release or of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "rule 15 says what each means")]
pub enum Status {
    Queued,
    Pending,
    Running,
    Suspended,
    Terminating,
    Succeeded,
    Failed,
    Terminated,
    RolledBack,
}

impl Status {
    /// Whether nothing follows it: of an environment until a retry, of a release for good or until one.
    pub fn is_end(self) -> bool {
        matches!(self, Status::Succeeded | Status::Failed | Status::Terminated | Status::RolledBack)
    }

    /// Whether it is at work, or waits for a person: what has begun and not ended, but for a release that is terminating.
    pub fn is_in_flight(self) -> bool {
        matches!(self, Status::Running | Status::Suspended)
    }

    /// Whether a release that ended so can be retried (rule 25).
    pub fn can_be_retried(self) -> bool {
        matches!(self, Status::Failed | Status::Terminated)
    }

    /// The word of the language for it; a release that is terminating has none.
    pub fn word(self) -> Option<ast::Status> {
        Some(match self {
            Status::Queued => ast::Status::Queued,
            Status::Pending => ast::Status::Pending,
            Status::Running => ast::Status::Running,
            Status::Suspended => ast::Status::Suspended,
            Status::Terminating => return None,
            Status::Succeeded => ast::Status::Succeeded,
            Status::Failed => ast::Status::Failed,
            Status::Terminated => ast::Status::Terminated,
            Status::RolledBack => ast::Status::RolledBack,
        })
    }

    /// As it is written and shown.
    pub fn as_str(self) -> &'static str {
        self.word().map_or("terminating", ast::Status::as_str)
    }
}

impl From<ast::Status> for Status {
    /// The status that a word of the language means.
    fn from(word: ast::Status) -> Status {
        match word {
            ast::Status::Queued => Status::Queued,
            ast::Status::Pending => Status::Pending,
            ast::Status::Running => Status::Running,
            ast::Status::Suspended => Status::Suspended,
            ast::Status::Succeeded => Status::Succeeded,
            ast::Status::Failed => Status::Failed,
            ast::Status::Terminated => Status::Terminated,
            ast::Status::RolledBack => Status::RolledBack,
        }
    }
}

/// What is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// The release has become this.
    Release(Status),
    /// An environment has become this.
    Environment(EnvironmentPlanId, Status),
    /// An environment has passed stages 1 to 3: stage 4 begins.
    Started(EnvironmentPlanId),
    /// The release bakes until then (rule 13).
    Baking(Instant),
    /// The dependencies of an environment are met; it soaks until then (rule 1).
    Soaking(EnvironmentPlanId, Instant),
    /// It waits for its windows: all are open at that instant, or never in the life of this release (rule 3).
    AwaitingWindow(EnvironmentPlanId, Option<Instant>),
    /// It has failed and goes on from there at that instant (rule 10).
    RetryingEnvironment(EnvironmentPlanId, Instant),
    /// An environment could begin, and an older release is in flight there: that one must end first (rule 23).
    AwaitingOlder(EnvironmentPlanId),
    /// A rule has fired: this environment is rolled back, as far as it runs this release (rules 18 to 21).
    RollingBack(EnvironmentPlanId),
    /// The release is terminated as superseded: because of this environment (rules 8 and 24).
    Superseded(EnvironmentPlanId),
    /// This try of a workflow has failed; the next one of the same run begins at that instant (rule 11).
    RetryingWorkflow(EffectId, Instant),
}

impl Report {
    /// The environment of which it speaks; `None`: of the release, or of an effect.
    pub fn environment(self) -> Option<EnvironmentPlanId> {
        match self {
            Report::Environment(id, _)
            | Report::Started(id)
            | Report::Soaking(id, _)
            | Report::AwaitingWindow(id, _)
            | Report::RetryingEnvironment(id, _)
            | Report::AwaitingOlder(id)
            | Report::RollingBack(id)
            | Report::Superseded(id) => Some(id),
            Report::Release(_) | Report::Baking(_) | Report::RetryingWorkflow(..) => None,
        }
    }
}
