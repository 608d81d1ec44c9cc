//! What a machine asks of its world.

#[cfg(doc)]
use super::Stage;
use super::{CallId, EffectId, EnvironmentPlanId};
use crate::syntax::ast;
use crate::syntax::literal::Instant;

/// Something that must happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Perform this. Exactly one outcome with this id comes back.
    Do {
        /// Comes back with the outcome.
        id: EffectId,
        /// What the world performs.
        act: Act,
    },
    /// End this effect early. A workflow, a commit and the opening of a pull request still answer, with how they ended.
    /// With the stage `merge` or `rollback-merge`, close the open pull request, even if its merge is not awaited yet;
    /// the answer is `Succeeded` if it was merged before that, else `Stopped`. A wait (sync, health, approval, override) does not
    /// answer. An answer that comes after [the bound](super::State::due) still counts if a repository may have been
    /// changed, because rules 19 and 20 depend on it.
    Cancel(EffectId),
    /// Record this. There is nothing to perform.
    Report(Report),
}

/// What an effect performs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Workflow(CallId),
    /// Write the release's values into the application's files, in one commit.
    Commit,
    /// Open a pull request that does the same.
    OpenPullRequest,
    /// Roll the application back to what it ran before, by a commit (rule 18). `Unchanged`: it no longer runs the
    /// release's values, and was left alone (rule 19).
    Rollback,
    /// Open a pull request that does the same.
    OpenRollbackPr,
    /// Wait until the pull request is merged or closed.
    AwaitMerge,
    /// Wait until the application runs the release's values; at [`Stage::RollbackSync`], those that it ran before.
    AwaitSync,
    AwaitHealth,
    /// Request the nth approval of the environment, from 0.
    AskApproval(u16),
    /// Ask the people who may override a window of the environment; the nth override, from 0.
    AskOverride(u16),
}

/// The status of a release (rule 15) or of an environment (rules 1 to 7 and 21).
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
    /// Whether nothing follows this status before a retry.
    pub fn is_end(self) -> bool {
        matches!(self, Status::Succeeded | Status::Failed | Status::Terminated | Status::RolledBack)
    }

    /// Whether it has begun and not ended. A release that is terminating is not included.
    pub fn is_in_flight(self) -> bool {
        matches!(self, Status::Running | Status::Suspended)
    }

    /// Whether a release that ended with this status can be retried (rule 25).
    pub fn can_be_retried(self) -> bool {
        matches!(self, Status::Failed | Status::Terminated)
    }

    /// The word of the language; a release that is terminating has none.
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

    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        self.word().map_or("terminating", ast::Status::as_str)
    }
}

impl From<ast::Status> for Status {
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

/// A change that is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    Release(Status),
    Environment(EnvironmentPlanId, Status),
    /// Stages 1 to 3 of the environment are passed, and stage 4 begins.
    Started(EnvironmentPlanId),
    /// The release bakes until this instant (rule 13).
    Baking(Instant),
    /// The dependencies of the environment are met; it soaks until this instant (rule 1).
    Soaking(EnvironmentPlanId, Instant),
    /// The environment waits for its windows, which open together at this instant; `None`: not before the release's
    /// timeout (rule 3).
    AwaitingWindow(EnvironmentPlanId, Option<Instant>),
    /// The environment has failed and continues from that point at this instant (rule 10).
    RetryingEnvironment(EnvironmentPlanId, Instant),
    /// The environment could begin, but an older release is in flight there and must end first (rule 23).
    AwaitingOlder(EnvironmentPlanId),
    /// A rollback rule has fired: the environment is rolled back as far as it runs this release (rules 18 to 21).
    RollingBack(EnvironmentPlanId),
    /// The release is terminated as superseded, because of this environment (rules 8 and 24).
    Superseded(EnvironmentPlanId),
    /// This try of a workflow has failed; the next try of the same run begins at this instant (rule 11).
    RetryingWorkflow(EffectId, Instant),
}

impl Report {
    /// The environment that the report is about; `None` if it is about the release or an effect.
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
