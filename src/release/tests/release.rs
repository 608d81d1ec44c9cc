//! Rules 13 to 17.

use super::*;

#[test]
fn rule_13_a_release_starts_with_its_hook_on_start() {
    let played = play("trigger dev\n promote qa\n on start begin", script().takes("-/-/on-start", 10));
    played.in_order(&["release running", "do -/-/on-start", "done -/-/on-start Succeeded", "start dev"]);
}

#[test]
fn rule_13_a_failed_environment_stops_what_depends_on_it_and_nothing_else() {
    let played = play(
        "trigger dev\n promote qa { pre-action check }\n promote prod after qa\n promote eu after dev { post-action other }\n promote us after eu",
        script().fails("qa/one-qa/pre-action", 5).takes("eu/one-eu/post-action", 30),
    );
    assert_eq!(
        (played.status("prod"), played.status("eu"), played.status("us")),
        (Status::Pending, Status::Succeeded, Status::Succeeded)
    );
    assert_eq!((played.times("us"), played.at("release failed")), ((Some(30), Some(30)), vec![30]));
}

#[test]
fn rule_13_it_bakes_then_on_success_then_succeeded() {
    let played = play(
        "bake 1h\n trigger dev\n promote qa { post-action check }\n on success finish",
        script().takes("qa/one-qa/post-action", 10).takes("-/-/on-success", 5),
    );
    assert_eq!(
        (played.at("bake"), played.at("do -/-/on-success"), played.at("release succeeded")),
        (vec![10], vec![70], vec![75])
    );
}

#[test]
fn rule_13_when_something_failed_nothing_bakes_and_on_failure_runs_once() {
    let played = play(
        "bake 1h\n trigger dev\n promote qa, eu { pre-action check; on failure other }\n on success finish\n on failure bug",
        script()
            .fails("qa/one-qa/pre-action", 10)
            .fails("eu/one-eu/pre-action", 20)
            .takes("eu/-/on-failure", 5)
            .takes("-/-/on-failure", 3),
    );
    assert!(played.at("bake").is_empty() && played.at("do -/-/on-success").is_empty());
    assert_eq!((played.at("do -/-/on-failure"), played.at("release failed")), (vec![25], vec![28]));
    assert_eq!(played.state.failed_environments().collect::<Vec<_>>(), [played.id("qa"), played.id("eu")]);
}

#[test]
fn rule_13_what_never_could_begin_does_not_keep_the_release() {
    let played = play(
        "trigger dev { post-action check }\n promote qa\n promote prod\n on failure bug",
        script().fails("dev/one-dev/post-action", 4),
    );
    assert_eq!((played.status("qa"), played.status("prod")), (Status::Pending, Status::Pending));
    assert_eq!(played.at("release failed"), [4]);
}

#[test]
fn rule_13_rollbacks_are_awaited_and_who_was_rolled_back_has_failed_all_the_same() {
    let played = play(
        "trigger dev\n promote qa, eu { post-action check }\n rollback qa, eu when qa fails\n on failure bug",
        script().fails("qa/one-qa/post-action", 10).takes("eu/one-eu/rollback", 30),
    );
    assert_eq!((played.at("eu rolled-back"), played.at("do -/-/on-failure")), (vec![40], vec![40]));
    assert_eq!(played.state.failed_environments().collect::<Vec<_>>(), [played.id("qa")]);
}

#[test]
fn rule_14_failed_is_remembered_though_all_were_rolled_back_since() {
    let flow = "trigger dev\n promote qa { post-action check }\n rollback qa when qa fails";
    let played = play(flow, script().fails("qa/one-qa/post-action", 10));
    assert_eq!((played.status("qa"), played.state.status()), (Status::RolledBack, Status::Failed));
}

#[test]
fn rule_14_only_the_last_attempt_counts() {
    let flow = "trigger dev\n promote qa { post-action check }\n rollback qa when qa fails";
    let script = script().fails("qa/one-qa/post-action", 10).takes("2/qa/one-qa/post-action", 10);
    let played = play(flow, script.retry(20));
    assert_eq!((played.status("qa"), played.at("release succeeded")), (Status::Succeeded, vec![30]));
}

#[test]
fn rule_14_no_rollback_is_fired_by_a_release_hook() {
    let flow = "trigger dev\n promote qa, eu\n on success finish\n rollback qa, eu when qa, eu fails";
    let played = play(flow, script().fails("-/-/on-success", 2));
    assert!(!played.log.iter().any(|(_, line)| line.starts_with("roll back")));
    assert_eq!((played.status("qa"), played.state.status()), (Status::Succeeded, Status::Failed));
}

#[test]
fn rule_14_a_release_whose_own_on_start_fails_is_failed() {
    let played = play(
        "trigger dev\n promote qa\n on start begin; on start other; on failure bug",
        script().fails("-/-/on-start", 2).takes("-/-/on-start-2", 7),
    );
    assert_eq!((played.status("dev"), played.at("do -/-/on-failure")), (Status::Pending, vec![7]));
    assert_eq!((played.at("release failed"), played.state.failed_environments().count()), (vec![7], 0));
}

#[test]
fn rule_14_a_release_whose_own_on_success_fails_is_failed() {
    let played =
        play("trigger dev\n promote qa\n on success finish; on failure bug", script().fails("-/-/on-success", 2));
    assert_eq!((played.status("qa"), played.at("do -/-/on-failure")), (Status::Succeeded, vec![2]));
    assert_eq!(played.state.status(), Status::Failed);
}

/// The release's status at the end of an instant.
fn status_at(played: &Played, at: Minutes) -> Status {
    let mut state = State::new(&played.plan);
    for event in played.events.iter().take_while(|event| event.at <= minute(at)) {
        step(&played.plan, &mut state, *event, &mut Vec::new());
    }
    state.status()
}

#[test]
fn rule_15_suspended_means_nothing_in_progress_no_timer_and_a_person_is_awaited() {
    // A pull request, and beside it a workflow that takes 30 minutes.
    let played = play(
        "trigger dev\n promote qa after dev { action pull-request; timeout 5h }\n promote eu after dev { post-action slow }",
        script().takes("qa/one-qa/merge", 60).takes("eu/one-eu/post-action", 20),
    );
    assert_eq!([10, 30, 60].map(|at| status_at(&played, at)), [Status::Running, Status::Suspended, Status::Succeeded]);
    // An approval, and beside it a soak.
    let played = play(
        "trigger dev\n promote qa after dev { approval people }\n promote eu after dev { soak 20m }",
        script().takes("qa/-/approval", 60),
    );
    assert_eq!([10, 30].map(|at| status_at(&played, at)), [Status::Running, Status::Suspended]);
    // A workflow that will be tried again does not wait for a person.
    let played = play(
        "trigger dev\n promote qa after dev { approval people }\n promote eu after dev { post-action tried }",
        script().takes("qa/-/approval", 60).fails("eu/one-eu/post-action", 1),
    );
    assert_eq!([5, 30].map(|at| status_at(&played, at)), [Status::Running, Status::Suspended]);
    // Neither does an environment that continues by itself.
    let played = play(
        "trigger dev\n promote qa after dev { approval people }\n promote eu after dev { post-action check; retry 1 every 20m }",
        script().takes("qa/-/approval", 60).fails("eu/one-eu/post-action", 1),
    );
    assert_eq!([5, 30].map(|at| status_at(&played, at)), [Status::Running, Status::Suspended]);
}

#[test]
fn rule_15_soaks_windows_and_bake_are_running() {
    let played = play("bake 1h\n trigger dev\n promote qa { soak 30m; window mornings }", script());
    assert_eq!(
        [10, 45, 90, 120].map(|at| status_at(&played, at)),
        [Status::Running, Status::Running, Status::Running, Status::Succeeded]
    );
}

#[test]
fn rule_15_a_release_that_has_not_begun_is_queued() {
    let (plan, _) = plan_of("trigger dev\n promote qa");
    assert_eq!(State::new(&plan).status(), Status::Queued);
}

const TWO_BRANCHES: &str = "trigger dev
  promote qa after dev { post-action check; on failure bug }
  promote eu after dev { action pull-request; on failure bug }
  promote us after dev { approval people; on failure bug }
  promote asia after dev { on failure bug }
  promote prod after asia { soak 5h; on failure bug }
  on success finish; on failure bug";

fn long() -> Script {
    script().never("qa/one-qa/post-action").never("eu/one-eu/merge").never("us/-/approval")
}

#[test]
fn rule_16_the_timeout_of_a_flow_counts_from_its_start_and_acts_as_terminate() {
    let played = play(&format!("timeout 2h\n {TWO_BRANCHES}\n on start begin"), long().takes("-/-/on-start", 10));
    assert_eq!((played.at("release terminating"), played.at("release terminated")), (vec![120], vec![120]));
    assert_eq!(played.status("qa"), Status::Terminated);
}

#[test]
fn rule_16_environments_in_flight_become_terminated_those_before_stage_4_pending_those_that_ended_stay() {
    let played = play(TWO_BRANCHES, long().terminate(30));
    let status = ["dev", "qa", "eu", "us", "asia", "prod"].map(|name| played.status(name));
    assert_eq!(
        status,
        [
            Status::Succeeded,
            Status::Terminated,
            Status::Terminated,
            Status::Pending,
            Status::Succeeded,
            Status::Pending
        ]
    );
    assert_eq!((played.at("cancel eu/one-eu/merge"), played.at("cancel us/-/approval")), (vec![30], vec![30]));
    assert_eq!(played.at("release terminated"), [30]);
}

#[test]
fn rule_16_on_failure_hooks_of_those_in_flight_and_of_the_release_run() {
    let played = play(TWO_BRANCHES, long().terminate(30).takes("qa/-/on-failure", 4).takes("-/-/on-failure", 2));
    let hooks = ["qa", "eu", "us", "asia", "prod"].map(|name| played.at(&format!("do {name}/-/on-failure")).len());
    assert_eq!(hooks, [1, 1, 0, 0, 0]);
    assert_eq!((played.at("do -/-/on-failure"), played.at("release terminated")), (vec![34], vec![36]));
    assert!(played.at("do -/-/on-success").is_empty());
    assert_eq!(played.times("qa"), (Some(0), Some(30)), "it is terminated when its workflow is stopped");
}

#[test]
fn rule_16_workflows_are_stopped_and_awaited_five_minutes() {
    let played = play(TWO_BRANCHES, long().terminate(30).deaf("qa/one-qa/post-action"));
    assert_eq!((played.at("cancel qa/one-qa/post-action"), played.times("qa").1), (vec![30], Some(35)));
    assert_eq!(played.at("release terminated"), [35]);
}

#[test]
fn rule_16_an_environments_own_timeout_does_not_count_any_more() {
    let played = play(
        "trigger dev\n promote qa { post-action check; timeout 32m }",
        script().never("qa/one-qa/post-action").deaf("qa/one-qa/post-action").terminate(30),
    );
    assert_eq!((played.status("qa"), played.times("qa").1), (Status::Terminated, Some(35)));
}

#[test]
fn rule_16_what_has_failed_already_stays_failed() {
    let flow = "trigger dev\n promote two { pre-action check; on failure bug }\n promote qa after dev { pre-action check; on failure bug }";
    let script = script()
        .fails("two/one-two/pre-action", 10)
        .never("two/also-two/pre-action")
        .fails("qa/one-qa/pre-action", 20)
        .takes("qa/-/on-failure", 40);
    let played = play(flow, script.terminate(30));
    assert_eq!((played.status("two"), played.times("two").1), (Status::Failed, Some(30)));
    assert_eq!((played.status("qa"), played.times("qa").1), (Status::Failed, Some(60)), "its hook continues");
    assert_eq!((played.at("do qa/-/on-failure"), played.at("release terminated")), (vec![20], vec![60]));
}

#[test]
fn rule_16_the_releases_own_hooks_are_stopped_too() {
    let flow = "trigger dev\n promote qa\n on start begin; on success finish; on failure bug";
    let played = play(flow, script().never("-/-/on-start").terminate(30));
    assert_eq!((played.at("cancel -/-/on-start"), played.at("do -/-/on-failure")), (vec![30], vec![30]));
    assert_eq!(played.status("dev"), Status::Pending);
    let played = play(flow, script().never("-/-/on-success").terminate(30));
    assert_eq!((played.at("cancel -/-/on-success"), played.at("release terminated")), (vec![30], vec![30]));
}

#[test]
fn rule_16_a_bake_ends_and_a_retry_does_not_come() {
    let played = play("bake 5h\n trigger dev\n promote qa\n on failure bug", script().terminate(30));
    assert_eq!((played.at("do -/-/on-failure"), played.at("release terminated")), (vec![30], vec![30]));
    let played = play(
        "trigger dev\n promote qa { post-action check; retry 2 every 1h; on failure bug }",
        script().fails("qa/one-qa/post-action", 0).terminate(30),
    );
    assert_eq!((played.status("qa"), played.at("do qa/-/on-failure")), (Status::Terminated, vec![30]));
}

#[test]
fn rule_16_a_second_terminate_changes_nothing_without_rollbacks() {
    let once = play(TWO_BRANCHES, long().terminate(30).takes("qa/-/on-failure", 20));
    let twice = play(TWO_BRANCHES, long().terminate(30).terminate(35).takes("qa/-/on-failure", 20));
    assert_eq!(once.log, twice.log);
}

#[test]
fn rule_16_a_queued_release_becomes_terminated_without_hooks() {
    let (plan, _) = plan_of("trigger dev\n promote qa\n on start begin; on failure bug");
    let (mut state, mut effects) = (State::new(&plan), Vec::new());
    step(&plan, &mut state, Event { at: minute(0), what: EventKind::Terminate }, &mut effects);
    assert_eq!((state.is_over(), state.status()), (true, Status::Terminated));
    assert_eq!(effects, [Effect::Report(Report::Release(Status::Terminated))]);
}

#[test]
fn rule_17_a_result_at_the_instant_of_its_timeout_is_in_time() {
    let played = play("trigger dev\n promote qa { post-action slow }", script().takes("qa/one-qa/post-action", 30));
    assert_eq!(played.status("qa"), Status::Succeeded);
    let flow = "timeout 1h\n trigger dev\n promote qa { action pull-request; timeout 1h }";
    assert_eq!(play(flow, script().takes("qa/one-qa/merge", 60)).state.status(), Status::Succeeded);
    assert_eq!(play(flow, script().takes("qa/one-qa/merge", 61)).status("qa"), Status::Failed);
}

#[test]
fn rule_17_timers_come_before_timeouts() {
    // The soak ends at the very instant of the flow's timeout, and what follows takes no time.
    let played = play("timeout 1h\n trigger dev\n promote qa { soak 1h; post-action check }", script());
    assert_eq!((played.times("qa"), played.state.status()), ((Some(60), Some(60)), Status::Succeeded));
}

#[test]
fn rule_17_operators_come_last() {
    let played = play(
        "trigger dev\n promote qa { post-action check }",
        script().takes("qa/one-qa/post-action", 30).terminate(30),
    );
    assert_eq!(played.state.status(), Status::Succeeded);
}

#[test]
fn rule_17_outcomes_of_one_instant_come_in_order_of_declaration() {
    let played = play(
        "trigger dev\n promote eu, us, qa after dev { post-action check }",
        script().takes("qa/one-qa/post-action", 5).takes("us/one-us/post-action", 5).takes("eu/one-eu/post-action", 5),
    );
    played.in_order(&["eu succeeded", "us succeeded", "qa succeeded"]);
}

#[test]
fn rule_17_time_never_runs_backwards() {
    let (plan, _) = plan_of("trigger dev\n promote qa { soak 10m }");
    let (mut state, mut effects) = (State::new(&plan), Vec::new());
    step(&plan, &mut state, Event { at: minute(100), what: EventKind::Begin }, &mut effects);
    while let Some(id) = state.in_progress().first().copied() {
        step(
            &plan,
            &mut state,
            Event { at: minute(3), what: EventKind::Outcome(id, Outcome::Succeeded) },
            &mut effects,
        );
    }
    assert_eq!(state.due(), Some(minute(110)));
}
