//! Stages 1 to 3: rules 1 to 3, and where releases meet (rules 23 and 24).

use super::program::{Concurrency, Need, Time};
use super::reading::{Reading, job};
use super::state::{Gate, Phase, Status, Step};

const DAY: Time = 86_400;
/// Releases arrive from nine o'clock on.
const FIRST: Time = 9 * 3600;

impl Reading<'_> {
    /// The environments that meet the needs of an environment, or nothing if these are not met.
    fn met(&self, release: usize, place: usize) -> Option<Vec<usize>> {
        let places = &self.releases[release].places;
        let mut counted = Vec::new();
        for need in &self.program.environments[place].needs {
            match need {
                Need::All(of) => {
                    if !of.iter().all(|it| places[*it].counts()) {
                        return None;
                    }
                    counted.extend(of);
                }
                Need::Some(number, of) => {
                    let mut done: Vec<usize> = of.iter().copied().filter(|it| places[*it].counts()).collect();
                    done.sort_by_key(|it| places[*it].ended);
                    counted.extend(done.get(..*number)?);
                }
            }
        }
        Some(counted)
    }

    /// Takes an environment that has not begun through its gates as far as they are open. Returns whether it moved.
    pub(super) fn follow_gates(&mut self, release: usize, place: usize) -> bool {
        let going = matches!(self.releases[release].phase, Phase::Going | Phase::Bake(_));
        let state = &self.releases[release].places[place];
        if !going || state.blocked || self.releases[release].terminations > 0 {
            return false;
        }
        if state.gate != Gate::Needs && state.counted.iter().any(|it| !self.releases[release].places[*it].counts()) {
            self.leave_gates(release, place);
            return true;
        }
        let state = &self.releases[release].places[place];
        match state.gate {
            Gate::Needs => {
                let Some(counted) = self.met(release, place) else {
                    self.place(release, place).keeps_soak = false;
                    return false;
                };
                let soak =
                    if state.keeps_soak || state.keeps_gates { 0 } else { self.program.environments[place].soak };
                let now = self.now;
                let state = self.place(release, place);
                state.counted = counted;
                state.gate = Gate::Soak(now + soak);
                if soak == 0 {
                    self.soaked(release, place);
                }
                true
            }
            Gate::Approvals if !self.has_job(release, Some(place), |job| job.step == Step::Approval) => {
                let state = self.place(release, place);
                (state.asked, state.overridden) = Default::default();
                self.windows(release, place);
                true
            }
            Gate::Older => self.meet_others(release, place),
            _ => false,
        }
    }

    /// Sends an environment back to stage 1.
    pub(super) fn leave_gates(&mut self, release: usize, place: usize) {
        self.drop_jobs(release, Some(place), |job| matches!(job.step, Step::Approval | Step::Override));
        let state = self.place(release, place);
        state.gate = Gate::Needs;
        state.status = Status::Pending;
        state.counted.clear();
    }

    pub(super) fn soaked(&mut self, release: usize, place: usize) {
        let keeps = self.place(release, place).keeps_gates;
        let approvals = if keeps { 0 } else { self.program.environments[place].approvals };
        self.place(release, place).gate = Gate::Approvals;
        if approvals > 0 {
            self.place(release, place).status = Status::Suspended;
        }
        let (takes, given) = self.world(release).approval(place);
        for number in 0..approvals {
            self.log(release, (Some(place), "approval", None, None));
            let mut job = job(Some(place), number, Step::Approval);
            job.succeeds = given;
            self.begin_job(release, job, Some(self.now + takes));
        }
    }

    /// Goes past the windows, or waits for them.
    pub(super) fn windows(&mut self, release: usize, place: usize) {
        self.place(release, place).status = Status::Pending;
        let state = &self.releases[release].places[place];
        let windows = &self.program.environments[place].windows;
        let left: Vec<usize> =
            windows.iter().map(|(window, _)| *window).filter(|it| !state.overridden.contains(it)).collect();
        let open = |at: Time| left.iter().all(|window| self.is_open(*window, at));
        if state.keeps_gates || open(self.now) {
            // Nobody needs to answer any more. If the windows close again before it begins, people are asked again.
            let open_questions: Vec<usize> = (self.releases[release].jobs.iter())
                .filter(|job| job.place == Some(place) && job.step == Step::Override)
                .map(|job| job.number)
                .collect();
            self.drop_jobs(release, Some(place), |job| job.step == Step::Override);
            let state = self.place(release, place);
            state.asked.retain(|it| !open_questions.contains(it));
            state.gate = Gate::Older;
            return;
        }
        let first_minute = self.now / 60 * 60 + 60;
        let opens = (0..4 * DAY / 60).map(|minute| first_minute + minute * 60).find(|at| open(*at));
        let closed: Vec<usize> = (windows.iter())
            .filter(|(window, overridable)| *overridable && !self.is_open(*window, self.now))
            .map(|(window, _)| *window)
            .filter(|window| !state.asked.contains(window))
            .collect();
        self.place(release, place).gate = Gate::Windows(opens.unwrap_or(Time::MAX / 2));
        for window in closed {
            self.ask_override(release, place, window);
        }
    }

    fn is_open(&self, window: usize, at: Time) -> bool {
        let window = self.program.windows[window];
        let (day, of_day) = ((FIRST + at) / DAY % 7, (FIRST + at) % DAY);
        let within = |(from, to): (Time, Time)| (from * 3600..to * 3600).contains(&of_day);
        let closed = window.closed.is_some_and(|(on, from, to)| on as Time == day && within((from, to)));
        within(window.open) && !closed
    }

    fn ask_override(&mut self, release: usize, place: usize, window: usize) {
        self.log(release, (Some(place), "override", None, None));
        self.place(release, place).asked.insert(window);
        let (takes, given) = self.world(release).window_override(place);
        let mut job = job(Some(place), window, Step::Override);
        job.succeeds = given;
        self.begin_job(release, job, takes.map(|takes| self.now + takes));
    }

    /// The answer about an override.
    pub(super) fn overridden(&mut self, release: usize, place: usize, window: usize, given: bool) {
        if given {
            self.place(release, place).overridden.insert(window);
            self.windows(release, place);
        }
    }

    /// The environment would begin: it is superseded, waits for an older release, or begins. Returns whether it moved.
    fn meet_others(&mut self, release: usize, place: usize) -> bool {
        let mut waits = false;
        for older in 0..release {
            let other = &self.releases[older];
            let ended = matches!(other.phase, Phase::NotArrived | Phase::Queued | Phase::Ended);
            if ended || self.program.concurrency != Concurrency::Terminate {
                continue;
            }
            let there = &other.places[place];
            if there.in_flight || there.rollback.is_some() {
                let first = other.terminations == 0;
                self.releases[older].makes_way.insert(place);
                if first {
                    self.terminate(older);
                    return true;
                }
            }
            // It keeps the environment to its end, for every newer release.
            waits |= self.releases[older].makes_way.contains(&place);
        }
        let newer_waits = self.releases[release + 1..].iter().any(|it| it.places[place].gate == Gate::Older);
        if waits || newer_waits {
            return false;
        }
        let newer = &self.releases[release + 1..];
        if newer.iter().any(|it| it.places[place].ever_begun) {
            self.terminate(release);
            return true;
        }
        if !self.releases[release].places[place].keeps_gates {
            self.windows(release, place);
            if self.releases[release].places[place].gate != Gate::Older {
                return true;
            }
        }
        self.begin(release, place);
        true
    }
}
