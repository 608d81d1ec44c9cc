//! A release from its arrival to its end, and several of them: rules 13 to 16 and 23 to 25.

use super::program::Concurrency;
use super::reading::Reading;
use super::state::{Gate, Job, Phase, Place, Status, Step};

impl Reading<'_> {
    pub(super) fn arrive(&mut self, release: usize) {
        self.enqueue(release);
    }

    fn enqueue(&mut self, release: usize) {
        let Concurrency::Queue(limit) = self.program.concurrency else {
            self.begin_attempt(release);
            return;
        };
        self.releases[release].phase = Phase::Queued;
        self.queue.push(release);
        self.follow_queue();
        if self.queue.len() > limit {
            let oldest = self.queue.remove(0);
            self.leave_queue(oldest);
        }
    }

    fn leave_queue(&mut self, release: usize) {
        self.end(release, Status::Terminated);
    }

    /// Lets the release that waits longest begin, if nothing else is at work. Returns whether one began.
    pub(super) fn follow_queue(&mut self) -> bool {
        let at_work = |phase: Phase| !matches!(phase, Phase::NotArrived | Phase::Queued | Phase::Ended);
        if self.queue.is_empty() || self.releases.iter().any(|it| at_work(it.phase)) {
            return false;
        }
        let next = self.queue.remove(0);
        self.begin_attempt(next);
        true
    }

    fn is_superseded(&self, release: usize) -> bool {
        let places = self.releases[release].places.iter().enumerate().skip(1);
        let mut not_succeeded = places.filter(|(_, place)| place.status != Status::Succeeded);
        not_succeeded.any(|(number, _)| self.releases[release + 1..].iter().any(|it| it.places[number].ever_begun))
    }

    pub(super) fn retry(&mut self, release: usize) {
        let state = &self.releases[release];
        let ended = state.phase == Phase::Ended && state.status != Status::Succeeded;
        if ended && !self.is_superseded(release) {
            self.enqueue(release);
        }
    }

    fn begin_attempt(&mut self, release: usize) {
        let now = self.now;
        let program = self.program;
        let lost = self.world(release).lost(0);
        let state = &mut self.releases[release];
        state.phase = Phase::OnStart;
        state.status = Status::Running;
        if state.started.is_none() {
            state.started = Some(now);
            state.places[0].due = lost.map(|lost| now + lost);
        }
        state.ended = None;
        state.timeout_at = Some(now + program.timeout);
        state.failed = false;
        state.hook_failed = false;
        state.makes_way.clear();
        state.terminations = 0;
        for (number, (place, settings)) in state.places.iter_mut().zip(&program.environments).enumerate() {
            let due = place.due;
            next_attempt(place, settings.applications);
            if number == 0 {
                place.due = due;
            }
            if let Some(due) = place.due
                && due < now
                && !place.struck
            {
                place.due = Some(now);
                place.due_follows = place.status != Status::Succeeded;
            }
        }
    }

    /// What follows in a release. Returns whether something changed.
    pub(super) fn follow(&mut self, release: usize) -> bool {
        let phase = self.releases[release].phase;
        if matches!(phase, Phase::NotArrived | Phase::Queued | Phase::Ended) {
            return false;
        }
        let mut changed = false;
        for place in 0..self.program.environments.len() {
            while self.follow_environment(release, place) {
                changed = true;
            }
        }
        changed || self.follow_release(release)
    }

    fn follow_environment(&mut self, release: usize, place: usize) -> bool {
        let state = &self.releases[release].places[place];
        let waits = matches!(state.status, Status::Pending | Status::Suspended);
        if waits && !state.in_flight && state.rollback.is_none() && !state.after_failure {
            let moved = match place {
                0 => self.begin_trigger(release),
                _ => self.follow_gates(release, place),
            };
            if moved {
                return true;
            }
        }
        self.follow_place(release, place)
    }

    fn begin_trigger(&mut self, release: usize) -> bool {
        let state = &self.releases[release];
        if state.phase != Phase::Going || state.terminations > 0 {
            return false;
        }
        self.begin(release, 0);
        true
    }

    fn follow_release(&mut self, release: usize) -> bool {
        let now = self.now;
        let program = self.program;
        let state = &self.releases[release];
        let failed = state.failed || state.hook_failed || state.terminations > 0;
        let idle = state.jobs.is_empty()
            && state.places.iter().all(|it| !it.is_active() && !it.after_failure && it.retry_at.is_none());
        match state.phase {
            Phase::OnStart if state.hook_failed || state.terminations > 0 => {
                if !idle {
                    return false;
                }
                self.on_failure(release);
            }
            Phase::OnStart => {
                if !self.hooks(release, None, Step::OnStart, &program.hooks.start) {
                    return false;
                }
                self.releases[release].phase = Phase::Going;
            }
            Phase::Going | Phase::Bake(_) | Phase::OnSuccess if idle && failed => self.on_failure(release),
            Phase::Going if idle && program.bake == 0 => self.releases[release].phase = Phase::OnSuccess,
            Phase::Going if idle => self.releases[release].phase = Phase::Bake(now + program.bake),
            Phase::OnSuccess if !failed => {
                if !self.hooks(release, None, Step::OnSuccess, &program.hooks.success) {
                    return false;
                }
                self.end(release, Status::Succeeded);
            }
            Phase::OnFailure if idle => {
                let status = state.will_be;
                self.end(release, status);
            }
            _ => return false,
        }
        true
    }

    fn on_failure(&mut self, release: usize) {
        self.releases[release].phase = Phase::OnFailure;
        self.releases[release].timeout_at = None;
        let terminated = self.releases[release].terminations > 0;
        self.releases[release].will_be = if terminated { Status::Terminated } else { Status::Failed };
        for (number, workflow) in self.program.hooks.failure.iter().enumerate() {
            self.start_workflow(release, None, number, Step::OnFailure, *workflow);
        }
    }

    fn end(&mut self, release: usize, status: Status) {
        let (now, runs) = (self.now, self.runs.clone());
        let state = &mut self.releases[release];
        state.phase = Phase::Ended;
        state.status = status;
        state.ended = Some(now);
        state.timeout_at = None;
        state.versions = runs;
        for place in &mut state.places {
            place.timeout_at = None;
            if place.begun && place.status == Status::Pending {
                place.status = Status::Failed;
            }
        }
    }

    pub(super) fn release_hook_ended(&mut self, release: usize, job: &Job) {
        let state = &mut self.releases[release];
        match (job.step, job.succeeds) {
            (Step::OnFailure, _) => {}
            (step, true) => {
                state.hooks_done.insert((step, job.number));
            }
            (_, false) => {
                state.hook_failed = true;
                state.jobs.retain(|it| it.place.is_some() || !it.pauses);
            }
        }
    }

    pub(super) fn terminate(&mut self, release: usize) {
        let now = self.now;
        let timeout = self.program.timeout;
        match self.releases[release].phase {
            Phase::NotArrived | Phase::Ended => return,
            Phase::Queued => {
                self.queue.retain(|it| *it != release);
                self.leave_queue(release);
                return;
            }
            _ => {}
        }
        self.releases[release].terminations += 1;
        if self.releases[release].terminations > 1 {
            self.stop_rollbacks(release);
            return;
        }
        if self.releases[release].phase == Phase::OnFailure {
            return;
        }
        self.releases[release].timeout_at = Some(now + timeout);
        self.drop_jobs(release, None, |_| true);
        for place in 0..self.program.environments.len() {
            let state = &self.releases[release].places[place];
            if state.for_good {
                if !state.hooks_begun {
                    self.stop(release, place);
                }
            } else if state.in_flight {
                self.stop(release, place);
                let state = self.place(release, place);
                state.terminating = true;
                state.failing = None;
                state.retry_at = None;
                state.timeout_at = None;
                state.gate = Gate::Needs;
            } else if state.gate != Gate::Needs {
                self.leave_gates(release, place);
            }
        }
    }
}

/// Prepares an environment for the next attempt: rule 25.
fn next_attempt(place: &mut Place, applications: usize) {
    let again = matches!(place.status, Status::RolledBack | Status::Terminated)
        || (place.rolled && place.status == Status::Failed);
    if again {
        let kept = Place {
            ever_begun: place.ever_begun,
            started: place.started,
            restarted: place.restarted,
            brought: std::mem::take(&mut place.brought),
            before: std::mem::take(&mut place.before),
            struck: place.struck,
            ..Place::new(applications)
        };
        *place = kept;
    } else if place.status == Status::Failed {
        place.keeps_gates = !place.denied;
        place.keeps_soak = true;
        place.status = Status::Pending;
    } else if place.status != Status::Succeeded {
        place.status = Status::Pending;
    }
    place.acted_now = false;
    place.denied = false;
    place.failing = None;
    place.for_good = false;
    place.after_failure = false;
    place.hooks_begun = false;
    place.retry_at = None;
    place.blocked = false;
    place.rolled = false;
    place.rollback = None;
    place.rollback_asked = false;
    place.terminating = false;
    place.gate = Gate::Needs;
}
