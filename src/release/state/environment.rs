//! The state of an environment and its applications.

use super::TaskId;
use crate::release::{EffectId, Stage, Status};
use crate::syntax::literal::Instant;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::release) struct EnvironmentState {
    pub phase: Phase,
    /// The status that was reported last.
    pub shown: Status,
    /// It counts as failed, whatever is still to be done (rule 7).
    pub failed: bool,
    /// It was terminated in flight (rule 16).
    pub terminated: bool,
    /// It was in flight when a rule fired (rule 20).
    pub stopped: bool,
    /// What rollback rules have done with it in this attempt.
    pub rollback: EnvironmentRollback,
    /// It failed in the previous attempt, and continues from `point` once its dependencies are met (rule 25).
    pub resumes: bool,
    /// The phase in which it failed, and in which a retry continues (rule 10).
    pub point: Phase,
    /// How many retries it has used in this attempt (rule 10).
    pub retries: u32,
    /// When the next try begins.
    pub again: Instant,
    /// How many pull requests are awaited.
    pub merges: u32,
    /// How many of its needs are not met.
    pub unmet: u32,
    /// A newer release has begun it (rule 24).
    pub superseded: bool,
    /// An older release is in flight in it (rule 23).
    pub blocked: bool,
    /// Its number among the environments of the release that have succeeded, from 1, in the order in which they did.
    pub order: Option<u32>,
    pub started: Option<Instant>,
    pub ended: Option<Instant>,
    /// Its tasks: the index of the first, and the index after the last.
    pub tasks: (u32, u32),
}

/// The stages of an environment, and the phases after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::release) enum Phase {
    /// Stage 1, before the dependencies are met.
    Dependencies,
    /// Stage 1, after the dependencies are met.
    Soaking,
    Approving,
    Window,
    /// Stages 1 to 3 are passed, but an older release is in flight in it (rule 23).
    Entering,
    OnStart,
    Applications,
    OnSuccess,
    /// It has failed or is terminated. What is in progress ends, and nothing else starts (rules 7, 10 and 16).
    Ending,
    /// Until the next try (rule 10).
    Retrying,
    /// Its hooks on failure run (rule 7).
    OnFailure,
    /// It is rolled back (rule 18), perhaps while its hooks on failure run.
    RollingBack,
    /// It never starts in this attempt, because the release was terminated or a rule has named it (rule 20).
    Halted,
    Over,
}

/// What rollback rules have done with an environment in an attempt (rule 22).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::release) enum EnvironmentRollback {
    /// No rule has named it.
    No,
    /// A rule has named it. Its rollback is in progress, or begins once nothing else is in progress there.
    Due,
    /// There was nothing to roll back.
    Untouched,
    Done,
    /// The rollback of an application failed (rule 21).
    Failed,
}

impl Phase {
    pub(crate) fn is_before_start(self) -> bool {
        matches!(self, Phase::Dependencies | Phase::Soaking | Phase::Approving | Phase::Window | Phase::Entering)
    }

    pub(crate) fn is_promotion(self) -> bool {
        matches!(self, Phase::OnStart | Phase::Applications | Phase::OnSuccess)
    }

    /// Whether it has begun and not ended. An environment whose approval was denied is included, although it has not
    /// begun.
    pub(crate) fn is_in_flight(self) -> bool {
        self.is_promotion() || matches!(self, Phase::Ending | Phase::Retrying | Phase::OnFailure | Phase::RollingBack)
    }

    /// Whether it continues by itself.
    pub(crate) fn is_active(self) -> bool {
        !matches!(self, Phase::Dependencies | Phase::Halted | Phase::Over)
    }

    /// Whether it waits for a timer other than a timeout.
    pub(crate) fn has_timer(self) -> bool {
        matches!(self, Phase::Soaking | Phase::Window | Phase::Retrying)
    }
}

impl EnvironmentState {
    /// The status by rules 1 to 7 and 21. An environment that waits to continue after a retry keeps its status.
    pub(crate) fn status(&self) -> Status {
        match self.phase {
            Phase::Approving => Status::Suspended,
            phase if (phase.is_before_start() || phase == Phase::Halted) && self.resumes => Status::Failed,
            Phase::Dependencies | Phase::Soaking | Phase::Window | Phase::Entering | Phase::Halted => Status::Pending,
            Phase::Applications | Phase::RollingBack if self.merges > 0 => Status::Suspended,
            Phase::OnFailure if !self.failed => Status::Terminated,
            Phase::OnStart
            | Phase::Applications
            | Phase::OnSuccess
            | Phase::Ending
            | Phase::Retrying
            | Phase::OnFailure
            | Phase::RollingBack => Status::Running,
            Phase::Over if self.rollback == EnvironmentRollback::Done => Status::RolledBack,
            Phase::Over if self.rollback == EnvironmentRollback::Failed => Status::Failed,
            Phase::Over if self.failed => Status::Failed,
            Phase::Over if self.terminated => Status::Terminated,
            Phase::Over => Status::Succeeded,
        }
    }

    /// Whether its dependents may count it.
    pub(crate) fn succeeded(&self) -> bool {
        self.phase == Phase::Over && self.status() == Status::Succeeded
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::release) struct ApplicationState {
    pub task: TaskId,
    /// The first stage that has not succeeded; `None` if all have.
    pub stage: Option<Stage>,
    /// A wait that had succeeded and must be repeated, because health was lost (rule 9): sync or health.
    pub again: Option<Stage>,
    /// A loss of health counts, because it was healthy (rule 9).
    pub watched: bool,
    /// It runs this release (rule 19), as far as the machine knows.
    pub runs: bool,
    pub rollback: ApplicationRollback,
    /// Effects that nothing waits for any longer, but that may have changed its repository.
    pub overdue: Vec<EffectId>,
    /// How often each stage was performed in this attempt, in order of the stages.
    pub times: [u16; 8],
}

/// How far an application is rolled back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::release) enum ApplicationRollback {
    No,
    /// The rollback is at this stage.
    At(Stage),
    /// It runs something else and was left alone (rule 19).
    LeftAlone,
    /// It runs what it ran before.
    Done,
    Failed,
}

impl ApplicationState {
    pub(crate) fn new(task: TaskId) -> ApplicationState {
        ApplicationState {
            task,
            stage: Some(Stage::PreAction),
            again: None,
            watched: false,
            runs: false,
            rollback: ApplicationRollback::No,
            overdue: Vec::new(),
            times: [0; 8],
        }
    }

    /// How often a stage was performed in this attempt.
    pub(crate) fn time(&mut self, stage: Stage) -> Option<&mut u16> {
        let nth = match stage {
            Stage::PreAction => 0,
            Stage::Action | Stage::Merge => 1,
            Stage::Sync => 2,
            Stage::Health => 3,
            Stage::PostAction => 4,
            Stage::Rollback | Stage::RollbackMerge => 5,
            Stage::RollbackSync => 6,
            Stage::RollbackHealth => 7,
            Stage::Approval(_) | Stage::Override(_) | Stage::OnStart(_) | Stage::OnSuccess(_) | Stage::OnFailure(_) => {
                return None;
            }
        };
        self.times.get_mut(nth)
    }

    pub(crate) fn is_done(&self) -> bool {
        self.stage.is_none() && self.again.is_none()
    }
}
