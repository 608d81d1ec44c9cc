//! Properties of a flow (`never …`), and the scenarios of runs that break them.

use super::*;
use crate::simulate;
use crate::verify::Refutation;

/// The refutations of the properties of a flow, in order of declaration.
fn refutations(flow: &str, options: VerifyOptions) -> Vec<Option<Refutation>> {
    let found = verified(flow, options);
    assert_eq!(found.cut, None);
    for judged in found.judged.iter().filter(|judged| judged.span.is_none()) {
        assert!(judged.refutation.is_none(), "{flow}\n{:?}", judged.refutation);
    }
    let own = found.judged.into_iter().filter(|judged| judged.span.is_some());
    own.map(|judged| judged.refutation).collect()
}

/// The scenario breaks the property when it is played, and its expectations hold.
fn assert_replays(flow: &str, refutation: &Refutation) {
    let scenario = refutation.scenario.as_ref().unwrap();
    let analysis = analysis_of(format!("{}\n{scenario}", text_of(flow)));
    let id = analysis.program().scenarios.ids().next().unwrap();
    let tested = simulate::test(analysis.checked().unwrap(), id);
    assert_eq!(tested.unmet.len(), 1, "{scenario}\n{:?}", tested.unmet);
    let givens = &analysis.program().scenarios[id].decl.givens;
    let idle = tested.played.idle(analysis.program(), givens);
    assert!(idle.is_empty(), "{scenario}\n{idle:?}");
    assert!(matches!(tested.unmet[0].claim, simulate::Claim::Property(_)), "{:?}", tested.unmet);
}

#[test]
fn a_property_that_holds_is_proved() {
    let flow = "trigger dev\n promote qa\n promote prod\n never prod started while qa pending\n never prod running while qa pending";
    assert!(refutations(flow, one_failure()).iter().all(Option::is_none));
}

#[test]
fn a_property_is_refuted_by_a_shortest_run_and_its_scenario() {
    let flow = "trigger dev\n promote eu after dev { post-action check }\n promote us after dev { approval people }\n never us succeeded while eu failed";
    let found = refutations(flow, one_failure());
    let refutation = found[0].as_ref().unwrap();
    assert_eq!(refutation.what, "`us` is succeeded while `eu` is failed");
    // The trigger, all of `us`, and the failed commit of `eu`.
    assert_eq!(refutation.run.len(), 3 + 4 + 1, "{}", refutation.page());
    assert!(refutation.run.iter().any(|step| step.what.ends_with("in `eu` fails")), "{}", refutation.page());
}

#[test]
fn scenarios_describe_failures_denials_lost_health_and_retries() {
    for (flow, said) in [
        ("trigger dev\n promote eu { pre-action check }\n never eu failed", "given check in eu fails 1 times"),
        (
            "trigger dev\n promote eu { approval people; action none; pre-action check }\n never eu failed while dev succeeded",
            "given approval in eu is denied",
        ),
        (
            "trigger dev\n promote eu\n promote us\n bake 1h\n never eu failed while us succeeded",
            "given eu becomes degraded after",
        ),
        (
            "trigger dev\n promote eu after dev { approval people }\n never release terminated while dev succeeded",
            "given terminate after",
        ),
    ] {
        let found = refutations(flow, VerifyOptions { retries: 0, ..one_failure() });
        let refutation = found[0].as_ref().unwrap();
        let scenario = refutation.scenario.as_ref().unwrap_or_else(|why| panic!("{why}\n{}", refutation.page()));
        assert!(scenario.to_string().contains(said), "{scenario}");
        assert_replays(flow, refutation);
    }
}

/// The shortest run has a failed commit, which no scenario can describe, or an order that it cannot set.
#[test]
fn another_run_that_a_scenario_can_describe_is_found() {
    for flow in [
        "trigger dev\n promote eu after dev\n promote us after dev\n never eu failed while us succeeded",
        "trigger dev\n promote eu after dev { approval people }\n promote us after dev\n never us failed while eu running",
        "trigger dev\n promote eu after dev { soak 1h }\n promote us after dev { post-action check }\n never us running while eu succeeded",
        "trigger dev\n promote eu\n promote us\n never eu failed while dev succeeded",
        "trigger dev\n promote eu, us after dev { window mornings; post-action check }\n never us running while eu failed",
        "trigger dev\n promote eu, us after dev { window mornings }\n never release terminated while eu succeeded",
    ] {
        let found = refutations(flow, VerifyOptions { retries: 0, ..one_failure() });
        let refutation = found[0].as_ref().unwrap();
        assert!(refutation.scenario.is_ok(), "{}", refutation.page());
        assert_replays(flow, refutation);
    }
}

#[test]
fn a_run_without_a_scenario_has_a_reason() {
    let flow = "trigger dev\n promote eu, us after dev\n never eu terminated while us running";
    let found = refutations(flow, VerifyOptions { retries: 0, ..one_failure() });
    let why = "in a scenario, everything that is terminated stops at the same instant";
    assert_eq!(found[0].as_ref().unwrap().scenario, Err(why.to_owned()));
}

/// What is terminated stops at once in a scenario, but hooks on failure go on.
#[test]
fn a_hook_outlasts_what_is_terminated() {
    let flow = "trigger dev\n promote us after dev { post-action check; on failure check }\n promote eu after dev\n never eu terminated while us running";
    let found = refutations(flow, VerifyOptions { retries: 0, ..one_failure() });
    assert!(found[0].as_ref().unwrap().other_run);
    assert_replays(flow, found[0].as_ref().unwrap());
}

/// After the last failure only one order is explored, except where a property depends on the order.
#[test]
fn all_orders_that_a_property_distinguishes_are_explored() {
    let flow = "trigger dev\n promote eu, us after dev\n promote asia after eu\n promote prod after us\n never asia started while us running\n never prod started while eu running";
    let found = refutations(flow, VerifyOptions { failures: Some(0), retries: 0, ..one_failure() });
    assert!(found.iter().all(Option::is_some), "{found:?}");
}
