//! Rule 25.

use super::*;

#[test]
fn rule_25_it_goes_on_per_application_from_the_first_stage_that_has_not_succeeded() {
    let played = play(
        "trigger dev\n promote two after dev { on start begin; pre-action check; post-action other; on failure bug }\n promote eu after dev\n promote qa after two\n on start begin; on failure bug",
        script().fails("two/one-two/post-action", 10).takes("2/two/one-two/post-action", 5).retry(60),
    );
    assert_eq!(played.at("do 2/two/one-two/post-action"), [60]);
    let again: Vec<&str> = played.log.iter().filter_map(|(_, line)| line.strip_prefix("do 2/")).collect();
    let qa = ["qa/one-qa/action", "qa/one-qa/sync", "qa/one-qa/health"];
    assert_eq!(again, [&["two/one-two/post-action"][..], &qa].concat());
    assert_eq!((played.status("two"), played.times("two")), (Status::Succeeded, (Some(0), Some(65))));
    assert_eq!((played.at("release queued"), played.at("release succeeded")), (vec![60], vec![65]));
    assert_eq!(played.state.attempt(), 2);
}

#[test]
fn rule_25_failed_health_is_only_awaited_again() {
    let flow = "bake 1h\n trigger dev\n promote qa { post-action check; on success finish }";
    let played = play(flow, script().degrades("one-qa", 30).takes("2/qa/one-qa/health", 5).retry(60));
    assert_eq!((played.at("do 2/qa/one-qa/health"), played.times("qa").1), (vec![60], Some(65)));
    played.order("do qa/one-qa/post-action");
    assert!(played.at("do 2/qa/one-qa/post-action").is_empty() && played.at("do 2/qa/-/on-success").is_empty());
    assert_eq!(played.at("release succeeded"), [125], "it bakes again");
    let played = play(flow, script().fails("qa/one-qa/health", 0).takes("2/qa/one-qa/health", 5).retry(60));
    assert_eq!((played.at("do 2/qa/one-qa/health"), played.at("do 2/qa/one-qa/sync").len()), (vec![60], 0));
    let trouble = What::HealthLoss("one-qa", HealthLoss::OutOfSync);
    let played = play(flow, script().happens(30, trouble).retry(60));
    played.in_order(&["do 2/qa/one-qa/sync", "do 2/qa/one-qa/health", "release succeeded"]);
}

#[test]
fn rule_25_rolled_back_environments_begin_again_soak_ask_and_wait_again() {
    let played = play(
        "trigger dev\n promote qa { soak 10m; approval people; pre-action other; post-action check; on start begin }\n rollback qa when qa fails",
        script().fails("qa/one-qa/post-action", 0).takes("2/qa/one-qa/post-action", 0).retry(60),
    );
    assert_eq!(
        (played.at("qa rolled-back"), played.at("soak qa"), played.at("start qa")),
        (vec![10], vec![0, 60], vec![10, 70])
    );
    for again in ["qa/-/approval", "qa/-/on-start", "qa/one-qa/pre-action", "qa/one-qa/action", "qa/one-qa/post-action"]
    {
        assert_eq!(played.at(&format!("do 2/{again}")), [70], "{again}");
    }
    assert_eq!((played.status("qa"), played.times("qa")), (Status::Succeeded, (Some(70), Some(70))));
}

#[test]
fn rule_25_stopped_and_terminated_environments_begin_again() {
    let played = play(
        "trigger dev\n promote qa { pre-action other; post-action check; on start begin }",
        script().never("qa/one-qa/post-action").takes("2/qa/one-qa/post-action", 0).terminate(10).retry(60),
    );
    for again in ["qa/-/on-start", "qa/one-qa/pre-action", "qa/one-qa/action", "qa/one-qa/post-action"] {
        assert_eq!(played.at(&format!("do 2/{again}")), [60], "{again}");
    }
    assert_eq!(played.state.status(), Status::Succeeded);
    let stopped = play(
        "trigger dev\n promote qa after dev { post-action check }\n promote us after dev { pre-action other }\n rollback us when qa fails",
        script()
            .fails("qa/one-qa/post-action", 5)
            .takes("2/qa/one-qa/post-action", 0)
            .never("us/one-us/pre-action")
            .takes("2/us/one-us/pre-action", 0)
            .retry(60),
    );
    assert_eq!((stopped.at("us terminated"), stopped.at("do 2/us/one-us/pre-action")), (vec![5], vec![60]));
    assert_eq!(stopped.state.status(), Status::Succeeded);
}

#[test]
fn rule_25_a_failed_environment_that_had_begun_keeps_its_approval_and_window() {
    let played = play(
        "trigger dev\n promote qa { soak 10m; approval people; window mornings; post-action check }",
        // The window is open from 10:00 to 12:00; the retry is at 13:00.
        script().fails("qa/one-qa/post-action", 5).takes("2/qa/one-qa/post-action", 5).retry(240),
    );
    assert_eq!((played.at("do 2/qa/one-qa/post-action"), played.times("qa").1), (vec![240], Some(245)));
    assert!(played.at("do 2/qa/-/approval").is_empty());
    played.order("soak qa");
}

#[test]
fn rule_25_a_denied_environment_asks_again_and_does_not_soak() {
    let played = play(
        "trigger dev\n promote qa { soak 10m; approval people }",
        script().fails("qa/-/approval", 5).takes("2/qa/-/approval", 3).retry(60),
    );
    assert_eq!((played.at("do 2/qa/-/approval"), played.at("start qa")), (vec![60], vec![63]));
    played.order("soak qa");
}

#[test]
fn rule_01_and_25_a_denied_environment_keeps_nothing_once_its_dependencies_are_lost() {
    let flow = "trigger dev\n promote qa\n promote prod { soak 10m; approval people }\n on failure bug";
    let lost = |at| {
        let script = script().fails("prod/-/approval", 5).takes("-/-/on-failure", 20).takes("2/qa/one-qa/health", 7);
        play(flow, script.degrades("one-qa", at).takes("2/prod/-/approval", 3).retry(60))
    };
    // It is denied at 15, and its dependency is lost at 20, while the hook on failure runs.
    let played = lost(20);
    assert_eq!((played.at("soak prod"), played.at("do 2/prod/-/approval")), (vec![0, 67], vec![77]));
    assert_eq!((played.at("prod pending"), played.at("start prod")), (vec![60], vec![80]));
    assert_eq!(played.state.status(), Status::Succeeded);
    // Lost before the denial, it was back at stage 1 in the first attempt already.
    let played = lost(12);
    assert_eq!((played.at("soak prod"), played.at("do 2/prod/-/approval")), (vec![0, 67], vec![77]));
}

#[test]
fn rule_25_timeouts_start_again() {
    let played = play(
        "timeout 1h\n trigger dev\n promote qa { post-action check; timeout 20m }",
        script().fails("qa/one-qa/post-action", 15).takes("2/qa/one-qa/post-action", 19).retry(55),
    );
    assert_eq!((played.status("qa"), played.at("release succeeded")), (Status::Succeeded, vec![74]));
    let played = play(
        "timeout 1h\n trigger dev\n promote qa { post-action check; timeout 20m }",
        script().fails("qa/one-qa/post-action", 15).takes("2/qa/one-qa/post-action", 25).retry(55),
    );
    assert_eq!(played.at("cancel 2/qa/one-qa/post-action"), [75]);
}

#[test]
fn rule_25_on_failure_may_run_again() {
    let played = play(
        "trigger dev\n promote qa { post-action check; on failure bug }\n on failure bug",
        script().fails("qa/one-qa/post-action", 5).retry(60),
    );
    assert_eq!((played.at("do qa/-/on-failure"), played.at("do 2/qa/-/on-failure")), (vec![5], vec![65]));
    assert_eq!((played.at("do -/-/on-failure"), played.at("do 2/-/-/on-failure")), (vec![5], vec![65]));
    assert_eq!(played.at("release failed"), [5, 65]);
}

#[test]
fn rule_25_a_resumed_environment_waits_for_its_dependencies_and_is_failed_meanwhile() {
    let played = play(
        "trigger dev\n promote qa\n promote prod after qa { soak 10m; post-action check }",
        script()
            .fails("prod/one-prod/post-action", 20)
            .takes("2/prod/one-prod/post-action", 1)
            .degrades("one-qa", 15)
            .takes("2/qa/one-qa/health", 7)
            .retry(60),
    );
    assert_eq!((played.status("qa"), played.at("do 2/qa/one-qa/health")), (Status::Succeeded, vec![60]));
    assert_eq!((played.at("do 2/prod/one-prod/post-action"), played.at("soak prod")), (vec![67], vec![0]));
    assert_eq!(played.at("prod pending").len(), 0);
    assert_eq!(played.state.status(), Status::Succeeded);
    // If its dependencies are not met, it keeps its status and does not count as failed in this attempt.
    let played = play(
        "trigger dev\n promote qa\n promote prod after qa { post-action check }",
        script().fails("prod/one-prod/post-action", 20).degrades("one-qa", 15).fails("2/qa/one-qa/health", 7).retry(60),
    );
    assert_eq!((played.status("qa"), played.status("prod")), (Status::Failed, Status::Failed));
    assert_eq!(played.state.failed_environments().collect::<Vec<_>>(), [played.id("qa")]);
}

#[test]
fn rule_25_a_resumed_environment_that_runs_the_release_is_rolled_back_when_a_rule_fires() {
    let flow = "trigger dev\n promote qa\n promote prod after qa { post-action check }\n rollback prod when qa fails";
    // Prod fails first in the first attempt, then qa degrades, and prod is rolled back. Nothing is rolled back twice.
    let played = play(flow, script().fails("prod/one-prod/post-action", 20).fails("2/qa/one-qa/health", 7).retry(60));
    assert_eq!((played.status("qa"), played.status("prod")), (Status::Succeeded, Status::Failed));
    let played = play(
        flow,
        script()
            .fails("prod/one-prod/post-action", 20)
            .never("2/prod/one-prod/post-action")
            .degrades("one-qa", 90)
            .retry(60),
    );
    assert_eq!((played.status("qa"), played.status("prod")), (Status::Failed, Status::RolledBack));
    assert_eq!(played.at("do 2/prod/one-prod/rollback"), [90]);
}

#[test]
fn rule_25_the_hooks_of_the_release_continue_too() {
    let played = play(
        "trigger dev\n promote qa\n on start begin; on start other",
        script().fails("-/-/on-start-2", 5).takes("2/-/-/on-start-2", 0).retry(60),
    );
    assert_eq!((played.at("do 2/-/-/on-start").len(), played.at("do 2/-/-/on-start-2")), (0, vec![60]));
    assert_eq!(played.state.status(), Status::Succeeded);
    let played = play(
        "trigger dev\n promote qa\n on success finish; on success other",
        script().fails("-/-/on-success", 5).takes("2/-/-/on-success", 0).retry(60),
    );
    assert_eq!((played.at("do 2/-/-/on-success"), played.at("do 2/-/-/on-success-2").len()), (vec![60], 0));
    assert_eq!((played.state.status(), played.state.ended()), (Status::Succeeded, Some(minute(60))));
}

#[test]
fn rule_25_only_of_a_failed_or_terminated_release() {
    let played = play("trigger dev\n promote qa", script().retry(60));
    assert_eq!((played.state.attempt(), played.state.status()), (1, Status::Succeeded));
    let played =
        play("trigger dev\n promote qa { post-action check }", script().takes("qa/one-qa/post-action", 90).retry(60));
    assert_eq!((played.state.attempt(), played.state.status()), (1, Status::Succeeded));
}

#[test]
fn rule_25_a_superseded_release_is_not_retried_without_force() {
    let flow = "trigger dev\n promote eu\n promote qa { post-action check }";
    let overtaken = |environment, retry| {
        let script = script().fails("qa/one-qa/post-action", 5).takes("2/qa/one-qa/post-action", 5);
        play(flow, script.happens(1, What::Superseded(environment)).happens(60, retry))
    };
    let played = overtaken("qa", What::Retry);
    assert_eq!((played.state.attempt(), played.state.is_superseded()), (1, true));
    let played = overtaken("qa", What::RetryByForce);
    assert_eq!((played.state.attempt(), played.state.status()), (2, Status::Succeeded));
    // A newer release may have begun an environment in which this one has succeeded.
    let played = overtaken("eu", What::Retry);
    assert_eq!((played.state.attempt(), played.state.status()), (2, Status::Succeeded));
}

#[test]
fn rule_25_a_third_attempt_goes_on_from_the_second() {
    let played = play(
        "trigger dev\n promote qa { pre-action check; post-action other; on failure bug }",
        script()
            .fails("qa/one-qa/pre-action", 1)
            .takes("2/qa/one-qa/pre-action", 1)
            .fails("qa/one-qa/post-action", 1)
            .takes("3/qa/one-qa/post-action", 1)
            .retry(60)
            .retry(120),
    );
    let lines = [
        "do qa/one-qa/pre-action",
        "do 2/qa/one-qa/pre-action",
        "do 2/qa/one-qa/post-action",
        "do 3/qa/one-qa/post-action",
    ];
    played.in_order(&lines);
    assert_eq!((played.state.attempt(), played.state.status()), (3, Status::Succeeded));
}

#[test]
fn rule_25_a_restarted_environment_that_still_runs_the_release_is_rolled_back_when_a_rule_fires() {
    let played = play(
        "trigger dev\n promote eu after dev { approval people; post-action check }\n promote qa after dev { post-action check }\n rollback eu when eu, qa fails",
        script()
            .fails("eu/one-eu/post-action", 5)
            .fails("eu/one-eu/rollback", 0)
            .never("2/eu/-/approval")
            .takes("2/eu/one-eu/rollback", 1)
            .takes("qa/one-qa/post-action", 3)
            .degrades("one-qa", 70)
            .retry(60),
    );
    assert_eq!((played.at("cancel 2/eu/-/approval"), played.at("do 2/eu/one-eu/rollback")), (vec![70], vec![70]));
    assert_eq!((played.status("eu"), played.at("eu rolled-back")), (Status::RolledBack, vec![71]));
}
