use super::*;
use crate::program::{Flow, Requirement, WorkflowChoice};

/// The requirements of each target of a flow: `a<-2:b,c` means that `a` needs two of `b` and `c`.
fn needs(analysis: &Analysis, name: &str) -> Vec<String> {
    of_flow(analysis, &analysis.program.flows[flow(analysis, name)])
}

/// The same of a flow as a product sees it.
pub(super) fn of_flow(analysis: &Analysis, flow: &Flow) -> Vec<String> {
    let program = &analysis.program;
    let one = |requirement: &Requirement| {
        format!("{}:{}", requirement.count, environment_names(analysis, &requirement.of).join(","))
    };
    let targets = flow.targets.iter().map(|target| {
        let needs: Vec<String> = target.needs.iter().map(one).collect();
        format!("{}<-{}", program.environments[target.environment].name.value, needs.join(" "))
    });
    targets.collect()
}

#[test]
fn without_after_a_promote_follows_all_targets_of_the_previous_one() {
    let analysis = good(
        "environment dev, qa, staging, eu, us\ngroup regions = eu, us\n\
         flow main { trigger dev; promote qa, staging; promote regions }\n",
    );
    assert_eq!(needs(&analysis, "main"), ["qa<-1:dev", "staging<-1:dev", "eu<-2:qa,staging", "us<-2:qa,staging"]);
    let main = &analysis.program.flows[flow(&analysis, "main")];
    assert_eq!(
        (main.graph.node_count(), main.graph.edge_count()),
        (6, 6),
        "with a node for the set that two targets wait for"
    );
    assert_eq!(main.targets.iter().map(|target| target.promote).collect::<Vec<_>>(), [0, 0, 1, 1]);
    assert_eq!(analysis.sources.text(main.targets[3].span), "regions");
    assert_eq!((main.timeout.to_string(), main.bake.to_string()), ("24h".to_owned(), "0s".to_owned()));
}

#[test]
fn one_by_one_is_a_chain_and_only_the_first_waits_for_after() {
    let analysis = good(
        "environment dev, qa, eu, us, asia, last\ngroup regions = eu, us\n\
         flow main { trigger dev; promote qa; promote regions, asia one by one after dev; promote last }\n",
    );
    assert_eq!(needs(&analysis, "main"), ["qa<-1:dev", "eu<-1:dev", "us<-1:eu", "asia<-1:us", "last<-3:eu,us,asia"]);
}

#[test]
fn any_of_and_n_of_are_counts() {
    let analysis = good(
        "environment dev, a, b, c, x, y, z\ngroup abc = a, b, c\n\
         flow main { trigger dev; promote abc; promote x after any of abc; promote y after 2 of abc, dev; promote z after abc }\n",
    );
    let needs = needs(&analysis, "main");
    assert_eq!(needs[3..], ["x<-1:a,b,c", "y<-2:a,b,c 1:dev", "z<-3:a,b,c"]);
    let main = &analysis.program.flows[flow(&analysis, "main")];
    assert_eq!(analysis.sources.text(main.targets[4].needs[0].span), "2 of abc");
}

#[test]
fn a_repeated_environment_keeps_its_first_place() {
    let analysis = good(
        "environment dev, eu, us, asia\ngroup regions = eu, us\n\
         flow main { trigger dev; promote regions, us; promote dev, asia; promote asia after eu }\n",
    );
    let main = &analysis.program.flows[flow(&analysis, "main")];
    let repeated: Vec<_> = main
        .repeated
        .iter()
        .map(|(id, first, again)| {
            let name = analysis.program.environments[*id].name.value.as_str();
            (name, analysis.sources.text(*first), analysis.sources.text(*again))
        })
        .collect();
    assert_eq!(repeated, [("us", "regions", "us"), ("dev", "dev", "dev"), ("asia", "asia", "asia")]);
    assert_eq!(needs(&analysis, "main"), ["eu<-1:dev", "us<-1:dev", "asia<-2:eu,us"]);
    assert!(!main.damaged);
}

#[test]
fn unresolved_names_damage_a_flow_and_the_rest_is_kept() {
    let analysis = analyse(
        "environment dev, qa, eu\ngroup regions = eu, nowhere-at-all\nwindow office { }\n\
         flow main { trigger dev; promote regions; promote qa { pre-action nothing-known; window offce } }\n",
    );
    let main_id = flow(&analysis, "main");
    let main = &analysis.program.flows[main_id];
    assert!(main.damaged);
    assert_eq!(needs(&analysis, "main"), ["eu<-1:dev", "qa<-1:eu"]);
    assert!(matches!(main.targets[1].pre_action, Some(WorkflowChoice::Unknown(_))));
    assert_eq!(analysis.diagnostics.len(), 3);
}

#[test]
fn the_first_of_two_triggers_counts_and_a_trigger_may_be_missing() {
    let analysis = good(
        "environment dev, qa, prod\nflow two { trigger dev; trigger qa; promote prod }\nflow none { promote prod }\n",
    );
    let two = &analysis.program.flows[flow(&analysis, "two")];
    assert_eq!((two.trigger.map(|trigger| trigger.value), two.damaged), (Some(environment(&analysis, "dev")), true));
    let none = &analysis.program.flows[flow(&analysis, "none")];
    assert!(none.trigger.is_none() && none.targets[0].needs.is_empty());
}

#[test]
fn an_environment_that_waits_for_itself_is_an_edge_to_itself() {
    let analysis = good("environment dev, qa, far\nflow main { trigger dev; promote qa after qa, far }\n");
    let main = &analysis.program.flows[flow(&analysis, "main")];
    assert!(petgraph::algo::is_cyclic_directed(&main.graph));
    assert_eq!((main.graph.node_count(), main.graph.edge_count()), (2, 1));
    assert_eq!(needs(&analysis, "main"), ["qa<-1:qa 1:far"]);
}

#[test]
fn properties_are_about_environments_or_the_release() {
    let analysis = good(
        "environment dev, eu, us\ngroup regions = eu, us\n\
         flow main { trigger dev; promote regions; never regions, eu failed while release running and dev started }\n",
    );
    let property = &analysis.program.flows[flow(&analysis, "main")].properties[0];
    let names: Vec<_> = property
        .facts
        .iter()
        .map(|fact| fact.targets.as_ref().map(|targets| environment_names(&analysis, targets)))
        .collect();
    assert_eq!(format!("{names:?}"), "[Some([\"eu\", \"us\"]), None, Some([\"dev\"])]");
}

#[test]
fn rollbacks_are_environments() {
    let analysis = good(
        "environment dev, eu, us\ngroup regions = eu, us\n\
         flow main { trigger dev; promote regions; rollback regions, eu when us fails }\n",
    );
    let rollback = &analysis.program.flows[flow(&analysis, "main")].rollbacks[0];
    assert_eq!(environment_names(&analysis, &rollback.targets), ["eu", "us"]);
    assert_eq!(environment_names(&analysis, &rollback.when), ["us"]);
}
