//! Rules 1 to 3.

use super::*;

#[test]
fn rule_01_an_environment_begins_when_all_that_it_needs_have_succeeded() {
    let played = play(
        "trigger dev\n promote qa, eu after dev { post-action check }\n promote prod after qa, eu",
        script().takes("qa/one-qa/post-action", 10).takes("eu/one-eu/post-action", 25),
    );
    assert_eq!(played.times("prod"), (Some(25), Some(25)));
    played.in_order(&["qa succeeded", "eu succeeded", "start prod"]);
}

#[test]
fn rule_01_n_of_needs_that_number() {
    let played = play(
        "trigger dev\n promote regions after dev { post-action check }\n promote prod after 2 of regions",
        script()
            .takes("eu/one-eu/post-action", 10)
            .fails("us/one-us/post-action", 20)
            .takes("asia/one-asia/post-action", 60),
    );
    assert_eq!(played.times("prod"), (Some(60), Some(60)));
    assert_eq!(played.state.status(), Status::Failed);
}

#[test]
fn rule_01_the_soak_is_counted_from_the_moment_the_condition_became_true() {
    let played = play(
        "trigger dev\n promote regions after dev { post-action check }\n promote prod after 2 of regions { soak 30m }",
        script()
            .takes("eu/one-eu/post-action", 10)
            .takes("us/one-us/post-action", 20)
            .takes("asia/one-asia/post-action", 60),
    );
    assert_eq!(played.at("soak prod"), [20]);
    assert_eq!(played.times("prod").0, Some(50));
}

#[test]
fn rule_01_pending_meanwhile() {
    let played = play("trigger dev\n promote prod { soak 30m }", script());
    assert_eq!(played.at("prod running"), [30]);
    let mut state = State::new(&played.plan);
    let mut effects = Vec::new();
    for event in played.events.iter().take_while(|event| event.at < minute(30)) {
        step(&played.plan, &mut state, *event, &mut effects);
    }
    assert_eq!(state.environment(played.id("prod")).status, Status::Pending);
    assert_eq!(state.waits_for(&played.plan, played.id("prod")), [Waiting::Soak(minute(30))]);
    assert_eq!(state.status(), Status::Running);
}

#[test]
fn rule_01_what_needs_a_failed_environment_stays_pending() {
    let played = play(
        "trigger dev\n promote qa { pre-action check }\n promote prod\n promote eu after prod",
        script().fails("qa/one-qa/pre-action", 5),
    );
    assert_eq!((played.status("prod"), played.status("eu")), (Status::Pending, Status::Pending));
    assert_eq!(played.times("prod"), (None, None));
}

mod when_a_needed_environment_fails {
    use super::*;

    /// The state just before an instant, and the effects when an environment fails at that instant.
    fn lose(flow: &str, script: Script, lost: &str, at: Minutes) -> (Played, State, Vec<Effect>) {
        let played = play(flow, script);
        let mut state = State::new(&played.plan);
        let mut effects = Vec::new();
        for event in played.events.iter().take_while(|event| event.at < minute(at)) {
            step(&played.plan, &mut state, *event, &mut effects);
        }
        effects.clear();
        let application = played.plan.environments[played.id(lost)].applications[0];
        let what = EventKind::HealthLoss(application, HealthLoss::Degraded);
        step(&played.plan, &mut state, Event { at: minute(at), what }, &mut effects);
        (played, state, effects)
    }

    #[test]
    fn rule_01_the_dependent_is_back_at_stage_1_soak_and_approval_void() {
        let flow = "trigger dev\n promote qa\n promote prod { soak 30m; approval people }";
        let (played, state, _) = lose(flow, script(), "qa", 20);
        let prod = played.id("prod");
        assert_eq!(state.waits_for(&played.plan, prod), [Waiting::Dependency(0, 1)]);
        let (played, state, effects) = lose(flow, script().never("prod/-/approval"), "qa", 40);
        let id = EffectId { attempt: 1, place: Place::Environment(prod), stage: Stage::Approval(0), time: 1 };
        assert!(effects.contains(&Effect::Cancel(id)), "{effects:?}");
        assert_eq!(state.waits_for(&played.plan, prod), [Waiting::Dependency(0, 1)]);
    }

    const COUNTED: &str =
        "trigger dev\n promote regions after dev { post-action check }\n promote prod after 2 of regions { soak 30m }";

    fn counted() -> Script {
        script()
            .takes("eu/one-eu/post-action", 10)
            .takes("us/one-us/post-action", 20)
            .takes("asia/one-asia/post-action", 25)
    }

    #[test]
    fn rule_01_with_n_of_the_soak_starts_again_when_one_that_made_up_the_count_fails() {
        let (played, state, _) = lose(COUNTED, counted(), "eu", 40);
        assert_eq!(state.waits_for(&played.plan, played.id("prod")), [Waiting::Soak(minute(70))]);
    }

    #[test]
    fn rule_01_with_n_of_a_member_outside_the_count_may_fail() {
        let (played, state, _) = lose(COUNTED, counted(), "asia", 40);
        assert_eq!(state.waits_for(&played.plan, played.id("prod")), [Waiting::Soak(minute(50))]);
    }

    #[test]
    fn rule_01_with_n_of_it_waits_until_the_number_is_reached_again() {
        let (played, state, _) = lose(COUNTED, counted().takes("asia/one-asia/post-action", 90), "eu", 40);
        assert_eq!(state.waits_for(&played.plan, played.id("prod")), [Waiting::Dependency(0, 1)]);
    }
}

#[test]
fn rule_02_all_approvals_are_asked_at_once_and_all_are_needed() {
    let played = play(
        "trigger dev\n promote prod { approval people; approval 2 of bosses }",
        script().takes("prod/-/approval", 10).takes("prod/-/approval-2", 25),
    );
    assert_eq!((played.at("do prod/-/approval"), played.at("do prod/-/approval-2")), (vec![0], vec![0]));
    assert_eq!((played.at("prod suspended"), played.at("start prod")), (vec![0], vec![25]));
    assert_eq!(played.names.approvals[1], ["people", "bosses"]);
    assert_eq!(played.plan.environments[played.id("prod")].approvals, [1, 2]);
}

#[test]
fn rule_02_one_denied_means_failed() {
    let played = play(
        "trigger dev\n promote prod { approval people; approval bosses; on start begin; on failure bug; retry 3 every 1m }",
        script().fails("prod/-/approval", 10).takes("prod/-/approval-2", 25),
    );
    assert_eq!(played.status("prod"), Status::Failed);
    assert_eq!(played.times("prod"), (None, Some(10)));
    assert_eq!(played.at("cancel prod/-/approval-2"), [10]);
    assert_eq!((played.at("do prod/-/on-start").len(), played.at("do prod/-/on-failure").len()), (0, 1));
}

#[test]
fn rule_02_people_are_asked_after_the_soak() {
    let played = play("trigger dev\n promote prod { soak 15m; approval people }", script());
    assert_eq!(played.at("do prod/-/approval"), [15]);
}

#[test]
fn rule_03_pending_until_all_windows_are_open() {
    // It is 09:00; one window opens at 10:00, the other at 10:30.
    let played = play("trigger dev\n promote prod { window mornings; window tenish }", script());
    assert_eq!((played.at("window prod"), played.at("start prod")), (vec![0], vec![90]));
    assert!(played.at("prod suspended").is_empty());
}

#[test]
fn rule_03_people_are_asked_before_the_window() {
    let played =
        play("trigger dev\n promote prod { window mornings; approval people }", script().takes("prod/-/approval", 70));
    assert_eq!((played.at("do prod/-/approval"), played.at("start prod")), (vec![0], vec![70]));
    assert!(played.at("window prod").is_empty(), "it was open when it was asked");
}

#[test]
fn rule_03_a_promotion_begun_inside_may_end_outside() {
    let played = play(
        "trigger dev\n promote prod { window mornings; post-action check }",
        script().takes("prod/one-prod/post-action", 300),
    );
    assert_eq!(played.times("prod"), (Some(60), Some(360)));
}

#[test]
fn rule_03_a_late_world_finds_the_window_closed_again() {
    let (plan, _) = plan_of("timeout 72h\n trigger dev\n promote prod { window mornings }");
    let mut state = State::new(&plan);
    let mut effects = Vec::new();
    let prod = EnvironmentPlanId::new(1);
    step(&plan, &mut state, Event { at: minute(0), what: EventKind::Begin }, &mut effects);
    while state.due().is_none_or(|due| due != minute(60)) {
        let id = state.in_progress()[0];
        step(
            &plan,
            &mut state,
            Event { at: minute(0), what: EventKind::Outcome(id, Outcome::Succeeded) },
            &mut effects,
        );
    }
    step(&plan, &mut state, Event { at: minute(240), what: EventKind::Due }, &mut effects);
    assert_eq!(state.waits_for(&plan, prod), [Waiting::Window(Some(minute(24 * 60 + 60)))]);
}

/// A release whose trigger is done at once, at the next instant at which something is due.
fn until_due(plan: &Plan) -> State {
    let mut state = State::new(plan);
    let mut effects = Vec::new();
    step(plan, &mut state, Event { at: minute(0), what: EventKind::Begin }, &mut effects);
    while let Some(id) = state.in_progress().first().copied() {
        step(plan, &mut state, Event { at: minute(0), what: EventKind::Outcome(id, Outcome::Succeeded) }, &mut effects);
    }
    state
}

#[test]
fn rule_03_a_soak_that_ended_while_nobody_watched_is_followed_by_the_windows_of_now() {
    let (plan, _) = plan_of("timeout 72h\n trigger dev\n promote prod { soak 90m; window mornings }");
    let mut state = until_due(&plan);
    assert_eq!(state.due(), Some(minute(90)), "inside the window");
    let mut effects = Vec::new();
    step(&plan, &mut state, Event { at: minute(240), what: EventKind::Due }, &mut effects);
    let prod = EnvironmentPlanId::new(1);
    assert_eq!(state.waits_for(&plan, prod), [Waiting::Window(Some(minute(24 * 60 + 60)))]);
}

#[test]
fn rule_16_nothing_begins_after_the_timeout_of_the_flow_however_late_the_world_is() {
    let (plan, _) = plan_of("timeout 2h\n trigger dev\n promote qa\n promote prod { soak 90m }");
    let mut state = until_due(&plan);
    assert_eq!(state.due(), Some(minute(90)), "the soak ends before the timeout");
    let mut effects = Vec::new();
    step(&plan, &mut state, Event { at: minute(240), what: EventKind::Due }, &mut effects);
    assert!(effects.iter().all(|effect| !matches!(effect, Effect::Do { .. })), "{effects:?}");
    assert_eq!(state.status(), Status::Terminated);

    let (plan, _) = plan_of("timeout 2h\n trigger dev\n promote qa { post-action check }\n promote prod");
    let mut state = State::new(&plan);
    step(&plan, &mut state, Event { at: minute(0), what: EventKind::Begin }, &mut effects);
    while state.in_progress()[0].stage != Stage::PostAction {
        let id = state.in_progress()[0];
        step(
            &plan,
            &mut state,
            Event { at: minute(0), what: EventKind::Outcome(id, Outcome::Succeeded) },
            &mut effects,
        );
    }
    let id = state.in_progress()[0];
    effects.clear();
    step(&plan, &mut state, Event { at: minute(240), what: EventKind::Outcome(id, Outcome::Succeeded) }, &mut effects);
    assert!(effects.iter().all(|effect| !matches!(effect, Effect::Do { .. })), "prod does not begin: {effects:?}");
    step(&plan, &mut state, Event { at: minute(240), what: EventKind::Due }, &mut effects);
    assert_eq!(state.status(), Status::Terminated);
}

#[test]
fn rule_03_a_window_that_never_opens_lets_the_timeout_decide() {
    let played = play("timeout 5h\n trigger dev\n promote prod { window never }", script());
    assert_eq!((played.status("prod"), played.state.status()), (Status::Pending, Status::Terminated));
    assert_eq!(played.at("release terminated"), [300]);
}
