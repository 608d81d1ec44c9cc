//! How long `promoc verify` takes for one to four tiers of three environments, how many promotions per second
//! `promoc simulate --runs` plays on one core and on all cores, and how that compares with the same flow in SimPy.
//!
//! `cargo bench --bench simulate`. If Python has SimPy (`pip install simpy`) and `SIM_SIMPY` names the script that
//! plays the flow there, it is measured in the same run. Otherwise its rate on the author's machine is used.
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock and starts other programs")]
#![allow(clippy::print_stdout, reason = "a benchmark prints")]

use std::ops::ControlFlow;
use std::process::Command;
use std::time::Instant;

use promoc::program::MemoryFiles;
use promoc::simulate::{Count, Sample, SampleOptions, sample};
use promoc::syntax::literal::Instant as At;
use promoc::verify::{VerifyOptions, verify};
use promoc::{Analysed, analyse};

/// Ten environments: e0 is the trigger, e1 to e9 follow, e5 is parallel to e4, and e6 needs both. Each promotion has a
/// pre-action, a commit, a sync, and a post-action; 2 % fail.
const PROGRAM: &str = r#"
environment e0, e1, e2, e3, e4, e5, e6, e7, e8, e9
workflow before { takes 0s..60s }
workflow after { takes 30s..120s; fails 2% }
template all { copy "values.yaml" }
product shop {
  template all
  repo "https://example.com/x.git"
  application shop-{environment} in e0, e1, e2, e3, e4, e5, e6, e7, e8, e9 { path "{environment}" }
  flow ship by hand
}
flow ship {
  trigger e0
  promote e1 after e0 { pre-action before; post-action after }
  promote e2 after e1 { pre-action before; post-action after }
  promote e3 after e2 { pre-action before; post-action after }
  promote e4 after e3 { pre-action before; post-action after }
  promote e5 after e3 { pre-action before; post-action after }
  promote e6 after e4, e5 { pre-action before; post-action after }
  promote e7 after e6 { pre-action before; post-action after }
  promote e8 after e7 { pre-action before; post-action after }
  promote e9 after e8 { pre-action before; post-action after }
}
"#;

/// Releases per second in SimPy 4.1 under CPython, on the author's machine.
const SIMPY: f64 = 8_700.0;
const RUNS: u64 = 200_000;
const ROUNDS: usize = 5;

fn main() {
    (1..=4).for_each(|tiers| proves(tiers, false));
    (1..=4).for_each(|tiers| proves(tiers, true));
    let files = MemoryFiles([("main.promo".to_string(), PROGRAM.to_string())].into());
    let Ok(analysis) = analyse(&files, "main.promo") else { return };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (simpy, measured) = simpy().map_or((SIMPY, "recorded"), |rate| (rate, "measured now"));
    println!("SimPy ({measured}): {simpy:.0} releases/s");
    for threads in if cores > 1 { vec![1, cores] } else { vec![1] } {
        let mut rates: Vec<(f64, f64)> = (0..ROUNDS as u64).map(|seed| rate(&analysis, threads, seed)).collect();
        rates.sort_by(|one, other| one.0.total_cmp(&other.0));
        let Some((releases, promotions)) = rates.get(ROUNDS / 2).copied() else { return };
        println!(
            "{threads} threads: {releases:.0} releases/s, {promotions:.0} promotions/s ({:.0} a core), {:.1} times SimPy",
            promotions / threads as f64,
            releases / simpy
        );
    }
}

/// A flow with tiers of three environments, each tier after the whole previous one. The last tier is rolled back if one
/// of its environments fails. With `differ`, no two environments have the same settings, so that none can change
/// places.
fn flow(tiers: usize, differ: bool) -> String {
    let names = |tier: usize| [0, 1, 2].map(|n| format!("e{tier}-{n}"));
    let all: Vec<String> = (1..=tiers).flat_map(names).collect();
    let mut promotes = String::new();
    for tier in 1..=tiers {
        let before = if tier == 1 { "dev".to_owned() } else { names(tier - 1).join(", ") };
        let blocks = ["soak 10m; post-action check", "approval people; post-action check", "pre-action check"];
        for (name, block) in names(tier).iter().zip(blocks) {
            let block = if differ { block } else { "soak 10m; post-action check" };
            promotes += &format!("  promote {name} after {before} {{ {block} }}\n");
        }
    }
    let (all, last) = (all.join(", "), names(tiers).join(", "));
    format!(
        "environment dev, {all}\nworkflow check {{}}\ntemplate all {{ copy \"values.yaml\" }}\nproduct shop {{\n  template all\n  \
         repo \"https://example.com/x.git\"\n  application shop-{{environment}} in dev, {all} {{ path \"{{environment}}\" }}\n  \
         flow ship by hand\n}}\nflow ship {{\n  trigger dev\n{promotes}  rollback {last} when {last} fails\n}}\n"
    )
}

/// Explores every run with one failure and one retry.
fn proves(tiers: usize, differ: bool) {
    let files = MemoryFiles([("main.promo".to_string(), flow(tiers, differ))].into());
    let Ok(analysis) = analyse(&files, "main.promo") else { return };
    let Some(program) = analysis.checked() else { return };
    let (Some(product), Some(flow)) = (program.products.ids().next(), program.flows.ids().next()) else { return };
    let start = Instant::now();
    let options = VerifyOptions { failures: Some(1), limit: 2_000_000, ..VerifyOptions::default() };
    let found = verify(program, product, flow, options, &mut |_| ControlFlow::Continue(()));
    let seconds = start.elapsed().as_secs_f64();
    let alike = if differ { "different" } else { "alike" };
    println!(
        "verify, {tiers} tiers of 3 environments, {alike}: {}, {} states in {seconds:.2} s, {:.0} states/s, longest run {}",
        match found.holds() {
            Some(true) => "proved",
            Some(false) => "refuted",
            None => "cut short",
        },
        found.states,
        found.states as f64 / seconds,
        found.longest
    );
}

/// Releases and promotions per second.
fn rate(analysis: &Analysed, threads: usize, seed: u64) -> (f64, f64) {
    let Some(program) = analysis.checked() else { return (0.0, 0.0) };
    let (Some(product), Some(flow)) = (program.products.ids().next(), program.flows.ids().next()) else {
        return (0.0, 0.0);
    };
    let options = SampleOptions { runs: RUNS, seed, at: At::DEFAULT_START, threads };
    let start = Instant::now();
    let sample = sample(program, product, flow, &options, &|_| ControlFlow::Continue(()));
    let seconds = start.elapsed().as_secs_f64();
    (RUNS as f64 / seconds, promotions(&sample) as f64 / seconds)
}

/// The number of promotions to a target environment that were started.
fn promotions(sample: &Sample) -> u64 {
    let begun = |count: &Count| sample.runs - count.not_started;
    sample.environments.iter().skip(1).map(|environment| begun(&environment.count)).sum()
}

/// Releases per second in SimPy on this machine, if it is available.
fn simpy() -> Option<f64> {
    let script = std::env::var("SIM_SIMPY").ok()?;
    let out = Command::new("python3").args([&script, "5000"]).output().ok().filter(|out| out.status.success())?;
    String::from_utf8(out.stdout).ok()?.split_whitespace().next()?.parse().ok()
}
