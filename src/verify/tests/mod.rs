//! What verify proves for the real machine and refutes for broken ones.

mod broken;
mod choices;
mod fewer;
mod merging;
mod properties;
mod strength;
mod together;

use std::ops::ControlFlow;

use super::choice::{Budget, NextEvent};
use super::explore::{Exploration, explore};
use super::law::Law;
use super::single::{Coverage, SingleRelease};
use super::{Verified, VerifyOptions, verify};
use crate::check::Analysed;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::program::MemoryFiles;
use crate::release::{Names, Plan};

const DECLARATIONS: &str = r#"
environment dev, qa, eu, us, asia, prod, two
group regions = eu, us, asia
group both = qa, eu
workflow check {}
workflow other {}
workflow bug {}
workflow begin {}
workflow finish {}
workflow tried { retry 1 every 10m }
workflow slow { timeout 30m }
window mornings { open mon..sun 10:00..12:00 }
window evenings { open mon..sun 18:00..20:00 }
template all { copy "values.yaml" }
product shop {
  template all
  repo "https://example.com/x.git"
  application one-{environment} in dev, qa, eu, us, asia, prod, two { path "one/{environment}" }
  application also-{environment} in two { path "also/{environment}" }
  flow ship by hand
}
"#;

/// More states than any of these flows has.
const LIMIT: usize = 200_000;

fn text_of(flow: &str) -> String {
    format!("{DECLARATIONS}flow ship {{\n{flow}\n}}\n")
}

fn analysis_of(text: String) -> Analysed {
    let files = MemoryFiles([("main.promo".to_string(), text)].into());
    let analysis = crate::analyse(&files, "main.promo").unwrap();
    // A recorded program may have windows that an older check let pass (E0701).
    let stops = |d: &&Diagnostic| d.code.severity() == Severity::Error && d.code != Code::E0701;
    assert_eq!(analysis.diagnostics().iter().find(stops), None);
    analysis
}

fn plan_of(flow: &str) -> (Plan, Names) {
    let analysis = analysis_of(text_of(flow));
    let program = analysis.program();
    Plan::new(program, program.products.ids().next().unwrap(), program.flows.ids().next().unwrap())
}

fn verified(flow: &str, options: VerifyOptions) -> Verified {
    let analysis = analysis_of(text_of(flow));
    let program = analysis.program();
    verify(
        crate::check::recorded(analysis.analysis()),
        program.products.ids().next().unwrap(),
        program.flows.ids().next().unwrap(),
        options,
        &mut |_| ControlFlow::Continue(()),
    )
}

/// With one failure.
fn one_failure() -> VerifyOptions {
    VerifyOptions { failures: Some(1), ..VerifyOptions::default() }
}

fn budget(failures: u32, retries: u32) -> Budget {
    Budget { failures, retries, unchanged: 1 }
}

/// The result, for the message of a failed test.
fn shown(found: &Exploration<NextEvent, Coverage>) -> String {
    let mut text = format!("{} states, cut {:?}\n", found.states, found.cut);
    for refuted in &found.refuted {
        text += &format!("{:?}\n", refuted.breach);
        for choice in &refuted.run {
            text += &format!("    {choice:?}\n");
        }
    }
    text
}

fn assert_proved(flow: &str, budget: Budget) {
    let (plan, names) = plan_of(flow);
    let found = explore(&SingleRelease::new(&plan, &names, None, budget), LIMIT, &mut |_| ControlFlow::Continue(()));
    assert!(found.refuted.is_empty() && found.cut.is_none(), "{flow}\n{}", shown(&found));
}

#[test]
fn the_machine_is_proved_for_every_kind_of_statement() {
    for flow in [
        "trigger dev\n promote qa",
        "trigger dev\n promote qa { soak 10m; approval people; window mornings; pre-action check; post-action other; on start begin; on success finish; on failure bug }\n on start begin; on success finish; on failure bug\n bake 1h",
        "trigger dev\n promote two { action pull-request; retry 1 every 5m; post-action tried; timeout 1h }\n rollback two when two fails",
        "trigger dev\n promote qa\n promote regions { soak 10m; pre-action slow }\n rollback regions when regions fails",
        "trigger dev\n promote regions\n promote qa after any of regions { soak 1h }",
        "trigger dev\n promote qa { approval people; approval lawyers }\n promote eu { action none; pre-action check; rollback-action other }\n rollback qa, eu when eu fails",
    ] {
        assert_proved(flow, budget(1, 1));
    }
}

#[test]
fn two_failures_and_two_retries_are_proved() {
    assert_proved(
        "trigger dev\n promote qa { on failure bug }\n rollback qa when qa fails\n on failure bug",
        budget(2, 2),
    );
    // A denied environment that then loses a dependency soaks again (rules 1 and 25).
    assert_proved(
        "trigger dev\n promote qa\n promote prod { soak 10m; approval people }\n on failure bug",
        budget(2, 1),
    );
    let any = "trigger dev\n promote qa, eu after dev\n promote prod after any of both { soak 10m; approval people }\n on failure bug";
    assert_proved(any, budget(2, 1));
}

#[test]
fn rule_11_a_timeout_is_a_pending_failure_and_all_its_orders_are_explored() {
    let (plan, names) = plan_of(
        "trigger dev\n promote qa after dev { pre-action slow }\n promote eu after dev\n rollback eu when qa fails",
    );
    let model = SingleRelease::new(&plan, &names, None, budget(1, 0));
    let found = explore(&model, LIMIT, &mut |_| ControlFlow::Continue(()));
    // `eu` is stopped before its commit in one run, and after it in another.
    assert!(found.refuted.is_empty() && found.cut.is_none(), "{}", shown(&found));
    assert_eq!(model.never_seen(&found.seen), Vec::<String>::new());
}

#[test]
fn the_longest_run_is_measured() {
    let (plan, names) = plan_of("trigger dev\n promote qa");
    let none = Budget { failures: 0, retries: 0, unchanged: 0 };
    let found = explore(&SingleRelease::new(&plan, &names, None, none), LIMIT, &mut |_| ControlFlow::Continue(()));
    // It begins; sync and health of the trigger; commit, sync and health.
    assert_eq!((found.states, found.longest), (7, 6));
}

#[test]
fn equal_environments_are_merged() {
    let states = |flow| {
        let (plan, names) = plan_of(flow);
        explore(&SingleRelease::new(&plan, &names, None, budget(0, 0)), LIMIT, &mut |_| ControlFlow::Continue(()))
            .states
    };
    // Each of the three is at one of its steps. Which one is where does not matter, and neither does the order once
    // nothing can fail.
    assert!(
        states("trigger dev\n promote regions") < 2 * states("trigger dev\n promote eu\n promote us\n promote asia")
    );
}

#[test]
fn a_search_that_is_cut_short_is_no_proof() {
    let found = verified("trigger dev\n promote regions", VerifyOptions { limit: 50, ..VerifyOptions::default() });
    assert_eq!(found.holds(), None);
    assert!(found.cut.is_some_and(|(failures, cut)| failures == 1 && cut.depth > 0), "{:?}", found.cut);
    let table = found.table(false);
    assert!(table.contains("No proof. The search with 1 failure stopped at the limit of 50 states"), "{table}");
    assert!(table.lines().take(11).all(|line| line.starts_with('?')), "{table}");
}

#[test]
fn v10_says_what_never_happens() {
    let (mut plan, names) = plan_of("trigger dev\n promote qa\n promote prod\n rollback prod when prod fails");
    let prod = plan.environments.ids().last().unwrap();
    plan.environments[prod].needs[0].count = 2;
    plan.link();
    let model = SingleRelease::new(&plan, &names, None, budget(1, 0));
    let found = explore(&model, LIMIT, &mut |_| ControlFlow::Continue(()));
    let warnings = model.never_seen(&found.seen);
    assert_eq!(
        warnings,
        ["`prod` does not succeed in any run", "the rollback when prod fails does not fire in any run"]
    );
}

#[test]
fn every_property_of_a_proved_flow_holds() {
    let found = verified("trigger dev\n promote qa { soak 10m }", one_failure());
    assert_eq!(found.holds(), Some(true), "{}", found.table(false));
    assert_eq!(found.judged.iter().map(|judged| judged.law).collect::<Vec<_>>(), Law::OF_ONE);
    let strong = |line: &str| line.starts_with('✓') && line.ends_with(" (up to 1 failure)");
    assert!(found.table(false).lines().take(11).all(strong), "{}", found.table(false));
}
