//! The timeline as text, and the part of it that explains an expectation that was not met.

use crate::program::MemoryFiles;
use crate::release::{EnvironmentPlanId, Place, Stage};
use crate::report::TimelineOptions;
use crate::simulate::tests::scenarios::{RELEASE, analysis, tested};
use crate::simulate::tests::{PROGRAM, played};
use crate::simulate::{SimulateOptions, TimelineEvent, test};
use crate::syntax::literal::Instant;

#[test]
fn the_timeline_of_a_small_release() {
    let simulation = played(PROGRAM, &SimulateOptions::default());
    insta::assert_snapshot!("timeline", simulation.timeline(&TimelineOptions { width: 90, ascii: false }));
    insta::assert_snapshot!("timeline_ascii", simulation.timeline(&TimelineOptions { width: 70, ascii: true }));
}

#[test]
fn approvals_and_pull_requests_are_activities_of_their_own() {
    let mut simulation = played(PROGRAM, &SimulateOptions::default());
    let hour = |at: Instant, hours: i64| Instant(at.0 + hours * 3_600_000);
    // Pretend that the approval of `us` and then its merge took an hour each.
    let us = EnvironmentPlanId::new(2);
    let applications = simulation.plan.environments[us].applications.clone();
    let mut late = 0;
    for entry in &mut simulation.entries {
        if let TimelineEvent::Ended(id, _) = entry.what {
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
fn a_release_that_takes_no_time_has_a_timeline() {
    let program = PROGRAM
        .replace("takes 2m..6m", "takes 0s")
        .replace("takes 30s", "takes 0s")
        .replace("takes 1h", "takes 0s")
        .replace("soak 1h\n", "\n")
        .replace("window office-hours\n", "\n")
        .replace("window office-hours { open mon..fri 12:00..17:00 }", "")
        .replace("bake 30m", "");
    let simulation = played(&program, &SimulateOptions::default());
    insta::assert_snapshot!("timeline_no_length", simulation.timeline(&TimelineOptions { width: 60, ascii: true }));
}

#[test]
fn a_timeline_of_forty_environments_has_a_line_for_each_and_stays_within_its_width() {
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
    let simulation = played(&program, &SimulateOptions::default());
    for ascii in [false, true] {
        let text = simulation.timeline(&TimelineOptions { width: 120, ascii });
        assert_eq!(text.lines().count(), 2 + 41 + 1);
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
        assert_eq!(text.is_ascii(), ascii);
        assert!(text.contains("  Jan 05 09:00  Jan 05 "), "{text}");
        assert!(text.contains(" Feb 08 ") && !text.contains("+34d"), "{text}");
    }
}

#[test]
fn a_failure_points_at_its_statement_and_shows_the_environments_that_explain_it() {
    let analysis = analysis(&format!(
        "{RELEASE}given probe in qa fails\nexpect dev succeeded\nexpect qa succeeded\nexpect asia succeeded"
    ));
    let tested = test(analysis.checked().unwrap(), analysis.program().scenario("played").unwrap());
    let statements: Vec<&str> = tested.unmet.iter().map(|unmet| analysis.sources().text(unmet.span)).collect();
    assert_eq!(statements, ["expect qa succeeded", "expect asia succeeded"]);
    let options = TimelineOptions { width: 80, ascii: true };
    insta::assert_snapshot!("explained", tested.explain(&tested.unmet[0], &options));
    let of_asia = tested.explain(&tested.unmet[1], &options);
    assert!(of_asia.contains("\nqa ") && of_asia.contains("\nasia ") && !of_asia.contains("\ndev "), "{of_asia}");
}

#[test]
fn a_wait_that_lasts_until_the_release_ends_is_drawn() {
    let tested = tested(&format!("{RELEASE}given terminate after 1h\nexpect release terminated"));
    let timeline = tested.played.releases[0].timeline(&TimelineOptions { width: 80, ascii: true });
    let asia = timeline.lines().find(|line| line.starts_with("asia")).unwrap();
    assert!(asia.contains("pending") && asia.contains("........"), "{timeline}");
}

#[test]
fn a_timeline_says_if_a_timeout_terminated_the_release() {
    let late = tested(&format!("{RELEASE}given approval in eu takes 30h\nexpect release terminated"));
    let timeline = late.played.releases[0].timeline(&TimelineOptions { width: 80, ascii: true });
    assert!(timeline.starts_with("shop via ship: terminated by its timeout after 24h, from "), "{timeline}");
}

#[test]
fn an_override_is_an_activity_of_its_own_while_it_is_awaited() {
    let activities = |given: &str| {
        let program = format!(
            "environment dev, prod
window freeze {{ closed 2026-01-05 }}
product shop {{
  copy \"a\" at $.a
  repo \"./r\"
  application s-{{environment}} in dev, prod {{ path \"{{environment}}\" }}
  flow main
}}
flow main {{ timeout 90d; trigger dev; promote prod {{ window freeze unless approval ops }} }}
scenario played {{ release shop via main\n{given}\nexpect release succeeded }}"
        );
        let files = MemoryFiles([("main.promo".to_owned(), program)].into());
        let analysed = crate::analyse(&files, "main.promo").unwrap();
        let tested = test(analysed.checked().unwrap(), analysed.program().scenario("played").unwrap());
        let release = &tested.played.releases[0];
        let shown = release.timeline(&TimelineOptions { width: 90, ascii: false });
        assert_eq!((shown.contains('◈'), shown.contains('◇')), (!given.contains("denied"), false), "{shown}");
        let segments = release.segments(Some(EnvironmentPlanId::new(1)));
        segments.iter().map(|it| (it.activity, it.to.since(it.from).0)).collect::<Vec<_>>()
    };
    use crate::report::bar::Activity::{Override, Window};
    assert_eq!(activities("given override in prod takes 2h"), [(Override, 7200)]);
    assert_eq!(activities(""), [(Override, 15 * 3600)], "nobody answers, and the window opens at midnight");
    assert_eq!(activities("given override in prod is denied"), [(Window, 15 * 3600)]);
}
