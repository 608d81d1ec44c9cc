//! The real [`World`] of a release. Every effect is recorded, then performed, and then its outcome is recorded.
//!
//! What happens in one turn is written as one batch: entries are collected until an effect needs them on disk, because it
//! can be noticed outside of this process, or until there is nothing to do but wait. What a kill takes with it then has no
//! trace anywhere, or is found again like a commit, so it happens again as it did.
//!
//! There is one loop and no threads. Workflows and health checks are processes that are polled, so environments run side
//! by side. Commits take milliseconds and are made one after another.
//!
//! INVARIANT: no effect starts before its intent is in the ledger (rule 26), and nothing is reported before it is there.
//! What cannot be recorded does not happen.

use std::collections::{BTreeSet, VecDeque};
use std::thread::sleep;
use std::time::Duration;

use super::clock::RunnerTime;
use super::commit;
use super::context::ReleaseContext;
use super::error::RunError;
use super::health::{HealthCheck, HealthWait, HealthWatch};
use super::observer::{Boundary, Observer, RunOptions};
use super::parameters;
use super::repositories::Repositories;
use super::secrets::Secrets;
use super::workflow::{self, Begun, Running};
use crate::ledger::entry::{ClaimRecord, Detail, LedgerEntry};
use crate::ledger::facts::{ClaimState, EffectFact, Facts};
use crate::ledger::fold::Folded;
use crate::ledger::writer::Writer;
use crate::release::{
    Act, ApplicationPlanId, Effect, EffectId, EnvironmentPlanId, Event, EventKind, HealthLoss, Outcome, Place, Release,
    Stage, State, World,
};
use crate::source::lines;
use crate::syntax::literal::Instant;

mod batch;
mod claims;

/// How often processes are polled, and how often the clock is read if there are none.
const GLANCE: Duration = Duration::from_millis(20);
const IDLE: Duration = Duration::from_millis(100);

/// How late an event may be, in milliseconds, and still happen at the instant of the timer that is due, as in a
/// simulation. If the runner was dead, asleep or busy for longer, the event happens now, so that windows are judged by
/// the real time (rule 3).
const PUNCTUAL: i64 = 1000;

/// The real [`World`]: what is in progress, and what the ledger contains so far.
pub(super) struct RealWorld<'a> {
    context: &'a ReleaseContext,
    writer: Writer,
    observer: &'a mut dyn Observer,
    options: &'a mut RunOptions,
    secrets: Secrets,
    repositories: Repositories,
    facts: Facts,
    time: RunnerTime,
    /// The instant of the last event: time never runs backwards.
    last: Option<Instant>,
    /// The number of the last entry, written or not.
    seq: u64,
    epoch: u64,
    /// The entries that are not written yet.
    pending: Vec<LedgerEntry>,
    /// The workflows with an outcome among those entries.
    over: Vec<EffectId>,
    /// What each environment waits for now.
    waiting: Vec<String>,
    /// How commands name the release, until the observer has heard that it starts.
    starting: Option<String>,
    /// Where this runner claims workflows; `None` until it is asked for.
    claims: Option<ClaimRecord>,
    running: Vec<Running>,
    waits: Vec<HealthWait>,
    /// One for each application that has become healthy (rule 9).
    watches: Vec<HealthWatch>,
    ready: VecDeque<(EffectId, Outcome, Detail)>,
    /// The details of the outcome or loss of health that was returned last.
    detail: Detail,
    told_to_stop: bool,
}

impl<'a> RealWorld<'a> {
    /// The world of a release in the state that `folded` describes.
    pub(super) fn new(
        context: &'a ReleaseContext,
        (writer, repositories): (Writer, Repositories),
        folded: &Folded,
        observer: &'a mut dyn Observer,
        options: &'a mut RunOptions,
    ) -> RealWorld<'a> {
        // What is copied as a whole is kept there, whatever has become of its repository.
        repositories.blobs().add(&writer.objects());
        RealWorld {
            context,
            writer,
            observer,
            time: RunnerTime::begin(&options.clock, folded.at),
            options,
            secrets: Secrets::of_this_process(),
            repositories,
            facts: folded.facts.clone(),
            last: folded.at,
            seq: folded.seq,
            epoch: folded.epoch + 1,
            pending: Vec::new(),
            over: Vec::new(),
            waiting: Vec::new(),
            starting: None,
            claims: None,
            running: Vec::new(),
            waits: Vec::new(),
            watches: Vec::new(),
            ready: VecDeque::new(),
            detail: Detail::default(),
            told_to_stop: false,
        }
    }

    /// The same world, of a release that starts: the observer is told once its first entries are on disk.
    pub(super) fn starting(self, name: &str) -> RealWorld<'a> {
        RealWorld { starting: Some(name.to_owned()), ..self }
    }

    /// Continues what was in progress when the last runner died, without doing anything twice that must not be.
    ///
    /// # Errors
    /// If a claim cannot be recorded.
    pub(super) fn go_on(&mut self, state: &State) -> Result<(), RunError> {
        self.clear_leftovers();
        let open: Vec<EffectFact> = self.facts.open().cloned().collect();
        let failed: BTreeSet<EnvironmentPlanId> = state.failed_environments().collect();
        for mut fact in open {
            self.claim(&mut fact)?;
            self.begin(&failed, &fact);
            if fact.cancelled.is_some() {
                self.cancel(fact.id);
            }
        }
        self.watch(state, &failed);
        Ok(())
    }

    /// Whether an effect can be noticed outside of this process.
    fn is_noticed(&self, act: Act) -> bool {
        match act {
            Act::AwaitSync => false,
            Act::AwaitHealth => self.checks_health(),
            _ => true,
        }
    }

    /// Whether a command says what is healthy. Otherwise everything is.
    fn checks_health(&self) -> bool {
        self.context.settings.health.command.is_some()
    }

    fn now(&self) -> Instant {
        self.time.now(&self.options.clock)
    }

    /// The instant of an event that happens now: not after the timer that is due, unless that has long passed.
    fn instant(&self, due: Option<Instant>) -> Instant {
        let now = self.now();
        let due = due.filter(|due| now.0.saturating_sub(due.0) <= PUNCTUAL);
        let at = due.map_or(now, |due| now.min(due));
        self.last.map_or(at, |last| at.max(last))
    }

    /// Performs or starts one effect.
    fn begin(&mut self, failed: &BTreeSet<EnvironmentPlanId>, fact: &EffectFact) {
        let effect = self.context.effect(fact.id);
        self.options.boundary(|| Boundary::BeforePerform(effect.clone()));
        match fact.act {
            Act::Workflow(call) => {
                let with = (&self.secrets, self.options.promoc.clone());
                match workflow::script(self.context, &self.facts, failed, fact.id, call, with) {
                    Ok((script, idempotent)) => {
                        let unseen = match &fact.claim {
                            ClaimState::At(claim)
                                if !self.claims.as_ref().is_some_and(|here| workflow::is_seen(claim, here)) =>
                            {
                                Some(claim)
                            }
                            _ => None,
                        };
                        match workflow::begin(fact.id, script, idempotent, fact.cancelled.is_some(), unseen) {
                            Begun::Running(running) => self.running.push(*running),
                            Begun::Over(outcome, detail) => self.ready.push_back((fact.id, outcome, detail)),
                        }
                    }
                    Err(message) => self.ready.push_back((fact.id, Outcome::Failed, Detail::error(message))),
                }
            }
            Act::Commit => {
                let (outcome, detail) = commit::perform(self.context, &mut self.repositories, fact.id, &fact.base);
                self.ready.push_back((fact.id, outcome, detail));
            }
            // The values are in the repository, and nothing reports what is deployed.
            Act::AwaitSync => self.ready.push_back((fact.id, Outcome::Succeeded, Detail::default())),
            Act::AwaitHealth => {
                let check = self.health_check(failed, fact.id);
                match HealthWait::begin(fact.id, check) {
                    Some(wait) => self.waits.push(wait),
                    None => self.ready.push_back((fact.id, Outcome::Succeeded, Detail::default())),
                }
            }
            Act::OpenPullRequest
            | Act::AwaitMerge
            | Act::AskApproval(_)
            | Act::AskOverride(_)
            | Act::Rollback
            | Act::OpenRollbackPr => {
                let message = "promoc cannot roll back, open pull requests or ask for approvals yet";
                self.ready.push_back((fact.id, Outcome::Failed, Detail::error(message)));
            }
        }
        self.options.boundary(|| Boundary::AfterPerform(effect));
    }

    fn health_check(&mut self, failed: &BTreeSet<EnvironmentPlanId>, id: EffectId) -> HealthCheck<'a> {
        HealthCheck {
            health: &self.context.settings.health,
            root: &self.context.root,
            secrets: self.secrets.clone(),
            variables: parameters::health_values(self.context, &self.facts, &mut self.repositories, failed, id),
        }
    }

    /// Watches the applications whose loss of health counts, and no others (rule 9).
    fn watch(&mut self, state: &State, failed: &BTreeSet<EnvironmentPlanId>) {
        if !self.checks_health() {
            return;
        }
        let counts: BTreeSet<ApplicationPlanId> = state.watched(&self.context.plan).collect();
        self.watches.retain(|watch| counts.contains(&watch.application));
        for application in counts {
            if !self.watches.iter().any(|watch| watch.application == application) {
                let place = Place::Application(application);
                let id = EffectId { attempt: state.attempt(), place, stage: Stage::Health, time: 1 };
                let check = self.health_check(failed, id);
                self.watches.extend(HealthWatch::begin(application, check));
            }
        }
    }

    fn cancel(&mut self, id: EffectId) {
        self.waits.retain(|wait| wait.id != id);
        for running in self.running.iter_mut().filter(|running| running.id == id) {
            running.stop();
        }
        // A canceled wait gets no outcome, even if it has just ended; any other effect does.
        if self.facts.get(id).is_some_and(EffectFact::is_wait) {
            self.ready.retain(|(ready, ..)| *ready != id);
        }
    }

    /// Polls everything that is in progress, once.
    fn look(&mut self) {
        for mut running in std::mem::take(&mut self.running) {
            match running.poll() {
                Some((outcome, detail)) => self.ready.push_back((running.id, outcome, detail)),
                None => self.running.push(running),
            }
        }
        for mut wait in std::mem::take(&mut self.waits) {
            match wait.poll() {
                Some((outcome, detail)) => self.ready.push_back((wait.id, outcome, detail)),
                None => self.waits.push(wait),
            }
        }
    }

    /// The first application that has lost its health, and why.
    fn loss(&mut self) -> Option<(ApplicationPlanId, String)> {
        self.watches.iter_mut().find_map(|watch| watch.poll().map(|error| (watch.application, error)))
    }

    fn under_way(&self) -> Vec<String> {
        let running = self.running.iter().map(|running| running.id);
        running.chain(self.waits.iter().map(|wait| wait.id)).map(|id| self.context.effect(id)).collect()
    }
}

impl World<Release<'_>> for RealWorld<'_> {
    type Error = RunError;

    fn next(&mut self, due: Option<Instant>) -> Result<Option<Event>, RunError> {
        self.detail = Detail::default();
        if self.seq == 0 {
            return Ok(Some(Event { at: self.now(), what: EventKind::Begin }));
        }
        loop {
            self.look();
            // Rule 17: outcomes come before timers of the same instant.
            let happened = match self.ready.pop_front() {
                Some((id, outcome, detail)) => Some((EventKind::Outcome(id, outcome), detail)),
                None => self
                    .loss()
                    .map(|(id, error)| (EventKind::HealthLoss(id, HealthLoss::Degraded), Detail::error(error))),
            };
            if let Some((what, mut detail)) = happened {
                detail.error = detail.error.map(|error| lines(&self.secrets.mask(&error)));
                detail.output = detail.output.iter().map(|line| self.secrets.mask(line)).collect();
                detail.files =
                    detail.files.into_iter().map(|file| self.secrets.mask_view(file.into()).into()).collect();
                self.detail = detail;
                return Ok(Some(Event { at: self.instant(due), what }));
            }
            self.flush()?;
            let now = self.now();
            if self.options.interrupted() {
                if !self.told_to_stop {
                    self.told_to_stop = true;
                    self.waits.clear();
                    self.watches.clear();
                    let running = self.under_way();
                    self.observer.stopping(&running);
                }
                if self.running.is_empty() {
                    return Ok(None);
                }
            } else if due.is_some_and(|due| due <= now) {
                return Ok(Some(Event { at: self.instant(due), what: EventKind::Due }));
            } else if due.is_none() && self.running.is_empty() && self.waits.is_empty() {
                let message =
                    "this release waits for something that can never happen; please report this bug in promoc";
                return Err(RunError::System(message.to_owned()));
            }
            if let Some(message) = self.time.difference(&self.options.clock) {
                self.observer.warns(&message);
            }
            let under_way = self.under_way();
            self.observer.waiting(&under_way, due);
            // A timer that is already due is left to the next runner if this one was asked to stop.
            let left = due.map(|due| due.0.saturating_sub(now.0)).filter(|left| *left > 0).unwrap_or(i64::MAX);
            let pause = if under_way.is_empty() { IDLE } else { GLANCE };
            sleep(pause.min(Duration::from_millis(u64::try_from(left).unwrap_or(u64::MAX))));
        }
    }

    fn perform(&mut self, event: &Event, effects: &[Effect], release: &Release<'_>) -> Result<(), RunError> {
        let (entries, added) = match self.entries(event, effects) {
            Ok(entries) => entries,
            Err(error) => return self.flush().and(Err(error)),
        };
        self.record(entries);
        self.last = Some(event.at);
        self.facts.event(event, &self.detail);
        for (effect, added) in effects.iter().zip(added) {
            self.facts.effect(event, effect, added);
        }
        if let EventKind::Outcome(id, _) = event.what
            && self.facts.get(id).is_some_and(|fact| matches!(fact.act, Act::Workflow(_)))
        {
            self.over.push(id);
        }
        self.waiting = self.context.waits(&release.state);
        let failed: BTreeSet<EnvironmentPlanId> = release.state.failed_environments().collect();
        for effect in effects {
            match effect {
                // Rule 35: nothing new starts. The intent is recorded, and the next runner performs it.
                Effect::Do { .. } if self.options.interrupted() => {}
                Effect::Do { id, act } => {
                    if self.is_noticed(*act) {
                        self.flush()?;
                    }
                    if !self.options.interrupted()
                        && let Some(fact) = self.facts.get(*id).cloned()
                    {
                        self.begin(&failed, &fact);
                    }
                }
                Effect::Cancel(id) => {
                    self.flush()?;
                    self.cancel(*id);
                }
                Effect::Report(_) => {}
            }
        }
        if !self.options.interrupted() {
            self.watch(&release.state, &failed);
        }
        Ok(())
    }
}
