//! Hooks. The hooks of one event run side by side, and all of them are awaited (rule 11).

use super::Transition;
use crate::release::state::{Phase, ReleasePhase, TaskProgress};
use crate::release::{Act, Place};
use crate::syntax::ast::HookEvent;

impl Transition<'_> {
    /// Starts the hooks of an event that have not succeeded yet. Returns whether there are any.
    pub(super) fn run_hooks(&mut self, place: Place, event: HookEvent) -> bool {
        let Some(hooks) = self.plan.hooks_of(place) else { return false };
        let mut any = false;
        for (task, &call) in self.state.hooks(self.plan, place, event).zip(hooks.of(event)) {
            if self.state.tasks[task].progress != TaskProgress::Succeeded {
                self.perform(task, Act::Workflow(call));
                any = true;
            }
        }
        any
    }

    pub(super) fn hook_outcome(&mut self, place: Place, event: HookEvent, succeeded: bool) {
        match (place, event) {
            (Place::Environment(id), HookEvent::Failure) => {
                if self.state.env(id).phase == Phase::RollingBack {
                    self.rolled_back(id);
                } else if !self.hooks_go_on(place, event) {
                    self.end(id);
                }
            }
            (Place::Environment(id), _) => match self.state.env(id).phase {
                Phase::OnStart | Phase::OnSuccess if !succeeded => self.fail(id),
                // A hook that has succeeded does not run again. The stage ends when all have.
                Phase::OnStart if self.all_succeeded(place, event) => self.enter(id, Phase::Applications),
                Phase::OnSuccess if self.all_succeeded(place, event) => self.enter(id, Phase::OnSuccess),
                _ => self.wound_up(id),
            },
            // `settle` ends the release when all have ended.
            (_, HookEvent::Failure) => {}
            (_, _) => match self.state.phase {
                ReleasePhase::OnStart | ReleasePhase::OnSuccess if !succeeded => self.fail_release(),
                ReleasePhase::OnStart if self.all_succeeded(place, event) => self.promote(),
                _ => {}
            },
        }
    }

    /// Whether a hook of this event is in progress or will be tried again.
    pub(super) fn hooks_go_on(&self, place: Place, event: HookEvent) -> bool {
        self.state.hooks(self.plan, place, event).any(|task| {
            let progress = self.state.tasks[task].progress;
            progress.is_open() || progress == TaskProgress::Waiting
        })
    }

    pub(super) fn all_succeeded(&self, place: Place, event: HookEvent) -> bool {
        self.state.hooks(self.plan, place, event).all(|task| self.state.tasks[task].progress == TaskProgress::Succeeded)
    }
}
