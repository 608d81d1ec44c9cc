//! Leaving out equal environments loses nothing: with and without it, the same properties are refuted.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::explore::Model;
use super::super::fewer::FewerEnvironments;
use super::super::single::StepFn;
use super::merging::{does_not_soak, fires_no_rule, forgets_failures};
use super::*;
use crate::release::step;

/// A program whose flow has this many equal environments, and perhaps some after them.
fn program(count: usize, flow: &str) -> String {
    let all: Vec<String> = (0..count).map(|nth| format!("e{nth}")).collect();
    let all = all.join(", ");
    format!(
        r#"environment dev, prod, {all}
group all = {all}
workflow check {{}}
workflow bug {{}}
product shop {{
  copy "values.yaml"
  repo "https://example.com/x.git"
  application one-{{environment}} in dev, prod, all {{ path "one/{{environment}}" }}
  flow ship by hand
}}
flow ship {{
{flow}
}}
"#
    )
}

/// The laws that are refuted, what was seen, and the number of states; `None` if there are too many.
type Found = (BTreeSet<Law>, Vec<String>, Vec<Vec<bool>>, usize);

/// Explores a part of a flow or all of it. Every refutation of a part is one of the whole.
fn explored(text: &str, budget: Budget, machine: StepFn<'_>, is_part: bool) -> Option<Found> {
    let analysis = analysis_of(text.to_owned());
    let program = analysis.program();
    let (product, flow) = (program.products.ids().next().unwrap(), program.flows.ids().next().unwrap());
    let (plan, names) = Plan::new(program, product, flow);
    let flow = Some(&program.flows[flow]);
    let model = if is_part { FewerEnvironments::new } else { FewerEnvironments::whole };
    let model = model(&plan, &names, flow, budget).with_machine(machine);
    assert_eq!(model.most_of_class().is_some(), is_part, "{text}");
    let found = explore(&model, 60_000, &mut |_| ControlFlow::Continue(()));
    for refuted in &found.refuted {
        let whole = model.in_whole(refuted);
        let whole = whole
            .unwrap_or_else(|| panic!("{text}\n{:?} is not one of the whole flow\n{:?}", refuted.breach, refuted.run));
        assert_eq!((whole.breach.law, whole.failures), (refuted.breach.law, refuted.failures), "{text}");
    }
    let laws = found.refuted.iter().map(|refuted| refuted.breach.law).collect();
    let warnings = SingleRelease::new(&plan, &names, flow, budget).never_seen(&found.seen);
    found.cut.is_none().then_some((laws, warnings, found.seen.met, found.states))
}

fn flows() -> impl Strategy<Value = String> {
    let blocks = [
        "",
        "soak 10m",
        "approval people",
        "post-action check",
        "action none; pre-action check",
        "on failure bug",
        "retry 1 every 1m",
    ];
    let shapes = [
        "promote all after dev { B }",
        "promote all after dev { B }\n promote prod",
        "promote prod after dev { B }\n promote all",
    ];
    let ends = ["", "rollback all when all fails", "rollback all when prod fails", "bake 1h", "on failure bug"];
    let nevers = [
        "",
        "never all failed while all pending",
        "never all failed while all succeeded and release running",
        "never all running while all succeeded and prod started",
        "never prod started while all running",
        "never e1 failed while e2 running",
        "never release suspended while all failed",
    ];
    (
        prop::sample::select(shapes.to_vec()),
        prop::sample::select(blocks.to_vec()),
        prop::sample::select(ends.to_vec()),
        prop::sample::select(nevers.to_vec()),
    )
        .prop_filter_map(
            "a rule or a property about an environment that is not promoted",
            |(shape, block, end, never)| {
                let prod = |text: &str| text.contains("prod");
                let fits = (shape.contains("prod") || !prod(end) && !prod(never))
                    && !(end.starts_with("rollback") && block.starts_with("action none"));
                fits.then(|| format!("trigger dev\n {}\n {end}\n {never}", shape.replace('B', block)))
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn exploring_fewer_environments_agrees(flow in flows(), failures in 0_u32..2, machine in 0_usize..5) {
        let machines: [StepFn<'_>; 5] = [&step, &step, &forgets_failures, &fires_no_rule, &does_not_soak];
        let budget = Budget { failures, retries: 0, unchanged: 0 };
        // One more than makes a difference, besides two that a property may name.
        let most = failures as usize + 5;
        let named = if flow.contains("e1") { 2 } else { 0 };
        let text = program(most + 1 + named, &flow);
        let whole = explored(&text, budget, machines[machine], false);
        prop_assume!(whole.is_some());
        let (part, whole) = (explored(&text, budget, machines[machine], true).unwrap(), whole.unwrap());
        prop_assert_eq!((&part.0, &part.1, &part.2), (&whole.0, &whole.1, &whole.2), "{}", text);
    }
}

#[test]
fn with_retries_of_the_release_it_agrees() {
    let text = program(
        8,
        "trigger dev\n promote all after dev { action none; pre-action check }\n promote prod\n never all succeeded while all failed\n never prod started while all running",
    );
    let budget = Budget { failures: 1, retries: 1, unchanged: 0 };
    let (part, whole) = (explored(&text, budget, &step, true).unwrap(), explored(&text, budget, &step, false).unwrap());
    assert_eq!((&part.0, &part.1, &part.2), (&whole.0, &whole.1, &whole.2));
    assert!(part.0.len() == 2 && part.3 < whole.3, "{part:?}");
}

#[test]
fn where_not_all_are_needed_none_is_left_out() {
    let text = program(9, "trigger dev\n promote all after dev\n promote prod after any of all");
    let analysis = analysis_of(text);
    let program = analysis.program();
    let (product, flow) = (program.products.ids().next().unwrap(), program.flows.ids().next().unwrap());
    let (plan, names) = Plan::new(program, product, flow);
    assert_eq!(FewerEnvironments::new(&plan, &names, None, budget(0, 0)).most_of_class(), None);
}
