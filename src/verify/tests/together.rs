//! Two releases of one flow (V12, V13).

use super::super::pair::ReleasePair;
use super::*;
use crate::program::{Concurrency, EnvironmentId};

const FLOW: &str = "trigger dev\n promote qa\n promote prod\n rollback prod when prod fails";
const QUEUE: Concurrency = Concurrency::Queue { limit: 50, written: false };

/// The laws that two releases of two plans break, and the number of states.
fn refuted(plans: [&Plan; 2], names: &Names, concurrency: Concurrency, budget: Budget) -> (Vec<Law>, usize) {
    let model = ReleasePair { plans, ..ReleasePair::new(plans[0], names, concurrency, budget) };
    let found = explore(&model, LIMIT, &mut |_| ControlFlow::Continue(()));
    assert_eq!(found.cut, None, "{} states", found.states);
    (found.refuted.iter().map(|refuted| refuted.breach.law).collect(), found.states)
}

#[test]
fn v12_and_v13_are_proved_for_both_kinds_of_concurrency() {
    let (plan, names) = plan_of(FLOW);
    let plan = plan.timeless();
    for concurrency in [QUEUE, Concurrency::Terminate] {
        let (laws, states) = refuted([&plan, &plan], &names, concurrency, budget(1, 0));
        assert!(laws.is_empty() && states > 100, "{laws:?}, {states} states");
    }
    let (laws, _) = refuted([&plan, &plan], &names, QUEUE, budget(1, 1));
    assert!(laws.is_empty(), "{laws:?}");
}

/// Releases that do not know that their environments are the same meet in them and replace newer values by older ones.
#[test]
fn v12_and_v13_are_refuted_if_environments_are_not_recognized() {
    let (plan, names) = plan_of(FLOW);
    let plan = plan.timeless();
    let mut other = plan.clone();
    for (nth, environment) in other.environments.values_mut().enumerate() {
        environment.environment = EnvironmentId::new(100 + nth as u32);
    }
    let (laws, _) = refuted([&plan, &other], &names, Concurrency::Terminate, budget(0, 0));
    assert!(laws.contains(&Law::V12) && laws.contains(&Law::V13), "{laws:?}");
}

#[test]
fn two_releases_are_judged_beside_one() {
    let options = VerifyOptions { failures: Some(0), retries: 0, releases: 2, ..VerifyOptions::default() };
    let found = verified("trigger dev\n promote qa", options);
    assert_eq!(found.holds(), Some(true));
    let laws: Vec<Law> = found.judged.iter().map(|judged| judged.law).collect();
    assert_eq!(laws, [&Law::OF_ONE[..], &Law::OF_SEVERAL].concat());
}
