//! For every property, a machine that breaks it: a checker that has never refuted anything proves nothing.

use std::cell::Cell;

use super::*;
use crate::release::{Act, Effect, EffectId, Event, EventKind, Outcome, Place, Report, Stage, State, Status, step};
use crate::source::Id;
use crate::syntax::literal::Retry;

const FLOW: &str = "trigger dev\n promote qa { pre-action check; on failure bug }\n promote eu after qa { soak 10m; approval people; window mornings; post-action other }\n promote us after dev\n rollback eu, qa when eu fails\n on start begin\n on failure bug";

type Broken<'a> = &'a dyn Fn(&Plan, &mut State, Event, &mut Vec<Effect>);

/// The laws that a machine breaks.
fn refuted(flow: &str, budget: Budget, machine: Broken<'_>) -> Vec<Law> {
    let (plan, names) = plan_of(flow);
    let model = SingleRelease::new(&plan, &names, None, budget).with_machine(machine);
    let found = explore(&model, 20_000, &mut |_| ControlFlow::Continue(()));
    found.refuted.iter().map(|refuted| refuted.breach.law).collect()
}

fn assert_refutes(law: Law, budget: Budget, machine: Broken<'_>) {
    let laws = refuted(FLOW, budget, machine);
    assert!(laws.contains(&law), "{law:?} is not among {laws:?}");
}

/// A machine that follows another plan.
fn by_plan(change: impl Fn(&mut Plan)) -> impl Fn(&Plan, &mut State, Event, &mut Vec<Effect>) {
    move |plan, state, event, effects| {
        let mut plan = plan.clone();
        change(&mut plan);
        step(&plan, state, event, effects);
    }
}

/// A machine that receives another event than the one that happened.
fn by_ear(hear: impl Fn(EventKind) -> EventKind) -> impl Fn(&Plan, &mut State, Event, &mut Vec<Effect>) {
    move |plan, state, event, effects| step(plan, state, Event { at: event.at, what: hear(event.what) }, effects)
}

/// A machine whose effects are changed.
fn by_hand(change: impl Fn(&mut Vec<Effect>)) -> impl Fn(&Plan, &mut State, Event, &mut Vec<Effect>) {
    move |plan, state, event, effects| {
        step(plan, state, event, effects);
        change(effects);
    }
}

fn takes_failure_of(stage: Stage) -> impl Fn(EventKind) -> EventKind {
    move |what| match what {
        EventKind::Outcome(id, Outcome::Failed) if id.stage == stage => EventKind::Outcome(id, Outcome::Succeeded),
        what => what,
    }
}

#[test]
fn the_machine_itself_is_not_refuted() {
    assert_eq!(refuted(FLOW, budget(1, 0), &step), []);
}

#[test]
fn v1_no_soak() {
    let eager = by_plan(|plan| plan.environments.values_mut().for_each(|it| it.soak.0 = 0));
    assert_refutes(Law::V1, budget(0, 0), &eager);
}

#[test]
fn v1_a_denial_that_counts_as_an_approval() {
    assert_refutes(Law::V1, budget(1, 0), &by_ear(takes_failure_of(Stage::Approval(0))));
}

#[test]
fn v1_windows_are_ignored() {
    let eager = by_plan(|plan| plan.environments.values_mut().for_each(|it| it.windows.clear()));
    assert_refutes(Law::V1, budget(0, 0), &eager);
}

#[test]
fn v1_an_environment_that_begins_before_its_dependencies_are_met() {
    let eager = by_hand(|effects| {
        if effects.contains(&Effect::Report(Report::Started(Id::new(0)))) {
            effects.push(Effect::Report(Report::Started(Id::new(2))));
        }
    });
    assert_refutes(Law::V1, budget(0, 0), &eager);
}

#[test]
fn v1_an_effect_before_stage_4() {
    let eager = by_hand(|effects| effects.retain(|effect| !matches!(effect, Effect::Report(Report::Started(_)))));
    assert_refutes(Law::V1, budget(0, 0), &eager);
}

#[test]
fn v2_the_action_after_a_pre_action_that_failed() {
    assert_refutes(Law::V2, budget(1, 0), &by_ear(takes_failure_of(Stage::PreAction)));
}

#[test]
fn v2_stages_in_another_order() {
    let hasty = by_hand(|effects| {
        for effect in effects {
            if let Effect::Do { id, act } = effect
                && id.stage == Stage::Sync
            {
                (id.stage, *act) = (Stage::Health, Act::AwaitHealth);
            }
        }
    });
    assert_refutes(Law::V2, budget(0, 0), &hasty);
}

#[test]
fn v3_an_effect_twice() {
    let twice = by_hand(|effects| {
        let again = effects.iter().find(|effect| matches!(effect, Effect::Do { .. })).copied();
        effects.extend(again);
    });
    assert_refutes(Law::V3, budget(0, 0), &twice);
}

#[test]
fn v3_more_tries_than_there_are() {
    let stubborn = by_plan(|plan| {
        plan.calls
            .values_mut()
            .for_each(|call| call.retry = Some(Retry { times: 3, every: crate::syntax::literal::Seconds(60) }));
    });
    assert_refutes(Law::V3, budget(3, 0), &stubborn);
}

#[test]
fn v4_a_machine_that_ignores_events() {
    let deaf = by_ear(|what| match what {
        EventKind::Outcome(EffectId { stage: Stage::Health, .. }, _) => EventKind::Unblocked(Id::new(0)),
        what => what,
    });
    assert_refutes(Law::V4, budget(0, 0), &deaf);
}

#[test]
fn v4_a_machine_that_waits_for_nothing() {
    let never = by_plan(|plan| plan.windows.values_mut().for_each(|window| window.calendar = None));
    assert_refutes(Law::V4, budget(0, 0), &never);
}

#[test]
fn v4_a_machine_that_tries_for_ever() {
    let patient = by_plan(|plan| {
        plan.environments.values_mut().for_each(|it| {
            it.retry = Some(Retry { times: u32::MAX, every: crate::syntax::literal::Seconds(60) });
        });
    });
    let for_ever = |plan: &Plan, state: &mut State, event: Event, effects: &mut Vec<Effect>| {
        let what = match event.what {
            EventKind::Outcome(id, _) if id.stage == Stage::Health => EventKind::Outcome(id, Outcome::Failed),
            what => what,
        };
        patient(plan, state, Event { at: event.at, what }, effects);
    };
    let laws = refuted("trigger dev\n promote qa", budget(0, 0), &for_ever);
    assert!(laws.contains(&Law::V4), "{laws:?}");
}

#[test]
fn v5_a_failure_that_is_forgotten() {
    assert_refutes(Law::V5, budget(1, 0), &by_ear(takes_failure_of(Stage::Health)));
}

#[test]
fn v5_a_status_that_is_not_reported() {
    let silent = by_hand(|effects| {
        effects.retain(|effect| !matches!(effect, Effect::Report(Report::Environment(_, Status::Succeeded))));
    });
    assert_refutes(Law::V5, budget(0, 0), &silent);
}

#[test]
fn v5_something_is_in_progress_after_the_end() {
    let late = by_hand(|effects| {
        if effects.contains(&Effect::Report(Report::Release(Status::Succeeded))) {
            let id = EffectId { attempt: 1, place: Place::Release, stage: Stage::OnFailure(0), time: 1 };
            effects.push(Effect::Do { id, act: Act::Workflow(Id::new(0)) });
        }
    });
    assert_refutes(Law::V5, budget(0, 0), &late);
}

#[test]
fn v6_a_rule_that_does_not_fire() {
    let idle = by_plan(|plan| plan.environments.values_mut().for_each(|it| it.rolls_back.clear()));
    assert_refutes(Law::V6, budget(1, 0), &idle);
}

#[test]
fn v6_a_failed_rollback_that_counts_as_done() {
    assert_refutes(Law::V6, budget(2, 0), &by_ear(takes_failure_of(Stage::Rollback)));
}

#[test]
fn v7_a_failure_that_stops_others() {
    let rash = by_plan(|plan| {
        let us = plan.environments.ids().last().unwrap();
        plan.environments[Id::new(1)].rolls_back.push(us);
    });
    assert_refutes(Law::V7, budget(1, 0), &rash);
}

#[test]
fn v7_a_failure_after_which_nothing_begins() {
    let anxious = |plan: &Plan, state: &mut State, event: Event, effects: &mut Vec<Effect>| {
        let failed = state.failed_environments().next().is_some();
        step(plan, state, event, effects);
        let begins = effects.iter().any(|effect| matches!(effect, Effect::Report(Report::Started(_))));
        if failed && begins {
            step(plan, state, Event { at: event.at, what: EventKind::Terminate }, effects);
        }
    };
    let laws = refuted(
        "trigger dev\n promote qa after dev\n promote us after dev\n promote prod after us",
        budget(1, 0),
        &anxious,
    );
    assert!(laws.contains(&Law::V7), "{laws:?}");
}

#[test]
fn v8_hooks_on_failure_that_do_not_run() {
    let silent = |plan: &Plan, state: &mut State, event: Event, effects: &mut Vec<Effect>| {
        step(plan, state, event, effects);
        while let Some(at) = effects
            .iter()
            .position(|effect| matches!(effect, Effect::Do { id, .. } if matches!(id.stage, Stage::OnFailure(_))))
        {
            let Effect::Do { id, .. } = effects.remove(at) else { continue };
            step(plan, state, Event { at: event.at, what: EventKind::Outcome(id, Outcome::Succeeded) }, effects);
        }
    };
    assert_refutes(Law::V8, budget(1, 0), &silent);
}

#[test]
fn v8_hooks_on_failure_where_nothing_has_failed() {
    let alarmed = by_hand(|effects| {
        if effects.contains(&Effect::Report(Report::Environment(Id::new(1), Status::Succeeded))) {
            let id =
                EffectId { attempt: 1, place: Place::Environment(Id::new(1)), stage: Stage::OnFailure(0), time: 1 };
            effects.push(Effect::Do { id, act: Act::Workflow(Id::new(0)) });
        }
    });
    assert_refutes(Law::V8, budget(0, 0), &alarmed);
}

#[test]
fn v9_a_retry_that_repeats_what_has_succeeded() {
    let forgetful = |plan: &Plan, state: &mut State, event: Event, effects: &mut Vec<Effect>| {
        let begins = event.what == EventKind::Begin && state.attempt() == 1 && state.started().is_some();
        step(plan, state, event, effects);
        if begins {
            let id = EffectId { attempt: 2, place: Place::Release, stage: Stage::OnStart(0), time: 1 };
            effects.push(Effect::Do { id, act: Act::Workflow(Id::new(0)) });
        }
    };
    assert_refutes(Law::V9, budget(1, 1), &forgetful);
}

#[test]
fn v11_an_effect_that_nobody_performs() {
    let lossy = by_hand(|effects| {
        effects.retain(|effect| !matches!(effect, Effect::Do { id, .. } if id.stage == Stage::Action));
    });
    assert_refutes(Law::V11, budget(0, 0), &lossy);
}

#[test]
fn v11_a_machine_that_remembers_what_is_not_in_its_state() {
    let steps = Cell::new(0);
    let moody = |plan: &Plan, state: &mut State, event: Event, effects: &mut Vec<Effect>| {
        step(plan, state, event, effects);
        steps.set(steps.get() + 1);
        if steps.get() % 7 == 0 {
            effects.reverse();
        }
    };
    assert_refutes(Law::V11, budget(0, 0), &moody);
}
