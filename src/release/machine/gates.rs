//! Stages 1 to 3 of an environment once its dependencies are met: soak, approvals, windows.

use super::Transition;
use crate::release::state::{NEVER, Phase, TaskProgress, Timer};
use crate::release::{Act, EnvironmentPlanId, Report, Stage};
use crate::syntax::literal::Instant;

impl Transition<'_> {
    /// The dependencies are met, so the soak begins. What failed in the previous attempt continues where it failed
    /// (rule 25).
    pub(super) fn dependencies_met(&mut self, id: EnvironmentPlanId) {
        let environment = self.state.env_mut(id);
        match (environment.resumes, environment.point) {
            (false, _) => self.soak(id),
            (true, Phase::Approving) => {
                environment.resumes = false;
                self.ask(id);
            }
            (true, _) => self.try_to_start(id),
        }
    }

    /// Begins stage 4, unless another release of the product prevents it (rules 23 and 24).
    fn try_to_start(&mut self, id: EnvironmentPlanId) {
        let environment = self.state.env(id);
        if environment.superseded {
            self.supersede(id);
        } else if environment.blocked {
            self.set_phase(id, Phase::Entering);
            self.report(Report::AwaitingOlder(id));
        } else {
            self.start(id);
        }
    }

    /// A newer release has begun the environment (rule 24).
    pub(super) fn superseded(&mut self, id: EnvironmentPlanId) {
        if self.plan.environments.find(id).is_some() {
            self.state.env_mut(id).superseded = true;
        }
    }

    /// Whether an older release is in flight in the environment (rule 23).
    pub(super) fn blocked(&mut self, id: EnvironmentPlanId, blocked: bool) {
        if self.plan.environments.find(id).is_none() {
            return;
        }
        let environment = self.state.env_mut(id);
        environment.blocked = blocked;
        match (environment.phase, environment.resumes) {
            (Phase::Entering, true) if !blocked => self.try_to_start(id),
            // Its windows may have closed meanwhile.
            (Phase::Entering, false) if !blocked => self.open(id),
            _ => {}
        }
    }

    /// The soak counts from the moment the condition became true (rule 1).
    pub(super) fn soak(&mut self, id: EnvironmentPlanId) {
        let soak = self.plan.environments[id].soak;
        if soak.0 == 0 {
            return self.ask(id);
        }
        let until = self.state.now.after(soak);
        self.set_phase(id, Phase::Soaking);
        self.set_timer(id, until);
        self.report(Report::Soaking(id, until));
    }

    /// Requests all approvals at once (rule 2).
    pub(super) fn ask(&mut self, id: EnvironmentPlanId) {
        if self.plan.environments[id].approvals.is_empty() {
            return self.look_at_windows(id);
        }
        self.set_phase(id, Phase::Approving);
        for task in self.state.approvals(self.plan, id) {
            let Stage::Approval(nth) = self.state.tasks[task].id.stage else { continue };
            self.perform(task, Act::AskApproval(nth));
        }
    }

    /// If one approval is denied, the environment fails (rule 2).
    pub(super) fn approval_outcome(&mut self, id: EnvironmentPlanId, given: bool) {
        if !given {
            return self.fail(id);
        }
        let mut approvals = self.state.approvals(self.plan, id);
        if approvals.all(|task| self.state.tasks[task].progress == TaskProgress::Succeeded) {
            self.look_at_windows(id);
        }
    }

    /// Begins stage 3. An override that was given before is void, as approvals are.
    fn look_at_windows(&mut self, id: EnvironmentPlanId) {
        for task in self.state.overrides(self.plan, id) {
            self.set_progress(task, TaskProgress::Idle);
        }
        self.open(id);
    }

    /// Begins once all windows are open (rule 3). They are checked again when the timer fires, because a world may be
    /// late, and when an override is given.
    pub(super) fn open(&mut self, id: EnvironmentPlanId) {
        let opens = self.next_open(id);
        if opens == Some(self.state.now) {
            for task in self.state.overrides(self.plan, id) {
                self.end_task(task, true);
            }
            return self.try_to_start(id);
        }
        self.set_phase(id, Phase::Window);
        self.set_timer(id, opens.unwrap_or(NEVER));
        self.report(Report::AwaitingWindow(id, opens));
        self.ask_overrides(id);
    }

    /// Asks for the override of each closed window, once.
    fn ask_overrides(&mut self, id: EnvironmentPlanId) {
        let overrides = &self.plan.environments[id].overrides;
        for (task, it) in self.state.overrides(self.plan, id).zip(overrides) {
            let Stage::Override(nth) = self.state.tasks[task].id.stage else { continue };
            let closed = self.plan.windows[it.window].next_open(self.state.now) != Some(self.state.now);
            if closed && self.state.tasks[task].progress == TaskProgress::Idle {
                self.perform(task, Act::AskOverride(nth));
            }
        }
    }

    /// An override opens its window for this environment until it begins. If it is denied, the window is awaited.
    pub(super) fn override_outcome(&mut self, id: EnvironmentPlanId, given: bool) {
        if given && self.state.env(id).phase == Phase::Window {
            self.open(id);
        }
    }

    /// The first instant from now on at which all windows are open; `None`: not before the release's timeout.
    fn next_open(&self, id: EnvironmentPlanId) -> Option<Instant> {
        let windows = self.state.windows_of(self.plan, id);
        let mut at = self.state.now;
        // The timeout has passed already if the world is late. Then nothing begins any more.
        while at <= self.state.timer(Timer::Release) {
            let before = at;
            for &window in &windows {
                at = at.max(self.plan.windows[window].next_open(at)?);
            }
            if at == before {
                return Some(at);
            }
        }
        None
    }
}
