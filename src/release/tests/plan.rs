//! The part of rule 12 that the plan holds, and the identity of effects.

use super::*;

#[test]
fn rule_12_each_applications_values_are_read_at_its_own_origin() {
    let (plan, names) = plan_of("trigger two\n promote qa\n promote dev");
    let trigger: Vec<_> = plan.environments[EnvironmentPlanId::new(0)].applications.clone();
    assert_eq!(trigger.len(), 2);
    for application in plan.applications.values() {
        let origin = plan.applications.values().find(|other| other.application == application.origin).unwrap();
        assert_eq!(origin.environment, EnvironmentPlanId::new(0), "{application:?}");
    }
    assert_eq!(names.environments, ["two", "qa", "dev"]);
    assert_eq!(names.applications, ["one-dev", "one-qa", "one-two", "also-two"], "in order of declaration");
}

#[test]
fn a_plan_holds_what_the_flow_says() {
    let (plan, names) = plan_of(
        "timeout 5h\n bake 10m\n trigger dev { post-action check }
        promote regions after dev { soak 10m; window mornings; action pull-request; timeout 2h; retry 3 every 5m }
        promote prod after 2 of regions { on start begin; on success finish; on failure bug }
        on start begin",
    );
    assert_eq!((plan.timeout, plan.bake), (Seconds(18_000), Seconds(600)));
    assert_eq!(names.environments, ["dev", "eu", "us", "asia", "prod"]);
    let eu = &plan.environments[EnvironmentPlanId::new(1)];
    assert_eq!((eu.soak, eu.timeout, eu.windows.len()), (Seconds(600), Some(Seconds(7200)), 1));
    assert_eq!(eu.retry.map(|retry| (retry.times, retry.every)), Some((3, Seconds(300))));
    assert_eq!(plan.windows.len(), 1, "a window is planned once");
    let prod = &plan.environments[EnvironmentPlanId::new(4)];
    assert_eq!((prod.needs.len(), prod.needs[0].count, prod.needs[0].of.len()), (1, 2, 3));
    assert_eq!((prod.hooks.start.len(), prod.hooks.success.len(), prod.hooks.failure.len()), (1, 1, 1));
    let dev = &plan.applications[plan.environments[EnvironmentPlanId::new(0)].applications[0]];
    assert_eq!(dev.post_action.map(|call| names.calls[call.index()].as_str()), Some("check"));
}

#[test]
fn every_effect_of_a_release_has_a_text_of_its_own_that_is_read_back() {
    let played = play(
        "trigger dev\n promote two { approval people; approval bosses; on start begin; on start other; action pull-request; pre-action tried; retry 1; on failure bug }\n on failure bug",
        script().fails("two/one-two/pre-action", 1),
    );
    let mut seen = std::collections::BTreeSet::new();
    let mut state = State::new(&played.plan);
    for event in &played.events {
        let mut effects = Vec::new();
        step(&played.plan, &mut state, *event, &mut effects);
        for effect in effects {
            let Effect::Do { id, .. } = effect else { continue };
            let text = id.text("ship-0123456789", &played.plan, &played.names);
            assert!(seen.insert(text.clone()), "{text} twice");
            assert_eq!(played.plan.effect_id(&played.names, &text), Some(id), "{text}");
        }
    }
    assert!(seen.contains("ship-0123456789/1/two/-/approval-2") && seen.contains("ship-0123456789/1/-/-/on-failure"));
    assert!(seen.contains("ship-0123456789/1/two/one-two/pre-action.2"), "{seen:?}");
}

#[test]
fn applications_of_one_name_in_one_environment_are_told_apart() {
    let (plan, mut names) = plan_of("trigger dev\n promote two");
    names.applications[2] = "one-two".into();
    let texts: Vec<String> = plan
        .applications
        .ids()
        .map(|id| {
            EffectId { attempt: 1, place: Place::Application(id), stage: Stage::Sync, time: 1 }.text("r", &plan, &names)
        })
        .collect();
    assert_eq!(texts, ["r/1/dev/one-dev/sync", "r/1/two/one-two/sync", "r/1/two/one-two+2/sync"]);
    for (id, text) in plan.applications.ids().zip(&texts) {
        assert_eq!(plan.effect_id(&names, text).map(|effect| effect.place), Some(Place::Application(id)));
    }
}

#[test]
fn a_text_of_no_effect_is_rejected() {
    let (plan, names) = plan_of("trigger dev\n promote qa");
    for text in [
        "",
        "r",
        "r/1/qa/one-qa/nothing",
        "r/1/qa/one-dev/sync",
        "r/x/-/-/on-start",
        "r/1/-/-/on-start-1",
        "1/qa/-/sync",
    ] {
        assert_eq!(plan.effect_id(&names, text), None, "{text}");
    }
}
