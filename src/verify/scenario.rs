//! A run as a scenario for `promoc test`, if a scenario can describe it.
//!
//! The scenario is played, and only shown if it ends in the same way. The first attempt has no times; the second has
//! times that put the events into the order of the run.

use std::fmt::Write;

use super::choice::NextEvent;
use super::explore::Refuted;
use super::law::Law;
use super::sayable::{is_instant, is_stopping};
use super::single::SingleRelease;
use crate::program::{EnvironmentId, FlowId, ProductId, Program};
use crate::release::{Alarm, Effect, EffectId, EnvironmentPlanId, HealthLoss, Outcome, Plan, Stage, Status};
use crate::simulate::{AnswerKind, PullRequest, Script, ScriptedAnswer, Simulation, play_script};
use crate::syntax::literal::{Instant, Seconds};

/// The time between two steps, shorter than any soak.
const STEP: Seconds = Seconds(1);

/// How long something takes that is stopped or canceled, so that it has not ended before.
const LONG: Seconds = Seconds(3600);

/// The version of the release, if it matters.
const VERSION: &str = "1.0.0";

/// A scenario that plays a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioText {
    /// A name for it.
    pub name: String,
    /// Everything after its name.
    body: String,
}

impl ScenarioText {
    /// The statement, with a name.
    pub fn named(&self, name: &str) -> String {
        format!("scenario {name} {{\n{}", self.body)
    }
}

impl std::fmt::Display for ScenarioText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.named(&self.name))
    }
}

/// The scenario of a run, or the reason why there can be none.
pub(super) fn write(
    program: &Program,
    of: (ProductId, FlowId),
    model: &SingleRelease<'_>,
    refuted: &Refuted<NextEvent>,
) -> Result<ScenarioText, String> {
    let whole = model.to_the_end(&refuted.run);
    let (timed, _) = Plan::new(program, of.0, of.1);
    let teller = Teller { plan: model.plan(), timed: &timed, steps: model.replay(&whole) };
    let wanted = model.statuses(&whole);
    let mut reason = if is_stopping(model, &refuted.run) && matches!(refuted.breach.law, Law::Never(_)) {
        "in a scenario, everything that is terminated stops at the same instant".to_owned()
    } else {
        "it needs an order of events that a scenario cannot set".to_owned()
    };
    for timed in [false, true] {
        let givens = match teller.givens(timed) {
            Ok(givens) => givens,
            Err(why) => {
                reason = why;
                continue;
            }
        };
        let comes_to_it = |played: &Simulation| match refuted.breach.law {
            Law::Never(nth) => {
                let span = program.flows[of.1].decl.nevers.get(nth).map(|decl| decl.span);
                played.broken.iter().any(|broken| Some(broken.span) == span)
            }
            _ => ends(played) == wanted,
        };
        if comes_to_it(&play(program, of, &givens)) {
            let givens = needed(givens, |fewer| comes_to_it(&play(program, of, fewer)));
            let played = play(program, of, &givens);
            let number = refuted.breach.law.code().to_lowercase();
            let body = body(program, of, &givens, &played);
            return Ok(ScenarioText { name: format!("refutes-{number}"), body });
        }
    }
    Err(reason)
}

/// Without what makes no difference.
fn needed(mut givens: Vec<ScriptedAnswer>, suffice: impl Fn(&[ScriptedAnswer]) -> bool) -> Vec<ScriptedAnswer> {
    for nth in (0..givens.len()).rev() {
        let mut fewer = givens.clone();
        fewer.remove(nth);
        if suffice(&fewer) {
            givens = fewer;
        }
    }
    givens
}

/// Plays one release with these answers.
fn play(program: &Program, (product, flow): (ProductId, FlowId), givens: &[ScriptedAnswer]) -> Simulation {
    let mut script = Script::single(product, flow, Instant::DEFAULT_START);
    script.givens = givens.to_vec();
    if let Some(release) = script.releases.first_mut().filter(|_| has_version(givens)) {
        release.version = Some(VERSION.to_owned());
    }
    play_script(program, &script).releases.swap_remove(0)
}

fn has_version(givens: &[ScriptedAnswer]) -> bool {
    givens.iter().any(|told| matches!(told.what, AnswerKind::Version(_)))
}

/// The status of the release, then of every environment.
fn ends(played: &Simulation) -> Vec<Status> {
    let environments = played.plan.environments.ids().map(|id| played.state.environment(id).status);
    std::iter::once(played.state.status()).chain(environments).collect()
}

struct Teller<'a> {
    plan: &'a Plan,
    /// The same plan with its calendars.
    timed: &'a Plan,
    steps: Vec<(NextEvent, Vec<Effect>)>,
}

impl Teller<'_> {
    /// The `given`s that bring the run about.
    fn givens(&self, timed: bool) -> Result<Vec<ScriptedAnswer>, String> {
        let mut told: Vec<ScriptedAnswer> = Vec::new();
        let times = self.times();
        let start = Instant::DEFAULT_START;
        for ((choice, effects), at) in self.steps.iter().zip(&times) {
            let after = at.since(start);
            if timed {
                effects.iter().for_each(|effect| self.cancelled(&mut told, effect));
            }
            match *choice {
                NextEvent::Begin => {}
                NextEvent::Terminate => told.push(everywhere(AnswerKind::Terminate(after))),
                NextEvent::Retry => told.push(everywhere(AnswerKind::Retry(after))),
                NextEvent::HealthLoss(id, loss) => {
                    let environment = self.plan.applications[id].environment;
                    if self.plan.environments[environment].applications.len() > 1 {
                        return Err(
                            "one application becomes degraded, but a scenario can set only the health of an environment"
                                .to_owned(),
                        );
                    }
                    let after = at.since(self.acted(environment, &times));
                    let answer = match loss {
                        HealthLoss::Degraded => AnswerKind::Degraded(after),
                        HealthLoss::OutOfSync => AnswerKind::OutOfSync(after),
                    };
                    self.add(&mut told, environment, answer)?;
                }
                NextEvent::Outcome(id, outcome) => {
                    self.outcome(&mut told, id, outcome, timed.then_some((*at, &times)))?
                }
                NextEvent::Ring(Alarm::WorkflowTimeout(id)) => self.too_slow(&mut told, id)?,
                NextEvent::Ring(Alarm::Timeout(_) | Alarm::ReleaseTimeout | Alarm::StopTimeout(_)) => {
                    return Err("something other than a workflow takes longer than its timeout".to_owned());
                }
                NextEvent::Ring(_) => {}
            }
        }
        Ok(told)
    }

    fn outcome(
        &self,
        told: &mut Vec<ScriptedAnswer>,
        id: EffectId,
        outcome: Outcome,
        times: Option<(Instant, &Vec<Instant>)>,
    ) -> Result<(), String> {
        let environment = self.plan.environment_of(id.place);
        let after = times.map_or(Seconds(0), |(at, times)| at.since(self.asked(id, times)));
        let timed = times.is_some() && after.0 > 0;
        if outcome == Outcome::Stopped {
            return Ok(());
        }
        if let Some(call) = self.plan.call_of(id).filter(|_| !id.stage.is_rollback()) {
            let workflow = self.plan.calls[call].workflow;
            let within = environment.map(|id| vec![self.plan.environments[id].environment]);
            let same = |other: &ScriptedAnswer| other.within == within;
            if timed {
                told.retain(|other| !same(other) || !matches!(other.what, AnswerKind::Takes(it, _) if it == workflow));
                told.push(ScriptedAnswer {
                    of: None,
                    within: within.clone(),
                    what: AnswerKind::Takes(workflow, after),
                });
            }
            if outcome == Outcome::Failed {
                let failed = |it: &ScriptedAnswer| {
                    same(it) && matches!(it.what, AnswerKind::Fails(other, _) if other == workflow)
                };
                match told.iter_mut().find(|told| failed(told)).map(|told| &mut told.what) {
                    Some(AnswerKind::Fails(_, Some(times))) => *times += 1,
                    _ => told.push(ScriptedAnswer { of: None, within, what: AnswerKind::Fails(workflow, Some(1)) }),
                }
            }
            return Ok(());
        }
        let Some(environment) = environment else { return Ok(()) };
        if timed && outcome == Outcome::Failed {
            // When it fails.
            let takes = match id.stage {
                Stage::Health if id.time == 1 => Some(AnswerKind::Healthy(Seconds(after.0.saturating_add(LONG.0)))),
                Stage::Approval(_) => Some(AnswerKind::ApprovalTakes(after)),
                Stage::Rollback | Stage::RollbackMerge => Some(AnswerKind::RollbackTakes(after)),
                _ => None,
            };
            takes.map_or(Ok(()), |takes| self.add(told, environment, takes))?;
        }
        let answer = match (id.stage, outcome) {
            (Stage::Approval(_), Outcome::Failed) => AnswerKind::Denied,
            (Stage::Approval(_), _) if timed => AnswerKind::ApprovalTakes(after),
            (Stage::Override(_), _) => AnswerKind::OverrideTakes(after),
            (Stage::Merge, Outcome::Failed) => AnswerKind::PullRequest(PullRequest::Closed(after)),
            (Stage::Merge, _) if timed => AnswerKind::PullRequest(PullRequest::Merges(after)),
            (Stage::Health, Outcome::Failed) => AnswerKind::Degraded(after),
            (Stage::Health, _) if timed && id.time == 1 => AnswerKind::Healthy(after),
            (stage, Outcome::Failed) if stage.is_rollback() => AnswerKind::RollbackFails,
            (Stage::Rollback | Stage::RollbackMerge, Outcome::Succeeded) if timed => AnswerKind::RollbackTakes(after),
            (Stage::Action, Outcome::Unchanged) => AnswerKind::Version(VERSION.to_owned()),
            (Stage::Action, Outcome::Failed) => return Err("a scenario cannot make a commit fail".to_owned()),
            (Stage::Sync, Outcome::Failed) => return Err("a scenario cannot make a sync fail".to_owned()),
            (_, Outcome::Superseded) => return Err("a scenario cannot supersede the trigger".to_owned()),
            (_, Outcome::Unchanged) => return Err("a scenario cannot make a rollback change nothing".to_owned()),
            _ => return Ok(()),
        };
        self.add(told, environment, answer)
    }

    /// Makes a canceled effect take long. A sync ends at once in a scenario, so the health after it takes long instead.
    fn cancelled(&self, told: &mut Vec<ScriptedAnswer>, effect: &Effect) {
        let Effect::Cancel(id) = *effect else { return };
        let Some(environment) = self.plan.environment_of(id.place) else { return };
        let what = match (self.plan.call_of(id), id.stage) {
            (Some(call), _) => AnswerKind::Takes(self.plan.calls[call].workflow, LONG),
            (None, Stage::Approval(_)) => AnswerKind::ApprovalTakes(LONG),
            (None, Stage::Merge) => AnswerKind::PullRequest(PullRequest::Never),
            (None, Stage::Sync | Stage::Health) => AnswerKind::Healthy(LONG),
            _ => return,
        };
        let within = Some(vec![self.plan.environments[environment].environment]);
        let kind = std::mem::discriminant(&what);
        if !told.iter().any(|it| it.within == within && std::mem::discriminant(&it.what) == kind) {
            told.push(ScriptedAnswer { of: None, within, what });
        }
    }

    /// Makes a workflow take longer than its timeout.
    fn too_slow(&self, told: &mut Vec<ScriptedAnswer>, id: EffectId) -> Result<(), String> {
        let call = self.plan.call_of(id).ok_or("something other than a workflow takes longer than its timeout")?;
        let call = &self.plan.calls[call];
        let within = self.plan.environment_of(id.place).map(|id| vec![self.plan.environments[id].environment]);
        let takes = Seconds(call.timeout.map_or(0, |timeout| timeout.0).saturating_add(60));
        told.push(ScriptedAnswer { of: None, within, what: AnswerKind::Takes(call.workflow, takes) });
        Ok(())
    }

    /// Adds an answer for one environment. A second answer must be the same.
    fn add(&self, told: &mut Vec<ScriptedAnswer>, id: EnvironmentPlanId, what: AnswerKind) -> Result<(), String> {
        let within = Some(vec![self.plan.environments[id].environment]);
        let kind = std::mem::discriminant(&what);
        if let Some(known) = told.iter().find(|it| it.within == within && std::mem::discriminant(&it.what) == kind) {
            let same =
                known.what == what || matches!(what, AnswerKind::ApprovalTakes(_) | AnswerKind::RollbackTakes(_));
            return if same { Ok(()) } else { Err("the same step ends differently at different times".to_owned()) };
        }
        told.push(ScriptedAnswer { of: None, within, what });
        Ok(())
    }

    /// The instant of each step: a second after the previous one, or when its timer is due.
    fn times(&self) -> Vec<Instant> {
        let mut times: Vec<Instant> = Vec::new();
        let mut now = Instant::DEFAULT_START;
        for (nth, (choice, _)) in self.steps.iter().enumerate() {
            let least = if nth == 0 || is_instant(self.plan, *choice) { now } else { now.after(STEP) };
            let timer = |length: Seconds, from: Option<Instant>| from.map(|from| from.after(length));
            let natural = match *choice {
                NextEvent::Ring(Alarm::Bake) => timer(self.plan.bake, Some(now)),
                NextEvent::Ring(Alarm::Soak(id)) => {
                    let soaks = |effect: &Effect| matches!(effect, Effect::Report(crate::release::Report::Soaking(it, _)) if *it == id);
                    timer(self.plan.environments[id].soak, self.last(soaks, &times))
                }
                NextEvent::Ring(Alarm::Window(id)) => self.opens(id, now),
                NextEvent::Ring(Alarm::Retry(id)) => {
                    let every = self.plan.environments[id].retry.map_or(Seconds(0), |retry| retry.every);
                    timer(every, Some(now))
                }
                NextEvent::Ring(Alarm::NextTry(id)) => {
                    let retry = self.plan.call_of(id).and_then(|call| self.plan.calls[call].retry);
                    timer(retry.map_or(Seconds(0), |retry| retry.every), Some(now))
                }
                NextEvent::Ring(Alarm::WorkflowTimeout(id)) => {
                    let timeout = self.plan.call_of(id).and_then(|call| self.plan.calls[call].timeout);
                    timer(timeout.unwrap_or(Seconds(0)), Some(self.asked(id, &times)))
                }
                _ => None,
            };
            now = natural.unwrap_or(least).max(least);
            times.push(now);
        }
        times
    }

    /// When the windows of an environment are open together, unless that takes more than a few of their changes.
    fn opens(&self, id: EnvironmentPlanId, from: Instant) -> Option<Instant> {
        let windows = &self.timed.environments[id].windows;
        let next = |at| windows.iter().filter_map(|window| self.timed.windows[*window].next_open(at)).max();
        (0..16).try_fold(from, |at, _| next(at))
    }

    fn last(&self, is: impl Fn(&Effect) -> bool, times: &[Instant]) -> Option<Instant> {
        self.steps.iter().zip(times).rev().find(|((_, effects), _)| effects.iter().any(&is)).map(|(_, at)| *at)
    }

    /// When an effect was requested.
    fn asked(&self, id: EffectId, times: &[Instant]) -> Instant {
        let asks = |effect: &Effect| matches!(effect, Effect::Do { id: other, .. } if *other == id);
        self.last(asks, times).unwrap_or(Instant::DEFAULT_START)
    }

    /// From when the health of an environment counts: from its action, or in the trigger from the start of the release.
    fn acted(&self, id: EnvironmentPlanId, times: &[Instant]) -> Instant {
        let asks = |effect: &Effect| match effect {
            Effect::Do { id: other, .. } => {
                other.stage == Stage::Sync
                    && other.time == 1
                    && other.attempt == 1
                    && self.plan.environment_of(other.place) == Some(id)
            }
            _ => false,
        };
        if Plan::is_trigger(id) {
            Instant::DEFAULT_START
        } else {
            self.last(asks, times).unwrap_or(Instant::DEFAULT_START)
        }
    }
}

fn everywhere(what: AnswerKind) -> ScriptedAnswer {
    ScriptedAnswer { of: None, within: None, what }
}

fn body(
    program: &Program,
    (product, flow): (ProductId, FlowId),
    givens: &[ScriptedAnswer],
    played: &Simulation,
) -> String {
    let (product, flow) = (&program.products[product].name.value, &program.flows[flow].name.value);
    let version = if has_version(givens) { format!(" version \"{VERSION}\"") } else { String::new() };
    let mut out = format!("  release {product} via {flow}{version}\n");
    for given in givens {
        let _ = writeln!(out, "  given {}", said(program, given));
    }
    for (id, name) in played.plan.environments.ids().zip(&played.names.environments) {
        let _ = writeln!(out, "  expect {name} {}", played.state.environment(id).status.as_str());
    }
    let _ = writeln!(out, "  expect release {}\n}}", played.state.status().as_str());
    out
}

fn said(program: &Program, told: &ScriptedAnswer) -> String {
    let name = |id: &EnvironmentId| program.environments[*id].name.value.as_str();
    let environments: Vec<&str> = told.within.iter().flatten().map(name).collect();
    let at = environments.join(", ");
    let within = if at.is_empty() { String::new() } else { format!(" in {at}") };
    let workflow = |id| &program.workflows[id].name.value;
    match &told.what {
        AnswerKind::Version(version) => format!("{at} at version \"{version}\""),
        AnswerKind::Takes(id, takes) => format!("{}{within} takes {takes}", workflow(*id)),
        AnswerKind::Fails(id, Some(times)) => format!("{}{within} fails {times} times", workflow(*id)),
        AnswerKind::Fails(id, None) => format!("{}{within} fails", workflow(*id)),
        AnswerKind::Healthy(after) => format!("{at} becomes healthy after {after}"),
        AnswerKind::Degraded(after) => format!("{at} becomes degraded after {after}"),
        AnswerKind::OutOfSync(after) => format!("{at} becomes out-of-sync after {after}"),
        AnswerKind::PullRequest(PullRequest::Merges(after)) => format!("pull-request in {at} merges after {after}"),
        AnswerKind::PullRequest(PullRequest::Closed(after)) => format!("pull-request in {at} is closed after {after}"),
        AnswerKind::PullRequest(PullRequest::Never) => format!("pull-request in {at} never merges"),
        AnswerKind::ApprovalTakes(after) => format!("approval in {at} takes {after}"),
        AnswerKind::Denied => format!("approval in {at} is denied"),
        AnswerKind::OverrideTakes(after) => format!("override in {at} takes {after}"),
        AnswerKind::OverrideDenied => format!("override in {at} is denied"),
        AnswerKind::RollbackTakes(after) => format!("rollback in {at} takes {after}"),
        AnswerKind::RollbackFails => format!("rollback in {at} fails"),
        AnswerKind::Terminate(after) => format!("terminate after {after}"),
        AnswerKind::Retry(after) => format!("retry after {after}"),
    }
}
