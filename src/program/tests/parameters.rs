use super::*;
use crate::program::{CallSite, Provided, Provider};
use crate::syntax::ast::HookEvent;

fn names(provided: &Provided) -> String {
    provided.keys().map(String::as_str).collect::<Vec<_>>().join(" ")
}

const EVERYWHERE: &str = "PRODUCT_NAME PROMOTION_FLOW_NAME RELEASE_ID RELEASE_URL VERSION";

#[test]
fn each_call_site_provides_the_parameters_of_the_table() {
    let analysis = good(
        "environment dev, qa, prod\nworkflow open { gives CHANGE_ID }\nproduct shop { }\n\
         flow main { trigger dev; promote qa { pre-action open }; promote prod { pre-action open; action none } }\n",
    );
    let of = |site| {
        names(&analysis.program.product_flow(product(&analysis, "shop"), flow(&analysis, "main")).provided(site))
    };
    let (qa, prod) = (environment(&analysis, "qa"), environment(&analysis, "prod"));
    assert_eq!(
        of(CallSite::PreAction(qa)),
        "APP_NAME APP_NAMESPACE BRANCH ENVIRONMENT PATH PRODUCT_NAME PROMOTION_FLOW_NAME RELEASE_ID RELEASE_URL REPO_URL RUNTIME VERSION"
    );
    assert_eq!(
        of(CallSite::PostAction(qa)),
        "APP_NAME APP_NAMESPACE BRANCH CHANGE_ID COMMIT_AUTHOR COMMIT_DATE COMMIT_MESSAGE COMMIT_SHA ENVIRONMENT PATH PRODUCT_NAME PROMOTION_FLOW_NAME RELEASE_ID RELEASE_URL REPO_URL RUNTIME VERSION"
    );
    assert_eq!(
        of(CallSite::PostAction(prod)),
        "APP_NAME APP_NAMESPACE BRANCH CHANGE_ID ENVIRONMENT PATH PRODUCT_NAME PROMOTION_FLOW_NAME RELEASE_ID RELEASE_URL REPO_URL RUNTIME VERSION"
    );
    assert_eq!(
        of(CallSite::RollbackAction(prod)),
        "APP_NAME APP_NAMESPACE BRANCH CHANGE_ID ENVIRONMENT PATH PREVIOUS_VERSION PRODUCT_NAME PROMOTION_FLOW_NAME RELEASE_ID RELEASE_URL REPO_URL RUNTIME VERSION"
    );
    assert_eq!(
        of(CallSite::PostAction(environment(&analysis, "dev"))),
        "APP_NAME APP_NAMESPACE BRANCH COMMIT_AUTHOR COMMIT_DATE COMMIT_MESSAGE COMMIT_SHA ENVIRONMENT PATH PRODUCT_NAME PROMOTION_FLOW_NAME RELEASE_ID RELEASE_URL REPO_URL RUNTIME VERSION"
    );
    assert_eq!(of(CallSite::Hook { event: HookEvent::Start, environment: None }), format!("COMMIT_SHA {EVERYWHERE}"));
    assert_eq!(
        of(CallSite::Hook { event: HookEvent::Failure, environment: Some(qa) }),
        format!("COMMIT_SHA ENVIRONMENT ERROR_MESSAGE FAILED_ENVIRONMENTS {EVERYWHERE}")
    );
}

const HOOKS: &str = "environment dev, a, b, c, late, any, two, all
group abc = a, b, c
workflow release-start { gives R }
workflow start-a { gives SA }
workflow success-a { gives A }
workflow success-ab { gives AB }
workflow late-start { gives L }
product shop { }
flow main {
  trigger dev
  on start release-start
  promote a after dev { on start start-a; on success success-a }
  promote b after dev { on success success-ab }
  promote c after a { on success success-ab }
  promote any after any of abc
  promote two after 2 of abc
  promote all after abc
  promote late after all { on start late-start }
}
";

/// The parameters of a hook beyond those that every hook has.
fn given(analysis: &Analysis, event: HookEvent, environment_name: Option<&str>) -> String {
    let site = CallSite::Hook { event, environment: environment_name.map(|name| environment(analysis, name)) };
    let provided = analysis.program.product_flow(product(analysis, "shop"), flow(analysis, "main")).provided(site);
    let given = provided.into_iter().filter(|(_, provider)| *provider != Provider::Place);
    given.map(|(name, _)| name).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_hook_gets_what_hooks_give_that_must_have_succeeded_before() {
    let analysis = good(HOOKS);
    let of = |event, name| given(&analysis, event, name);
    assert_eq!(of(HookEvent::Start, None), "");
    assert_eq!(of(HookEvent::Start, Some("a")), "R");
    assert_eq!(of(HookEvent::Success, Some("a")), "R SA");
    assert_eq!(of(HookEvent::Failure, Some("a")), "R", "its own on-start may be what failed");
    assert_eq!(of(HookEvent::Start, Some("c")), "A R SA");
    assert_eq!(of(HookEvent::Start, Some("late")), "A AB R SA", "all of `after`, transitively");
    assert_eq!(of(HookEvent::Success, None), "A AB L R SA");
    assert_eq!(of(HookEvent::Failure, None), "");
}

#[test]
fn of_n_of_only_what_every_choice_contains_counts() {
    let analysis = good(HOOKS);
    // `b` gives neither A nor SA. Any two contain `a`, or `c`, which comes after `a`. `b` and `c` give AB, and `a` does
    // not.
    assert_eq!(given(&analysis, HookEvent::Start, Some("any")), "R");
    assert_eq!(given(&analysis, HookEvent::Start, Some("two")), "A AB R SA");
    assert_eq!(given(&analysis, HookEvent::Start, Some("all")), "A AB R SA");
}

#[test]
fn a_provider_names_the_workflow_and_its_call() {
    let analysis = good(HOOKS);
    let site = CallSite::Hook { event: HookEvent::Start, environment: Some(environment(&analysis, "c")) };
    let provided = analysis.program.product_flow(product(&analysis, "shop"), flow(&analysis, "main")).provided(site);
    let Some(Provider::Workflow { workflow, span, environment: at }) = provided.get("A") else { panic!() };
    assert_eq!(analysis.program.workflows[*workflow].name.value, "success-a");
    assert_eq!((analysis.sources.text(*span), *at), ("success-a", Some(environment(&analysis, "a"))));
}

#[test]
fn hooks_of_policies_give_parameters_and_a_cycle_terminates() {
    let analysis = good(
        "environment dev, a, b\nworkflow w { gives W }\nproduct shop { }\npolicy p { for environment a; on success w }\n\
         flow main { trigger dev; promote a; promote b }\n",
    );
    assert_eq!(given(&analysis, HookEvent::Start, Some("b")), "W");
    let cycle = good(
        "environment dev, a, b\nworkflow w { gives W }\nproduct shop { }\n\
         flow main { trigger dev; promote a after b { on success w }; promote b after a }\n",
    );
    assert_eq!(given(&cycle, HookEvent::Start, Some("b")), "W");
}
