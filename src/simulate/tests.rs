//! Simulations of whole programs.

mod properties;
pub(crate) mod scenarios;

use super::*;
use crate::check::recorded;
use crate::program::MemoryFiles;

pub(crate) const PROGRAM: &str = r#"
environment dev, qa
environment us, eu { kind production }
workflow smoke { takes 2m..6m }
workflow begin { takes 30s }
workflow open-change { takes 1h; retry 1 }
window office-hours { open mon..fri 12:00..17:00 }
template all { copy "values.yaml" }
product shop {
  template all
  repo "https://example.com/x.git"
  application shop-{environment} in dev, qa, us, eu { path "{environment}" }
  flow ship by hand
}
flow ship {
  bake 30m
  trigger dev { post-action smoke }
  promote qa { post-action smoke }
  promote us, eu after qa {
    soak 1h
    approval 2 of people
    window office-hours
    action pull-request
    pre-action open-change
  }
  on start begin
}
"#;

pub(crate) fn played(program: &str, options: &Options) -> Simulation {
    let files = MemoryFiles([("main.promo".to_string(), program.to_string())].into());
    let analysis = crate::analyse(&files, "main.promo").unwrap();
    assert!(analysis.analysis().diagnostics.is_empty(), "{:?}", analysis.diagnostics());
    let program = analysis.program();
    simulate(
        recorded(analysis.analysis()),
        program.products.ids().next().unwrap(),
        program.flows.ids().next().unwrap(),
        options,
    )
}

fn at(text: &str) -> Instant {
    Instant(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

#[test]
fn facts_are_stated_as_the_command_line_promises() {
    let json = played(PROGRAM, &Options::default()).to_json();
    let release = serde_json::json!({
        "product": "shop", "flow": "ship", "version": null, "status": "succeeded",
        "started": "2026-01-05T09:00:00Z", "ended": "2026-01-05T13:30:00Z", "seconds": 16_200,
    });
    assert_eq!(json["release"], release);
    let fact = |name: &str, key: &str| json["environments"][name][key].clone();
    // begin 09:00:30, smoke in the middle of 2m..6m: dev 09:04:30, qa 09:08:30, soak 10:08:30, window 12:00, change 1h.
    assert_eq!(fact("dev", "ended"), "2026-01-05T09:04:30Z");
    assert_eq!(fact("qa", "started"), "2026-01-05T09:04:30Z");
    assert_eq!(fact("qa", "ended"), "2026-01-05T09:08:30Z");
    assert_eq!(
        (fact("us", "started"), fact("us", "ended")),
        ("2026-01-05T12:00:00Z".into(), "2026-01-05T13:00:00Z".into())
    );
    assert_eq!((fact("eu", "status"), fact("eu", "version")), ("succeeded".into(), serde_json::Value::Null));
    let names: Vec<_> = json["environments"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["dev", "qa", "us", "eu"]);
}

#[test]
fn every_effect_and_every_change_is_in_the_event_list() {
    let json = played(PROGRAM, &Options::default()).to_json();
    let events: Vec<String> = json["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event.get("environment").is_none_or(|name| name == "us"))
        .map(|event| {
            let text = |key| event.get(key).and_then(|it| it.as_str()).unwrap_or("-");
            let clock = text("at").get(11..19).unwrap();
            format!("{clock} {} {} {}: {}", text("kind"), text("application"), text("workflow"), text("detail"))
        })
        .collect();
    insta::assert_snapshot!("events", events.join("\n"));
}

#[test]
fn an_event_has_only_the_keys_that_it_needs() {
    let json = played(PROGRAM, &Options::default()).to_json();
    for event in json["events"].as_array().unwrap() {
        let keys: Vec<&str> = event.as_object().unwrap().keys().map(String::as_str).collect();
        let order = ["at", "kind", "environment", "application", "workflow", "detail"];
        assert!(keys.starts_with(&["at", "kind"]), "{event}");
        assert!(keys.iter().map(|key| order.iter().position(|other| other == key).unwrap()).is_sorted(), "{event}");
        assert!(!event.as_object().unwrap().values().any(serde_json::Value::is_null), "{event}");
    }
}

#[test]
fn the_same_program_gives_the_same_bytes() {
    let once = played(PROGRAM, &Options::default());
    let again = played(PROGRAM, &Options::default());
    assert_eq!(once.to_json().to_string(), again.to_json().to_string());
    assert_eq!(once.entries, again.entries);
    assert!(once.entries.is_sorted_by_key(|entry| entry.at));
}

#[test]
fn what_is_waited_for_has_names_and_an_end() {
    let simulation = played(PROGRAM, &Options::default());
    let json = simulation.to_json();
    let wait = |what: &str, from: &str, until: &str| {
        let at = |time: &str| format!("2026-01-05T{time}Z");
        serde_json::json!({ "for": what, "from": at(from), "until": at(until) })
    };
    let of_us = [
        wait("qa", "09:00:00", "09:08:30"),
        wait("its soak", "09:08:30", "10:08:30"),
        wait("window office-hours opens Mon 12:00 UTC", "10:08:30", "12:00:00"),
    ];
    assert_eq!(json["environments"]["us"]["waits"], serde_json::json!(of_us));
    let waits = "its soak until 2026-01-05T10:08:30Z; window office-hours opens Mon 12:00 UTC\n";
    assert_eq!(simulation.waits_text(), format!("us waits for: {waits}eu waits for: {waits}"));
}

#[test]
fn a_window_far_away_has_a_date_and_several_open_together() {
    let program = PROGRAM.replace(
        "window office-hours { open mon..fri 12:00..17:00 }",
        "window office-hours { timezone \"Europe/London\"; open mon..fri 12:00..17:00; closed 2026-01-01..2026-01-14 }\n\
         window mornings { open mon..fri 06:00..12:30 }\nwindow whole { open 2026-01-01..2026-12-31 }\n\
         policy more { for environment eu; window mornings; window whole }",
    );
    let program = program.replace("bake 30m", "timeout 30d\n  bake 30m");
    let simulation = played(&program, &Options::default());
    let last = |name: &str| {
        simulation.to_json()["environments"][name]["waits"].as_array().unwrap().last().unwrap()["for"].clone()
    };
    assert_eq!(last("us"), "window office-hours opens Thu 2026-01-15 12:00 Europe/London");
    assert_eq!(last("eu"), "window office-hours opens Thu 2026-01-15 12:00 Europe/London");
    let never = program.replace("open mon..fri 06:00..12:30", "open mon..fri 06:00..07:00");
    let never = played(&never, &Options::default());
    let words = &never.to_json()["environments"]["eu"]["waits"];
    let last = words.as_array().unwrap().last().unwrap();
    let said = "windows office-hours, mornings and whole, which do not open together before the flow's timeout";
    assert_eq!((&last["for"], &last["until"]), (&said.into(), &serde_json::Value::Null));
}

#[test]
fn it_begins_when_it_is_told_to() {
    let options = Options { at: at("2026-11-23T13:00:00Z") };
    let simulation = played(PROGRAM, &options);
    let us = simulation.state.environment(crate::release::EnvironmentPlanId::new(2));
    assert_eq!(us.started, Some(at("2026-11-23T14:08:30Z")), "it is open after the soak");
}

#[test]
fn a_workflow_that_never_fits_its_timeout_is_played_as_it_would_run() {
    let program = PROGRAM.replace("workflow smoke { takes 2m..6m }", "workflow smoke { takes 4m; timeout 3m }");
    let simulation = played(&program, &Options::default());
    assert_eq!(simulation.state.status(), crate::release::Status::Failed);
    assert_eq!(simulation.state.ended().unwrap().since(simulation.state.started().unwrap()).0, 210);
    let text = simulation.to_json().to_string();
    assert!(text.contains("workflow-cancelled") && text.contains("workflow-stopped"), "{text}");
}
