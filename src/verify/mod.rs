//! Proves or refutes what holds of every run of a release: all outcomes of all effects in all orders, within bounds.
//!
//! Time is not looked at: a timer may ring at any moment, before or after anything else. So what is proved holds however
//! long things take.
//!
//! INVARIANT: the machine that is judged is the one that runs. What is judged is what it does: the history is kept from
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

/// What is explored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyOptions {
    /// How much may go wrong in a run: failures, timeouts, lost health, a terminate.
    pub failures: u32,
    /// How often the release may be retried.
    pub retries: u32,
    /// 2: two releases of the flow are explored together, too (V12, V13).
    pub releases: u32,
    /// How many states are looked at before the search is given up.
    pub limit: usize,
}

impl Default for VerifyOptions {
    fn default() -> VerifyOptions {
        VerifyOptions { failures: 1, retries: 1, releases: 1, limit: 2_000_000 }
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Product and flow.
    pub names: Names,
    /// What was explored.
    pub options: VerifyOptions,
    /// Every property, with what became of it.
    pub judged: Vec<Judged>,
    /// What holds in no run, though it should in some (V10).
    pub warnings: Vec<String>,
    /// How many states were found; those that differ only in what commutes count once.
    pub states: usize,
    /// How many runs there are through them.
    pub runs: u128,
    /// How many steps the longest run has.
    pub longest: usize,
    /// The search was cut short: so many steps deep everything was explored.
    pub cut: Option<usize>,
}

/// A property, and what became of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Which.
    pub law: Law,
    /// What it says; the statement, for a property of the flow.
    pub title: String,
    /// Where the flow says so.
    pub span: Option<Span>,
    /// How it is broken; `None`: nowhere in what was explored.
    pub refutation: Option<Refutation>,
}

/// How a property is broken.
#[derive(Clone, Debug)]
pub struct Refutation {
    /// What is wrong.
    pub what: String,
    /// A shortest run that comes to it.
    pub run: Vec<Telling>,
    /// The run as a scenario, or why none says it.
    pub scenario: Result<String, String>,
}

impl Verified {
    /// Whether everything holds: `None` where nothing was refuted, and not everything was explored.
    pub fn holds(&self) -> Option<bool> {
        match (self.judged.iter().any(|judged| judged.refutation.is_some()), self.cut) {
            (true, _) => Some(false),
            (false, Some(_)) => None,
            (false, None) => Some(true),
        }
    }
}

/// Explores every run of a release of a product via a flow.
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

/// Explores two releases of a plan together; what was found is added to what was found of one.
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
            scenario: Err("scenarios are written of one release only".to_owned()),
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
