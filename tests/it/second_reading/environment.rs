//! Stages 4 to 6 of an environment and its failure: rules 4 to 7, and 9 to 11.

use super::program::{Action, Environment, Time};
use super::reading::{Reading, job};
use super::state::{Gate, Job, Phase, Status, Step};

impl Reading<'_> {
    /// Stage 4 begins.
    pub(super) fn begin(&mut self, release: usize, place: usize) {
        self.log(release, (Some(place), "started", None, None));
        let now = self.now;
        let settings = &self.program.environments[place];
        let state = self.place(release, place);
        state.gate = Gate::Needs;
        match state.started {
            None => state.started = Some(now),
            Some(_) => state.restarted = Some(now),
        }
        state.begun = true;
        state.ever_begun = true;
        state.in_flight = true;
        state.ended = None;
        state.status = Status::Running;
        state.timeout_at = settings.timeout.map(|timeout| now + timeout);
        state.retries = settings.retry.0;
        state.keeps_gates = false;
        state.keeps_soak = false;
    }

    /// What an environment in flight does next. Returns whether it did something.
    pub(super) fn follow_place(&mut self, release: usize, place: usize) -> bool {
        let state = &self.releases[release].places[place];
        let (fails, rolls_back) = (state.after_failure, state.rollback_asked || state.rollback.is_some());
        if fails && self.follow_failure(release, place) || rolls_back && self.follow_rollback(release, place) {
            return true;
        }
        let state = &self.releases[release].places[place];
        if state.after_failure || state.rollback_asked {
            return false;
        }
        if state.terminating {
            if self.has_job(release, Some(place), |job| job.step != Step::Rollback) {
                return false;
            }
            let now = self.now;
            let state = self.place(release, place);
            state.terminating = false;
            state.status = Status::Terminated;
            state.ended = Some(now);
            state.after_failure = true;
            return true;
        }
        if !state.in_flight {
            return false;
        }
        if let Some(failed) = state.failing {
            if state.retry_at.is_some() || self.has_job(release, Some(place), |job| job.step != Step::Rollback) {
                return false;
            }
            let (now, every) = (self.now, self.program.environments[place].retry.1);
            let state = self.place(release, place);
            state.retries -= 1;
            // What is due already continues at once, without a timer.
            match failed + every {
                at if at > now => state.retry_at = Some(at),
                _ => state.failing = None,
            }
            return true;
        }
        let settings = &self.program.environments[place];
        if !self.hooks(release, Some(place), Step::OnStart, &settings.hooks.start) {
            return false;
        }
        let mut all = true;
        for application in 0..settings.applications {
            all &= self.follow_application(release, place, application);
        }
        if !all || !self.hooks(release, Some(place), Step::OnSuccess, &settings.hooks.success) {
            return false;
        }
        let now = self.now;
        let state = self.place(release, place);
        state.in_flight = false;
        state.status = Status::Succeeded;
        state.ended = Some(now);
        state.timeout_at = None;
        true
    }

    /// Starts the hooks that have not succeeded. Returns whether all have.
    pub(super) fn hooks(&mut self, release: usize, place: Option<usize>, step: Step, workflows: &[usize]) -> bool {
        let mut all = true;
        for (number, workflow) in workflows.iter().enumerate() {
            let state = &self.releases[release];
            let done = place.map_or(&state.hooks_done, |place| &state.places[place].done);
            if done.contains(&(step, number)) {
                continue;
            }
            all = false;
            if !self.has_job(release, place, |job| (job.step, job.number) == (step, number)) {
                self.start_workflow(release, place, number, step, *workflow);
            }
        }
        all
    }

    /// Starts the next step of an application, if none is in progress. Returns whether the application is done.
    fn follow_application(&mut self, release: usize, place: usize, application: usize) -> bool {
        let busy = |job: &Job| {
            job.number == application
                && matches!(job.step, Step::Pre | Step::Act | Step::Sync | Step::Health | Step::Post)
        };
        if self.has_job(release, Some(place), busy) {
            return false;
        }
        for step in [Step::Pre, Step::Act, Step::Sync, Step::Health, Step::Post] {
            if self.releases[release].places[place].done.contains(&(step, application)) {
                continue;
            }
            let settings = &self.program.environments[place];
            match (step, settings.pre, settings.post) {
                (Step::Pre, Some(workflow), _) | (Step::Post, _, Some(workflow)) => {
                    self.start_workflow(release, Some(place), application, step, workflow);
                }
                (Step::Pre | Step::Post, ..) => continue,
                (Step::Act, ..) if place == 0 || settings.action == Action::Nothing => {
                    self.acted(release, place, application);
                    continue;
                }
                (Step::Act, ..) => self.act(release, place, application, settings),
                (Step::Sync, ..) => {
                    self.begin_job(release, job(Some(place), application, Step::Sync), Some(self.now));
                }
                _ => self.await_health(release, place, application),
            }
            return false;
        }
        true
    }

    fn act(&mut self, release: usize, place: usize, application: usize, settings: &Environment) {
        let mut job = job(Some(place), application, Step::Act);
        let unchanged = self.runs[place][application] == Some(release as u32);
        if settings.action == Action::PullRequest && !unchanged {
            self.log(release, (Some(place), "pull-request", Some(application), None));
            self.place(release, place).status = Status::Suspended;
            job.opens = true;
            self.begin_job(release, job, Some(self.now));
        } else {
            let kind = if settings.action == Action::PullRequest { "pull-request" } else { "commit" };
            self.log(release, (Some(place), kind, Some(application), None));
            job.is_commit = true;
            self.begin_job(release, job, Some(self.now));
        }
    }

    /// The application has the release's values.
    fn acted(&mut self, release: usize, place: usize, application: usize) {
        let now = self.now;
        if self.program.environments[place].action != Action::Nothing {
            self.brings(release, place, application);
        }
        let lost = self.world(release).lost(place);
        let state = self.place(release, place);
        state.done.insert((Step::Act, application));
        if place > 0 && !state.acted_now {
            state.acted_now = true;
            state.acted = Some(now);
            if !state.struck {
                state.due = lost.map(|lost| now + lost);
            }
        }
    }

    /// From here on the application runs this release.
    fn brings(&mut self, release: usize, place: usize, application: usize) {
        let runs = self.runs[place][application];
        let changes = self.program.environments[place].action == Action::Nothing || runs != Some(release as u32);
        if place == 0 || !changes {
            return;
        }
        self.runs[place][application] = Some(release as u32);
        let state = self.place(release, place);
        state.brought[application] = true;
        state.before[application].get_or_insert(runs);
    }

    fn await_health(&mut self, release: usize, place: usize, application: usize) {
        let from = match place {
            0 => self.releases[release].started,
            _ => self.releases[release].places[place].acted,
        };
        let at = self.now.max(from.unwrap_or(0) + self.world(release).healthy(place));
        if !self.is_looked_at(release, place) {
            self.place(release, place).looked_at = (self.now, self.generation + 1);
        }
        self.begin_job(release, job(Some(place), application, Step::Health), Some(at));
    }

    /// Whether a loss of health would be noticed in an environment.
    pub(super) fn is_watched(&self, release: usize, place: usize) -> bool {
        let newer = place > 0 && self.releases[release + 1..].iter().any(|it| it.places[place].ever_begun);
        let state = &self.releases[release];
        let terminating =
            state.terminations > 0 && (state.phase != Phase::OnFailure || state.will_be == Status::Terminated);
        let state = &state.places[place];
        let elsewhere = matches!(state.status, Status::Pending | Status::RolledBack | Status::Terminated);
        if newer || terminating || elsewhere {
            return false;
        }
        self.is_looked_at(release, place)
    }

    fn is_looked_at(&self, release: usize, place: usize) -> bool {
        let healthy = self.releases[release].places[place].done.iter().any(|(step, _)| *step == Step::Health);
        healthy || self.has_job(release, Some(place), |job| job.step == Step::Health)
    }

    /// Health is lost. That fails the environment, unless it has failed or is rolled back.
    pub(super) fn lose_health(&mut self, release: usize, place: usize) {
        let out_of_sync = self.world(release).goes_out_of_sync(place);
        let state = self.place(release, place);
        state.struck = true;
        state.done.retain(|(step, _)| *step != Step::Health && !(out_of_sync && *step == Step::Sync));
        let over = state.for_good || state.rollback.is_some() || state.rollback_asked || state.status == Status::Failed;
        let succeeded = state.status == Status::Succeeded;
        if state.failing.is_none() && !over {
            self.fail(release, place, succeeded);
        }
    }

    /// Something failed in an environment; `for_good` if its retries do not apply.
    pub(super) fn fail(&mut self, release: usize, place: usize, for_good: bool) {
        let at_once = Some(self.now);
        let waits = |job: &Job| {
            let pull_request = job.step == Step::Act && !job.is_commit && (job.opens || job.at != at_once);
            matches!(job.step, Step::Sync | Step::Health | Step::Approval | Step::Override)
                || pull_request
                || job.pauses
        };
        let now = self.now;
        let state = self.place(release, place);
        if state.for_good {
            return;
        }
        let last = for_good || state.retries == 0;
        state.failing.get_or_insert(now);
        state.in_flight = true;
        state.status = Status::Running;
        state.gate = Gate::Needs;
        if last {
            state.for_good = true;
            state.after_failure = true;
            state.retry_at = None;
        }
        let hooks_of_failure = state.hooks_begun;
        if !hooks_of_failure {
            self.drop_jobs(release, Some(place), |job| job.step != Step::Rollback && waits(job));
        }
        if last {
            self.releases[release].failed = true;
            self.drop_jobs(release, None, |job| job.step == Step::OnSuccess && job.pauses);
            self.fire(release, place);
        }
    }

    /// Stops what is in progress, except rollbacks. What has its answer at this instant is not stopped any more, nor is
    /// a commit.
    pub(super) fn stop(&mut self, release: usize, place: usize) {
        self.drop_jobs(release, Some(place), |job| {
            job.pauses || matches!(job.step, Step::Sync | Step::Health | Step::Approval)
        });
        let jobs = std::mem::take(&mut self.releases[release].jobs);
        let (mine, others) = jobs
            .into_iter()
            .partition(|job| job.place == Some(place) && job.step != Step::Rollback && job.stops.is_none());
        let mine: Vec<Job> = mine;
        self.releases[release].jobs = others;
        for mut job in mine {
            if job.at == Some(self.now) && !job.times_out {
                job.stops = Some(true);
                self.releases[release].jobs.push(job);
            } else {
                job.stops = Some(false);
                job.times_out = false;
                self.begin_job(release, job, Some(self.now));
            }
        }
    }

    pub(super) fn time_out(&mut self, release: usize, place: usize) {
        self.place(release, place).timeout_at = None;
        if !self.releases[release].places[place].hooks_begun {
            self.stop(release, place);
        }
        self.fail(release, place, true);
    }

    /// After a failure for good, or a termination: the hooks on failure, once everything else has ended.
    fn follow_failure(&mut self, release: usize, place: usize) -> bool {
        let state = &self.releases[release].places[place];
        if !state.hooks_begun {
            if self.has_job(release, Some(place), |job| job.step != Step::Rollback) {
                return false;
            }
            self.place(release, place).hooks_begun = true;
            let hooks = if place == 0 { &[][..] } else { &self.program.environments[place].hooks.failure };
            for (number, workflow) in hooks.iter().enumerate() {
                self.start_workflow(release, Some(place), number, Step::OnFailure, *workflow);
            }
            return true;
        }
        if self.has_job(release, Some(place), |job| job.step == Step::OnFailure) {
            return false;
        }
        let now = self.now;
        let state = self.place(release, place);
        state.after_failure = false;
        state.in_flight = false;
        state.timeout_at = None;
        if state.for_good && state.rollback.is_none() && state.status != Status::RolledBack {
            state.status = Status::Failed;
            state.ended = Some(now);
        }
        true
    }

    /// A job has ended.
    pub(super) fn answered(&mut self, release: usize, mut job: Job) {
        if job.stops == Some(false) || (job.stops.is_some() && (!job.succeeds || job.opens)) {
            return;
        }
        let failing = match job.place {
            Some(place) => {
                self.releases[release].places[place].failing.is_some()
                    && !matches!(job.step, Step::OnFailure | Step::Rollback)
            }
            None => {
                let release = &self.releases[release];
                (release.hook_failed || release.failed) && job.step != Step::OnFailure
            }
        };
        if let (Some(workflow), false) = (job.workflow, job.succeeds)
            && job.tries > 0
            && !failing
        {
            job.tries -= 1;
            job.pauses = true;
            let at: Time = self.now + self.program.workflows[workflow].retry.1;
            self.begin_job(release, job, Some(at));
            return;
        }
        let Some(place) = job.place else {
            self.release_hook_ended(release, &job);
            return;
        };
        match (job.step, job.succeeds) {
            (Step::Act, _) if job.stops.is_some() => self.brings(release, place, job.number),
            (Step::Pre, _) if job.stops.is_some() => {
                if self.program.environments[place].action == Action::Nothing {
                    self.brings(release, place, job.number);
                }
            }
            _ if job.stops.is_some() => {}
            (Step::Rollback, _) => self.rolled_back(release, place, job),
            (Step::OnFailure, _) => {}
            (Step::Override, given) => self.overridden(release, place, job.number, given),
            (Step::Approval, true) => {}
            (Step::Approval, false) => {
                self.place(release, place).denied = true;
                self.fail(release, place, true);
            }
            (_, false) => self.fail(release, place, false),
            (Step::Act, true) if job.opens => {
                let (merges, merged) = self.world(release).merge(place);
                job.opens = false;
                job.succeeds = merged;
                self.begin_job(release, job, merges.map(|time| self.now + time));
            }
            (Step::Act, true) => {
                self.place(release, place).status = Status::Running;
                self.acted(release, place, job.number);
            }
            (step, true) => {
                if step == Step::Pre && self.program.environments[place].action == Action::Nothing {
                    self.brings(release, place, job.number);
                }
                self.place(release, place).done.insert((step, job.number));
            }
        }
    }
}
