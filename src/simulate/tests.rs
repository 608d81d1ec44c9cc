//! Simulations of whole programs.

mod fleets;
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

pub(crate) fn played(program: &str, options: &SimulateOptions) -> Simulation {
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

fn environment(simulation: &Simulation, name: &str) -> EnvironmentPlanId {
    simulation.plan.environments.ids().find(|id| simulation.names.environment(*id) == name).unwrap()
}

#[test]
fn every_effect_and_every_change_is_in_the_event_list() {
    let simulation = played(PROGRAM, &SimulateOptions::default());
    let events: Vec<String> = simulation
        .events()
        .filter(|event| event.environment.is_none_or(|name| name == "us"))
        .map(|event| {
            let text = |word: Option<&str>| word.unwrap_or("-").to_owned();
            let (application, workflow) = (text(event.application), text(event.workflow));
            let (at, detail) = (event.at.to_string(), text(event.detail.as_deref()));
            let clock = at.get(11..19).unwrap();
            format!("{clock} {} {application} {workflow}: {detail}", event.kind)
        })
        .collect();
    insta::assert_snapshot!("events", events.join("\n"));
}

#[test]
fn the_same_program_gives_the_same_events() {
    let once = played(PROGRAM, &SimulateOptions::default());
    let again = played(PROGRAM, &SimulateOptions::default());
    assert!(once.events().eq(again.events()));
    assert_eq!(once.entries, again.entries);
    assert!(once.entries.is_sorted_by_key(|entry| entry.at));
}

#[test]
fn waits_have_names_and_an_end() {
    let simulation = played(PROGRAM, &SimulateOptions::default());
    let wait = |what: &str, kind, from: &str, until: &str| {
        let at = |time: &str| at(&format!("2026-01-05T{time}Z"));
        let planned = Some(at(until)).filter(|_| kind != WaitKind::Dependency);
        WaitPeriod { what: what.to_owned(), kind, from: at(from), until: Some(at(until)), planned }
    };
    let of_us = [
        wait("qa", WaitKind::Dependency, "09:00:00", "09:08:30"),
        wait("its soak", WaitKind::Other, "09:08:30", "10:08:30"),
        wait("window office-hours opens Mon 12:00 UTC", WaitKind::Window, "10:08:30", "12:00:00"),
    ];
    assert_eq!(simulation.waits(environment(&simulation, "us")), of_us);
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
    let simulation = played(&program, &SimulateOptions::default());
    let last = |name: &str| simulation.waits(environment(&simulation, name)).pop().unwrap().what;
    assert_eq!(last("us"), "window office-hours opens Thu 2026-01-15 12:00 Europe/London");
    assert_eq!(last("eu"), "window office-hours opens Thu 2026-01-15 12:00 Europe/London");
    let never = program.replace("open mon..fri 06:00..12:30", "open mon..fri 06:00..07:00");
    let never = played(&never, &SimulateOptions::default());
    let last = never.waits(environment(&never, "eu")).pop().unwrap();
    let said = "windows office-hours, mornings and whole, which do not open together before the flow's timeout";
    assert_eq!((last.what.as_str(), last.planned), (said, None));
    assert_eq!(last.until, never.state.ended(), "the timeout of the flow ends it");
}

#[test]
fn each_who_may_override_a_window_is_named_once_with_what_it_opens() {
    let program = PROGRAM.replace(
        "window office-hours { open mon..fri 12:00..17:00 }",
        "window office-hours { open mon..fri 12:00..17:00 }\nwindow freeze { closed 2026-01-01..2026-01-14 }\n\
         policy freeze { for environment us, eu; window freeze unless approval duty }\n\
         policy cto { for environment eu; window freeze unless approval 2 of cto }",
    );
    let program = program.replace("window office-hours\n", "window office-hours unless approval ops\n");
    let program = program.replace("window office-hours;", "window office-hours unless approval ops;");
    let program = program.replace("bake 30m", "timeout 30d\n  bake 30m");
    let simulation = played(&program, &SimulateOptions::default());
    let last = |name: &str| simulation.waits(environment(&simulation, name)).pop().unwrap().what;
    let opens = "windows office-hours and freeze open together Thu 2026-01-15 12:00 UTC";
    assert_eq!(last("us"), format!("{opens}, or approval of ops for office-hours and duty for freeze"));
    let all = "ops for office-hours, duty for freeze and 2 of cto for freeze";
    assert_eq!(last("eu"), format!("{opens}, or approval of {all}"));
}

#[test]
fn it_begins_at_the_given_instant() {
    let options = SimulateOptions { at: at("2026-11-23T13:00:00Z") };
    let simulation = played(PROGRAM, &options);
    let us = simulation.state.environment(crate::release::EnvironmentPlanId::new(2));
    assert_eq!(us.started, Some(at("2026-11-23T14:08:30Z")), "it is open after the soak");
}

#[test]
fn a_workflow_that_never_fits_its_timeout_is_played_as_it_would_run() {
    let program = PROGRAM.replace("workflow smoke { takes 2m..6m }", "workflow smoke { takes 4m; timeout 3m }");
    let simulation = played(&program, &SimulateOptions::default());
    assert_eq!(simulation.state.status(), crate::release::Status::Failed);
    assert_eq!(simulation.state.ended().unwrap().since(simulation.state.started().unwrap()).0, 210);
    let kinds: Vec<String> = simulation.events().map(|event| event.kind.to_string()).collect();
    assert!(
        ["workflow-cancelled", "workflow-stopped"].iter().all(|kind| kinds.iter().any(|it| it == kind)),
        "{kinds:?}"
    );
}

#[test]
fn a_given_override_names_its_window_and_who_gave_it() {
    let program = "environment dev, prod
window freeze { closed 2026-01-01..2026-01-31 }
product shop {
  copy \"a\" at $.a
  repo \"./r\"
  application s-{environment} in dev, prod { path \"{environment}\" }
  flow main
}
flow main { timeout 90d; trigger dev; promote prod { window freeze unless approval 2 of ops } }
scenario given {
  release shop via main
  given override in prod takes 5m
  expect release succeeded
}
";
    let files = MemoryFiles(BTreeMap::from([("main.promo".to_owned(), program.to_owned())]));
    let analysis = crate::program::load(&files, "main.promo").unwrap();
    let tested = super::test(recorded(&analysis), analysis.program.scenarios.ids().next().unwrap());
    let simulation = &tested.played.releases[0];
    let overrides = simulation.events().filter(|event| event.kind.to_string().starts_with("override-"));
    let said: Vec<String> =
        overrides.map(|event| format!("{} {}", event.kind, event.detail.unwrap_or_default())).collect();
    assert_eq!(said, ["override-started freeze, 2 of ops", "override-succeeded freeze, 2 of ops"]);
}

#[test]
fn every_entry_is_about_one_environment_or_the_release() {
    let scenario =
        format!("{}given probe in qa fails 1 time\ngiven retry after 2h\nexpect qa succeeded", scenarios::RELEASE);
    let tested = scenarios::tested(&scenario);
    let simulation = &tested.played.releases[0];
    let mut positions: Vec<usize> = Vec::new();
    for id in simulation.plan.environments.ids() {
        positions.extend(simulation.about(id).into_iter().map(|(position, _)| position));
        let own: Vec<TimelineEntry> = simulation.entries_of(id, None).collect();
        let begun = own.iter().filter(|entry| entry.what == TimelineEvent::Reported(Report::Started(id))).count();
        assert_eq!(begun, if id.index() == 1 { 2 } else { 1 }, "qa begins again");
    }
    positions.sort_unstable();
    positions.dedup();
    let left = (0..simulation.entries.len()).filter(|position| !positions.contains(position));
    let left: Vec<TimelineEvent> = left.map(|position| simulation.entries[position].what).collect();
    let of_release = |what: &TimelineEvent| match what {
        TimelineEvent::Reported(Report::Release(_)) => true,
        TimelineEvent::Asked(id, _) | TimelineEvent::Ended(id, _) => id.place == crate::release::Place::Release,
        _ => false,
    };
    assert!(left.iter().all(of_release), "{left:?}");
}

#[test]
fn what_is_awaited_is_listed_with_ranges() {
    let program = "environment dev, store-00..store-29, last
product shop {
  copy \"a\" at $.a
  repo \"./r\"
  application s-{environment} in dev, store-00..store-29, last { path \"{environment}\" }
  flow main
}
flow main { trigger dev; promote store-00..store-29; promote last after store-00..store-29 }
";
    let simulation = played(program, &SimulateOptions::default());
    let last = environment(&simulation, "last");
    let names = |open: fn(usize) -> bool| simulation.names.dependency(&simulation.plan, last, 0, |id| open(id.index()));
    assert_eq!(names(|_| true), "store-00..store-29");
    assert_eq!(names(|id| id != 4), "store-00..store-02 and store-04..store-29");
}
