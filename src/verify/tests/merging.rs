//! Merging loses nothing: with and without it, a search ends in the same states and refutes the same properties.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::explore::{Model, Taken};
use super::super::law::Breach;
use super::super::single::SingleNode;
use super::*;
use crate::release::{Effect, Event, EventKind, Outcome, Stage, State, Status, step};

/// Settings of an environment.
const SETTINGS: [&str; 10] = [
    "",
    "soak 10m",
    "approval people",
    "window mornings",
    "pre-action slow",
    "post-action tried",
    "action pull-request",
    "retry 1 every 1m",
    "on failure bug",
    "on start begin",
];

/// Properties of a flow, or none.
const NEVERS: [&str; 7] = [
    "",
    "never us pending while eu succeeded",
    "never us running while eu succeeded and dev succeeded",
    "never us started while eu running",
    "never eu pending while us pending and release running",
    "never release running while us succeeded",
    "never eu failed while us running",
];

/// A flow of three targets.
fn flows() -> impl Strategy<Value = String> {
    let block = || prop::sample::subsequence(SETTINGS.to_vec(), 0..2).prop_map(|list| list.join("; "));
    let shapes = [
        "promote eu after dev { A }\n promote us after dev { B }",
        "promote eu, us after dev { A }",
        "promote qa after dev { A }\n promote eu, us after qa { B }",
        "promote eu, us after dev { A }\n promote qa after eu, us { B }",
        "promote qa, eu after dev { A }\n promote us after any of both { B }",
    ];
    let ends = [
        "",
        "rollback eu when eu fails",
        "rollback eu, us when eu, us fails",
        "rollback us when eu fails",
        "bake 1h; on failure bug",
        "on success finish",
    ];
    (prop::sample::select(shapes.to_vec()), block(), block(), prop::sample::select(ends.to_vec())).prop_map(
        |(shape, first, second, end)| {
            let shape = shape.replace(" A ", &format!(" {first} ")).replace(" B ", &format!(" {second} "));
            format!("trigger dev\n {shape}\n {end}")
        },
    )
}

/// A model that collects the ends of runs by the fingerprints of another model.
struct Ends<'a, 'b> {
    explored: &'a SingleRelease<'b>,
    known: &'a SingleRelease<'b>,
}

impl Model for Ends<'_, '_> {
    type Node = SingleNode;
    type Choice = NextEvent;
    type Seen = BTreeSet<u128>;

    fn root(&self) -> SingleNode {
        self.explored.root()
    }
    fn is_over(&self, node: &SingleNode) -> bool {
        self.explored.is_over(node)
    }
    fn choices(&self, node: &SingleNode) -> Vec<NextEvent> {
        self.explored.choices(node)
    }
    fn take(&self, node: &SingleNode, choice: NextEvent) -> Option<Taken<SingleNode>> {
        self.explored.take(node, choice)
    }
    fn again(&self, _: &SingleNode, _: NextEvent, _: &Taken<SingleNode>) -> Vec<Breach> {
        Vec::new()
    }
    fn fingerprint(&self, node: &SingleNode) -> u128 {
        self.explored.fingerprint(node)
    }
    fn is_failure(choice: NextEvent) -> bool {
        choice.is_failure()
    }
    fn is_bounded(&self, _: &SingleNode) -> bool {
        true
    }
    fn see(&self, node: &SingleNode, seen: &mut BTreeSet<u128>) {
        if node.state.is_over() {
            seen.insert(self.known.fingerprint(node));
        }
    }
    fn bound(&self) -> usize {
        self.explored.bound()
    }
}

/// The ends of runs and the refuted laws; `None` if there are too many states.
fn ends(model: &SingleRelease<'_>, known: &SingleRelease<'_>) -> Option<(BTreeSet<u128>, BTreeSet<Law>)> {
    let found = explore(&Ends { explored: model, known }, 30_000, &mut |_| ControlFlow::Continue(()));
    let laws = found.refuted.iter().map(|refuted| refuted.breach.law).collect();
    found.cut.is_none().then_some((found.seen, laws))
}

/// Machines whose faults show only in some runs.
pub(super) fn forgets_failures(plan: &Plan, state: &mut State, event: Event, effects: &mut Vec<Effect>) {
    let what = match event.what {
        EventKind::Outcome(id, Outcome::Failed) if id.stage == Stage::Health => {
            EventKind::Outcome(id, Outcome::Succeeded)
        }
        what => what,
    };
    step(plan, state, Event { at: event.at, what }, effects);
}

pub(super) fn fires_no_rule(plan: &Plan, state: &mut State, event: Event, effects: &mut Vec<Effect>) {
    let mut plan = plan.clone();
    plan.environments.values_mut().for_each(|it| it.rolls_back.clear());
    step(&plan, state, event, effects);
}

pub(super) fn does_not_soak(plan: &Plan, state: &mut State, event: Event, effects: &mut Vec<Effect>) {
    let mut plan = plan.clone();
    plan.environments.values_mut().for_each(|it| it.soak.0 = 0);
    step(&plan, state, event, effects);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn exploring_with_and_without_merging_agrees(
        flow in flows(),
        never in prop::sample::select(NEVERS.to_vec()),
        failures in 0_u32..2,
        retries in 0_u32..2,
        machine in 0_usize..5,
    ) {
        let analysis = analysis_of(text_of(&format!("{flow}\n {never}")));
        let program = analysis.program();
        let (product, id) = (program.products.ids().next().unwrap(), program.flows.ids().next().unwrap());
        let (plan, names) = Plan::new(program, product, id);
        let machines: [super::super::single::StepFn<'_>; 5] = [&step, &step, &forgets_failures, &fires_no_rule, &does_not_soak];
        let new = || {
            SingleRelease::new(&plan, &names, Some(&program.flows[id]), budget(failures, retries))
                .with_machine(machines[machine])
        };
        let (merged, plain) = (new(), new().without_merging());
        let all = ends(&plain, &merged);
        prop_assume!(all.is_some());
        prop_assert_eq!(ends(&merged, &merged), all);
    }

    /// Once nothing can fail any longer, two events in different environments commute.
    #[test]
    fn events_in_different_environments_commute(flow in flows(), picks in prop::collection::vec(any::<usize>(), 60)) {
        let (plan, names) = plan_of(&flow);
        let model = SingleRelease::new(&plan, &names, None, budget(1, 1)).without_merging();
        let mut node = model.root();
        for pick in picks {
            let choices = model.choices(&node);
            let Some(choice) = choices.get(pick % choices.len().max(1)) else { break };
            node = model.take(&node, *choice).unwrap().node;
            if model.may_fail(&node) {
                continue;
            }
            let choices = model.choices(&node);
            // So the order in which environments have succeeded no longer matters.
            for choice in &choices {
                let next = model.take(&node, *choice).unwrap().node;
                let succeeded = |node: &SingleNode, id| node.state.environment(id).status == Status::Succeeded;
                let lost = plan.environments.ids().find(|id| succeeded(&node, *id) && !succeeded(&next, *id));
                prop_assert_eq!(lost, None, "{:?}", choice);
            }
            for one in &choices {
                for other in choices.iter().filter(|other| other.environment(&plan) != one.environment(&plan)) {
                    let unchanged = |choice: &NextEvent| matches!(choice, NextEvent::Outcome(_, Outcome::Unchanged));
                    if unchanged(one) && unchanged(other) {
                        continue; // a run has only one of them
                    }
                    let both = |first: &NextEvent, second: &NextEvent| {
                        let node = model.take(&node, *first).unwrap().node;
                        prop_assert!(model.choices(&node).contains(second), "{first:?} takes away {second:?}");
                        Ok(model.fingerprint(&model.take(&node, *second).unwrap().node))
                    };
                    prop_assert_eq!(both(one, other)?, both(other, one)?, "{:?} and {:?}", one, other);
                }
            }
        }
    }

    /// States that differ only in time have the same future.
    #[test]
    fn time_can_be_forgotten(flow in flows(), picks in prop::collection::vec(any::<usize>(), 60)) {
        let (plan, names) = plan_of(&flow);
        let model = SingleRelease::new(&plan, &names, None, budget(1, 1)).without_merging();
        let mut node = model.root();
        for pick in picks {
            let choices = model.choices(&node);
            let Some(choice) = choices.get(pick % choices.len().max(1)) else { break };
            let taken = model.take(&node, *choice).unwrap().node;
            let mut once = taken.state.clone();
            once.forget_time();
            prop_assert_eq!(&once, &taken.state);
            // The same an hour later.
            let mut late = node.state.clone();
            let event = choice.event(model.plan(), &mut late).unwrap();
            if !matches!(choice, NextEvent::Ring(crate::release::Alarm::Window(_))) && plan.windows.is_empty() {
                step(model.plan(), &mut late, Event { at: event.at.after(crate::syntax::literal::Seconds(3600)), ..event }, &mut Vec::new());
                late.forget_time();
                prop_assert_eq!(&late, &taken.state);
            }
            node = taken;
        }
    }
}

/// Explores every state itself, not its fingerprint, and returns the first two that have the same fingerprint but
/// another future: other choices by their results, or other broken laws.
fn confused(model: &SingleRelease<'_>, most: usize) -> Option<String> {
    let exact = |node: &SingleNode| format!("{:?}", (&node.state, &node.history, node.budget));
    let mut known = BTreeSet::from([exact(&model.root())]);
    let mut waiting = std::collections::VecDeque::from([model.root()]);
    let mut futures = std::collections::BTreeMap::new();
    while let Some(node) = waiting.pop_front().filter(|_| known.len() < most) {
        let mut future = BTreeSet::new();
        for choice in model.choices(&node) {
            let Some(taken) = model.take(&node, choice) else { continue };
            let laws: Vec<Law> = taken.breaches.iter().map(|breach| breach.law).collect();
            future.insert((model.fingerprint(&taken.node), choice.is_failure(), laws));
            if known.insert(exact(&taken.node)) {
                waiting.push_back(taken.node);
            }
        }
        let future = (model.is_over(&node), future);
        match futures.entry(model.fingerprint(&node)) {
            std::collections::btree_map::Entry::Vacant(entry) => drop(entry.insert((future, exact(&node)))),
            std::collections::btree_map::Entry::Occupied(entry) if entry.get().0 != future => {
                return Some(format!("{}\n{}", entry.get().1, exact(&node)));
            }
            std::collections::btree_map::Entry::Occupied(_) => {}
        }
    }
    None
}

/// What waits for several environments begins after the last of them, so their orders are told apart.
#[test]
fn no_order_that_a_property_of_a_dependent_distinguishes_is_left_out() {
    let mut wrong = Vec::new();
    for (flow, failures) in [
        ("promote qa, eu after dev\n promote us after qa, eu\n never us pending while eu succeeded", 0),
        ("promote qa, eu after dev\n promote us after qa, eu\n never us pending while eu, qa succeeded", 0),
        ("promote qa, eu after dev\n promote us after any of both\n never us started while eu running", 0),
        (
            "promote qa, eu after dev\n promote us after any of both\n never us pending while eu succeeded and asia failed\n promote asia after dev",
            1,
        ),
        ("promote regions after dev\n promote qa after 2 of regions\n never qa pending while us succeeded", 0),
        ("promote qa, eu after dev\n never release running while eu succeeded", 0),
        ("promote qa, eu after dev\n never release succeeded while eu succeeded", 0),
        (
            "promote qa, eu after dev\n promote asia after dev\n promote us after qa, eu\n never us pending while eu succeeded and asia failed",
            1,
        ),
    ] {
        let analysis = analysis_of(text_of(&format!("trigger dev\n {flow}")));
        let program = analysis.program();
        let (product, id) = (program.products.ids().next().unwrap(), program.flows.ids().next().unwrap());
        let (plan, names) = Plan::new(program, product, id);
        let refuted = |reduces| {
            let mut model = SingleRelease::new(&plan, &names, Some(&program.flows[id]), budget(failures, 0));
            model.reduces = reduces;
            let found = explore(&model, LIMIT, &mut |_| ControlFlow::Continue(()));
            assert_eq!(found.cut, None, "{flow}");
            found.refuted.iter().map(|refuted| refuted.breach.law).collect::<BTreeSet<_>>()
        };
        let (some, all) = (refuted(true), refuted(false));
        if some != all {
            wrong.push(format!("{flow}: {some:?} instead of {all:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// How many environments are in each class, in order.
fn classes(flow: &str) -> Vec<usize> {
    let analysis = analysis_of(text_of(flow));
    let program = analysis.program();
    let (product, flow) = (program.products.ids().next().unwrap(), program.flows.ids().next().unwrap());
    let (plan, names) = Plan::new(program, product, flow);
    let model = SingleRelease::new(&plan, &names, Some(&program.flows[flow]), budget(1, 0));
    model.classes().iter().map(Vec::len).collect()
}

#[test]
fn what_a_property_distinguishes_is_not_merged() {
    let flow = "trigger dev\n promote regions after dev";
    assert_eq!(classes(flow), [1, 3]);
    assert_eq!(classes(&format!("{flow}\n never regions failed while dev succeeded")), [1, 3]);
    assert_eq!(classes(&format!("{flow}\n never us failed while eu pending")), [1, 1, 1, 1]);
    assert_eq!(classes(&format!("{flow}\n never us failed")), [1, 2, 1]);
}

#[test]
fn states_with_the_same_fingerprint_have_the_same_future() {
    let machines: [super::super::single::StepFn<'_>; 3] = [&step, &forgets_failures, &does_not_soak];
    for flow in [
        "trigger dev\n promote eu, us after dev { retry 1 every 1m }",
        "trigger dev\n promote eu after dev { soak 10m; approval people }\n promote us after dev { window mornings }\n rollback eu when us fails",
        "trigger dev\n promote regions after dev\n promote qa after any of regions { soak 10m }",
        "trigger dev\n promote qa, eu after dev { window mornings }\n promote us after any of both {}",
        "trigger dev\n promote eu, us after dev\n promote asia after dev { action none; pre-action check }\n rollback eu when us fails\n on success finish",
        "trigger dev\n promote two after dev { action pull-request; pre-action slow; on failure bug }",
    ] {
        let (plan, names) = plan_of(flow);
        for machine in machines {
            let mut model = SingleRelease::new(&plan, &names, None, budget(1, 1)).with_machine(machine);
            model.reduces = false;
            assert_eq!(confused(&model, 1_200), None, "{flow}");
        }
    }
}
