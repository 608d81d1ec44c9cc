//! Rules 18 to 22.

use super::program::Action;
use super::reading::{Reading, job};
use super::state::{Job, Status, Step};

impl Reading<'_> {
    /// An environment has failed for good: its rules fire.
    pub(super) fn fire(&mut self, release: usize, failed: usize) {
        let program = self.program;
        for rule in program.rules.iter().filter(|rule| rule.when.contains(&failed)) {
            for target in &rule.targets {
                self.roll_back(release, *target);
            }
        }
    }

    fn roll_back(&mut self, release: usize, place: usize) {
        let state = &self.releases[release].places[place];
        if state.rolled || state.rollback_asked {
            return;
        }
        if !state.in_flight && matches!(state.status, Status::Pending | Status::Suspended) {
            self.leave_gates(release, place);
            self.place(release, place).blocked = true;
        }
        let state = &self.releases[release].places[place];
        if state.in_flight && !state.hooks_begun {
            self.stop(release, place);
        }
        let state = self.place(release, place);
        state.rollback_asked = true;
        if !state.for_good {
            state.failing = None;
            state.retry_at = None;
            state.timeout_at = None;
        }
    }

    /// Once everything else in an environment has ended: what of it runs this release?
    fn judge(&mut self, release: usize, place: usize) {
        let now = self.now;
        let state = self.place(release, place);
        state.rollback_asked = false;
        let brought: Vec<usize> = (0..state.brought.len()).filter(|it| state.brought[*it]).collect();
        let stopped = state.in_flight && !state.for_good;
        if stopped {
            state.in_flight = false;
            state.blocked = true;
        }
        if brought.is_empty() {
            if stopped {
                state.status = Status::Terminated;
                state.ended = Some(now);
            }
            return;
        }
        let was = if stopped { (Status::Terminated, Some(now)) } else { (state.status, state.ended) };
        state.left_alone = Some(was);
        state.rolled = true;
        state.blocked = true;
        state.rollback = Some(true);
        state.status = Status::Running;
        let settings = &self.program.environments[place];
        let (takes, succeeds) = self.world(release).rollback(place);
        for application in brought {
            let left_alone = self.runs[place][application] != Some(release as u32);
            if let Some(workflow) = settings.rollback_action {
                if left_alone {
                    self.log(release, (Some(place), "workflow", Some(application), Some(workflow)));
                    self.begin_job(release, job(Some(place), application, Step::Rollback), Some(now));
                } else {
                    self.start_workflow(release, Some(place), application, Step::Rollback, workflow);
                }
                continue;
            }
            let opens = settings.action == Action::PullRequest;
            let kind = if opens { "pull-request" } else { "commit" };
            self.log(release, (Some(place), kind, Some(application), None));
            let mut job = job(Some(place), application, Step::Rollback);
            job.opens = opens && !left_alone;
            job.succeeds = job.opens || succeeds || left_alone;
            let takes = if left_alone || opens { 0 } else { takes.unwrap_or(0) };
            self.begin_job(release, job, Some(now + takes));
        }
    }

    /// Begins a rollback that was asked for, or ends one. Returns whether something changed.
    pub(super) fn follow_rollback(&mut self, release: usize, place: usize) -> bool {
        let state = &self.releases[release].places[place];
        if state.rollback_asked {
            let other = |job: &Job| !matches!(job.step, Step::Rollback | Step::OnFailure);
            if self.has_job(release, Some(place), other) {
                return false;
            }
            self.judge(release, place);
            return true;
        }
        if state.after_failure || self.has_job(release, Some(place), |job| job.step == Step::Rollback) {
            return false;
        }
        self.end_rollback(release, place);
        true
    }

    fn end_rollback(&mut self, release: usize, place: usize) {
        let now = self.now;
        let state = self.place(release, place);
        let succeeded = state.rollback.take().unwrap();
        if let (true, Some((status, ended))) = (succeeded, state.left_alone.take()) {
            (state.status, state.ended) = (status, ended);
            if state.for_good {
                state.status = Status::Failed;
            }
            return;
        }
        state.status = if succeeded { Status::RolledBack } else { Status::Failed };
        state.ended = Some(now);
        if !succeeded {
            self.releases[release].failed = true;
        }
    }

    /// A step of the rollback of an application has ended: it is opened, made or merged, synced, healthy.
    pub(super) fn rolled_back(&mut self, release: usize, place: usize, mut job: Job) {
        let (takes, merges) = self.world(release).rollback(place);
        let state = self.place(release, place);
        if !job.succeeds {
            state.rollback = Some(false);
            return;
        }
        if job.opens {
            (job.opens, job.succeeds) = (false, merges);
            self.begin_job(release, job, Some(self.now + takes.unwrap_or(0)));
            return;
        }
        if let Some(waits) = job.waits {
            if waits > 1 {
                job.waits = Some(waits - 1);
                self.begin_job(release, job, Some(self.now));
            }
            return;
        }
        state.brought[job.number] = false;
        let before = state.before[job.number].take().unwrap();
        if self.runs[place][job.number] == Some(release as u32) {
            self.runs[place][job.number] = before;
            self.place(release, place).left_alone = None;
            // What it ran before must be in sync, then healthy (rule 21).
            (job.workflow, job.waits) = (None, Some(2));
            self.begin_job(release, job, Some(self.now));
        }
    }

    /// A second terminate: what was to be rolled back and is not has failed.
    pub(super) fn stop_rollbacks(&mut self, release: usize) {
        for place in 0..self.program.environments.len() {
            if self.releases[release].places[place].rollback.is_some() {
                self.drop_jobs(release, Some(place), |job| job.step == Step::Rollback);
                let state = self.place(release, place);
                state.rollback = Some(false);
            }
        }
    }
}
