//! The tries of a workflow, and how it is stopped (rule 11).

use super::Transition;
use crate::release::state::{ApplicationRollback, Phase, ReleasePhase, TaskId, TaskProgress, same};
use crate::release::{Act, CallId, Effect, Place, Report, Stage};
use crate::syntax::ast::HookEvent;
use crate::syntax::literal::Seconds;

/// How long to wait for the end of what is stopped (rule 16).
const STOPPING: Seconds = Seconds(5 * 60);

impl Transition<'_> {
    /// Performs the current stage of a task. A workflow gets all its tries.
    pub(super) fn perform(&mut self, id: TaskId, act: Act) {
        self.state.tasks[id].tries = match act {
            Act::Workflow(call) => self.plan.calls[call].retry.map_or(0, |retry| retry.times),
            _ => 0,
        };
        self.ask_for(id, act);
    }

    fn ask_for(&mut self, id: TaskId, act: Act) {
        self.set_progress(id, TaskProgress::Running);
        let task = &mut self.state.tasks[id];
        if task.id.attempt != self.state.attempt {
            task.id.attempt = self.state.attempt;
            task.id.time = 0;
        }
        let stage = task.id.stage;
        if let Place::Application(application) = task.id.place
            && let Some(time) = self.state.applications[same(application)].time(stage)
        {
            // A merge has the number of its pull request.
            if !stage.is_merge() {
                *time = time.saturating_add(1);
            }
            task.id.time = *time;
        } else {
            task.id.time = task.id.time.saturating_add(1);
        }
        let effect = task.id;
        if let Act::Workflow(call) = act
            && let Some(timeout) = self.plan.calls[call].timeout
        {
            self.set_task_timer(id, self.state.now.after(timeout));
        }
        self.effects.push(Effect::Do { id: effect, act });
    }

    /// Stops a workflow or an action. Its outcome is awaited for a bounded time.
    pub(super) fn stop(&mut self, id: TaskId) {
        self.set_progress(id, TaskProgress::Stopping);
        self.set_task_timer(id, self.state.now.after(STOPPING));
        self.effects.push(Effect::Cancel(self.state.tasks[id].id));
    }

    /// Starts the next try after a failed one, now or later. Returns false if no try is left.
    pub(super) fn try_again(&mut self, id: TaskId) -> bool {
        let task = &self.state.tasks[id];
        let (effect, tries) = (task.id, task.tries);
        let Some(retry) = self.call(id).and_then(|call| self.plan.calls[call].retry) else { return false };
        if tries == 0 || !self.may_start(id) {
            return false;
        }
        let again = self.state.now.after(retry.every);
        self.set_progress(id, TaskProgress::Waiting);
        self.state.tasks[id].tries = tries - 1;
        self.set_task_timer(id, again);
        self.report(Report::RetryingWorkflow(effect, again));
        true
    }

    pub(super) fn next_try(&mut self, id: TaskId) {
        if let Some(call) = self.call(id) {
            self.ask_for(id, Act::Workflow(call));
        }
    }

    /// Whether the place of a task is still at its stage. Otherwise nothing more starts there (rule 7).
    fn may_start(&self, id: TaskId) -> bool {
        let effect = self.state.tasks[id].id;
        match (effect.place, effect.stage.as_hook().map(|(event, _)| event)) {
            (_, Some(HookEvent::Failure)) => true,
            (Place::Release, Some(HookEvent::Start)) => self.state.phase == ReleasePhase::OnStart,
            (Place::Release, _) => self.state.phase == ReleasePhase::OnSuccess,
            (Place::Environment(id), Some(HookEvent::Start)) => self.state.env(id).phase == Phase::OnStart,
            (Place::Environment(id), _) => self.state.env(id).phase == Phase::OnSuccess,
            (Place::Application(id), _) if effect.stage == Stage::Rollback => {
                !self.state.stopping_rollbacks
                    && self.state.app(id).rollback == ApplicationRollback::At(Stage::Rollback)
            }
            (Place::Application(id), _) => {
                self.state.env(self.plan.applications[id].environment).phase == Phase::Applications
            }
        }
    }

    /// The workflow that a task runs, if it runs one.
    fn call(&self, id: TaskId) -> Option<CallId> {
        self.plan.call_of(self.state.tasks[id].id)
    }
}
