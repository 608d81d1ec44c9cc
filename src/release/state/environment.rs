//! How far an environment and its applications are.

use super::TaskId;
use crate::release::{EffectId, Stage, Status};
use crate::syntax::literal::Instant;

/// How far an environment is.
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
    /// What rules have done with it in this attempt.
    pub rollback: EnvironmentRollback,
    /// It has failed in the attempt before and goes on from `point` once its dependencies are met (rule 25).
    pub resumes: bool,
    /// In which phase it failed: from there a retry goes on (rule 10).
    pub point: Phase,
    /// How often it went on after a failure.
    pub retries: u32,
    /// When it goes on.
    pub again: Instant,
    /// How many pull requests are awaited.
    pub merges: u32,
    /// How many of its needs are not met.
    pub unmet: u32,
    /// The place of its first need in [`State::missing`](super::State).
    pub first_need: u32,
    /// A newer release has begun it (rule 24).
    pub superseded: bool,
    /// An older release is in flight in it (rule 23).
    pub blocked: bool,
    /// Its number among the environments of the release that have succeeded, in that order, from 1.
    pub order: Option<u32>,
    pub started: Option<Instant>,
    pub ended: Option<Instant>,
    /// Its tasks: from the first to before the second.
    pub tasks: (u32, u32),
}

/// The stages of an environment, and what comes when one of them fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::release) enum Phase {
    /// Stage 1: others must succeed first.
    Dependencies,
    /// Stage 1.
    Soaking,
    /// Stage 2.
    Approving,
    /// Stage 3.
    Window,
    /// Its stages 1 to 3 are passed, and an older release is in flight in it (rule 23).
    Entering,
    /// Stage 4.
    OnStart,
    /// Stage 5.
    Applications,
    /// Stage 6.
    OnSuccess,
    /// It has failed or is terminated: what is in progress ends, nothing more starts (rules 7, 10, 16).
    Ending,
    /// Until the next try (rule 10).
    Retrying,
    /// Rule 7.
    OnFailure,
    /// It is rolled back (rule 18), perhaps while its hooks on failure run.
    RollingBack,
    /// It never starts, because the release is terminated, or because a rule has named it (rule 20).
    Halted,
    /// It has ended.
    Over,
}

/// What rules have done with an environment in an attempt: at most one of them does something (rule 22).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::release) enum EnvironmentRollback {
    /// No rule has named it.
    No,
    /// A rule has named it; it is rolled back as soon as nothing is in progress there, or is being rolled back.
    Due,
    /// There was nothing to roll back.
    Untouched,
    /// It was rolled back.
    Done,
    /// It could not be rolled back.
    Failed,
}

impl Phase {
    /// Stages 1 to 3.
    pub(crate) fn is_before_start(self) -> bool {
        matches!(self, Phase::Dependencies | Phase::Soaking | Phase::Approving | Phase::Window | Phase::Entering)
    }

    /// Stages 4 to 6.
    pub(crate) fn is_promotion(self) -> bool {
        matches!(self, Phase::OnStart | Phase::Applications | Phase::OnSuccess)
    }

    /// Whether it has not ended, if stage 4 has begun: one that was denied its approval is here, too.
    pub(crate) fn is_in_flight(self) -> bool {
        self.is_promotion() || matches!(self, Phase::Ending | Phase::Retrying | Phase::OnFailure | Phase::RollingBack)
    }

    /// Whether it goes on by itself.
    pub(crate) fn is_active(self) -> bool {
        !matches!(self, Phase::Dependencies | Phase::Halted | Phase::Over)
    }

    /// Whether it waits for a timer that is no timeout.
    pub(crate) fn has_timer(self) -> bool {
        matches!(self, Phase::Soaking | Phase::Window | Phase::Retrying)
    }
}

impl EnvironmentState {
    /// As rules 1 to 7 and 21 say. What waits to go on after a retry is what it was.
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

    /// Whether others may count on it.
    pub(crate) fn succeeded(&self) -> bool {
        self.phase == Phase::Over && self.status() == Status::Succeeded
    }
}

/// How far an application is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::release) struct ApplicationState {
    pub task: TaskId,
    /// The first stage that has not succeeded; `None`: all have.
    pub stage: Option<Stage>,
    /// A wait that was over and must be awaited again, because its health was lost (rule 9): sync or health.
    pub again: Option<Stage>,
    /// Its losing health counts: it was healthy (rule 9).
    pub watched: bool,
    /// It runs this release (rule 19), as far as the machine knows.
    pub runs: bool,
    /// How far it is rolled back.
    pub rollback: ApplicationRollback,
    /// What may have changed its repository though nobody awaits it any more.
    pub overdue: Vec<EffectId>,
    /// How often each stage was asked for in this attempt, in order of the stages.
    pub times: [u16; 8],
}

/// How far an application is rolled back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::release) enum ApplicationRollback {
    /// Not at all.
    No,
    /// It is at this stage.
    At(Stage),
    /// It runs something else, and was left alone (rule 19).
    LeftAlone,
    /// It runs what it ran before.
    Done,
    /// It could not be rolled back.
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

    /// How often a stage was asked for in this attempt.
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
            Stage::Approval(_) | Stage::OnStart(_) | Stage::OnSuccess(_) | Stage::OnFailure(_) => return None,
        };
        self.times.get_mut(nth)
    }

    /// Whether all its stages have succeeded.
    pub(crate) fn is_done(&self) -> bool {
        self.stage.is_none() && self.again.is_none()
    }
}
