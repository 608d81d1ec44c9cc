//! Rules 4 to 8.

use super::*;

#[test]
fn rule_04_on_start_comes_first_and_once() {
    let played = play(
        "trigger dev\n promote two { on start begin; on start other; pre-action check }",
        script().takes("two/-/on-start", 5).takes("two/-/on-start-2", 15),
    );
    assert_eq!((played.at("do two/-/on-start"), played.at("do two/-/on-start-2")), (vec![0], vec![0]));
    assert_eq!(played.at("do two/one-two/pre-action"), [15]);
    assert_eq!(played.times("two").0, Some(0), "stage 4 is the begin");
}

#[test]
fn rule_05_pre_action_action_synced_healthy_post_action() {
    let played = play("trigger dev\n promote qa { pre-action check; post-action other }", script());
    played.in_order(&[
        "do qa/one-qa/pre-action",
        "done qa/one-qa/pre-action Succeeded",
        "do qa/one-qa/action",
        "done qa/one-qa/action Succeeded",
        "do qa/one-qa/sync",
        "done qa/one-qa/sync Succeeded",
        "do qa/one-qa/health",
        "done qa/one-qa/health Succeeded",
        "do qa/one-qa/post-action",
        "done qa/one-qa/post-action Succeeded",
        "qa succeeded",
    ]);
}

#[test]
fn rule_05_applications_go_side_by_side() {
    let played = play(
        "trigger dev\n promote two { pre-action check }",
        script().takes("two/one-two/pre-action", 10).takes("two/also-two/pre-action", 20),
    );
    assert_eq!((played.at("do two/one-two/action"), played.at("do two/also-two/action")), (vec![10], vec![20]));
    assert_eq!(played.times("two"), (Some(0), Some(20)));
}

#[test]
fn rule_05_a_pull_request_suspends_until_merged() {
    let played = play("trigger dev\n promote qa { action pull-request }", script().takes("qa/one-qa/merge", 40));
    assert_eq!((played.at("qa suspended"), played.at("do qa/one-qa/sync")), (vec![0], vec![40]));
    assert_eq!(played.times("qa"), (Some(0), Some(40)));
    played.in_order(&["done qa/one-qa/action Succeeded", "qa suspended", "done qa/one-qa/merge Succeeded"]);
}

#[test]
fn rule_05_closed_without_merge_means_failed() {
    let played = play("trigger dev\n promote qa { action pull-request }", script().fails("qa/one-qa/merge", 40));
    assert_eq!((played.status("qa"), played.times("qa").1), (Status::Failed, Some(40)));
    assert!(played.at("do qa/one-qa/sync").is_empty());
}

#[test]
fn rule_05_an_action_that_would_change_nothing_succeeds() {
    for action in ["commit", "pull-request"] {
        let flow = format!("trigger dev\n promote qa {{ action {action} }}");
        let played = play(&flow, script().ends("qa/one-qa/action", 1, Outcome::Unchanged));
        assert_eq!(played.status("qa"), Status::Succeeded);
        assert!(played.at("do qa/one-qa/merge").is_empty(), "no pull request was opened");
        assert_eq!(played.at("do qa/one-qa/sync"), [1]);
    }
}

#[test]
fn rule_05_action_none_leaves_it_to_the_pre_action() {
    let played = play("trigger dev\n promote qa { action none; pre-action check }", script());
    assert!(played.at("do qa/one-qa/action").is_empty());
    played.in_order(&["done qa/one-qa/pre-action Succeeded", "do qa/one-qa/sync", "do qa/one-qa/health"]);
}

#[test]
fn rule_06_on_success_comes_last_and_only_then_it_has_succeeded() {
    let played = play(
        "trigger dev\n promote two { post-action check; on success finish }\n promote prod",
        script().takes("two/also-two/post-action", 7).takes("two/-/on-success", 5),
    );
    assert_eq!(played.at("do two/-/on-success"), [7]);
    assert_eq!((played.times("two").1, played.times("prod").0), (Some(12), Some(12)));
}

#[test]
fn rule_07_workflows_in_progress_finish() {
    let played = play(
        "trigger dev\n promote two { pre-action check; on failure bug }",
        script().fails("two/one-two/pre-action", 10).takes("two/also-two/pre-action", 30),
    );
    assert!(played.at("cancel two/also-two/pre-action").is_empty());
    assert_eq!((played.at("do two/-/on-failure"), played.times("two").1), (vec![30], Some(30)));
}

#[test]
fn rule_07_waits_end_at_once_and_an_open_pull_request_is_closed() {
    let script = script().fails("two/one-two/pre-action", 10).never("two/also-two/merge");
    let flow = "trigger dev\n promote two { action pull-request; pre-action check; on failure bug }";
    let played = play(flow, script);
    assert_eq!((played.at("cancel two/also-two/merge"), played.at("do two/-/on-failure")), (vec![10], vec![10]));
    for wait in ["sync", "health"] {
        let id = format!("two/also-two/{wait}");
        let played = play(
            "trigger dev\n promote two { pre-action check }",
            super::script().fails("two/one-two/pre-action", 10).never(&id),
        );
        assert_eq!(played.at(&format!("cancel {id}")), [10]);
        assert_eq!(played.times("two").1, Some(10));
    }
}

#[test]
fn rule_07_a_pull_request_that_was_being_opened_is_closed() {
    let played = play(
        "trigger dev\n promote two { action pull-request; pre-action check }",
        script().fails("two/one-two/pre-action", 10).takes("two/also-two/action", 15),
    );
    assert_eq!((played.at("cancel two/also-two/merge"), played.at("do two/also-two/merge").len()), (vec![15], 0));
    assert_eq!(played.times("two").1, Some(15));
}

#[test]
fn rule_07_nothing_more_starts() {
    let played = play(
        "trigger dev\n promote two { pre-action tried; post-action check; on success finish }",
        script().fails("two/one-two/pre-action", 0).takes("two/also-two/pre-action", 30),
    );
    // The first application fails for good at 20 minutes.
    assert_eq!(played.at("do two/one-two/pre-action.3"), [20]);
    assert!(played.at("do two/also-two/action").is_empty());
    assert!(played.at("do two/-/on-success").is_empty());
}

#[test]
fn rule_07_a_workflow_between_two_tries_is_not_tried_again() {
    let played = play(
        "trigger dev\n promote two { pre-action tried; post-action check }",
        script()
            .takes("two/one-two/pre-action", 3)
            .fails("two/one-two/post-action", 0)
            .fails("two/also-two/pre-action", 2),
    );
    assert_eq!(played.at("retry two/also-two/pre-action"), [2]);
    assert!(played.at("do two/also-two/pre-action.2").is_empty());
    assert_eq!(played.times("two").1, Some(3));
}

#[test]
fn rule_07_a_try_that_fails_while_others_have_failed_is_the_last() {
    let played = play(
        "trigger dev\n promote two { pre-action tried; post-action check }",
        script()
            .takes("two/one-two/pre-action", 3)
            .fails("two/one-two/post-action", 0)
            .fails("two/also-two/pre-action", 8),
    );
    assert!(played.at("retry two/also-two/pre-action").is_empty());
    assert_eq!(played.times("two").1, Some(8));
}

#[test]
fn rule_07_on_failure_runs_once_then_it_is_failed() {
    let played = play(
        "trigger dev\n promote two { pre-action check; on failure bug }",
        script().fails("two/one-two/pre-action", 1).fails("two/also-two/pre-action", 1).takes("two/-/on-failure", 20),
    );
    assert_eq!((played.at("do two/-/on-failure"), played.at("two failed")), (vec![1], vec![21]));
}

#[test]
fn rule_07_from_the_failure_on_it_counts_as_failed() {
    let played = play(
        "trigger dev\n promote qa { pre-action check; on failure bug }",
        script().fails("qa/one-qa/pre-action", 1).takes("qa/-/on-failure", 20),
    );
    let mut state = State::new(&played.plan);
    for event in played.events.iter().take_while(|event| event.at <= minute(1)) {
        step(&played.plan, &mut state, *event, &mut Vec::new());
    }
    assert_eq!(state.environment(played.id("qa")).status, Status::Running);
    assert_eq!(state.failed_environments().collect::<Vec<_>>(), [played.id("qa")]);
}

#[test]
fn rule_07_a_failing_on_start_or_on_success_fails_its_environment() {
    for (hook, stage) in [("start", "on-start"), ("success", "on-success")] {
        let flow = format!("trigger dev\n promote qa {{ on {hook} begin; on failure bug }}");
        let played = play(&flow, script().fails(&format!("qa/-/{stage}"), 2));
        assert_eq!((played.status("qa"), played.at("do qa/-/on-failure")), (Status::Failed, vec![2]));
    }
}

#[test]
fn rule_08_the_trigger_starts_when_the_releases_on_start_hooks_have_succeeded() {
    let played = play("trigger dev\n promote qa\n on start begin", script().takes("-/-/on-start", 10));
    assert_eq!(played.times("dev"), (Some(10), Some(10)));
}

#[test]
fn rule_08_the_trigger_has_no_action_it_is_synced_and_healthy_then_its_post_action() {
    let played = play("trigger dev { post-action check }\n promote qa", script());
    played.in_order(&["do dev/one-dev/sync", "do dev/one-dev/health", "do dev/one-dev/post-action", "start qa"]);
    assert!(played.at("do dev/one-dev/action").is_empty() && played.at("do dev/one-dev/pre-action").is_empty());
}

#[test]
fn rule_08_values_that_change_before_sync_terminate_the_release() {
    let flow = "trigger dev\n promote qa\n on failure bug";
    let played = play(flow, script().ends("dev/one-dev/sync", 5, Outcome::Superseded));
    assert_eq!((played.state.status(), played.status("dev")), (Status::Terminated, Status::Terminated));
    assert_eq!((played.status("qa"), played.at("do -/-/on-failure")), (Status::Pending, vec![5]));
    // Anywhere else the outcome supersedes nothing.
    let played = play(flow, script().ends("qa/one-qa/sync", 5, Outcome::Superseded));
    assert_eq!((played.state.status(), played.status("qa")), (Status::Failed, Status::Failed));
}
