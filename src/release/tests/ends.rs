//! Rules 10 and 11.

use super::*;

#[test]
fn rule_10_the_timeout_counts_from_stage_4_to_the_end_pull_requests_included() {
    let played = play(
        "trigger dev\n promote qa { soak 30m; approval people; action pull-request; timeout 1h; on failure bug }",
        script().takes("qa/-/approval", 50).never("qa/one-qa/merge"),
    );
    assert_eq!(played.times("qa"), (Some(80), Some(140)));
    assert_eq!((played.at("cancel qa/one-qa/merge"), played.at("do qa/-/on-failure")), (vec![140], vec![140]));
    assert_eq!(played.status("qa"), Status::Failed);
}

#[test]
fn rule_10_its_workflows_are_stopped_not_awaited() {
    let flow = "trigger dev\n promote qa { post-action check; timeout 1h; on failure bug }";
    let played = play(flow, script().takes("qa/one-qa/post-action", 300));
    assert_eq!((played.at("cancel qa/one-qa/post-action"), played.times("qa").1), (vec![60], Some(60)));
    assert_eq!(played.at("do qa/-/on-failure"), [60]);
    // A workflow that ignores the stop is awaited for five minutes.
    let played = play(flow, script().takes("qa/one-qa/post-action", 300).deaf("qa/one-qa/post-action"));
    assert_eq!((played.times("qa").1, played.status("qa")), (Some(65), Status::Failed));
}

#[test]
fn rule_10_the_timeout_includes_retries_and_ends_them() {
    let played = play(
        "trigger dev\n promote qa { post-action check; timeout 25m; retry 5 every 10m }",
        script().fails("qa/one-qa/post-action", 0),
    );
    assert_eq!(played.at("retry qa"), [0, 10, 20]);
    assert_eq!(played.times("qa"), (Some(0), Some(25)));
}

#[test]
fn rule_10_a_timeout_while_others_finish_stops_them() {
    let played = play(
        "trigger dev\n promote two { pre-action check; timeout 20m }",
        script().fails("two/one-two/pre-action", 10).takes("two/also-two/pre-action", 300),
    );
    assert_eq!((played.at("cancel two/also-two/pre-action"), played.times("two").1), (vec![20], Some(20)));
}

#[test]
fn rule_10_retry_goes_on_from_the_point_of_failure() {
    let played = play(
        "trigger dev\n promote two { on start begin; pre-action check; post-action other; retry 2 every 15m }",
        script().fails("two/one-two/post-action", 5).takes("two/one-two/post-action.2", 0),
    );
    assert_eq!(played.at("retry two"), [5]);
    assert_eq!(played.at("do two/one-two/post-action.2"), [20]);
    for once in
        ["do two/-/on-start", "do two/one-two/pre-action", "do two/also-two/post-action", "do two/one-two/action"]
    {
        played.order(once);
    }
    assert_eq!((played.status("two"), played.times("two")), (Status::Succeeded, (Some(0), Some(20))));
}

#[test]
fn rule_10_a_retry_repeats_only_the_hooks_that_failed() {
    let played = play(
        "trigger dev\n promote qa { on start begin; on start other; on success finish; retry 2 every 15m }",
        script()
            .fails("qa/-/on-start-2", 0)
            .takes("qa/-/on-start-2.2", 0)
            .fails("qa/-/on-success", 0)
            .takes("qa/-/on-success.2", 0),
    );
    assert_eq!((played.at("do qa/-/on-start"), played.at("do qa/-/on-start-2.2")), (vec![0], vec![15]));
    assert_eq!((played.at("do qa/-/on-success.2"), played.times("qa").1), (vec![30], Some(30)));
    played.order("do qa/one-qa/action");
}

#[test]
fn rule_10_a_retry_opens_a_new_pull_request() {
    let played = play(
        "trigger dev\n promote qa { action pull-request; retry 1 every 10m }",
        script().fails("qa/one-qa/merge", 30).takes("qa/one-qa/merge.2", 5),
    );
    assert_eq!((played.at("do qa/one-qa/action.2"), played.at("do qa/one-qa/merge.2")), (vec![40], vec![40]));
    assert_eq!((played.status("qa"), played.times("qa").1), (Status::Succeeded, Some(45)));
}

#[test]
fn rule_10_a_retry_opens_again_what_was_closed_because_another_failed() {
    let played = play(
        "trigger dev\n promote two { action pull-request; post-action check; retry 1 every 10m }",
        script()
            .fails("two/one-two/post-action", 5)
            .takes("two/one-two/post-action.2", 0)
            .takes("two/also-two/merge", 8),
    );
    assert_eq!((played.at("cancel two/also-two/merge"), played.at("do two/also-two/action.2")), (vec![5], vec![15]));
    assert_eq!((played.status("two"), played.times("two").1), (Status::Succeeded, Some(23)));
}

#[test]
fn rule_10_the_retry_counts_from_the_failure_and_waits_for_what_is_in_progress() {
    let played = play(
        "trigger dev\n promote two { pre-action check; retry 1 every 15m }",
        script()
            .fails("two/one-two/pre-action", 5)
            .takes("two/one-two/pre-action.2", 0)
            .takes("two/also-two/pre-action", 40),
    );
    assert_eq!(played.at("do two/one-two/pre-action.2"), [40]);
    assert_eq!(played.at("do two/also-two/action"), [40], "the other continues where it was");
}

#[test]
fn rule_10_hooks_on_failure_only_when_used_up() {
    let played = play(
        "trigger dev\n promote qa { post-action check; retry 2 every 10m; on failure bug }",
        script().fails("qa/one-qa/post-action", 0),
    );
    assert_eq!(played.at("retry qa"), [0, 10]);
    assert_eq!((played.at("do qa/-/on-failure"), played.times("qa").1), (vec![20], Some(20)));
    assert_eq!(played.at("qa failed"), [20]);
}

#[test]
fn rule_11_the_timeout_counts_per_try() {
    let played = play(
        "trigger dev\n promote qa { post-action slow-tried }",
        script().takes("qa/one-qa/post-action", 31).takes("qa/one-qa/post-action.2", 29),
    );
    assert_eq!(
        (played.at("cancel qa/one-qa/post-action"), played.at("do qa/one-qa/post-action.2")),
        (vec![30], vec![40])
    );
    assert_eq!((played.status("qa"), played.times("qa").1), (Status::Succeeded, Some(69)));
}

#[test]
fn rule_11_a_try_that_timed_out_has_failed() {
    let flow = "trigger dev\n promote qa { post-action slow }";
    assert_eq!(play(flow, script().takes("qa/one-qa/post-action", 31)).times("qa").1, Some(30));
    // A workflow that succeeds after it was told to stop has not succeeded. One that does not answer is awaited for
    // five minutes.
    let played = play(flow, script().takes("qa/one-qa/post-action", 32).deaf("qa/one-qa/post-action"));
    assert_eq!((played.status("qa"), played.times("qa").1), (Status::Failed, Some(32)));
    let played = play(flow, script().never("qa/one-qa/post-action").deaf("qa/one-qa/post-action"));
    assert_eq!((played.status("qa"), played.times("qa").1), (Status::Failed, Some(35)));
}

#[test]
fn rule_11_retry_makes_n_more_tries_each_d_after_the_end_of_the_failed_one() {
    let played = play(
        "trigger dev\n promote qa { post-action tried; on failure bug }",
        script().fails("qa/one-qa/post-action", 5),
    );
    let tries = ["", ".2", ".3", ".4"].map(|nth| played.at(&format!("do qa/one-qa/post-action{nth}")));
    assert_eq!(tries, [vec![0], vec![15], vec![30], vec![]]);
    assert_eq!((played.times("qa").1, played.at("do qa/-/on-failure")), (Some(35), vec![35]));
}

#[test]
fn rule_11_every_run_has_all_its_tries() {
    let played = play(
        "trigger dev\n promote qa { post-action tried; retry 1 every 1h }",
        script().fails("qa/one-qa/post-action", 0),
    );
    let tries = ["", ".2", ".3", ".4", ".5", ".6"].map(|nth| played.at(&format!("do qa/one-qa/post-action{nth}")));
    assert_eq!(tries, [[0], [10], [20], [80], [90], [100]]);
}

#[test]
fn rule_11_every_hook_is_awaited_with_an_hour_by_default() {
    let played = play("trigger dev\n promote qa { on start begin; on start slow }", script().never("qa/-/on-start"));
    assert_eq!((played.at("cancel qa/-/on-start"), played.status("qa")), (vec![60], Status::Failed));
    let calls: Vec<_> = played.plan.calls.values().map(|call| call.timeout).collect();
    assert_eq!(calls, [Some(Seconds(3600)), Some(Seconds(1800))]);
    let action = plan_of("trigger dev\n promote qa { pre-action check }").0;
    assert_eq!(action.calls.values().map(|call| call.timeout).collect::<Vec<_>>(), [None]);
}

#[test]
fn rule_11_a_failing_on_failure_hook_changes_nothing() {
    let played = play(
        "trigger dev\n promote qa { pre-action check; on failure bug; on failure other }\n on failure bug",
        script()
            .fails("qa/one-qa/pre-action", 0)
            .fails("qa/-/on-failure", 3)
            .takes("qa/-/on-failure-2", 9)
            .fails("-/-/on-failure", 2),
    );
    assert_eq!((played.status("qa"), played.times("qa").1), (Status::Failed, Some(9)));
    assert_eq!((played.at("release failed"), played.state.status()), (vec![11], Status::Failed));
}
