//! Many random releases: how long they take, how often they succeed, and which environment the time goes to.
//!
//! Each run samples how long every try of a workflow takes (uniformly within its `takes`) and whether it fails
//! (`fails`). Everything else is as in a [simulation](super::simulate) without a scenario.
//!
//! INVARIANT: a run depends only on the seed and its number, and all counts are integers, so the result is the same on
//! every machine and with any number of threads.

mod random;
mod view;
mod world;

use std::ops::ControlFlow;
use std::thread;

use crate::check::Checked;
use crate::program::{FlowId, ProductId, Program};
use crate::release::{EnvironmentPlanId, Names, Plan, Release, State, Status, drive};
use crate::syntax::literal::Instant;
use world::Dice;

/// What to sample.
#[derive(Clone, Copy, Debug)]
pub struct SampleOptions {
    /// The number of releases.
    pub runs: u64,
    /// Another seed gives other releases.
    pub seed: u64,
    /// When each release begins.
    pub at: Instant,
    /// The number of threads. The result does not depend on it.
    pub threads: usize,
}

/// The result of many releases.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The name of the product.
    pub product: String,
    /// The name of the flow.
    pub flow: String,
    /// The number of releases.
    pub runs: u64,
    /// How many there should have been; more if somebody stopped them.
    pub planned: u64,
    /// The seed of all runs.
    pub seed: u64,
    /// The number of releases that succeeded.
    pub succeeded: u64,
    /// How long releases took, in milliseconds.
    pub milliseconds: Percentiles,
    /// The same of those that succeeded, and of the others; `None` if there are none.
    pub milliseconds_by_result: [Option<Percentiles>; 2],
    /// By environment, in order of the flow.
    pub environments: Vec<SampledEnvironment>,
}

/// Percentiles by nearest rank: half, nine tenths and 99 hundredths of the releases took at most this long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the percentile of its name")]
pub struct Percentiles {
    pub p50: u64,
    pub p90: u64,
    pub p99: u64,
}

/// The result for one environment.
#[derive(Clone, Debug, PartialEq)]
pub struct SampledEnvironment {
    /// The name of the environment.
    pub name: String,
    /// How its releases ended.
    pub count: Count,
    /// Its share of the time between the start and the end of releases: from when its dependencies were met to its end,
    /// if it was on the critical path.
    pub critical_share: f64,
}

/// How often an environment ended in each way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the status of its name")]
pub struct Count {
    pub succeeded: u64,
    pub failed: u64,
    pub rolled_back: u64,
    pub terminated: u64,
    /// Releases at whose end the environment was still pending.
    pub not_started: u64,
    /// Milliseconds on the critical path.
    critical: u64,
}

/// The counts of one thread.
#[derive(Clone, Debug, Default)]
struct Tally {
    runs: u64,
    succeeded: u64,
    /// Of those that succeeded, and of the others.
    milliseconds: [Vec<u64>; 2],
    environments: Vec<Count>,
}

/// The number of releases between two calls of `played`, large enough to cost nothing.
const STEP: u64 = 512;

/// Plays many releases. Any thread calls `played` from time to time with the number of releases since the last call, and
/// ends if it says so.
pub fn sample(
    checked: Checked<'_>,
    product: ProductId,
    flow: FlowId,
    options: &SampleOptions,
    played: &(dyn Fn(u64) -> ControlFlow<()> + Sync),
) -> Sample {
    let program = checked.program();
    let (plan, names) = Plan::new(program, product, flow);
    let threads = u64::try_from(options.threads).unwrap_or(1).clamp(1, options.runs.max(1));
    let part = |nth: u64| options.runs / threads * nth + (options.runs % threads).min(nth);
    let tallies: Vec<Tally> = thread::scope(|scope| {
        let plan = &plan;
        let work: Vec<_> = (0..threads)
            .map(|nth| scope.spawn(move || tally(program, plan, options, part(nth)..part(nth + 1), played)))
            .collect();
        // a thread that died has panicked, which nothing here does
        work.into_iter().map(|thread| thread.join().unwrap_or_default()).collect()
    });
    gather(&plan, &names, options, tallies)
}

fn tally(
    program: &Program,
    plan: &Plan,
    options: &SampleOptions,
    runs: std::ops::Range<u64>,
    played: &(dyn Fn(u64) -> ControlFlow<()> + Sync),
) -> Tally {
    let mut tally = Tally { environments: vec![Count::default(); plan.environments.len()], ..Tally::default() };
    let mut dice = Dice::new(program, plan, options.at);
    let blank = State::new(plan);
    let mut release = Release { plan, state: blank.clone() };
    let (first, end) = (runs.start, runs.end);
    for run in runs {
        dice.throw(options.seed, run);
        release.state.clone_from(&blank);
        let Ok(_) = drive(&mut release, &mut dice);
        tally.add(plan, &release.state);
        let count = run + 1 - first;
        tally.runs = count;
        let step = if count.is_multiple_of(STEP) { STEP } else { count % STEP };
        if (step == STEP || run + 1 == end) && played(step).is_break() {
            break;
        }
    }
    tally
}

impl Tally {
    fn add(&mut self, plan: &Plan, state: &State) {
        self.succeeded += u64::from(state.status() == Status::Succeeded);
        let (Some(started), Some(ended)) = (state.started(), state.ended()) else { return };
        let [good, bad] = &mut self.milliseconds;
        let list = if state.status() == Status::Succeeded { good } else { bad };
        list.push(between(started, ended));
        let mut last: Option<(Instant, EnvironmentPlanId)> = None;
        for (id, count) in plan.environments.ids().zip(&mut self.environments) {
            let view = state.environment(id);
            match view.status {
                Status::Succeeded => count.succeeded += 1,
                Status::Failed => count.failed += 1,
                Status::RolledBack => count.rolled_back += 1,
                Status::Terminated => count.terminated += 1,
                _ => count.not_started += 1,
            }
            // An environment that was still waiting at the end of the release took the time, too.
            let waited = state.status() == Status::Terminated
                && plan.environments[id].needs.iter().all(|need| met(state, need).is_some());
            if let Some(ended) = view.ended.or(waited.then_some(ended))
                && last.is_none_or(|(latest, _)| ended >= latest)
            {
                last = Some((ended, id));
            }
        }
        self.follow_back(plan, state, started, last);
    }

    /// The critical path: from the environment that ended last to the one that it waited for longest, and so on.
    fn follow_back(
        &mut self,
        plan: &Plan,
        state: &State,
        started: Instant,
        mut last: Option<(Instant, EnvironmentPlanId)>,
    ) {
        // each environment at most once: their graph has no cycle
        for _ in 0..self.environments.len() {
            let Some((ended, id)) = last else { return };
            last = None;
            for need in &plan.environments[id].needs {
                let met = met(state, need);
                if met > last {
                    last = met;
                }
            }
            let ready = last.map_or(started, |(ready, _)| ready);
            if let Some(count) = self.environments.get_mut(id.index()) {
                count.critical = count.critical.saturating_add(between(ready, ended));
            }
        }
    }
}

/// When a need was met, and by which environment.
fn met(state: &State, need: &crate::release::Need) -> Option<(Instant, EnvironmentPlanId)> {
    let ended = |id: &EnvironmentPlanId| {
        let view = state.environment(*id);
        view.ended.filter(|_| view.status == Status::Succeeded).map(|ended| (ended, *id))
    };
    if need.count as usize == need.of.len() {
        return need.of.iter().filter_map(ended).max();
    }
    let mut all: Vec<(Instant, EnvironmentPlanId)> = need.of.iter().filter_map(ended).collect();
    all.sort_unstable();
    all.get((need.count as usize).saturating_sub(1)).copied()
}

fn gather(plan: &Plan, names: &Names, options: &SampleOptions, tallies: Vec<Tally>) -> Sample {
    let mut milliseconds: [Vec<u64>; 2] = Default::default();
    let mut counts = vec![Count::default(); plan.environments.len()];
    let (mut runs, mut succeeded) = (0, 0);
    for tally in tallies {
        runs += tally.runs;
        succeeded += tally.succeeded;
        for (all, part) in milliseconds.iter_mut().zip(tally.milliseconds) {
            all.extend(part);
        }
        for (sum, part) in counts.iter_mut().zip(tally.environments) {
            sum.succeeded += part.succeeded;
            sum.failed += part.failed;
            sum.rolled_back += part.rolled_back;
            sum.terminated += part.terminated;
            sum.not_started += part.not_started;
            sum.critical = sum.critical.saturating_add(part.critical);
        }
    }
    let whole = counts.iter().fold(0_u64, |sum, count| sum.saturating_add(count.critical)).max(1);
    let environments = counts.into_iter().zip(&names.environments).map(|(count, name)| SampledEnvironment {
        name: name.clone(),
        count,
        critical_share: count.critical as f64 / whole as f64,
    });
    Sample {
        product: names.product.clone(),
        flow: names.flow.clone(),
        runs,
        planned: options.runs,
        seed: options.seed,
        succeeded,
        milliseconds: percentiles(&mut milliseconds.concat()),
        milliseconds_by_result: milliseconds.map(|mut list| (!list.is_empty()).then(|| percentiles(&mut list))),
        environments: environments.collect(),
    }
}

/// By nearest rank: of N values, the ⌈N·P/100⌉th.
fn percentiles(list: &mut [u64]) -> Percentiles {
    let mut rank = |percent: usize| {
        let nth = (list.len() * percent).div_ceil(100).checked_sub(1)?;
        (nth < list.len()).then(|| *list.select_nth_unstable(nth).1)
    };
    Percentiles {
        p50: rank(50).unwrap_or_default(),
        p90: rank(90).unwrap_or_default(),
        p99: rank(99).unwrap_or_default(),
    }
}

fn between(from: Instant, to: Instant) -> u64 {
    u64::try_from(to.0.saturating_sub(from.0)).unwrap_or(0)
}

#[cfg(test)]
mod tests;
