//! Properties: at which instant they are broken, by which environments, and what is not an instant.

use super::scenarios::{PROGRAM, RELEASE};
use super::*;

/// The program of the scenarios, with one property in the flow `ship`.
fn tested(property: &str, statements: &str) -> Tested {
    let program = PROGRAM.replace("\n}\nflow other", &format!("\n  {property}\n}}\nflow other"));
    let text = format!("{program}\nscenario played {{\n{RELEASE}{statements}\nexpect dev succeeded\n}}\n");
    let files = MemoryFiles([("main.promo".to_string(), text)].into());
    let analysed = crate::analyse(&files, "main.promo").unwrap();
    assert!(analysed.checked().is_some(), "{:?}", analysed.diagnostics());
    let program = analysed.program();
    assert_eq!(program.flows.values().map(|flow| flow.properties.len()).collect::<Vec<_>>(), [1, 0]);
    test(analysed.checked().unwrap(), program.scenario("played").unwrap())
}

#[track_caller]
fn holds(property: &str, statements: &str) {
    let tested = tested(property, statements);
    assert!(tested.unmet.is_empty(), "{:?}", tested.unmet);
}

#[track_caller]
fn breaks(property: &str, statements: &str, said: &str) {
    let tested = tested(property, statements);
    assert_eq!(tested.unmet.iter().map(|unmet| unmet.message.as_str()).collect::<Vec<_>>(), [said]);
    assert!(matches!(tested.unmet[0].claim, Claim::Property(Some(_))));
}

#[test]
fn a_property_is_broken_at_the_first_instant_at_which_all_its_conditions_are_true() {
    breaks("never qa running", "", "broken at 2026-11-23T08:00Z, `qa` is running");
    breaks("never asia pending", "", "broken at 2026-11-23T08:00Z, `asia` is pending");
    breaks(
        "never us succeeded while eu running",
        "",
        "broken at 2026-11-23T08:10Z, `us` is succeeded while `eu` is running",
    );
    holds("never us succeeded while qa running", "");
    holds("never us succeeded while eu running and qa running", "");
}

#[test]
fn a_status_without_duration_breaks_nothing() {
    // opened, merged, in sync and healthy at once
    holds("never us running", "");
    holds("never us suspended", "");
    breaks(
        "never us suspended",
        "given pull-request in us merges after 1m",
        "broken at 2026-11-23T08:10Z, `us` is suspended",
    );
    holds("never release queued", "");
}

#[test]
fn any_of_several_and_of_a_group_is_enough() {
    breaks(
        "never regions succeeded while dev, regions running",
        "",
        "broken at 2026-11-23T08:10Z, `us` is succeeded while `eu` is running",
    );
    holds("never asia succeeded while regions, qa, dev failed", "given probe in qa fails");
}

#[test]
fn the_release_itself_has_a_state() {
    let failed = "broken at 2026-11-23T08:10Z, the release is failed while `qa` is failed";
    breaks("never release failed while qa failed", "given probe in qa fails", failed);
    holds("never release succeeded while qa failed", "given probe in qa fails");
    let suspended = "broken at 2026-11-23T08:10Z, the release is suspended";
    breaks("never release suspended", "given approval in eu takes 1h", suspended);
}

#[test]
fn started_stays_until_a_retry_begins_again() {
    breaks("never asia started", "", "broken at 2026-11-23T09:20Z, `asia` has started");
    breaks(
        "never us succeeded while qa started",
        "",
        "broken at 2026-11-23T08:10Z, `us` is succeeded while `qa` has started",
    );
    holds("never eu started", "given probe in qa fails");
    let retried = "given us becomes degraded after 30m\ngiven approval in eu takes 20m\ngiven retry after 2h";
    holds("never eu started while eu suspended", retried);
    breaks(
        "never eu suspended while us succeeded",
        retried,
        "broken at 2026-11-23T08:10Z, `eu` is suspended while `us` is succeeded",
    );
}

#[test]
fn each_release_is_checked_and_a_waiting_one_is_queued() {
    let two = "release shop via ship version \"3.0.0\" after 5m";
    let queued = "broken by release 2 at 2026-11-23T08:05Z, the release is queued";
    breaks("never release queued", two, queued);
}

#[test]
fn a_release_without_a_scenario_is_checked_too() {
    let tested = tested("never regions, asia started while qa succeeded", "");
    let simulation = tested.played.releases[0].clone();
    let broken: Vec<_> =
        simulation.broken.iter().map(|it| (it.at, it.property.as_str(), it.message.as_str())).collect();
    let property = "never regions, asia started while qa succeeded";
    let message = "at 2026-11-23T08:10Z, `us` has started while `qa` is succeeded";
    assert_eq!(broken, [(at("2026-11-23T08:10:00Z"), property, message)]);
    let alone = Tested::from(simulation);
    assert_eq!(alone.unmet.len(), 1);
    assert_eq!(alone.unmet[0].claim, Claim::Property(None));
}
