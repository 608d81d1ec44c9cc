//! Rules 18 to 22, and what rule 16 says about rollbacks.

use super::*;

const CASCADE: &str = "trigger dev
    promote regions after dev { post-action check; on failure bug }
    promote prod after regions { soak 2h }
    rollback regions, prod when regions fails
    on failure bug";

#[test]
fn rule_18_each_target_that_runs_this_release_is_rolled_back_at_once() {
    let played = play(CASCADE, script().degrades("one-asia", 45));
    for region in ["eu", "us", "asia"] {
        assert_eq!(played.status(region), Status::RolledBack);
        assert_eq!(played.at(&format!("do {region}/one-{region}/rollback")), [45]);
        played.in_order(&[
            &format!("do {region}/one-{region}/rollback"),
            &format!("do {region}/one-{region}/rollback-sync"),
            &format!("do {region}/one-{region}/rollback-health"),
            &format!("{region} rolled-back"),
        ]);
    }
    assert_eq!((played.at("do asia/-/on-failure"), played.at("do eu/-/on-failure").len()), (vec![45], 0));
    assert_eq!((played.status("prod"), played.at("release failed")), (Status::Pending, vec![45]));
    assert_eq!(played.at("do -/-/on-failure"), [45]);
}

#[test]
fn rule_18_no_window_approval_soak_pre_or_post_action_or_hook() {
    let played = play(
        "bake 5h; trigger dev\n promote qa { soak 30m; approval people; window mornings; pre-action check; post-action other; on start begin; on success finish }\n rollback qa when qa fails",
        // The window closes at 12:00, after three hours.
        script().degrades("one-qa", 240),
    );
    assert_eq!((played.at("qa rolled-back"), played.status("qa")), (vec![240], Status::RolledBack));
    for once in ["qa/-/approval", "qa/one-qa/pre-action", "qa/one-qa/post-action", "qa/-/on-start", "qa/-/on-success"] {
        played.order(&format!("do {once}"));
    }
}

#[test]
fn rule_18_as_its_action_says() {
    let flow = "bake 1h\n trigger dev\n promote qa { action pull-request }\n rollback qa when qa fails";
    let played = play(flow, script().degrades("one-qa", 10).takes("qa/one-qa/rollback-merge", 20));
    played.in_order(&["do qa/one-qa/rollback", "do qa/one-qa/rollback-merge", "do qa/one-qa/rollback-sync"]);
    assert_eq!((played.at("qa suspended"), played.at("qa rolled-back")), (vec![0, 10], vec![30]));
    let acts = |played: &Played, wanted: Act| {
        let (mut state, mut effects) = (State::new(&played.plan), Vec::new());
        played.events.iter().for_each(|event| step(&played.plan, &mut state, *event, &mut effects));
        effects.iter().filter(|effect| matches!(effect, Effect::Do { act, .. } if *act == wanted)).count()
    };
    assert_eq!((acts(&played, Act::OpenRollbackPr), acts(&played, Act::Rollback)), (1, 0));
    let commit = play(&flow.replace("pull-request", "commit"), script().degrades("one-qa", 10));
    assert_eq!((acts(&commit, Act::OpenRollbackPr), acts(&commit, Act::Rollback)), (0, 1));
}

#[test]
fn rule_18_rollback_action_instead_of_the_commit_where_set() {
    let played = play(
        "trigger dev\n promote qa { action none; pre-action check; post-action other; rollback-action tried }\n rollback qa when qa fails",
        script().fails("qa/one-qa/post-action", 5).fails("qa/one-qa/rollback", 1).takes("qa/one-qa/rollback.2", 2),
    );
    assert_eq!(played.at("do qa/one-qa/rollback.2"), [16], "with the tries of its workflow");
    assert_eq!((played.status("qa"), played.at("qa rolled-back")), (Status::RolledBack, vec![18]));
    assert!(played.at("do qa/one-qa/rollback.3").is_empty());
}

#[test]
fn rule_19_what_the_release_did_not_change_keeps_its_status() {
    let flow = "trigger dev\n promote eu, qa { post-action check }\n rollback eu, qa when qa fails";
    let unchanged = script().ends("eu/one-eu/action", 0, Outcome::Unchanged).fails("qa/one-qa/post-action", 10);
    let played = play(flow, unchanged.clone());
    assert_eq!((played.status("eu"), played.status("qa")), (Status::Succeeded, Status::RolledBack));
    assert!(played.at("do eu/one-eu/rollback").is_empty());
    // In flight, it is stopped anyway (rule 20).
    let played = play(flow, unchanged.takes("eu/one-eu/post-action", 60));
    assert_eq!((played.status("eu"), played.times("eu").1), (Status::Terminated, Some(10)));
}

#[test]
fn rule_19_with_action_none_an_application_runs_it_once_its_pre_action_has_succeeded() {
    let flow = "trigger dev\n promote two { action none; pre-action check; rollback-action other }\n rollback two when two fails";
    let played = play(flow, script().fails("two/one-two/pre-action", 10).takes("two/also-two/pre-action", 5));
    assert_eq!((played.at("do two/also-two/rollback"), played.at("do two/one-two/rollback").len()), (vec![10], 0));
    assert_eq!(played.status("two"), Status::RolledBack);
}

#[test]
fn rule_19_an_application_that_runs_something_else_is_left_alone() {
    let flow = "bake 1h\n trigger dev\n promote qa, two after dev\n promote eu after two { soak 3h }\n rollback two when qa fails";
    let alone = |name: &str| (format!("two/{name}/rollback"), Outcome::Unchanged);
    let (one, also) = (alone("one-two"), alone("also-two"));
    let played = play(flow, script().degrades("one-qa", 10).ends(&one.0, 0, one.1));
    assert_eq!((played.status("two"), played.at("do two/one-two/rollback-sync").len()), (Status::RolledBack, 0));
    assert_eq!(played.at("do two/also-two/rollback-sync"), [10]);
    // Nothing at all was rolled back, so it keeps its status, and its dependents may begin.
    let played = play(flow, script().degrades("one-qa", 10).ends(&one.0, 0, one.1).ends(&also.0, 0, also.1));
    assert_eq!((played.status("two"), played.status("eu")), (Status::Succeeded, Status::Succeeded));
    assert_eq!(played.at("start eu"), [190], "its soak began again");
}

#[test]
fn rule_19_per_application() {
    // One application has committed and waits, the other runs its pre-action: only the first is rolled back.
    let played = play(
        "trigger dev\n promote two after dev { pre-action check; post-action other }\n promote qa after dev { post-action check }\n rollback two when qa fails",
        script()
            .takes("two/also-two/pre-action", 60)
            .takes("two/one-two/post-action", 60)
            .fails("qa/one-qa/post-action", 10),
    );
    assert_eq!((played.at("do two/one-two/rollback"), played.at("do two/also-two/rollback").len()), (vec![10], 0));
    assert_eq!((played.status("two"), played.times("two").1), (Status::RolledBack, Some(10)));
}

#[test]
fn rule_07_what_other_applications_have_committed_stays_unless_a_rollback_undoes_it() {
    let flow = "trigger dev\n promote two after dev { pre-action check }";
    let script = || script().fails("two/also-two/pre-action", 10);
    let played = play(flow, script());
    assert_eq!((played.at("do two/one-two/action"), played.at("do two/one-two/rollback").len()), (vec![0], 0));
    assert_eq!(played.status("two"), Status::Failed);
    let played = play(&format!("{flow}\n rollback two when two fails"), script());
    assert_eq!((played.at("do two/one-two/rollback"), played.at("do two/also-two/rollback").len()), (vec![10], 0));
    assert_eq!(played.status("two"), Status::RolledBack);
}

#[test]
fn rule_22_terminated_is_not_fails() {
    let played = play(
        "trigger dev\n promote qa after dev\n promote us after dev { pre-action check }\n promote eu after dev { post-action check }\n rollback us when eu fails\n rollback qa when us fails",
        script().takes("us/one-us/pre-action", 60).fails("eu/one-eu/post-action", 10),
    );
    assert_eq!((played.status("us"), played.status("qa")), (Status::Terminated, Status::Succeeded));
}

#[test]
fn rule_20_targets_in_flight_are_stopped_first_without_on_failure_hooks() {
    let played = play(
        CASCADE,
        script()
            .takes("us/one-us/post-action", 120)
            .fails("eu/one-eu/post-action", 10)
            .takes("asia/one-asia/post-action", 180),
    );
    played.in_order(&["cancel us/one-us/post-action", "done us/one-us/post-action Stopped", "do us/one-us/rollback"]);
    for region in ["eu", "us", "asia"] {
        assert_eq!((played.status(region), played.times(region).1), (Status::RolledBack, Some(10)));
    }
    assert_eq!((played.at("do eu/-/on-failure").len(), played.at("do us/-/on-failure").len()), (1, 0));
    assert_eq!((played.status("prod"), played.at("release failed")), (Status::Pending, vec![10]));
}

#[test]
fn rule_20_they_become_terminated_if_they_did_not_run_the_release() {
    let played = play(
        "trigger dev\n promote qa, eu after dev { post-action check }\n promote us after dev { pre-action other; on failure bug; retry 3 every 1h }\n rollback qa, us when qa fails",
        script()
            .fails("qa/one-qa/post-action", 10)
            .takes("us/one-us/pre-action", 60)
            .takes("eu/one-eu/post-action", 30),
    );
    assert_eq!((played.status("us"), played.times("us").1), (Status::Terminated, Some(10)));
    assert!(played.at("do us/-/on-failure").is_empty() && played.at("do us/one-us/rollback").is_empty());
    assert_eq!((played.status("eu"), played.at("release failed")), (Status::Succeeded, vec![30]));
}

#[test]
fn rule_20_a_target_that_waits_for_its_next_try_is_in_flight() {
    let played = play(
        "trigger dev\n promote qa after dev { post-action check }\n promote us after dev { post-action check; retry 3 every 1h }\n rollback qa, us when qa fails",
        script().fails("us/one-us/post-action", 0).fails("qa/one-qa/post-action", 10),
    );
    assert_eq!((played.status("us"), played.at("us rolled-back")), (Status::RolledBack, vec![10]));
}

#[test]
fn rule_20_a_commit_that_was_on_its_way_is_rolled_back_too() {
    let played = play(
        "trigger dev\n promote qa after dev { post-action check }\n promote us after dev\n rollback qa, us when qa fails",
        script().fails("qa/one-qa/post-action", 10).takes("us/one-us/action", 12).deaf("us/one-us/action"),
    );
    played.in_order(&["cancel us/one-us/action", "done us/one-us/action Succeeded", "do us/one-us/rollback"]);
    assert_eq!(played.status("us"), Status::RolledBack);
}

#[test]
fn rule_20_targets_not_begun_stay_pending_and_never_start() {
    let played = play(
        "trigger dev\n promote qa after dev { post-action check }\n promote us after dev { approval people }\n promote eu after dev { soak 1h }\n rollback us, eu when qa fails",
        script().fails("qa/one-qa/post-action", 10).never("us/-/approval"),
    );
    assert_eq!(played.at("cancel us/-/approval"), [10]);
    assert_eq!(
        (played.status("us"), played.status("eu"), played.status("qa")),
        (Status::Pending, Status::Pending, Status::Failed)
    );
    assert_eq!(played.at("release failed"), [10]);
}

#[test]
fn rule_20_a_target_that_failed_before_it_committed_stays_failed() {
    let played = play(
        "trigger dev\n promote qa { pre-action check; on failure bug }\n rollback qa when qa fails",
        script().fails("qa/one-qa/pre-action", 10),
    );
    assert_eq!((played.status("qa"), played.at("do qa/-/on-failure")), (Status::Failed, vec![10]));
    assert!(played.at("roll back qa").is_empty());
}

#[test]
fn rule_20_a_failed_target_is_rolled_back_beside_its_hook_and_its_workflows_are_stopped() {
    let played = play(
        "trigger dev\n promote two { post-action check; on failure bug }\n rollback two when two fails",
        script()
            .fails("two/one-two/post-action", 10)
            .takes("two/also-two/post-action", 60)
            .takes("two/-/on-failure", 5),
    );
    assert_eq!(played.at("cancel two/also-two/post-action"), [10]);
    assert_eq!((played.at("do two/-/on-failure"), played.at("do two/one-two/rollback")), (vec![10], vec![10]));
    assert_eq!((played.at("two rolled-back"), played.at("two failed").len()), (vec![15], 0));
}

#[test]
fn rule_20_a_target_that_failed_earlier_is_rolled_back_too() {
    let played = play(
        "trigger dev\n promote eu, qa after dev { post-action check; on failure bug }\n rollback eu when qa fails",
        script().fails("eu/one-eu/post-action", 5).takes("eu/-/on-failure", 20).fails("qa/one-qa/post-action", 10),
    );
    assert_eq!((played.at("do eu/one-eu/rollback"), played.at("eu rolled-back")), (vec![10], vec![25]));
    played.order("do eu/-/on-failure");
}

#[test]
fn rule_20_a_dependent_that_has_not_begun_is_back_at_stage_1() {
    let played = play(
        "trigger dev\n promote eu\n promote qa after eu { post-action check }\n promote us after eu { soak 1h }\n rollback eu when qa fails",
        script().fails("qa/one-qa/post-action", 10),
    );
    assert_eq!((played.status("eu"), played.status("us")), (Status::RolledBack, Status::Pending));
    assert_eq!(played.at("release failed"), [10]);
}

#[test]
fn rule_21_running_while_it_is_rolled_back_and_rolled_back_only_once_healthy() {
    let played = play(
        "bake 1h\n trigger dev\n promote qa\n rollback qa when qa fails",
        script().degrades("one-qa", 10).takes("qa/one-qa/rollback-sync", 5).takes("qa/one-qa/rollback-health", 7),
    );
    assert_eq!((played.at("qa running"), played.at("qa rolled-back")), (vec![0, 10], vec![22]));
    assert_eq!((played.times("qa").1, played.at("release failed")), (Some(22), vec![22]));
}

#[test]
fn rule_21_a_rollback_that_fails_leaves_its_environment_failed_fires_no_rule_and_the_others_go_on() {
    for stage in ["rollback", "rollback-sync", "rollback-health"] {
        let played = play(
            "trigger dev\n promote prod after dev\n promote us, eu after prod { post-action check }\n rollback us, eu when eu fails\n rollback prod when us fails",
            script().fails("eu/one-eu/post-action", 0).fails(&format!("us/one-us/{stage}"), 0),
        );
        assert_eq!(
            (played.status("us"), played.status("eu"), played.status("prod")),
            (Status::Failed, Status::RolledBack, Status::Succeeded)
        );
        assert_eq!(played.at("do us/one-us/rollback"), [0], "it is not repeated by itself");
        let failed: Vec<_> = played.state.failed_environments().collect();
        assert_eq!(failed, [played.id("us"), played.id("eu")]);
    }
}

#[test]
fn rule_21_in_one_environment_the_other_applications_go_on_too() {
    let played = play(
        "bake 1h\n trigger dev\n promote two\n rollback two when two fails",
        script().degrades("one-two", 10).fails("two/one-two/rollback", 0).takes("two/also-two/rollback", 5),
    );
    assert_eq!((played.status("two"), played.times("two").1), (Status::Failed, Some(15)));
    played.order("do two/also-two/rollback-health");
}

#[test]
fn rule_22_rules_that_overlap_are_a_union_and_each_rolls_back_once() {
    let played = play(
        "trigger dev\n promote prod\n promote us, eu after prod { post-action check; rollback-action other }\n promote asia after prod { pre-action check }\n rollback us, eu when eu fails\n rollback eu, asia when eu fails\n rollback eu when us, eu fails\n rollback prod when us, asia fails",
        script()
            .takes("us/one-us/post-action", 10)
            .fails("eu/one-eu/post-action", 10)
            .takes("asia/one-asia/pre-action", 60)
            .takes("us/one-us/rollback", 25),
    );
    for region in ["us", "eu"] {
        assert_eq!(
            (played.status(region), played.at(&format!("do {region}/one-{region}/rollback"))),
            (Status::RolledBack, vec![10])
        );
    }
    // Terminated and rolled-back do not count as `fails`.
    assert_eq!((played.status("asia"), played.status("prod")), (Status::Terminated, Status::Succeeded));
    assert_eq!(played.at("release failed"), [35], "the release ends only after its rollbacks");
}

#[test]
fn rule_22_at_most_once_though_two_fail_one_after_the_other() {
    let played = play(
        "bake 5h\n trigger dev\n promote qa, eu, us after dev { post-action check }\n rollback us when qa, eu fails",
        script().degrades("one-qa", 10).degrades("one-eu", 20).takes("us/one-us/rollback", 5),
    );
    assert_eq!((played.at("do us/one-us/rollback"), played.at("release failed")), (vec![10], vec![15]));
    let both = play(
        "bake 5h\n trigger dev\n promote qa, eu, us after dev\n rollback us when qa, eu fails",
        script().degrades("one-qa", 10).degrades("one-eu", 12).takes("us/one-us/rollback", 5),
    );
    assert_eq!((both.at("do us/one-us/rollback"), both.status("eu")), (vec![10], Status::Failed));
}

#[test]
fn rule_22_a_target_is_not_named_again_after_its_rollback() {
    let flow = "trigger dev\n promote qa, eu, us, asia after dev { post-action check }\n rollback us when qa, eu fails";
    let slow = || script().takes("asia/one-asia/post-action", 60).degrades("one-qa", 10).degrades("one-eu", 20);
    let played = play(flow, slow());
    assert_eq!((played.status("us"), played.at("us rolled-back")), (Status::RolledBack, vec![10]));
    let played = play(flow, slow().fails("us/one-us/rollback", 0));
    assert_eq!((played.status("us"), played.at("do us/one-us/rollback")), (Status::Failed, vec![10]));
}

#[test]
fn rule_10_rollbacks_only_when_the_retries_are_used_up() {
    let played = play(
        "trigger dev\n promote qa { post-action check; retry 2 every 10m }\n rollback qa when qa fails",
        script().fails("qa/one-qa/post-action", 0),
    );
    assert_eq!((played.at("do qa/one-qa/rollback"), played.at("qa rolled-back")), (vec![20], vec![20]));
}

#[test]
fn rule_02_a_denied_approval_fires_rules() {
    let played = play(
        "trigger dev\n promote eu\n promote qa { approval people }\n rollback eu, qa when qa fails",
        script().fails("qa/-/approval", 10),
    );
    assert_eq!((played.status("qa"), played.status("eu")), (Status::Failed, Status::RolledBack));
}

const SLOW: &str = "trigger dev\n promote qa, eu after dev { post-action check; rollback-action other; on failure bug }\n rollback qa when qa fails\n on failure bug";

fn slow() -> Script {
    script().fails("qa/one-qa/post-action", 10).takes("eu/one-eu/post-action", 600)
}

#[test]
fn rule_16_rollbacks_in_progress_finish() {
    let played = play(SLOW, slow().takes("qa/one-qa/rollback", 60).terminate(30));
    assert_eq!((played.status("eu"), played.times("eu").1), (Status::Terminated, Some(30)));
    assert_eq!((played.at("qa rolled-back"), played.at("release terminated")), (vec![70], vec![70]));
    assert_eq!(played.at("do -/-/on-failure"), [70]);
    // A target that is still being stopped is rolled back, too.
    let played = play(
        &SLOW.replace("rollback qa when", "rollback qa, eu when"),
        slow().deaf("eu/one-eu/post-action").never("eu/one-eu/post-action").terminate(12),
    );
    assert_eq!((played.at("do eu/one-eu/rollback"), played.status("eu")), (vec![15], Status::RolledBack));
}

#[test]
fn rule_16_a_second_terminate_stops_rollbacks_in_progress() {
    let played = play(SLOW, slow().takes("qa/one-qa/rollback", 60).terminate(30).terminate(40));
    assert_eq!(played.at("cancel qa/one-qa/rollback"), [40]);
    assert_eq!((played.status("qa"), played.at("release terminated")), (Status::Failed, vec![40]));
    for wait in ["rollback-sync", "rollback-health"] {
        let effect = format!("qa/one-qa/{wait}");
        let played = play(SLOW, slow().never(&effect).terminate(30).terminate(40));
        assert_eq!((played.at(&format!("cancel {effect}")), played.status("qa")), (vec![40], Status::Failed));
    }
    // What has not begun yet does not begin.
    let played = play(
        &SLOW.replace("rollback qa when", "rollback qa, eu when"),
        slow().deaf("eu/one-eu/post-action").never("eu/one-eu/post-action").terminate(12).terminate(13),
    );
    assert_eq!((played.at("do eu/one-eu/rollback").len(), played.status("eu")), (0, Status::Failed));
}

#[test]
fn rule_16_a_first_terminate_lets_a_rollback_finish_that_began_beside_the_hooks_on_failure() {
    let flow =
        "trigger dev\n promote qa, eu after dev { post-action check }\n rollback qa when qa fails\n on failure bug";
    let ill = || {
        let failing = script().fails("eu/one-eu/post-action", 10).takes("-/-/on-failure", 50);
        failing.degrades("one-qa", 30).takes("qa/one-qa/rollback", 20)
    };
    let played = play(flow, ill().terminate(40));
    assert_eq!((played.at("qa rolled-back"), played.at("release failed")), (vec![50], vec![60]));
    let played = play(flow, ill().terminate(40).terminate(45));
    assert_eq!((played.at("cancel qa/one-qa/rollback"), played.status("qa")), (vec![45], Status::Failed));
}

#[test]
fn rule_16_a_second_terminate_closes_the_pull_request_of_a_rollback() {
    let flow = "bake 5h\n trigger dev\n promote qa { action pull-request }\n rollback qa when qa fails";
    let played =
        play(flow, script().degrades("one-qa", 10).never("qa/one-qa/rollback-merge").terminate(30).terminate(40));
    assert_eq!((played.at("cancel qa/one-qa/rollback-merge"), played.status("qa")), (vec![40], Status::Failed));
    let late = script().degrades("one-qa", 10).takes("qa/one-qa/rollback", 32).deaf("qa/one-qa/rollback");
    let played = play(flow, late.terminate(30).terminate(40));
    assert_eq!((played.at("cancel qa/one-qa/rollback-merge"), played.status("qa")), (vec![42], Status::Failed));
}

#[test]
fn rule_16_the_timeout_counts_once_more_for_rollbacks_and_then_stops_them() {
    let played = play(
        "timeout 1h\n trigger dev\n promote qa { action pull-request; post-action check }\n rollback qa when qa fails",
        script().fails("qa/one-qa/post-action", 10).never("qa/one-qa/rollback-merge"),
    );
    assert_eq!((played.at("release terminating"), played.at("release terminated")), (vec![60], vec![120]));
    assert_eq!(played.status("qa"), Status::Failed);
}
