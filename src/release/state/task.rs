//! One thing that is done at one place: a workflow, a commit or a wait.

use crate::release::{EffectId, Place, Stage};
use crate::source::Id;

pub(in crate::release) type TaskId = Id<Task>;

/// One thing that is done at one place. An application has one task, which moves from stage to stage.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::release) struct Task {
    /// The last effect that was requested; `time` is 0 before the first.
    pub id: EffectId,
    pub progress: TaskProgress,
    /// How many tries its workflow has left in this run (rule 11).
    pub tries: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::release) enum TaskProgress {
    /// Not requested, or ended without an outcome.
    Idle,
    /// Requested, and without an outcome.
    Running,
    /// It was to be stopped. Its outcome is awaited.
    Stopping,
    /// A workflow between two tries.
    Waiting,
    Succeeded,
    /// It failed, and no tries are left.
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

    /// Whether it waits for a person.
    pub(crate) fn awaits_person(&self) -> bool {
        self.progress == TaskProgress::Running && self.id.stage.awaits_person()
    }

    /// Whether it is in progress or between two tries, and does not wait for a person.
    pub(crate) fn is_busy(&self) -> bool {
        (self.progress.is_open() || self.progress == TaskProgress::Waiting) && !self.awaits_person()
    }
}
