//! What a release would do: the machine of [`release`](crate::release), driven in virtual time.
//!
//! Time jumps to the next event that is due; nothing is opened, and nobody waits. Without a scenario, every
//! workflow takes the middle of its `takes` and succeeds, applications are healthy at once, and approvals and merges
//! take no time.
//!
//! This module must not know how a simulation is drawn or proved: `report` and `verify` build on it.
//!
//! INVARIANT: there is no second machine and no second loop, so a simulation shows what a run would do, in the same
//! order. The same program and options give the same bytes.

mod agenda;
mod answers;
mod events;
mod expect;
mod history;
mod idle;
mod index;
mod overrides;
mod player;
mod property;
mod sample;
mod scenario;
mod versions;
mod waits;
mod world;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use events::{DescribedEvent, DescribedKind, EffectNoun, EffectPhase};
pub(crate) use expect::{Claim, Unmet};
pub(crate) use idle::Idle;
pub(crate) use property::Broken;
pub use sample::{Count, Percentiles, Sample, SampleOptions, SampledEnvironment, sample};

// `verify` checks properties in its own runs, and plays a script of each run that it has found.
pub(crate) use property::{PlanProperty, describe_violation};
pub(crate) use scenario::{AnswerKind, PullRequest, Script, ScriptedAnswer};
// `report` draws these.
pub(crate) use waits::{WaitKind, WaitPeriod};

use std::collections::{BTreeMap, BTreeSet};

use crate::check::Checked;
use crate::program::{EnvironmentId, FlowId, ProductId, Program, ScenarioId};
use crate::release::{
    Act, ApplicationPlanId, EffectId, EnvironmentPlanId, HealthLoss, Names, Outcome, Plan, Releases, Report, State,
    drive,
};
use crate::syntax::literal::Instant;
use index::EntryIndex;
use player::Player;
use world::VirtualWorld;

/// How a release is simulated.
#[derive(Clone, Copy, Debug)]
pub struct SimulateOptions {
    /// When the release begins.
    pub at: Instant,
}

impl Default for SimulateOptions {
    fn default() -> SimulateOptions {
        SimulateOptions { at: Instant::DEFAULT_START }
    }
}

/// A simulated release, from its start to its end.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// The stages of the release, as the machine knows them.
    pub plan: Plan,
    /// The names in the plan.
    pub names: Names,
    /// The state at the end.
    pub state: State,
    /// Everything that happened, in order.
    pub entries: Vec<TimelineEntry>,
    /// When the release arrived. It began later if it had to wait for others.
    pub arrived: Instant,
    /// `None` if the scenario names none.
    pub version: Option<String>,
    /// The product that was released.
    pub product: ProductId,
    /// What each environment of the product ran when the release began, as far as it is known.
    pub before: BTreeMap<EnvironmentId, String>,
    /// What each environment of the product ran when the release had ended, as far as it is known. For the last release
    /// of a scenario, when all had ended.
    pub versions: BTreeMap<EnvironmentId, String>,
    /// The properties of its flow (`never`) that it broke, in order of declaration.
    pub broken: Vec<Broken>,
    /// Where in the entries each environment is.
    index: EntryIndex,
}

/// One event of a simulated release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimelineEntry {
    /// In virtual time; never before the previous entry.
    pub at: Instant,
    /// What happened at that instant.
    pub what: TimelineEvent,
}

/// Something that happened in a simulated release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineEvent {
    /// The machine requested an effect.
    Asked(EffectId, Act),
    /// An effect has ended.
    Ended(EffectId, Outcome),
    /// The machine canceled an effect.
    Cancelled(EffectId),
    /// The machine reported a change.
    Reported(Report),
    /// An application that was healthy has lost its health.
    HealthLoss(ApplicationPlanId, HealthLoss),
    /// An environment that had not begun waits for its dependencies again, because one was lost.
    DependencyLost(EnvironmentPlanId),
    /// Someone terminates the release.
    Terminate,
    /// Someone retries the release.
    Retry,
}

/// All releases of a scenario, in order of declaration.
#[derive(Clone, Debug)]
pub struct Played {
    /// The simulation of each release, in the order of the script.
    pub releases: Vec<Simulation>,
}

/// A scenario that was played and judged.
#[derive(Clone, Debug)]
pub struct Tested {
    /// The releases, from which the expectations are judged.
    pub played: Played,
    /// The expectations that failed, in order, then the properties that were broken.
    pub unmet: Vec<Unmet>,
}

impl From<Simulation> for Tested {
    /// A release without expectations. It fails if it breaks a property.
    fn from(simulation: Simulation) -> Tested {
        let played = Played { releases: vec![simulation] };
        Tested { unmet: expect::broken(&[], &played), played }
    }
}

/// Plays one release of a product in a flow.
pub fn simulate(checked: Checked<'_>, product: ProductId, flow: FlowId, options: &SimulateOptions) -> Simulation {
    let script = Script::single(product, flow, options.at);
    let mut releases = play_script(checked.program(), &script).releases;
    releases.swap_remove(0)
}

/// Plays the releases of a scenario.
pub fn play(checked: Checked<'_>, scenario: ScenarioId) -> Played {
    let program = checked.program();
    play_script(program, &Script::new(program, scenario))
}

/// Plays a scenario and checks its expectations.
pub fn test(checked: Checked<'_>, scenario: ScenarioId) -> Tested {
    let program = checked.program();
    let played = play(checked, scenario);
    let decl = &program.scenarios[scenario].decl;
    let mut unmet = expect::unmet(program, &decl.expectations, &played);
    unmet.extend(expect::broken(&decl.releases, &played));
    Tested { played, unmet }
}

/// Plays the releases of a script. Products do not wait for each other: each is a world of its own.
pub(crate) fn play_script(program: &Program, script: &Script) -> Played {
    let plans: Vec<(Plan, Names)> =
        script.releases.iter().map(|part| Plan::new(program, part.product, part.flow)).collect();
    let mut ended: BTreeMap<usize, PlayedRelease> = BTreeMap::new();
    let products: BTreeSet<ProductId> = script.releases.iter().map(|part| part.product).collect();
    for product in products {
        let numbers: Vec<usize> =
            (0..).zip(&script.releases).filter(|(_, part)| part.product == product).map(|(number, _)| number).collect();
        let players = numbers.iter().filter_map(|number| Player::new(program, &plans.get(*number)?.0, script, *number));
        let mut world = VirtualWorld::new(script, players.collect());
        let mut releases = Releases::new(program.products[product].concurrency);
        let Ok(_) = drive(&mut releases, &mut world);
        for (number, (player, id)) in numbers.into_iter().zip(world.into_players()) {
            let state = id.and_then(|id| releases.state(id)).cloned().unwrap_or_else(|| State::new(player.plan));
            ended.insert(
                number,
                PlayedRelease {
                    state,
                    entries: player.entries,
                    arrived: player.at,
                    before: player.before,
                    versions: player.versions,
                },
            );
        }
    }
    let parts = script.releases.iter().zip(plans).zip(ended.into_values());
    let releases = parts.map(|((part, (plan, names)), ended)| {
        let index = EntryIndex::new(&plan, &ended.entries);
        let mut simulation = Simulation {
            plan,
            names,
            state: ended.state,
            entries: ended.entries,
            arrived: ended.arrived,
            version: part.version.clone(),
            product: part.product,
            before: ended.before,
            versions: ended.versions,
            broken: Vec::new(),
            index,
        };
        simulation.broken = property::broken(&simulation, &program.flows[part.flow]);
        simulation
    });
    Played { releases: releases.collect() }
}

/// What remains of a player.
struct PlayedRelease {
    state: State,
    entries: Vec<TimelineEntry>,
    arrived: Instant,
    before: BTreeMap<EnvironmentId, String>,
    versions: BTreeMap<EnvironmentId, String>,
}

impl Simulation {
    /// The environment of the plan for one of the program.
    fn environment_in_plan(&self, environment: EnvironmentId) -> Option<EnvironmentPlanId> {
        self.plan.environments.iter().find(|(_, plan)| plan.environment == environment).map(|(id, _)| id)
    }
}
