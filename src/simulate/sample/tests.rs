//! Samples of whole programs.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::program::MemoryFiles;

const PROGRAM: &str = r#"
environment dev, qa
environment us, eu { kind production }
workflow smoke { takes 2m..6m; fails 10% }
workflow change { takes 1h }
template all { copy "values.yaml" }
product shop {
  template all
  repo "https://example.com/x.git"
  application shop-{environment} in dev, qa, us, eu { path "{environment}" }
  flow ship by hand
}
flow ship {
  trigger dev
  promote qa { post-action smoke }
  promote us, eu after qa
}
"#;

fn sampled(program: &str, runs: u64, seed: u64, threads: usize) -> Sample {
    let files = MemoryFiles([("main.promo".to_string(), program.to_string())].into());
    let analysis = crate::analyse(&files, "main.promo").unwrap();
    assert!(analysis.checked().is_some(), "{:?}", analysis.diagnostics());
    let program = analysis.program();
    let options = SampleOptions { runs, seed, at: Instant::DEFAULT_START, threads };
    sample(
        analysis.checked().unwrap(),
        program.products.ids().next().unwrap(),
        program.flows.ids().next().unwrap(),
        &options,
        &|_| ControlFlow::Continue(()),
    )
}

#[test]
fn progress_is_reported_for_every_release() {
    let files = MemoryFiles([("main.promo".to_string(), PROGRAM.to_string())].into());
    let analysis = crate::analyse(&files, "main.promo").unwrap();
    let program = analysis.program();
    let (product, flow) = (program.products.ids().next().unwrap(), program.flows.ids().next().unwrap());
    for (runs, threads, least) in [(1, 1, 1), (511, 2, 2), (512, 1, 1), (5_000, 1, 10), (5_000, 3, 12)] {
        let (told, sum) = (AtomicU64::new(0), AtomicU64::new(0));
        let options = SampleOptions { runs, seed: 1, at: Instant::DEFAULT_START, threads };
        sample(analysis.checked().unwrap(), product, flow, &options, &|more| {
            told.fetch_add(1, Ordering::Relaxed);
            sum.fetch_add(more, Ordering::Relaxed);
            ControlFlow::Continue(())
        });
        assert_eq!(sum.into_inner(), runs);
        assert!(told.into_inner() >= least, "not only at the end");
    }
}

#[test]
fn a_sample_that_is_stopped_counts_the_releases_that_were_played() {
    let files = MemoryFiles([("main.promo".to_string(), PROGRAM.to_string())].into());
    let analysis = crate::analyse(&files, "main.promo").unwrap();
    let program = analysis.program();
    let (product, flow) = (program.products.ids().next().unwrap(), program.flows.ids().next().unwrap());
    let options = SampleOptions { runs: 5_000, seed: 7, at: Instant::DEFAULT_START, threads: 2 };
    let stopped = sample(analysis.checked().unwrap(), product, flow, &options, &|_| ControlFlow::Break(()));
    assert_eq!((stopped.runs, stopped.planned), (1024, 5_000), "each thread stops when it is told to");
    let count = &stopped.environments[0].count;
    assert_eq!(count.succeeded + count.failed + count.rolled_back + count.terminated + count.not_started, 1024);
    assert!(stopped.table(false).contains(": 1024 of 5000 sampled releases (seed 7), interrupted\n"));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let one = sampled(PROGRAM, 1001, 7, 1);
    for threads in [2, 3, 5, 4000] {
        assert_eq!(sampled(PROGRAM, 1001, 7, threads), one);
    }
    assert_ne!(sampled(PROGRAM, 1001, 8, 2).milliseconds, one.milliseconds, "another seed gives other releases");
}

#[test]
fn samples_follow_the_program() {
    let sample = sampled(PROGRAM, 20_000, 1, 2);
    assert!((sample.success_rate() - 0.9).abs() < 0.01, "{}", sample.success_rate());
    // Uniform between two and six minutes.
    assert!((sample.milliseconds.p50 as f64 - 240_000.0).abs() < 3_000.0, "{:?}", sample.milliseconds);
    assert!((sample.milliseconds.p90 as f64 - 336_000.0).abs() < 3_000.0, "{:?}", sample.milliseconds);
    assert!(sample.milliseconds.p99 <= 360_000);
    let count = |name: &str| sample.environments.iter().find(|it| it.name == name).unwrap().count;
    assert_eq!(count("qa").failed + count("qa").succeeded, 20_000);
    assert_eq!(count("us").not_started, count("qa").failed);
    assert_eq!(count("dev").succeeded, 20_000);
}

#[test]
fn the_critical_path_goes_through_what_takes_the_time() {
    let sample = sampled(
        &PROGRAM.replace("promote us, eu after qa", "promote us after qa { post-action change }\n promote eu after qa"),
        100,
        1,
        1,
    );
    let share = |name: &str| sample.environments.iter().find(|it| it.name == name).unwrap().critical_share;
    assert!(share("us") > 0.9 && share("qa") > 0.04 && share("eu") == 0.0 && share("dev") == 0.0, "{sample:?}");
    assert!((sample.environments.iter().map(|it| it.critical_share).sum::<f64>() - 1.0).abs() < 1e-9);
}

#[test]
fn a_wait_until_the_timeout_is_on_the_critical_path() {
    let program = PROGRAM
        .replace("promote us, eu after qa", "promote us after qa { window later }\n promote eu after qa")
        + "\nwindow later { open 2027-01-04 }\n";
    let sample = sampled(&program, 100, 1, 1);
    let us = sample.environments.iter().find(|it| it.name == "us").unwrap();
    assert!(us.count.not_started > 80 && us.critical_share > 0.9, "{sample:?}");
}

#[test]
fn zero_runs_are_allowed() {
    let sample = sampled(PROGRAM, 0, 1, 2);
    assert_eq!((sample.success_rate(), sample.milliseconds), (0.0, Percentiles::default()));
    assert!(sample.table(true).is_ascii());
}

#[test]
fn percentiles_are_by_nearest_rank() {
    let mut list: Vec<u64> = (1..=10).rev().collect();
    assert_eq!(percentiles(&mut list), Percentiles { p50: 5, p90: 9, p99: 10 });
    assert_eq!(percentiles(&mut [4]), Percentiles { p50: 4, p90: 4, p99: 4 });
}
