//! Rules 19 and 20 depend on what was changed, not on when the outcome arrived.

use super::*;

/// `qa` fails, `us` is the target of its rule, and `eu` keeps the release running.
const FLOW: &str = "trigger dev\n promote qa after dev { post-action check }\n promote us after dev\n promote eu after dev { post-action check }\n rollback us when qa fails";

fn failing() -> Script {
    script().fails("qa/one-qa/post-action", 10).takes("eu/one-eu/post-action", 60)
}

#[test]
fn rule_20_a_commit_that_answers_after_the_bound_is_rolled_back() {
    let script = failing().takes("us/one-us/action", 20).deaf("us/one-us/action");
    let played = play(FLOW, script);
    assert_eq!((played.at("us terminated"), played.at("do us/one-us/rollback")), (vec![15], vec![20]));
    assert_eq!((played.status("us"), played.times("us").1), (Status::RolledBack, Some(20)));
    assert_eq!(played.at("release failed"), [60]);
}

#[test]
fn rule_20_what_answers_after_the_bound_and_changed_nothing_is_left_as_it_is() {
    for outcome in [Outcome::Unchanged, Outcome::Failed, Outcome::Stopped] {
        let script = failing().ends("us/one-us/action", 20, outcome).deaf("us/one-us/action");
        let played = play(FLOW, script);
        assert_eq!((played.status("us"), played.at("do us/one-us/rollback").len()), (Status::Terminated, 0));
    }
}

#[test]
fn rule_19_an_application_whose_commit_came_late_runs_the_release() {
    // Its own timeout stops the commit, which is made anyway; only then a rule names it.
    let flow = FLOW.replace("promote us after dev", "promote us after dev { timeout 2m }");
    let late = |at| {
        script()
            .fails("qa/one-qa/post-action", at)
            .takes("eu/one-eu/post-action", 60)
            .takes("us/one-us/action", 20)
            .deaf("us/one-us/action")
    };
    let played = play(&flow, late(30));
    assert_eq!((played.at("us failed"), played.at("us rolled-back")), (vec![7], vec![30]));
    // It has failed for good and no rule names it, so it stays as it is.
    let played = play(&flow.replace("rollback us", "rollback eu"), late(30));
    assert_eq!((played.status("us"), played.at("do us/one-us/rollback").len()), (Status::Failed, 0));
}

#[test]
fn rule_25_a_commit_that_came_late_is_not_made_again() {
    let flow = "trigger dev\n promote us after dev { timeout 2m }\n promote eu after dev { post-action check }";
    let script =
        script().takes("us/one-us/action", 20).deaf("us/one-us/action").takes("eu/one-eu/post-action", 60).retry(90);
    let played = play(flow, script);
    assert_eq!((played.at("do us/one-us/action"), played.at("do 2/us/one-us/action").len()), (vec![0], 0));
    assert_eq!((played.at("do 2/us/one-us/sync"), played.status("us")), (vec![90], Status::Succeeded));
}

#[test]
fn rule_25_a_commit_that_came_after_the_end_is_known_to_the_next_attempt() {
    let flow = "trigger dev\n promote us after dev { timeout 2m }";
    let mut played = play(flow, script().never("us/one-us/action").deaf("us/one-us/action"));
    assert_eq!(played.at("release failed"), [7]);
    let commit = played.plan.effect_id(&played.names, "r/1/us/one-us/action").unwrap();
    let mut effects = Vec::new();
    step(
        &played.plan,
        &mut played.state,
        Event { at: minute(20), what: EventKind::Outcome(commit, Outcome::Succeeded) },
        &mut effects,
    );
    assert_eq!((effects.as_slice(), played.state.status()), (&[][..], Status::Failed));
    for what in [EventKind::Retry { force: false }, EventKind::Begin] {
        step(&played.plan, &mut played.state, Event { at: minute(30), what }, &mut effects);
    }
    let asked: Vec<Stage> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Do { id, .. } => Some(id.stage),
            _ => None,
        })
        .collect();
    assert_eq!(asked, [Stage::Sync]);
}

#[test]
fn rule_30_a_pull_request_that_was_merged_before_it_could_be_closed_is_rolled_back() {
    let flow = FLOW.replace("promote us after dev", "promote us after dev { action pull-request }");
    let merged = failing().takes("us/one-us/merge", 12).deaf("us/one-us/merge");
    let played = play(&flow, merged);
    played.in_order(&["cancel us/one-us/merge", "done us/one-us/merge Succeeded", "do us/one-us/rollback"]);
    assert_eq!((played.status("us"), played.at("us rolled-back")), (Status::RolledBack, vec![12]));
    let closed = failing().never("us/one-us/merge");
    let played = play(&flow, closed);
    assert_eq!((played.status("us"), played.times("us").1), (Status::Terminated, Some(10)));
    // The same after the bound.
    let played = play(&flow, failing().takes("us/one-us/merge", 20).deaf("us/one-us/merge"));
    assert_eq!((played.at("us terminated"), played.at("us rolled-back")), (vec![15], vec![20]));
}

#[test]
fn rule_07_a_pull_request_that_is_opened_after_the_bound_is_closed() {
    let flow = FLOW.replace("promote us after dev", "promote us after dev { action pull-request }");
    let played = play(&flow, failing().takes("us/one-us/action", 20).deaf("us/one-us/action"));
    assert_eq!((played.at("us terminated"), played.at("cancel us/one-us/merge")), (vec![15], vec![20]));
    assert_eq!((played.status("us"), played.at("do us/one-us/rollback").len()), (Status::Terminated, 0));
}

#[test]
fn rule_16_it_is_terminated_once_its_pull_request_is_closed() {
    let flow = "trigger dev\n promote us { action pull-request; on failure bug }";
    let slow = script().ends("us/one-us/merge", 32, Outcome::Stopped).deaf("us/one-us/merge").terminate(30);
    let played = play(flow, slow);
    assert_eq!((played.at("cancel us/one-us/merge"), played.at("do us/-/on-failure")), (vec![30], vec![32]));
    assert_eq!((played.status("us"), played.at("us terminated")), (Status::Terminated, vec![32]));
    let played = play(flow, script().never("us/one-us/merge").deaf("us/one-us/merge").terminate(30));
    assert_eq!(played.at("us terminated"), [35], "after five minutes at the latest");
}

#[test]
fn rule_19_a_pre_action_that_ends_well_though_it_was_stopped_has_brought_the_release() {
    let flow = FLOW.replace(
        "promote us after dev",
        "promote us after dev { action none; pre-action check; rollback-action other }",
    );
    for (answers, stopped) in [(12, 12), (20, 15)] {
        let script = failing().takes("us/one-us/pre-action", answers).deaf("us/one-us/pre-action");
        let played = play(&flow, script);
        assert_eq!((played.at("do us/one-us/rollback"), played.status("us")), (vec![answers], Status::RolledBack));
        assert_eq!(played.at("us terminated").len(), usize::from(stopped < answers));
    }
    let played = play(&flow, failing().takes("us/one-us/pre-action", 60));
    assert_eq!((played.status("us"), played.at("do us/one-us/rollback").len()), (Status::Terminated, 0));
}

#[test]
fn rule_16_a_late_rollback_is_not_repeated_and_not_begun_after_a_second_terminate() {
    let script = failing().takes("us/one-us/action", 20).deaf("us/one-us/action").terminate(16).terminate(17);
    let played = play(FLOW, script.takes("eu/one-eu/post-action", 60).deaf("eu/one-eu/post-action"));
    assert_eq!((played.status("us"), played.at("do us/one-us/rollback").len()), (Status::Terminated, 0));
    // A rollback in progress finishes, even if it began because of a late answer.
    let script = failing().takes("us/one-us/action", 20).deaf("us/one-us/action").terminate(16);
    let played = play(FLOW, script.deaf("eu/one-eu/post-action"));
    assert_eq!((played.status("us"), played.at("us rolled-back")), (Status::RolledBack, vec![20]));
}

#[test]
fn rule_20_what_comes_late_during_a_rollback_is_rolled_back_once_more() {
    let flow = FLOW.replace(
        "promote us after dev",
        "promote us after dev { action none; pre-action check; rollback-action other }",
    );
    // The first rollback fails, so us still runs the release when its second pre-action must stop.
    let script = failing()
        .fails("us/one-us/rollback", 1)
        .retry(90)
        .fails("2/qa/one-qa/post-action", 10)
        .takes("2/us/one-us/pre-action", 25)
        .deaf("2/us/one-us/pre-action")
        .takes("2/us/one-us/rollback", 0)
        .takes("2/us/one-us/rollback.2", 0)
        .takes("2/us/one-us/rollback-health", 20);
    let played = play(&flow, script);
    assert_eq!(played.at("do 2/us/one-us/rollback"), [105]);
    assert_eq!((played.at("do 2/us/one-us/rollback.2"), played.status("us")), (vec![125], Status::RolledBack));
}
