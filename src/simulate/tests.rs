//! Simulations of whole programs.

mod properties;
pub(crate) mod scenarios;

use super::*;
use crate::check::recorded;
use crate::program::MemoryFiles;
use crate::release::{Place, Stage};
use crate::report::TimelineOptions;

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

fn environment(simulation: &Simulation, name: &str) -> EnvironmentPlanId {
    simulation.plan.environments.ids().find(|id| simulation.name_of(*id) == Some(name)).unwrap()
}

#[test]
fn every_effect_and_every_change_is_in_the_event_list() {
    let simulation = played(PROGRAM, &Options::default());
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
    let once = played(PROGRAM, &Options::default());
    let again = played(PROGRAM, &Options::default());
    assert!(once.events().eq(again.events()));
    assert_eq!(once.entries, again.entries);
    assert!(once.entries.is_sorted_by_key(|entry| entry.at));
}

#[test]
fn what_is_waited_for_has_names_and_an_end() {
    let simulation = played(PROGRAM, &Options::default());
    let wait = |what: &str, kind, from: &str, until: &str| {
        let at = |time: &str| at(&format!("2026-01-05T{time}Z"));
        Wait { what: what.to_owned(), kind, from: at(from), until: Some(at(until)) }
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
    let simulation = played(&program, &Options::default());
    let last = |name: &str| simulation.waits(environment(&simulation, name)).pop().unwrap().what;
    assert_eq!(last("us"), "window office-hours opens Thu 2026-01-15 12:00 Europe/London");
    assert_eq!(last("eu"), "window office-hours opens Thu 2026-01-15 12:00 Europe/London");
    let never = program.replace("open mon..fri 06:00..12:30", "open mon..fri 06:00..07:00");
    let never = played(&never, &Options::default());
    let last = never.waits(environment(&never, "eu")).pop().unwrap();
    let said = "windows office-hours, mornings and whole, which do not open together before the flow's timeout";
    assert_eq!((last.what.as_str(), last.until), (said, None));
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
    let kinds: Vec<String> = simulation.events().map(|event| event.kind.to_string()).collect();
    assert!(
        ["workflow-cancelled", "workflow-stopped"].iter().all(|kind| kinds.iter().any(|it| it == kind)),
        "{kinds:?}"
    );
}

#[test]
fn the_timeline_of_a_small_release() {
    let simulation = played(PROGRAM, &Options::default());
    insta::assert_snapshot!("timeline", simulation.timeline(&TimelineOptions { width: 90, ascii: false }));
    insta::assert_snapshot!("timeline_ascii", simulation.timeline(&TimelineOptions { width: 70, ascii: true }));
}

#[test]
fn approvals_and_pull_requests_are_told_apart_from_the_rest() {
    let mut simulation = played(PROGRAM, &Options::default());
    let hour = |at: Instant, hours: i64| Instant(at.0 + hours * 3_600_000);
    // As if the approval of `us` and then its merge had taken an hour each.
    let us = crate::release::EnvironmentPlanId::new(2);
    let applications = simulation.plan.environments[us].applications.clone();
    let mut late = 0;
    for entry in &mut simulation.entries {
        if let What::Ended(id, _) = entry.what {
            let here = match id.place {
                Place::Application(application) => applications.contains(&application),
                place => place == Place::Environment(us),
            };
            late += i64::from(here && matches!(id.stage, Stage::Approval(_) | Stage::Merge));
        }
        entry.at = hour(entry.at, late);
    }
    let activities: Vec<_> =
        simulation.segments(Some(us)).iter().map(|it| (it.activity, it.to.since(it.from).0)).collect();
    use crate::report::bar::Activity::{Approval, PullRequest, Soak, Window, Workflow};
    assert_eq!(activities, [(Soak, 3600), (Approval, 3600), (Window, 6690), (Workflow, 3600), (PullRequest, 3600)]);
}

#[test]
fn a_timeline_of_no_length_is_still_one() {
    let program = PROGRAM
        .replace("takes 2m..6m", "takes 0s")
        .replace("takes 30s", "takes 0s")
        .replace("takes 1h", "takes 0s")
        .replace("soak 1h\n", "\n")
        .replace("window office-hours\n", "\n")
        .replace("window office-hours { open mon..fri 12:00..17:00 }", "")
        .replace("bake 30m", "");
    let simulation = played(&program, &Options::default());
    insta::assert_snapshot!("timeline_no_length", simulation.timeline(&TimelineOptions { width: 60, ascii: true }));
}

#[test]
fn a_timeline_of_forty_environments_has_a_line_for_each_and_keeps_its_width() {
    let names: Vec<String> = (0..40).map(|n| format!("environment-number-{n}-with-a-rather-long-name")).collect();
    let chain: Vec<String> =
        names.iter().skip(1).map(|name| format!("promote {name} {{ post-action smoke; soak 20h }}")).collect();
    let program = format!(
        "environment {all}\nworkflow smoke {{ takes 90m }}\ntemplate all {{ copy \"v.yaml\" }}\nproduct shop {{\n template all\n repo \"https://example.com/x.git\"\n application a-{{environment}} in {all} {{ path \"{{environment}}\" }}\n flow ship by hand\n}}\nflow ship {{ timeout 100d\n trigger {first}\n {chain} }}\n",
        all = names.join(", "),
        first = names[0],
        chain = chain.join("\n"),
    );
    let program = program.replace("a-{environment}", "{environment}");
    let simulation = played(&program, &Options::default());
    for ascii in [false, true] {
        let text = simulation.timeline(&TimelineOptions { width: 120, ascii });
        assert_eq!(text.lines().count(), 2 + 41 + 1);
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
        assert_eq!(text.is_ascii(), ascii);
        assert!(text.contains("+34d"), "{text}");
    }
}
