//! Proves or refutes properties of every run of a release: all outcomes of all effects in all orders, within bounds.
//!
//! Time is ignored: a timer may fire at any moment, before or after anything else. So a proof holds however long
//! things take.
//!
//! INVARIANT: the machine that is judged is the one that runs. It is judged by what it does: the history comes from
//! events and effects alone.

mod choice;
mod end;
mod explore;
mod history;
mod law;
mod output;
mod pair;
mod scenario;
mod single;
mod story;
mod symmetry;
mod watch;

#[cfg(test)]
mod tests;

pub(crate) use explore::SearchProgress;
pub(crate) use law::Law;
pub(crate) use story::Telling;

use crate::check::Checked;
use crate::program::{Concurrency, FlowId, ProductId};
use crate::release::{Names, Plan};
use crate::source::Span;
use choice::Budget;
use explore::explore;
use pair::ReleasePair;
use single::SingleRelease;

/// The bounds of the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyOptions {
    /// How much may go wrong in a run: failures, timeouts, losses of health and terminates, together.
    pub failures: u32,
    /// How often the release may be retried.
    pub retries: u32,
    /// With 2, two releases of the flow are explored together, too (V4, V12, V13).
    pub releases: u32,
    /// The number of states after which the search is given up.
    pub limit: usize,
}

impl Default for VerifyOptions {
    fn default() -> VerifyOptions {
        VerifyOptions { failures: 1, retries: 1, releases: 1, limit: 2_000_000 }
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
    /// The number of states; those that differ only in what commutes count once.
    pub states: usize,
    /// The number of runs through these states.
    pub runs: u128,
    /// The number of steps of the longest run.
    pub longest: usize,
    /// If the search was cut short, the depth up to which everything was explored.
    pub cut: Option<usize>,
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
}

/// How a property is broken.
#[derive(Clone, Debug)]
pub struct Refutation {
    /// What is wrong.
    pub what: String,
    /// A shortest run that breaks the property.
    pub run: Vec<Telling>,
    /// The run as a scenario, or the reason why no scenario describes it.
    pub scenario: Result<String, String>,
}

impl Verified {
    /// Whether everything holds; `None` if nothing was refuted, but not everything was explored.
    pub fn holds(&self) -> Option<bool> {
        match (self.judged.iter().any(|judged| judged.refutation.is_some()), self.cut) {
            (true, _) => Some(false),
            (false, Some(_)) => None,
            (false, None) => Some(true),
        }
    }
}

/// Explores every run of a release of a product in a flow.
pub fn verify(
    checked: Checked<'_>,
    product: ProductId,
    flow: FlowId,
    options: VerifyOptions,
    told: &mut dyn FnMut(SearchProgress),
) -> Verified {
    let program = checked.program();
    let (plan, names) = Plan::new(program, product, flow);
    let budget = Budget { failures: options.failures, retries: options.retries, unchanged: 1 };
    let of_flow = &program.flows[flow];
    let model = SingleRelease::new(&plan, &names, Some(of_flow), budget);
    let found = explore(&model, options.limit, told);
    let warnings = if found.cut.is_none() { model.never_seen(&found.seen) } else { Vec::new() };
    let judge = |law, title, span| {
        let refuted = found.refuted.iter().find(|refuted| refuted.breach.law == law);
        let refutation = refuted.map(|refuted| story::tell(program, (product, flow), &model, refuted));
        Judged { law, title, span, refutation }
    };
    let laws = Law::OF_ONE.into_iter().map(|law| judge(law, law.title().to_owned(), None));
    let own = of_flow.decl.nevers.iter().enumerate();
    let own = own.map(|(nth, decl)| judge(Law::Never(nth), decl.to_string(), Some(decl.span)));
    let mut judged: Vec<Judged> = laws.chain(own).collect();
    let (states, runs, longest, cut) = (found.states, found.runs, found.longest, found.cut);
    let mut verified = Verified { names, options, judged: Vec::new(), warnings, states, runs, longest, cut };
    if options.releases > 1 {
        let concurrency = program.products[product].concurrency;
        judged.extend(together(&plan.timeless(), concurrency, budget, &mut verified, told));
    }
    verified.judged = judged;
    verified
}

/// Explores two releases of a plan together, and adds to the result for one release.
fn together(
    plan: &Plan,
    concurrency: Concurrency,
    budget: Budget,
    verified: &mut Verified,
    told: &mut dyn FnMut(SearchProgress),
) -> Vec<Judged> {
    let model = ReleasePair::new(plan, &verified.names, concurrency, budget);
    let found = explore(&model, verified.options.limit, told);
    let judge = |law: Law| {
        let refuted = found.refuted.iter().find(|refuted| refuted.breach.law == law);
        let refutation = refuted.map(|refuted| Refutation {
            what: refuted.breach.what.clone(),
            run: model.tell(&refuted.run),
            scenario: Err("promoc writes scenarios only for runs of one release".to_owned()),
        });
        let title = match law {
            Law::V4 => "every run of two releases ends",
            law => law.title(),
        };
        Judged { law, title: title.to_owned(), span: None, refutation }
    };
    let judged = Law::OF_SEVERAL.into_iter().map(judge).collect();
    verified.states += found.states;
    verified.runs = verified.runs.saturating_add(found.runs);
    verified.longest = verified.longest.max(found.longest);
    verified.cut = verified.cut.or(found.cut);
    judged
}
