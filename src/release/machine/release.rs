//! The release itself (rules 13 to 15).

use super::Transition;
use crate::release::state::{NEVER, ReleasePhase};
use crate::release::{Place, Report};
use crate::syntax::ast::HookEvent;

impl Transition<'_> {
    /// Begins with the hooks on start (rule 13). The timeout counts from here (rule 16).
    pub(super) fn begin(&mut self) {
        if self.state.phase != ReleasePhase::Queued {
            return;
        }
        if self.state.started.is_some() {
            self.next_attempt();
        }
        self.state.started = self.state.started.or(Some(self.state.now));
        self.set_release_timeout(self.state.now.after(self.plan.timeout));
        self.state.phase = ReleasePhase::OnStart;
        self.show_release();
        if !self.run_hooks(Place::Release, HookEvent::Start) {
            self.promote();
        }
    }

    /// The trigger begins when the hooks on start have succeeded (rule 8).
    pub(super) fn promote(&mut self) {
        self.state.phase = ReleasePhase::Promoting;
        self.look_at_dependencies();
    }

    /// One of the release's own hooks has failed. The others finish, and none is tried again.
    pub(super) fn fail_release(&mut self) {
        self.state.own_failure = true;
        self.wind_up_release(false);
    }

    /// The release can no longer succeed.
    pub(super) fn wind_up_release(&mut self, stop: bool) {
        self.state.phase = ReleasePhase::Ending;
        for event in [HookEvent::Start, HookEvent::Success] {
            for task in self.state.hooks(self.plan, Place::Release, event) {
                self.end_task(task, stop);
            }
        }
    }

    /// After every event: begins what may begin, and ends what cannot continue.
    pub(super) fn settle(&mut self) {
        loop {
            let nothing_goes_on = self.state.active == 0;
            match self.state.phase {
                ReleasePhase::Promoting if !self.state.ready.is_empty() => self.begin_ready(),
                ReleasePhase::Promoting if nothing_goes_on && self.state.any_failed() => self.on_failure(),
                ReleasePhase::Promoting if nothing_goes_on => self.bake(),
                ReleasePhase::Ending if nothing_goes_on && !self.own_hooks_go_on() => self.on_failure(),
                ReleasePhase::OnSuccess if self.all_succeeded(Place::Release, HookEvent::Success) => self.finish(),
                ReleasePhase::OnFailure if nothing_goes_on && !self.hooks_go_on(Place::Release, HookEvent::Failure) => {
                    self.finish();
                }
                _ => break,
            }
        }
        self.state.ready.clear();
        self.show_release();
    }

    fn bake(&mut self) {
        if self.plan.bake.0 == 0 {
            return self.on_success();
        }
        let until = self.state.now.after(self.plan.bake);
        self.state.phase = ReleasePhase::Baking;
        self.set_baked(until);
        self.report(Report::Baking(until));
    }

    pub(super) fn on_success(&mut self) {
        self.state.phase = ReleasePhase::OnSuccess;
        self.run_hooks(Place::Release, HookEvent::Success);
    }

    fn on_failure(&mut self) {
        self.state.phase = ReleasePhase::OnFailure;
        // Its hooks on failure have timeouts of their own, and nothing else is left to bound.
        self.set_release_timeout(NEVER);
        self.run_hooks(Place::Release, HookEvent::Failure);
    }

    pub(super) fn finish(&mut self) {
        self.state.phase = ReleasePhase::Over;
        self.state.ended = Some(self.state.now);
        self.set_release_timeout(NEVER);
    }

    fn own_hooks_go_on(&self) -> bool {
        [HookEvent::Start, HookEvent::Success].into_iter().any(|event| self.hooks_go_on(Place::Release, event))
    }
}
