//! Proves or refutes properties of every run of a release: all outcomes of all effects in all orders, within bounds.
//!
//! Time is ignored: a timer may fire at any moment, before or after anything else. So a proof holds however long
//! things take.
//!
//! INVARIANT: the machine that is judged is the one that runs. It is judged by what it does: the history comes from
//! events and effects alone.

mod choice;
mod deepen;
mod end;
mod explore;
mod fewer;
mod hash;
mod history;
mod law;
mod output;
mod pair;
mod sayable;
mod scenario;
mod single;
mod story;
mod symmetry;
mod watch;

#[cfg(test)]
mod tests;

pub(crate) use explore::{Cut, SearchProgress};
pub(crate) use law::Law;
pub(crate) use scenario::ScenarioText;
pub(crate) use story::Telling;

use std::ops::ControlFlow;

use crate::check::Checked;
use crate::program::{Concurrency, FlowId, ProductId};
use crate::release::{Names, Plan};
use crate::source::Span;
use choice::Budget;
use deepen::{Deepened, Part, deepen};
use explore::Observe;
use fewer::FewerEnvironments;
use pair::ReleasePair;
use single::SingleRelease;

/// The bounds of the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyOptions {
    /// How much may go wrong in a run: failures, timeouts, losses of health and terminates, together. `None`: more and
    /// more, until a property is broken, nothing new happens, or the limit is reached.
    pub failures: Option<u32>,
    /// How often the release may be retried.
    pub retries: u32,
    /// With 2, two releases of the flow are explored together, too (V4, V12, V13).
    pub releases: u32,
    /// The number of states after which the search is given up.
    pub limit: usize,
}

impl Default for VerifyOptions {
    fn default() -> VerifyOptions {
        VerifyOptions { failures: None, retries: 1, releases: 1, limit: 250_000 }
    }
}

/// The result of a search.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Names of the product, the flow and its environments.
    pub names: Names,
    /// The bounds of this search.
    pub options: VerifyOptions,
    /// Every property with its result.
    pub judged: Vec<Judged>,
    /// What happens in no run, although it should in some (V10).
    pub warnings: Vec<String>,
    /// The number of states of the deepest search that was completed, or of the first one; those that differ only in
    /// what commutes count once.
    pub states: usize,
    /// The number of steps of the longest run that was explored.
    pub longest: usize,
    /// How many of environments that can be swapped were explored, if some were left out.
    pub most_of_class: Option<usize>,
    /// What was explored completely.
    pub strength: Strength,
    /// If a search was cut short: its bound on failures, and why it was.
    pub cut: Option<(u32, Cut)>,
}

/// What was explored completely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strength {
    /// Every run with up to this many failures; `None`: not even those without.
    pub failures: Option<u32>,
    /// No run has more failures than that.
    pub complete: bool,
}

/// A property and its result.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The property that was judged.
    pub law: Law,
    /// A sentence; for a property of the flow, its statement.
    pub title: String,
    /// The statement in the flow, for a property of the flow.
    pub span: Option<Span>,
    /// `None` if no run that was explored breaks it.
    pub refutation: Option<Refutation>,
    /// For a property of the flow: a condition that is true in no run, so that the property says nothing.
    pub unreached: Option<String>,
    /// What was explored for it.
    pub strength: Strength,
}

/// How a property is broken.
#[derive(Clone, Debug)]
pub struct Refutation {
    /// What is wrong.
    pub what: String,
    /// The number of failures in the run.
    pub failures: usize,
    /// A shortest run that breaks the property.
    pub run: Vec<Telling>,
    /// Whether the scenario is of another run, because none describes this one.
    pub other_run: bool,
    /// The run as a scenario, or the reason why no scenario breaks the property.
    pub scenario: Result<ScenarioText, String>,
}

impl Verified {
    /// Whether everything holds; `None` if nothing was refuted, but not enough was explored.
    pub fn holds(&self) -> Option<bool> {
        match self.judged.iter().any(|judged| judged.refutation.is_some()) {
            true => Some(false),
            false => self.is_enough(self.strength).then_some(true),
        }
    }

    /// Whether as much was explored as was asked for, or as makes a proof: every run with one failure.
    pub fn is_enough(&self, strength: Strength) -> bool {
        let least = self.options.failures.unwrap_or(1).min(1);
        strength.complete || strength.failures.is_some_and(|failures| failures >= least)
    }

    /// Whether somebody stopped the search.
    pub fn is_interrupted(&self) -> bool {
        self.cut.is_some_and(|(_, cut)| cut.interrupted)
    }
}

/// Explores every run of a release of a product in a flow. It can be stopped by `told`.
pub fn verify(
    checked: Checked<'_>,
    product: ProductId,
    flow: FlowId,
    options: VerifyOptions,
    told: &mut dyn FnMut(SearchProgress) -> ControlFlow<()>,
) -> Verified {
    let program = checked.program();
    let (plan, names) = Plan::new(program, product, flow);
    let of_flow = &program.flows[flow];
    let found = deepen(
        |budget, part| match part {
            Part::Enough => FewerEnvironments::new(&plan, &names, Some(of_flow), budget),
            Part::Everything => FewerEnvironments::whole(&plan, &names, Some(of_flow), budget),
        },
        options,
        told,
    );
    let budget = Budget { failures: found.tried, retries: options.retries, unchanged: 1 };
    let model = SingleRelease::new(&plan, &names, Some(of_flow), budget);
    let warnings = if found.strength.failures.is_some() { model.never_seen(&found.seen) } else { Vec::new() };
    let judge = |law, title, span, unreached| {
        let refuted = found.refuted.iter().find(|refuted| refuted.breach.law == law);
        let refutation = refuted.map(|refuted| story::tell(program, (product, flow), &model, refuted));
        Judged { law, title, span, refutation, unreached, strength: found.strength }
    };
    let laws = Law::OF_ONE.into_iter().map(|law| judge(law, law.title().to_owned(), None, None));
    let own = of_flow.decl.nevers.iter().enumerate().map(|(nth, decl)| {
        let met = |fact: usize| found.seen.met.get(nth).and_then(|met| met.get(fact)).copied().unwrap_or(false);
        let unreached = decl.facts.iter().enumerate().find(|(fact, _)| !met(*fact)).map(|(_, fact)| fact.to_string());
        judge(Law::Never(nth), decl.to_string(), Some(decl.span), unreached)
    });
    let mut judged: Vec<Judged> = laws.chain(own).collect();
    let of_failures = |failures| {
        SingleRelease::new(&plan, &names, Some(of_flow), Budget { failures, retries: options.retries, unchanged: 1 })
    };
    let unsaid = judged.iter().filter_map(|judged| {
        let refutation = judged.refutation.as_ref().filter(|refutation| refutation.scenario.is_err())?;
        matches!(judged.law, Law::Never(_)).then_some((judged.law, u32::try_from(refutation.failures).ok()?))
    });
    for (law, scenario) in sayable::search(program, (product, flow), of_failures, &unsaid.collect::<Vec<_>>()) {
        let refutation =
            judged.iter_mut().find(|judged| judged.law == law).and_then(|judged| judged.refutation.as_mut());
        refutation.into_iter().for_each(|refutation| {
            refutation.scenario = Ok(scenario.clone());
            refutation.other_run = true;
        });
    }
    let Deepened { states, longest, most_of_class, strength, cut, .. } = found;
    let mut verified = Verified { names, options, judged, warnings, states, longest, most_of_class, strength, cut };
    if options.releases > 1 && !verified.is_interrupted() {
        let concurrency = program.products[product].concurrency;
        let more = together(&plan.timeless(), concurrency, &mut verified, told);
        verified.judged.extend(more);
    }
    verified
}

/// Explores two releases of a plan together, and adds to the result for one release.
fn together(plan: &Plan, concurrency: Concurrency, verified: &mut Verified, told: Observe<'_>) -> Vec<Judged> {
    let model = |budget| ReleasePair::new(plan, &verified.names, concurrency, budget);
    let found = deepen(|budget, _| model(budget), verified.options, told);
    let model = model(Budget { failures: found.tried, retries: verified.options.retries, unchanged: 1 });
    let judge = |law: Law| {
        let refuted = found.refuted.iter().find(|refuted| refuted.breach.law == law);
        let refutation = refuted.map(|refuted| Refutation {
            what: refuted.breach.what.clone(),
            failures: refuted.failures,
            run: model.tell(&refuted.run),
            other_run: false,
            scenario: Err("promoc writes scenarios only for runs of one release".to_owned()),
        });
        let title = match law {
            Law::V4 => "every run of two releases ends",
            law => law.title(),
        };
        let (title, strength) = (title.to_owned(), found.strength);
        Judged { law, title, span: None, refutation, unreached: None, strength }
    };
    let judged = Law::OF_SEVERAL.into_iter().map(judge).collect();
    verified.states += found.states;
    verified.longest = verified.longest.max(found.longest);
    verified.strength = verified.strength.min(found.strength);
    // What is missing for a proof is the search with fewer failures.
    verified.cut = [verified.cut, found.cut].into_iter().flatten().min_by_key(|(failures, _)| *failures);
    judged
}
