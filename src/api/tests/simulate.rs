//! The documents of simulations.

use serde_json::{Value, json};

use crate::api::simulate::{SimulateDocument, SimulatedRelease};
use crate::api::simulate_runs::SimulateRunsDocument;
use crate::simulate::tests::scenarios::{RELEASE, tested};
use crate::simulate::tests::{PROGRAM, played};
use crate::simulate::{Count, Percentiles, Played, Sample, SampledEnvironment, SimulateOptions};

fn document() -> Value {
    serde_json::to_value(SimulatedRelease::from(&played(PROGRAM, &SimulateOptions::default()))).unwrap()
}

fn several(played: &Played) -> Value {
    serde_json::to_value(SimulateDocument::from(played)).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn release_and_environments_have_status_times_and_waits() {
    let json = document();
    let release = json!({
        "product": "shop", "flow": "ship", "version": null, "status": "succeeded",
        "started": "2026-01-05T09:00:00Z", "ended": "2026-01-05T13:30:00Z", "seconds": 16_200,
    });
    assert_eq!(json["release"], release);
    let fact = |name: &str, key: &str| json["environments"][name][key].clone();
    // start 09:00:30, smoke takes the middle of 2m..6m: dev 09:04:30, qa 09:08:30, soak 10:08:30, window 12:00, change 1h
    assert_eq!(fact("dev", "ended"), "2026-01-05T09:04:30Z");
    assert_eq!(fact("qa", "started"), "2026-01-05T09:04:30Z");
    assert_eq!(fact("qa", "ended"), "2026-01-05T09:08:30Z");
    assert_eq!(
        (fact("us", "started"), fact("us", "ended")),
        ("2026-01-05T12:00:00Z".into(), "2026-01-05T13:00:00Z".into())
    );
    assert_eq!((fact("eu", "status"), fact("eu", "version")), ("succeeded".into(), Value::Null));
    assert_eq!(keys(&json["environments"]), ["dev", "qa", "us", "eu"]);
    let wait = json!({ "for": "qa", "from": "2026-01-05T09:00:00Z", "until": "2026-01-05T09:08:30Z", "planned": null });
    assert_eq!(fact("us", "waits")[0], wait);
}

#[test]
fn an_event_has_only_the_keys_that_it_needs() {
    for event in document()["events"].as_array().unwrap() {
        let order = ["at", "kind", "environment", "application", "workflow", "detail"];
        let keys = keys(event);
        assert!(keys.starts_with(&["at", "kind"]), "{event}");
        assert!(keys.iter().map(|key| order.iter().position(|other| other == key).unwrap()).is_sorted(), "{event}");
        assert!(!event.as_object().unwrap().values().any(Value::is_null), "{event}");
    }
}

#[test]
fn the_same_program_produces_the_same_bytes() {
    assert_eq!(document().to_string(), document().to_string());
}

#[test]
fn several_releases_are_a_list_in_json() {
    let two = tested(&format!("{RELEASE}release shop via other after 5m version \"3.0.0\"\nexpect release succeeded"));
    let json = several(&two.played);
    let list = json["releases"].as_array().unwrap();
    let fact = |nth: usize, key: &str| list[nth]["release"][key].clone();
    assert_eq!((list.len(), fact(0, "version"), fact(1, "version")), (2, "2.0.0".into(), "3.0.0".into()));
    assert_eq!((fact(1, "started"), fact(1, "seconds")), ("2026-11-23T09:20:00Z".into(), 3600.into()));
    assert_eq!(list[0]["environments"]["asia"]["version"], "2.0.0");
    assert_eq!(list[1]["environments"]["asia"]["version"], "3.0.0");
    assert_eq!(list[1]["release"]["status"], "succeeded");
    let alone = several(&tested(&format!("{RELEASE}expect release succeeded")).played);
    assert_eq!(keys(&alone), ["release", "environments", "events", "broken"]);
}

#[test]
fn the_same_scenario_produces_the_same_bytes() {
    let scenario =
        format!("{RELEASE}given us becomes degraded after 30m\ngiven retry after 2h\nexpect release succeeded");
    let document = || several(&tested(&scenario).played).to_string();
    assert_eq!(document(), document());
}

#[test]
fn a_sample_is_rounded_and_omits_terminated_if_there_are_none() {
    let environment = |name: &str, terminated| {
        let mut count = Count::default();
        (count.succeeded, count.terminated) = (2, terminated);
        SampledEnvironment { name: name.to_owned(), count, critical_share: 1.0 / 3.0 }
    };
    let sample = Sample {
        product: "shop".to_owned(),
        flow: "ship".to_owned(),
        runs: 3,
        planned: 3,
        seed: 1,
        succeeded: 2,
        milliseconds: Percentiles { p50: 60_000, p90: 60_500, p99: 61_001 },
        milliseconds_by_result: [Some(Percentiles { p50: 60_000, p90: 60_000, p99: 60_500 }), None],
        environments: vec![environment("qa", 0), environment("dev", 1)],
    };
    let document = serde_json::to_string(&SimulateRunsDocument::from(&sample)).unwrap();
    let expected = [
        r#"{"runs":3,"seed":1,"success_rate":0.666667,"seconds":{"p50":60,"p90":60.5,"p99":61.001},"seconds_succeeded":{"p50":60,"p90":60,"p99":60.5},"seconds_failed":null,"environments":{"#,
        r#""qa":{"succeeded":2,"failed":0,"rolled_back":0,"not_started":0},"#,
        r#""dev":{"succeeded":2,"failed":0,"rolled_back":0,"not_started":0,"terminated":1}},"#,
        r#""critical":{"qa":0.333333,"dev":0.333333}}"#,
    ];
    assert_eq!(document, expected.concat());
}
