//! Stages 1 to 3: rules 1 to 3, and where releases meet (rules 23 and 24).

use super::program::{Concurrency, Need, Time};
use super::reading::{Reading, job};
use super::state::{Gate, Phase, Release, Status, Step};

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
                self.windows(release, place);
                true
            }
            Gate::Older => self.meet_others(release, place),
            _ => false,
        }
    }

    /// Sends an environment back to stage 1.
    pub(super) fn leave_gates(&mut self, release: usize, place: usize) {
        self.drop_jobs(release, Some(place), |job| job.step == Step::Approval);
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
        let open = |at: Time| {
            self.program.environments[place].windows.iter().all(|window| {
                let (from, to) = self.program.windows[*window];
                let of_day = (FIRST + at) % DAY;
                (from * 3600..to * 3600).contains(&of_day)
            })
        };
        if self.releases[release].places[place].keeps_gates || open(self.now) {
            self.place(release, place).gate = Gate::Older;
            return;
        }
        let first_minute = self.now / 60 * 60 + 60;
        let opens = (0..2 * DAY / 60).map(|minute| first_minute + minute * 60).find(|at| open(*at));
        self.place(release, place).gate = Gate::Windows(opens.unwrap_or(Time::MAX / 2));
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
                self.place(release, place).waits_for.push(older);
                if first {
                    self.terminate(older);
                    return true;
                }
            }
            // It also waits where another release waits already.
            let waiting = |it: &Release| it.places[place].gate == Gate::Older;
            waits |=
                self.releases.iter().filter(|it| waiting(it)).any(|it| it.places[place].waits_for.contains(&older));
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
