//! The clock of the reading: the next event, in the order of rule 17, then everything that follows from it.

use super::program::{Fact, Program, Time, version};
use super::state::{Entry, Gate, Job, Phase, Place, Release, Status, Step};
use super::world::World;

pub(super) struct Reading<'a> {
    pub(super) program: &'a Program,
    pub(super) now: Time,
    pub(super) generation: u32,
    pub(super) releases: Vec<Release>,
    /// The releases that wait, the oldest first.
    pub(super) queue: Vec<usize>,
    /// What each application of each environment runs.
    pub(super) runs: Vec<Vec<Option<u32>>>,
    /// What people will do, and which releases will arrive: the instant, the class, the release, the position of the
    /// statement, and whether it is a retry.
    people: Vec<(Time, u8, usize, usize, bool)>,
}

/// An event that is due; the order of the fields is the order of the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: Time,
    class: u8,
    generation: u32,
    /// Of operators: the position of the statement.
    written: usize,
    release: usize,
    place: Option<usize>,
    event: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Loss,
    Timeout,
    Answer(usize, Step),
    NextTry(usize, Step),
    Soaked,
    Opened,
    Retry,
    Baked,
    Person(usize),
}

const OUTCOME: u8 = 0;
const TIMER: u8 = 1;
const TIMEOUT: u8 = 2;
const OPERATOR: u8 = 3;
const ARRIVAL: u8 = 4;

/// Plays a program to the end of all its releases.
pub(super) fn play(program: &Program) -> Vec<Release> {
    let places: Vec<Place> = program.environments.iter().map(|it| Place::new(it.applications)).collect();
    let release = Release {
        phase: Phase::NotArrived,
        status: Status::Queued,
        started: None,
        ended: None,
        timeout_at: None,
        failed: false,
        hook_failed: false,
        terminations: 0,
        will_be: Status::Failed,
        hooks_done: Default::default(),
        makes_way: Default::default(),
        places,
        jobs: Vec::new(),
        tries: Default::default(),
        versions: Vec::new(),
        log: Vec::new(),
    };
    let mut people: Vec<_> = (program.releases.iter().zip(0..)).map(|(at, of)| (*at, ARRIVAL, of, of, false)).collect();
    for (written, given) in program.givens.iter().enumerate() {
        match given.fact {
            Fact::Terminate(at) => people.push((at, OPERATOR, given.of.unwrap_or(0), written, false)),
            Fact::Retry(at) => people.push((at, OPERATOR, given.of.unwrap_or(0), written, true)),
            _ => {}
        }
    }
    let mut runs: Vec<Vec<Option<u32>>> = program.environments.iter().map(|it| vec![None; it.applications]).collect();
    for given in &program.givens {
        if let Fact::AtVersion(at, version) = given.fact {
            runs[at].fill(Some(version));
        }
    }
    let releases = vec![release; program.releases.len()];
    let mut reading = Reading { program, now: 0, generation: 0, releases, queue: Vec::new(), runs, people };
    while reading.step() {}
    let runs = reading.runs.clone();
    if let Some(last) = reading.releases.last_mut() {
        last.versions = runs;
    }
    reading.releases
}

impl Reading<'_> {
    pub(super) fn world(&self, release: usize) -> World<'_> {
        World { program: self.program, release }
    }

    pub(super) fn place(&mut self, release: usize, place: usize) -> &mut Place {
        &mut self.releases[release].places[place]
    }

    pub(super) fn log(&mut self, release: usize, entry: (Option<usize>, &'static str, Option<usize>, Option<usize>)) {
        let entry: Entry = (self.now, entry.0, entry.1, entry.2, entry.3);
        self.releases[release].log.push(entry);
    }

    /// Handles the next event and everything that follows from it. Returns whether there was one. All timers of an
    /// instant come one after the other.
    fn step(&mut self) -> bool {
        let Some(mut due) = self.due().into_iter().min() else { return false };
        self.now = due.at;
        loop {
            self.generation = due.generation;
            self.happens(due);
            let mut rounds = 0;
            while (0..self.releases.len()).any(|release| self.follow(release)) || self.follow_queue() {
                rounds += 1;
                assert!(rounds < 10_000, "the rules never come to rest");
            }
            let timers = self.due().into_iter().filter(|next| (next.class, next.at) == (TIMER, self.now));
            match timers.min() {
                Some(next) if due.class == TIMER => due = next,
                _ => return true,
            }
        }
    }

    fn due(&self) -> Vec<Due> {
        let mut list = Vec::new();
        for (nth, (at, class, release, number, _)) in self.people.iter().enumerate() {
            let event = What::Person(nth);
            list.push(Due {
                at: *at,
                class: *class,
                generation: 0,
                written: *number,
                release: *release,
                place: None,
                event,
            });
        }
        for (number, release) in self.releases.iter().enumerate() {
            if matches!(release.phase, Phase::NotArrived | Phase::Queued | Phase::Ended) {
                continue;
            }
            let mut add = |at: Time, class, generation, place, event| {
                list.push(Due { at: at.max(self.now), class, generation, written: 0, release: number, place, event });
            };
            for job in &release.jobs {
                let Some(at) = job.at else { continue };
                match (job.pauses, job.times_out) {
                    (true, _) => add(at, TIMER, 0, job.place, What::NextTry(job.number, job.step)),
                    (_, true) => add(at, TIMEOUT, 0, job.place, What::Answer(job.number, job.step)),
                    _ => add(at, OUTCOME, job.generation, job.place, What::Answer(job.number, job.step)),
                }
            }
            if let Some(at) = release.timeout_at {
                add(at, TIMEOUT, 0, None, What::Timeout);
            }
            if let Phase::Bake(until) = release.phase {
                add(until, TIMER, 0, None, What::Baked);
            }
            for (at_place, place) in release.places.iter().enumerate() {
                let some = Some(at_place);
                if let Some(at) = place.due
                    && !place.struck
                    && self.is_watched(number, at_place)
                {
                    let follows = u32::from(place.due_follows && at <= self.now);
                    // What is lost before anybody looks is the answer to who looks first.
                    let (looked, generation) = place.looked_at;
                    let answer = if looked >= at && looked == self.now { generation } else { 0 };
                    add(at, OUTCOME, follows.max(answer), some, What::Loss);
                }
                match place.gate {
                    Gate::Soak(until) => add(until, TIMER, 0, some, What::Soaked),
                    Gate::Windows(opens) => add(opens, TIMER, 0, some, What::Opened),
                    _ => {}
                }
                if let Some(at) = place.retry_at {
                    add(at, TIMER, 0, some, What::Retry);
                }
                if let Some(at) = place.timeout_at {
                    add(at, TIMEOUT, 0, some, What::Timeout);
                }
            }
        }
        list
    }

    fn happens(&mut self, due: Due) {
        match (due.event, due.place) {
            (What::Person(number), _) => {
                let (_, class, release, _, retry) = self.people.remove(number);
                match (class, retry) {
                    (ARRIVAL, _) => self.arrive(release),
                    (_, true) => self.retry(release),
                    _ => self.terminate(release),
                }
            }
            (What::Loss, Some(place)) => self.lose_health(due.release, place),
            (What::Answer(number, step), place) => {
                let jobs = &mut self.releases[due.release].jobs;
                let at = jobs.iter().position(|it| (it.place, it.number, it.step) == (place, number, step)).unwrap();
                let job = jobs.remove(at);
                self.answered(due.release, job);
            }
            (What::NextTry(number, step), place) => {
                let jobs = &mut self.releases[due.release].jobs;
                let at = jobs.iter().position(|it| (it.place, it.number, it.step) == (place, number, step)).unwrap();
                let job = jobs.remove(at);
                self.try_workflow(due.release, job);
            }
            (What::Soaked, Some(place)) => self.soaked(due.release, place),
            (What::Opened, Some(place)) => self.windows(due.release, place),
            (What::Retry, Some(place)) => {
                let place = self.place(due.release, place);
                place.retry_at = None;
                place.failing = None;
            }
            (What::Timeout, Some(place)) => self.time_out(due.release, place),
            (What::Baked, _) => self.releases[due.release].phase = Phase::OnSuccess,
            (What::Timeout, None) => {
                self.releases[due.release].timeout_at = None;
                self.terminate(due.release);
            }
            (event, None) => panic!("{event:?} is about an environment"),
        }
    }

    /// Starts the try of a workflow, at a place of a release.
    pub(super) fn try_workflow(&mut self, release: usize, mut job: Job) {
        let workflow = job.workflow.unwrap();
        self.log(release, (job.place, "workflow", application(job.step, job.number), job.workflow));
        let number = self.releases[release].tries.entry((workflow, job.place)).or_insert(0);
        *number += 1;
        let number = *number;
        let world = self.world(release);
        let rollback = job.place.filter(|_| job.step == Step::Rollback).map(|place| world.rollback(place));
        let (given, succeeds) = rollback.unwrap_or((None, true));
        let takes = given.unwrap_or(world.takes(workflow, job.place));
        job.succeeds = succeeds && !world.fails(workflow, job.place, number);
        let hook = matches!(job.step, Step::OnStart | Step::OnSuccess | Step::OnFailure);
        let timeout = self.program.workflows[workflow].timeout.or(hook.then_some(3600));
        job.times_out = timeout.is_some_and(|timeout| takes > timeout);
        if job.times_out {
            job.succeeds = false;
        }
        job.pauses = false;
        let at = self.now + timeout.map_or(takes, |timeout| timeout.min(takes));
        self.begin_job(release, job, Some(at));
    }

    /// Puts a job among those in progress.
    pub(super) fn begin_job(&mut self, release: usize, mut job: Job, at: Option<Time>) {
        job.at = at;
        job.generation = if at == Some(self.now) { self.generation + 1 } else { 0 };
        self.releases[release].jobs.push(job);
    }

    /// Starts a workflow with all its tries.
    pub(super) fn start_workflow(
        &mut self,
        release: usize,
        place: Option<usize>,
        number: usize,
        step: Step,
        workflow: usize,
    ) {
        let tries = self.program.workflows[workflow].retry.0;
        let job = Job { tries, workflow: Some(workflow), ..job(place, number, step) };
        self.try_workflow(release, job);
    }

    /// Whether a job of a kind is in progress at a place.
    pub(super) fn has_job(&self, release: usize, place: Option<usize>, is: impl Fn(&Job) -> bool) -> bool {
        self.releases[release].jobs.iter().any(|job| job.place == place && is(job))
    }

    /// Drops the jobs of a kind at a place.
    pub(super) fn drop_jobs(&mut self, release: usize, place: Option<usize>, is: impl Fn(&Job) -> bool) {
        self.releases[release].jobs.retain(|job| job.place != place || !is(job));
    }
}

/// A job without a workflow that succeeds.
pub(super) fn job(place: Option<usize>, number: usize, step: Step) -> Job {
    Job {
        place,
        number,
        step,
        workflow: None,
        at: None,
        succeeds: true,
        times_out: false,
        tries: 0,
        pauses: false,
        is_commit: false,
        opens: false,
        waits: None,
        stops: None,
        generation: 0,
    }
}

fn application(step: Step, number: usize) -> Option<usize> {
    matches!(step, Step::Pre | Step::Act | Step::Health | Step::Post | Step::Rollback).then_some(number)
}

/// The version of an environment at the end of a release, if its applications agree.
pub(super) fn version_of(release: &Release, place: usize) -> Option<Option<String>> {
    let runs = release.versions.get(place)?;
    runs.iter().all(|it| *it == runs[0]).then(|| runs[0].map(version))
}
