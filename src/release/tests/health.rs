//! Rule 9.

use super::*;

#[test]
fn rule_09_an_environment_that_degrades_in_progress_fails_and_its_workflows_finish() {
    let played = play(
        "trigger dev\n promote two { post-action check; on failure bug }",
        script().takes("two/one-two/post-action", 60).takes("two/also-two/post-action", 60).degrades("one-two", 30),
    );
    assert_eq!((played.status("two"), played.times("two").1), (Status::Failed, Some(60)));
    assert_eq!(played.at("do two/-/on-failure"), [60]);
    assert!(played.log.iter().all(|(_, line)| !line.starts_with("cancel")), "{:#?}", played.log);
}

#[test]
fn rule_09_also_after_success_and_with_all_that_follows() {
    let played = play(
        "trigger dev\n promote qa after dev { on failure bug }\n promote prod after qa { soak 1h }\n promote eu after dev { post-action check }\n on failure bug",
        script().takes("eu/one-eu/post-action", 50).degrades("one-qa", 30).takes("qa/-/on-failure", 5),
    );
    assert_eq!((played.at("qa succeeded"), played.at("do qa/-/on-failure")), (vec![0], vec![30]));
    assert_eq!(
        (played.at("qa running"), played.at("qa failed"), played.times("qa").1),
        (vec![0, 30], vec![35], Some(35))
    );
    assert_eq!((played.status("prod"), played.status("eu")), (Status::Pending, Status::Succeeded));
    assert_eq!((played.at("release failed"), played.at("do -/-/on-failure")), (vec![50], vec![50]));
}

#[test]
fn rule_09_in_the_trigger_environment_too() {
    let played = play("trigger dev\n promote qa { soak 1h }", script().degrades("one-dev", 30));
    assert_eq!((played.status("dev"), played.status("qa")), (Status::Failed, Status::Pending));
    assert_eq!(played.at("release failed"), [30]);
}

#[test]
fn rule_09_out_of_sync_fails_as_well() {
    let trouble = What::HealthLoss("one-qa", HealthLoss::OutOfSync);
    let played = play("bake 1h\n trigger dev\n promote qa", script().happens(30, trouble));
    assert_eq!((played.status("qa"), played.at("release failed")), (Status::Failed, vec![30]));
}

#[test]
fn rule_09_there_is_no_bake_after_a_failure() {
    let played = play("bake 1h\n trigger dev\n promote qa, eu\n on success finish", script().degrades("one-eu", 45));
    assert_eq!((played.at("bake"), played.at("release failed")), (vec![0], vec![45]));
    assert!(played.at("do -/-/on-success").is_empty());
    assert_eq!((played.status("qa"), played.status("eu")), (Status::Succeeded, Status::Failed));
}

#[test]
fn rule_09_to_the_end_of_the_release_its_hooks_on_success_included() {
    let played = play(
        "trigger dev\n promote qa\n on success finish; on failure bug",
        script().takes("-/-/on-success", 20).degrades("one-qa", 10),
    );
    assert_eq!((played.status("qa"), played.at("do -/-/on-failure")), (Status::Failed, vec![20]));
    assert_eq!(played.state.status(), Status::Failed);
    // Nothing happens after the end.
    let played = play("trigger dev\n promote qa", script().degrades("one-qa", 10));
    assert_eq!((played.status("qa"), played.state.status()), (Status::Succeeded, Status::Succeeded));
}

#[test]
fn rule_09_also_while_the_hooks_on_failure_of_the_release_run() {
    let played = play(
        "trigger dev\n promote qa, eu { post-action check; on failure other }\n rollback eu when eu fails\n on failure bug",
        script()
            .takes("eu/one-eu/post-action", 0)
            .fails("qa/one-qa/post-action", 0)
            .takes("-/-/on-failure", 20)
            .takes("eu/-/on-failure", 30)
            .degrades("one-eu", 10),
    );
    assert_eq!((played.status("eu"), played.at("release failed")), (Status::RolledBack, vec![40]));
    assert_eq!(played.at("do -/-/on-failure"), [0]);
}

#[test]
fn rule_09_only_from_the_first_healthy_on() {
    let played = play(
        "trigger dev\n promote qa { pre-action check }\n promote eu after dev",
        script().takes("qa/one-qa/pre-action", 30).degrades("one-qa", 10),
    );
    assert_eq!((played.status("qa"), played.state.status()), (Status::Succeeded, Status::Succeeded));
}

#[test]
fn rule_09_nothing_fails_while_the_release_is_terminated() {
    let played = play(
        "trigger dev\n promote qa\n promote eu after dev { post-action check; on failure bug }",
        script().takes("eu/one-eu/post-action", 60).takes("eu/-/on-failure", 10).terminate(20).degrades("one-qa", 25),
    );
    assert_eq!((played.status("qa"), played.status("eu")), (Status::Succeeded, Status::Terminated));
    assert_eq!(played.state.status(), Status::Terminated);
}

#[test]
fn rule_09_and_10_a_retry_awaits_health_again_and_repeats_nothing() {
    let played = play(
        "trigger dev\n promote two { post-action check; on success finish; retry 1 every 10m }",
        script().takes("two/-/on-success", 35).degrades("one-two", 30).takes("two/one-two/health.2", 5),
    );
    assert_eq!(played.at("retry two"), [35], "the hook finishes first");
    assert_eq!((played.at("do two/one-two/health.2"), played.times("two").1), (vec![40], Some(45)));
    for once in ["do two/one-two/post-action", "do two/also-two/health", "do two/-/on-success"] {
        played.order(once);
    }
    assert_eq!(played.status("two"), Status::Succeeded);
}

#[test]
fn rule_09_healthy_applications_are_watched() {
    let flow = "bake 1h\n trigger dev\n promote qa { post-action check }\n rollback qa when qa fails";
    let watched = |script: Script| {
        let played = play(flow, script);
        let mut state = State::new(&played.plan);
        let mut all = Vec::new();
        for event in &played.events {
            step(&played.plan, &mut state, *event, &mut Vec::new());
            let now = state.watched(&played.plan).map(|id| played.names.applications[id.index()].clone());
            all.push(now.collect::<Vec<_>>());
        }
        all.dedup();
        all
    };
    assert_eq!(watched(script()), [vec![], vec!["one-dev"], vec!["one-dev", "one-qa"], vec![]]);
    assert_eq!(
        watched(script().degrades("one-qa", 30)),
        [vec![], vec!["one-dev"], vec!["one-dev", "one-qa"], vec!["one-dev"], vec![]]
    );
}
