//! One thing that is done at one place: a workflow, a commit, a wait.

use crate::release::{EffectId, Place, Stage};
use crate::source::Id;

/// Id of a task of a state.
pub(in crate::release) type TaskId = Id<Task>;

/// One thing that is done at one place. An application has one task, which goes from stage to stage with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::release) struct Task {
    /// The effect that was asked for last; `time` is 0 before the first.
    pub id: EffectId,
    /// How far it is.
    pub progress: TaskProgress,
    /// How many more tries its workflow has in this run (rule 11).
    pub tries: u32,
}

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::release) enum TaskProgress {
    /// Not asked for, or ended without an outcome.
    Idle,
    /// Asked for.
    Running,
    /// To be stopped; its outcome is awaited.
    Stopping,
    /// A workflow between two tries.
    Waiting,
    /// Done.
    Succeeded,
    /// Failed, all tries used up.
    Failed,
}

impl TaskProgress {
    /// Whether an outcome is awaited.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, TaskProgress::Running | TaskProgress::Stopping)
    }
}

impl Task {
    pub(crate) fn new(place: Place, stage: Stage) -> Task {
        let id = EffectId { attempt: 1, place, stage, time: 0 };
        Task { id, progress: TaskProgress::Idle, tries: 0 }
    }

    /// Whether a person's answer is awaited.
    pub(crate) fn awaits_person(&self) -> bool {
        self.progress == TaskProgress::Running && self.id.stage.awaits_person()
    }

    /// Whether it is in progress, or between two tries, and no person's.
    pub(crate) fn is_busy(&self) -> bool {
        (self.progress.is_open() || self.progress == TaskProgress::Waiting) && !self.awaits_person()
    }
}
