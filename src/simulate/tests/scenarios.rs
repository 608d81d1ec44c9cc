//! Every form of `given` and `expect`, compared with what a person would work out by hand.

use super::super::*;
use crate::check::Analysed;
use crate::program::MemoryFiles;

/// A chain with an approval, a pull request, a rollback and a hook.
pub(crate) const PROGRAM: &str = r#"
environment dev, qa
environment us, eu, asia { kind production }
group regions = us, eu
workflow probe { takes 10m }
workflow tell {}
workflow undo {}
template all {
  version from "Chart.yaml" at $.version
  copy "values.yaml"
}
product shop {
  template all
  repo "https://example.com/x.git"
  application shop-{environment} in dev, qa, regions, asia { path "{environment}" }
  application web-{environment} in qa { path "web/{environment}" }
  flow ship
  flow other by hand
  concurrency queue limit 1
}
flow ship {
  trigger dev
  promote qa after dev { post-action probe }
  promote us after qa { action pull-request; on failure tell }
  promote eu after qa { approval people; post-action probe; rollback-action undo }
  promote asia after regions { soak 1h }
  rollback regions, asia when regions fails
  on failure tell
}
flow other {
  bake 1h
  trigger dev
  promote asia { action commit }
  on success tell
}
"#;

pub(crate) const RELEASE: &str = "release shop via ship at 2026-11-23T08:00Z version \"2.0.0\"\n";

pub(crate) fn analysis(scenario: &str) -> Analysed {
    let text = format!("{PROGRAM}\nscenario played {{\n{scenario}\n}}\n");
    let files = MemoryFiles([("main.promo".to_string(), text)].into());
    let analysed = crate::analyse(&files, "main.promo").unwrap();
    assert!(analysed.checked().is_some(), "{:?}", analysed.diagnostics());
    analysed
}

pub(crate) fn tested(scenario: &str) -> Tested {
    let analysis = analysis(scenario);
    test(analysis.checked().unwrap(), analysis.program().scenario("played").unwrap())
}

/// All expectations hold.
#[track_caller]
fn holds(statements: &str) {
    let tested = tested(&format!("{RELEASE}{statements}"));
    assert!(tested.unmet.is_empty(), "{:#?}", tested.unmet.iter().map(|unmet| &unmet.message).collect::<Vec<_>>());
}

/// The one expectation fails with this message.
#[track_caller]
fn fails(statements: &str, said: &str) {
    let tested = tested(&format!("{RELEASE}{statements}"));
    assert_eq!(tested.unmet.iter().map(|unmet| unmet.message.as_str()).collect::<Vec<_>>(), [said]);
}

#[test]
fn the_narrowest_given_wins_and_of_these_the_last() {
    holds(
        "given probe takes 1h\ngiven probe in qa takes 20m\nexpect qa succeeded within 20m\nexpect eu succeeded within 80m",
    );
    holds("given probe in qa takes 20m\ngiven probe takes 1h\nexpect qa succeeded within 20m");
    holds("given probe takes 1h\ngiven probe takes 5m\nexpect qa succeeded within 5m");
    holds("given probe in qa takes 20m of 1\ngiven probe in qa takes 1h\nexpect qa succeeded within 20m");
    holds("given probe in qa takes 20m\ngiven probe takes 1h of 1\nexpect qa succeeded within 1h");
    fails(
        "given probe in qa takes 20m\ngiven probe takes 1h of 1\nexpect qa succeeded within 3599s",
        "`qa` reached succeeded only at 2026-11-23T09:00Z (1h after the start), not within 59m59s",
    );
    // A group is as specific as its members.
    holds("given probe in eu takes 20m\ngiven probe in regions takes 30m\nexpect eu succeeded within 40m");
    holds("given probe in regions takes 30m\ngiven probe in eu takes 20m\nexpect eu succeeded within 30m");
    fails(
        "given probe in qa takes 20m\nexpect qa succeeded within 1199s",
        "`qa` reached succeeded only at 2026-11-23T08:20Z (20m after the start), not within 19m59s",
    );
}

#[test]
fn a_workflow_fails_after_the_time_it_takes() {
    holds(
        "given probe in qa fails\nexpect qa failed within 10m\nexpect qa running within 0s\nexpect us pending\nexpect release failed within 10m",
    );
    fails(
        "given probe in qa fails\nexpect qa failed within 599s",
        "`qa` reached failed only at 2026-11-23T08:10Z (10m after the start), not within 9m59s",
    );
}

#[test]
fn failures_are_counted_by_place_and_applications_share_the_count() {
    // Two applications in qa: one of two tries fails. eu is another place, so its first try fails, too.
    holds(
        "given probe fails 1 time\ngiven retry after 1h\nexpect probe runs 3 times in qa\nexpect qa succeeded within 70m\nexpect eu rolled-back",
    );
    holds(
        "given probe in qa fails 2 times\ngiven retry after 1h\nexpect probe runs 4 times in qa\nexpect eu succeeded",
    );
    holds(
        "given probe in qa fails\ngiven retry after 1h\nexpect qa failed within 70m\nexpect probe runs 4 times in qa",
    );
}

#[test]
fn health_counts_from_the_action_and_in_the_trigger_from_the_start() {
    holds(
        "given dev becomes healthy after 5m\nexpect dev succeeded within 5m\nexpect qa not started before 2026-11-23T08:05Z",
    );
    holds(
        "given asia becomes healthy after 30m\nexpect asia not started before 2026-11-23T09:20Z\nexpect asia succeeded within 110m",
    );
    holds("given qa becomes healthy after 1h\nexpect qa succeeded within 70m");
    // The pull request is merged at 08:40. Then its action is done.
    holds(
        "given pull-request in us merges after 30m\ngiven us becomes healthy after 10m\nexpect us succeeded within 50m",
    );
}

#[test]
fn lost_health_fails_once_a_release() {
    for trouble in ["degraded", "out-of-sync"] {
        holds(&format!(
            "given us becomes {trouble} after 30m\nexpect us rolled-back within 40m\nexpect eu rolled-back\nexpect asia pending\nexpect undo runs 1 time in eu\nexpect tell runs 1 time in us"
        ));
        holds(&format!("given qa becomes {trouble}\nexpect qa failed within 0s\nexpect probe runs 0 times"));
        holds(&format!(
            "given qa becomes {trouble}\ngiven retry after 1h\nexpect qa succeeded within 70m\nexpect release succeeded within 140m"
        ));
        holds(&format!("given qa becomes {trouble} after 3h\nexpect qa succeeded\nexpect release succeeded"));
    }
    // Before it is healthy.
    holds(
        "given qa becomes healthy after 1h\ngiven qa becomes degraded after 1h\nexpect qa failed within 1h\nexpect probe runs 0 times",
    );
}

#[test]
fn a_pull_request_is_merged_or_closed_or_neither() {
    holds(
        "given pull-request in us merges after 2h\nexpect us suspended within 10m\nexpect us succeeded within 130m\nexpect release suspended within 30m",
    );
    holds(
        "given pull-request in us is closed after 2h\nexpect us failed within 130m\nexpect eu rolled-back within 130m",
    );
    holds(
        "given pull-request in us never merges\nexpect us terminated within 24h\nexpect release terminated within 24h\nexpect tell runs 1 time in us",
    );
    fails(
        "given pull-request in us merges after 2h\nexpect us suspended within 9m",
        "`us` was first suspended at 2026-11-23T08:10Z (10m after the start)",
    );
}

#[test]
fn people_approve_later_or_not_at_all() {
    holds(
        "given approval in eu takes 3h\nexpect eu suspended within 10m\nexpect eu not started before 2026-11-23T11:10Z\nexpect eu succeeded within 200m",
    );
    holds("given approval in eu is denied\nexpect eu failed within 10m\nexpect us rolled-back\nexpect asia pending");
    holds("given approval in eu is denied\ngiven pull-request in us merges after 1m\nexpect us terminated");
    holds("given approval in eu takes 1h\ngiven approval in eu is denied\nexpect eu failed within 70m");
}

#[test]
fn a_rollback_takes_time_or_fails() {
    let fail = "given probe in eu fails\ngiven regions at version \"1.0.0\"\n";
    holds(&format!(
        "{fail}expect us rolled-back within 20m\nexpect regions at version \"1.0.0\"\nexpect undo runs 1 time"
    ));
    holds(&format!(
        "{fail}given rollback in us takes 1h\nexpect us suspended within 20m\nexpect us rolled-back within 80m\nexpect eu rolled-back within 20m"
    ));
    holds(&format!(
        "{fail}given rollback in us fails\nexpect us failed\nexpect us at version \"2.0.0\"\nexpect eu rolled-back"
    ));
    holds(&format!("{fail}given rollback in eu takes 5m\nexpect eu rolled-back within 25m"));
    holds(&format!("{fail}given rollback in eu fails\nexpect eu failed\nexpect us rolled-back"));
}

#[test]
fn versions_are_those_that_were_brought_or_rolled_back() {
    holds(
        "given asia at version \"1.0.0\"\ngiven probe in qa fails\nexpect qa at version \"2.0.0\"\nexpect dev at version \"2.0.0\"\nexpect asia at version \"1.0.0\"",
    );
    // What runs there already is no change.
    holds("given us at version \"2.0.0\"\ngiven pull-request in us never merges\nexpect us succeeded within 10m");
    fails(
        "given probe in qa fails\nexpect asia at version \"2.0.0\"",
        "the version of `asia` at the end is unknown; to set its version at the start, write `given asia at version …`",
    );
    fails("expect asia at version \"2.0.1\"", "`asia` runs version \"2.0.0\" at the end, not \"2.0.1\"");
}

#[test]
fn a_release_is_terminated_and_retried() {
    holds(
        "given terminate after 5m\nexpect qa terminated within 5m\nexpect release terminated within 5m\nexpect us pending",
    );
    holds("given terminate after 5m\ngiven retry after 1h\nexpect qa succeeded within 70m\nexpect release succeeded");
    holds("given retry after 5m\nexpect release succeeded\nexpect probe runs 2 times in qa");
    fails(
        "given terminate after 5m\ngiven retry after 1h\nexpect qa succeeded within 1h",
        "`qa` reached succeeded only at 2026-11-23T09:10Z (1h10m after the start), not within 1h",
    );
}

#[test]
fn runs_are_counted_and_tries_are_not() {
    holds(
        "expect probe runs 3 times\nexpect probe runs 2 times in qa\nexpect tell runs 0 times\nexpect probe runs 0 times in us",
    );
    fails(
        "expect probe runs 1 time in qa",
        "`probe` ran 2 times in `qa`, not once: at 2026-11-23T08:00Z, at 2026-11-23T08:00Z",
    );
    fails(
        "given probe in qa fails\nexpect tell runs 0 times",
        "`tell` ran once, not 0 times: for the release at 2026-11-23T08:10Z",
    );
}

#[test]
fn a_group_stands_for_each_of_its_members() {
    holds(
        "given regions becomes healthy after 5m\nexpect regions succeeded within 25m\nexpect regions at version \"2.0.0\"",
    );
    fails(
        "given pull-request in us never merges\nexpect regions succeeded",
        "`us` is terminated, not succeeded, since 2026-11-24T08:00Z (24h after the start)",
    );
}

#[test]
fn not_started_before_fails_where_it_never_starts() {
    fails("given probe in qa fails\nexpect asia not started before 2026-11-23T08:00Z", "`asia` never started");
    fails(
        "expect asia not started before 2026-11-23T09:21Z",
        "`asia` started at 2026-11-23T09:20Z, 1m before 2026-11-23T09:21Z",
    );
}

#[test]
fn an_end_status_holds_at_its_instant_and_at_the_end() {
    fails(
        "given us becomes degraded after 30m\nexpect us succeeded within 15m",
        "`us` is rolled-back, not succeeded, since 2026-11-23T08:40Z (40m after the start); it was succeeded from \
         2026-11-23T08:10Z to 2026-11-23T08:40Z",
    );
    fails(
        "expect us pending within 0s",
        "`us` is succeeded, not pending, since 2026-11-23T08:10Z (10m after the start)",
    );
    holds("given probe in qa fails\nexpect us pending within 0s");
}

#[test]
fn several_releases_wait_for_each_other_and_are_named_by_number() {
    let three = "release shop via other after 5m version \"3.0.0\"\nrelease shop via ship after 6m version \"4.0.0\"\n";
    // The queue holds one release, so the second is terminated when the third arrives.
    holds(&format!(
        "{three}expect release 1 succeeded within 80m\nexpect release 2 terminated within 1m\nexpect asia of 2 pending\n\
         expect release queued within 0s\nexpect release 1 running within 0s\nexpect qa not started before 2026-11-23T09:20Z\n\
         expect release succeeded within 80m\nexpect asia of 1 at version \"2.0.0\"\nexpect asia at version \"4.0.0\"\n\
         expect probe of 1 runs 3 times\nexpect probe runs 3 times"
    ));
    fails(&format!("{three}expect release 1 queued within 1h"), "release 1: the release was never queued");
    let two = "release shop via ship after 5m version \"3.0.0\"\n";
    holds(&format!("{two}given probe fails of 2\nexpect release 1 succeeded\nexpect qa failed within 10m"));
    holds(&format!(
        "{two}given probe takes 1h\ngiven probe takes 1m of 1\nexpect qa of 1 succeeded within 1m\nexpect qa succeeded within 1h"
    ));
    holds(&format!("{two}given terminate after 2h of 2\nexpect release 1 succeeded\nexpect release terminated"));
    holds(&format!(
        "{two}given qa at version \"9.0.0\" of 2\ngiven probe in qa fails of 1\nexpect qa of 1 at version \"2.0.0\""
    ));
}

#[test]
fn products_do_not_wait_for_each_other() {
    let program = PROGRAM.replace("flow ship {\n", "product site {\n  template all\n  repo \"https://example.com/y.git\"\n  application site-{environment} in dev, asia { path \"{environment}\" }\n  flow other\n}\nflow ship {\n");
    let scenario = format!(
        "scenario played {{\n{RELEASE}release site via other version \"7\"\nexpect release 1 succeeded within 80m\nexpect release succeeded within 1h\nexpect asia at version \"7\"\nexpect asia of 1 at version \"2.0.0\"\n}}"
    );
    let files = MemoryFiles([("main.promo".to_string(), format!("{program}\n{scenario}\n"))].into());
    let analysis = crate::analyse(&files, "main.promo").unwrap();
    let tested = test(analysis.checked().unwrap(), analysis.program().scenario("played").unwrap());
    assert!(tested.unmet.is_empty(), "{:?}", tested.unmet);
}

#[test]
fn a_wait_that_never_ends_has_a_name() {
    let waits = |statements: &str| {
        tested(&format!("{RELEASE}{statements}\nexpect dev succeeded")).played.releases[0].waits_text()
    };
    assert_eq!(
        waits("given probe in qa fails"),
        "us waits for: qa\neu waits for: qa\nasia waits for: us and eu\n",
        "by name, and to the end"
    );
    assert_eq!(
        waits("given approval in eu takes 1h\ngiven pull-request in us never merges"),
        "us waits for: the pull request for shop-us until 2026-11-24T08:00Z\n\
         eu waits for: approval by people until 2026-11-23T09:10Z\nasia waits for: us\n"
    );
}

/// What the environments of a small program waited for. `us` soaks for an hour after `qa`, and then waits for its
/// window; `site` takes five hours beside them.
fn waits_of(statements: &str) -> String {
    let program = format!(
        "environment dev, qa, us, site
         workflow build {{ needs APP_NAME; takes 5h }}
         window noon {{ open mon..fri 12:00..13:00 }}
         template all {{ copy \"v.yaml\" }}
         product shop {{
           template all
           repo \"https://example.com/x.git\"
           application {{environment}} in dev, qa, us, site {{ path \"{{environment}}\" }}
           flow ship by hand
         }}
         flow ship {{
           trigger dev
           promote qa
           promote us after qa {{ soak 1h; window noon }}
           promote site after dev {{ post-action build }}
         }}
         scenario played {{ release shop via ship at 2026-11-23T08:00Z\n{statements}\nexpect dev succeeded }}"
    );
    let files = MemoryFiles([("main.promo".to_owned(), program)].into());
    let analysis = crate::analyse(&files, "main.promo").unwrap();
    let checked = analysis.checked().unwrap_or_else(|| panic!("{:?}", analysis.diagnostics()));
    play(checked, analysis.program().scenario("played").unwrap()).releases[0].waits_text()
}

#[test]
fn a_wait_ends_when_it_ended_and_not_when_it_was_meant_to() {
    let opens = "window noon opens Mon 12:00 UTC";
    assert_eq!(waits_of(""), format!("us waits for: its soak until 2026-11-23T09:00Z; {opens}\n"));
    assert_eq!(
        waits_of("given terminate after 30m"),
        "us waits for: its soak until 2026-11-23T08:30Z (planned until 2026-11-23T09:00Z)\n"
    );
    assert_eq!(
        waits_of("given terminate after 2h"),
        format!("us waits for: its soak until 2026-11-23T09:00Z; {opens}, waited until 2026-11-23T10:00Z\n")
    );
}

#[test]
fn an_environment_that_lost_a_dependency_waits_for_it_again() {
    assert_eq!(
        waits_of("given qa becomes degraded after 40m"),
        "us waits for: its soak until 2026-11-23T08:40Z (planned until 2026-11-23T09:00Z); qa\n"
    );
    assert_eq!(
        waits_of("given qa becomes degraded after 40m\ngiven terminate after 1h\ngiven retry after 90m"),
        "us waits for: its soak until 2026-11-23T08:40Z (planned until 2026-11-23T09:00Z); qa; \
         its soak until 2026-11-23T10:30Z; window noon opens Mon 12:00 UTC\n"
    );
}

/// The messages about each `given` that had no effect.
fn idle(statements: &str) -> Vec<String> {
    let analysis = analysis(&format!("{RELEASE}{statements}"));
    let program = analysis.program();
    let scenario = program.scenario("played").unwrap();
    let idle =
        test(analysis.checked().unwrap(), scenario).played.idle(program, &program.scenarios[scenario].decl.givens);
    idle.into_iter().map(|idle| format!("{} | {}", analysis.sources().text(idle.span), idle.message)).collect()
}

#[test]
fn a_given_without_effect_is_reported_with_its_reason() {
    // qa takes 10 minutes, eu takes 10 after that, and asia soaks for an hour: 80 minutes in all.
    assert_eq!(
        idle(
            "given asia becomes degraded after 1s\ngiven undo fails\ngiven rollback in us fails\ngiven retry after 1h\ngiven terminate after 3h\ngiven dev becomes degraded after 2h\nexpect release succeeded"
        ),
        [
            "given asia becomes degraded after 1s | `asia` would be degraded from 2026-11-23T09:20:01Z, but the release ended at 2026-11-23T09:20Z",
            "given undo fails | `undo` never ran",
            "given rollback in us fails | `us` was never rolled back",
            "given retry after 1h | the release had not ended by 2026-11-23T09:00Z",
            "given terminate after 3h | the release ended at 2026-11-23T09:20Z, before 2026-11-23T11:00Z",
            "given dev becomes degraded after 2h | `dev` would be degraded from 2026-11-23T10:00Z, but the release ended at 2026-11-23T09:20Z",
        ]
    );
    assert_eq!(
        idle(
            "given probe in qa fails\ngiven probe in eu takes 1m\ngiven pull-request in us never merges\ngiven approval in eu is denied\ngiven regions becomes degraded\ngiven asia becomes healthy after 1m\nexpect release failed"
        ),
        [
            "given probe in eu takes 1m | `probe` never ran in `eu`",
            "given pull-request in us never merges | no pull request was opened in `us`",
            "given approval in eu is denied | no approval was requested in `eu`",
            "given regions becomes degraded | no release got that far in `regions`",
            "given asia becomes healthy after 1m | `asia` never waited for health",
        ]
    );
}

#[test]
fn a_given_with_an_effect_is_not_reported() {
    for met in [
        "given probe takes 1m\ngiven probe in eu fails\ngiven rollback in eu takes 1m\ngiven undo takes 1m",
        "given us becomes degraded after 5m\ngiven approval in eu takes 1m\ngiven pull-request in us merges after 1m",
        "given qa becomes degraded\ngiven retry after 1h\ngiven qa becomes healthy after 1m",
        "given terminate after 1m\ngiven qa, asia at version \"1\"",
        "release shop via other after 2h\ngiven asia becomes degraded after 10m of 2",
    ] {
        assert_eq!(idle(&format!("{met}\nexpect release succeeded")), [""; 0], "{met}");
    }
}

#[test]
fn a_release_terminated_by_its_timeout_is_described_so() {
    fails(
        "given approval in eu takes 30h\nexpect release succeeded",
        "the release is terminated by its timeout, not succeeded, since 2026-11-24T08:00Z (24h after the start)",
    );
    // The timeout counts again from the retry.
    fails(
        "given approval in eu takes 30h\ngiven terminate after 15m\ngiven retry after 1h\nexpect release succeeded",
        "the release is terminated by its timeout, not succeeded, since 2026-11-24T09:00Z (25h after the start)",
    );
    fails(
        "given terminate after 5m\nexpect release failed",
        "the release is terminated, not failed, since 2026-11-23T08:05Z (5m after the start)",
    );
}

#[test]
fn operators_at_one_instant_act_in_the_order_of_their_statements() {
    let given = "given probe in qa fails 1 time";
    holds(&format!("{given}\ngiven retry after 2h\ngiven terminate after 2h of 1\nexpect release terminated"));
    holds(&format!("{given}\ngiven terminate after 2h of 1\ngiven retry after 2h\nexpect release succeeded"));
}

/// A newer release changes what an older one is about to roll back, while the rollback is in progress.
#[test]
fn a_rollback_leaves_alone_what_a_newer_release_brought_meanwhile() {
    for how in ["rollback-action slow", "action pull-request", "action commit"] {
        let program = format!(
            "environment dev, a, e
workflow before {{ takes 20m }}
workflow slow {{ takes 30m }}
workflow test {{ takes 100m }}
product shop {{
  repo \"https://example.com/x.git\"
  version from \"v.yaml\" at $.v
  copy \"v.yaml\" at $.v
  application {{environment}} in dev, a, e {{ path \"{{environment}}\" }}
  concurrency terminate
  flow ship
}}
flow ship {{
  trigger dev
  promote a after dev {{ pre-action before; {how} }}
  promote e after a {{ pre-action test }}
  rollback a when e fails
}}
scenario played {{
  release shop via ship version \"1.0.0\"
  release shop via ship version \"2.0.0\" after 110m
  given test fails of 1
  given rollback in a takes 30m
  expect a of 1 succeeded
  expect release 1 failed
  expect a at version \"2.0.0\"
}}
"
        );
        let files = MemoryFiles([("main.promo".to_owned(), program)].into());
        let analysed = crate::analyse(&files, "main.promo").unwrap();
        let checked = analysed.checked().unwrap_or_else(|| panic!("{:?}", analysed.diagnostics()));
        let tested = test(checked, analysed.program().scenario("played").unwrap());
        let unmet: Vec<&str> = tested.unmet.iter().map(|unmet| unmet.message.as_str()).collect();
        assert_eq!(unmet, [""; 0], "{how}");
    }
}

#[test]
fn an_override_is_asked_for_again_if_the_window_closes_while_an_older_release_ends() {
    let program = "environment dev, a
workflow long { takes 3h }
workflow clean { takes 90m }
window morning { open mon..sun 10:00..11:00 }
product shop {
  repo \"https://example.com/x.git\"
  version from \"v.yaml\" at $.v
  copy \"v.yaml\" at $.v
  application {environment} in dev, a { path \"{environment}\" }
  concurrency terminate
  flow ship
}
flow ship {
  trigger dev
  promote a after dev { window morning unless approval lead; post-action long }
  on failure clean
}
scenario played {
  release shop via ship version \"1.0.0\"
  release shop via ship version \"2.0.0\" after 30m
  given override in a takes 10m of 1
  given override in a takes 50m of 2
  given long takes 1m of 2
  expect release 1 terminated within 2h
  expect a not started before 2026-01-05T11:50Z
  expect release succeeded within 4h
}
";
    let files = MemoryFiles([("main.promo".to_owned(), program.to_owned())].into());
    let analysed = crate::analyse(&files, "main.promo").unwrap();
    let checked = analysed.checked().unwrap_or_else(|| panic!("{:?}", analysed.diagnostics()));
    let tested = test(checked, analysed.program().scenario("played").unwrap());
    let unmet: Vec<&str> = tested.unmet.iter().map(|unmet| unmet.message.as_str()).collect();
    assert_eq!(unmet, [""; 0]);
    // Asked at 09:30, withdrawn at 10:00, asked again at 11:00, when the hook of the older release has timed out.
    let asked = tested.played.releases[1].events().filter(|event| event.kind.to_string() == "override-started").count();
    assert_eq!(asked, 2);
}
