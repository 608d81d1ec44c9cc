use super::*;
use crate::program::decision::WhyNot;
use crate::program::{Call, CallSite, Origin, Policy, Program, Setting};
use crate::syntax::ast::{Action, HookEvent};

const PROGRAM: &str = r#"
environment dev, qa
environment eu, us { kind production }
group regions = eu, us
workflow open-change { gives CHANGE_ID }
workflow close-change { needs CHANGE_ID }
workflow smoke-tests { }
workflow notify { needs CHANNEL = "a" }
window office-hours { open mon..fri }
window lunch { closed mon..fri 12:00..13:00 }
policy non-production { for kind non-production; action pull-request; post-action smoke-tests }
policy production-guard {
  priority 100
  for kind production
  require pre-action open-change
  action commit
  post-action close-change
  window office-hours
  soak 10m
  approval managers
  timeout 2h
  on start notify
}
policy eu-only { priority 100; for environment eu; for product billing; action none; soak 1h; timeout 1h; on start notify }
policy other { for product other; action none; priority 1000 }
product billing { }
product other { }
flow main {
  trigger dev
  promote qa { action none; post-action none }
  promote regions {
    pre-action notify
    window lunch
    soak 30m
    approval leads
    timeout 3h
    on start smoke-tests
  }
}
flow plain { trigger dev { post-action notify }; promote us { pre-action open-change } }
"#;

fn by(program: &Program, origin: Origin) -> String {
    match origin {
        Origin::Default => "default".to_owned(),
        Origin::Flow(_) => "flow".to_owned(),
        Origin::Policy(id, _) => program.policies[id].name.value.clone(),
    }
}

fn call(program: &Program, setting: &Setting<Option<crate::program::Call>>) -> (String, String) {
    let name = setting.value.as_ref().map_or("none", |call| program.workflows[call.workflow].name.value.as_str());
    (name.to_owned(), by(program, setting.origin))
}

fn pair(a: &str, b: &str) -> (String, String) {
    (a.to_owned(), b.to_owned())
}

#[test]
fn one_action_wins_and_gates_add_up() {
    let analysis = good(PROGRAM);
    let program = &analysis.program;
    let of = |environment_name: &str| {
        let billing = program.product_flow(product(&analysis, "billing"), flow(&analysis, "main"));
        billing.at(environment(&analysis, environment_name)).settings()
    };
    let qa = of("qa");
    assert_eq!((qa.action.value, by(program, qa.action.origin)), (Action::None, "flow".to_owned()));
    assert_eq!(call(program, &qa.post_action), pair("none", "flow"));
    assert_eq!(call(program, &qa.pre_action), pair("none", "default"));

    let eu = of("eu");
    assert_eq!(call(program, &eu.pre_action), pair("open-change", "production-guard"), "required beats the flow");
    assert_eq!(call(program, &eu.post_action), pair("close-change", "production-guard"));
    assert_eq!((eu.action.value, by(program, eu.action.origin)), (Action::Commit, "production-guard".to_owned()));
    assert_eq!((eu.soak.value.to_string(), by(program, eu.soak.origin)), pair("1h", "eu-only"));
    let timeout = eu.timeout.unwrap();
    assert_eq!((timeout.value.to_string(), by(program, timeout.origin)), pair("1h", "eu-only"));
    let windows: Vec<_> = eu.windows.iter().map(|(gate, _)| program.windows[gate.window].name.value.as_str()).collect();
    assert_eq!(windows, ["lunch", "office-hours"]);
    let approvals: Vec<_> = eu.approvals.iter().map(|(approval, _)| approval.who.as_str()).collect();
    assert_eq!(approvals, ["leads", "managers"]);
    let hooks: Vec<_> = eu.hooks.iter().map(|(_, origin)| by(program, *origin)).collect();
    assert_eq!(hooks, ["flow", "production-guard", "eu-only"]);

    let us = of("us");
    assert_eq!((us.soak.value.to_string(), by(program, us.soak.origin)), pair("30m", "flow"));
    assert_eq!(us.timeout.map(|timeout| timeout.value.to_string()).as_deref(), Some("2h"));
}

#[test]
fn placeholders_are_replaced_where_settings_hold() {
    let analysis = good(
        "environment dev, qa, eu\nworkflow w { needs A = \"x\" }\n\
         flow main {\n  trigger dev { post-action w with A = \"{product} {environment}\" }\n  promote qa, eu { pre-action w with A = \"{environment} {product}\"; on start w with A = \"{ ok {\" } \n}\n\
         policy all { post-action w with A = \"p {environment}\"; approval \"{product}-{environment}\"; on success w with A = \"{environment}\"; rollback-action w }\n\
         product shop { flow main }\nproduct cart { flow main }\n",
    );
    let program = &analysis.program;
    let value = |call: Option<&Call>| call.map(|call| call.arguments[0].value.clone()).unwrap_or_default();
    let of = |product_name: &str, environment_name: &str| {
        let context = program.product_flow(product(&analysis, product_name), flow(&analysis, "main"));
        let settings = context.at(environment(&analysis, environment_name)).settings();
        let actions = [&settings.pre_action, &settings.post_action].map(|action| value(action.value.as_ref()));
        let approvals = settings.approvals.iter().map(|(approval, _)| approval.who.clone());
        let hooks = settings.hooks.iter().map(|(hook, _)| value(Some(&hook.call)));
        actions.into_iter().chain(approvals).chain(hooks).collect::<Vec<String>>()
    };
    assert_eq!(of("shop", "dev"), ["", "shop dev"]);
    assert_eq!(of("shop", "qa"), ["qa shop", "p qa", "shop-qa", "{ ok {", "qa"]);
    assert_eq!(of("cart", "eu"), ["eu cart", "p eu", "cart-eu", "{ ok {", "eu"]);
    let unlisted = program.context(None, Some(flow(&analysis, "main")), environment(&analysis, "eu")).settings();
    assert_eq!(unlisted.approvals[0].0.who, "{product}-eu", "without a product it stays");
    let words = program.product_flow(product(&analysis, "cart"), flow(&analysis, "main"));
    let words = words.at(environment(&analysis, "eu")).evaluated();
    let of_setting = |name: &str| words.iter().find(|it| it.setting == name).unwrap().words[0].value.clone();
    assert_eq!([of_setting("pre-action"), of_setting("approvals")], ["w with A = \"eu cart\"", "cart-eu"]);
}

#[test]
fn policies_match_by_product_environment_and_kind() {
    let analysis = good(PROGRAM);
    let program = &analysis.program;
    let matching = |product_name: &str, environment_name: &str| -> Vec<String> {
        let (product, environment) = (product(&analysis, product_name), environment(&analysis, environment_name));
        let ids = program.context(Some(product), None, environment).matching_policies();
        ids.into_iter().map(|id| program.policies[id].name.value.clone()).collect()
    };
    assert_eq!(matching("billing", "eu"), ["production-guard", "eu-only"]);
    assert_eq!(matching("other", "eu"), ["other", "production-guard"]);
    assert_eq!(matching("other", "qa"), ["other", "non-production"]);
}

#[test]
fn policies_set_the_post_action_of_the_trigger() {
    let analysis = good(PROGRAM);
    let program = &analysis.program;
    let billing = product(&analysis, "billing");
    let of = |name: &str| {
        let settings = program.product_flow(billing, flow(&analysis, name)).trigger().unwrap().settings();
        assert_eq!((settings.action.value, settings.hooks.len(), settings.soak.value.0), (Action::None, 0, 0));
        call(program, &settings.post_action)
    };
    assert_eq!(of("main"), pair("smoke-tests", "non-production"));
    assert_eq!(of("plain"), pair("notify", "flow"));
}

#[test]
fn candidates_are_in_order_of_importance() {
    let analysis = good(
        "environment dev\nworkflow w { }\nworkflow v { }\nproduct shop { }\n\
         policy low { post-action w }\npolicy required-low { priority 1; require post-action v }\n\
         policy high { priority 9; post-action none }\npolicy required-high { priority 2; require post-action w }\n",
    );
    let program = &analysis.program;
    let shop = program.context(Some(product(&analysis, "shop")), None, environment(&analysis, "dev"));
    let post_action = shop.merge().post_action;
    let order: Vec<_> = post_action
        .candidates()
        .iter()
        .map(|candidate| {
            let policy: &Policy = &program.policies[candidate.policy.unwrap()];
            (policy.name.value.as_str(), candidate.priority, candidate.required.is_some())
        })
        .collect();
    assert_eq!(order, [("required-high", 2, true), ("required-low", 1, true), ("high", 9, false), ("low", 0, false)]);
    assert_eq!(analysis.sources.text(post_action.winner().unwrap().required.unwrap()), "require");
}

#[test]
fn a_flow_that_contradicts_a_requirement_is_a_violation() {
    let analysis = good(PROGRAM);
    let program = &analysis.program;
    let (billing, us) = (product(&analysis, "billing"), environment(&analysis, "us"));
    let found = program.product_flow(billing, flow(&analysis, "main")).at(us).violations();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].setting, analysis.sources.text(found[0].written)), ("pre-action", "notify"));
    assert_eq!(program.policies[found[0].policy].name.value, "production-guard");
    assert_eq!(program.product_flow(billing, flow(&analysis, "plain")).at(us).violations(), []);
}

#[test]
fn a_required_action_beats_the_flow_and_of_equal_ones_the_flow_wins() {
    let analysis = good(
        "environment dev, qa, eu\nproduct shop { }\n\
         policy p { require action pull-request; soak 5m; timeout 1h }\npolicy q { priority 5; soak 5m; timeout 1h; action none }\n\
         flow main { trigger dev; promote qa { action commit; soak 5m; timeout 1h }; promote eu { action pull-request } }\n",
    );
    let program = &analysis.program;
    let main = program.product_flow(product(&analysis, "shop"), flow(&analysis, "main"));
    let [qa_context, eu_context] = ["qa", "eu"].map(|name| main.at(environment(&analysis, name)));
    let [qa, eu] = [qa_context.settings(), eu_context.settings()];
    assert_eq!((qa.action.value, by(program, qa.action.origin)), (Action::PullRequest, "p".to_owned()));
    assert_eq!((by(program, qa.soak.origin), by(program, qa.timeout.unwrap().origin)), pair("flow", "flow"));
    assert_eq!((eu.action.value, by(program, eu.action.origin)), (Action::PullRequest, "flow".to_owned()));
    assert_eq!((by(program, eu.soak.origin), by(program, eu.timeout.unwrap().origin)), pair("q", "q"));
    let otherwise = qa_context.violations();
    assert_eq!(otherwise.len(), 1);
    assert_eq!((otherwise[0].setting, analysis.sources.text(otherwise[0].written)), ("action", "action commit"));
    assert_eq!(eu_context.violations(), []);
}

#[test]
fn damage_is_known_where_it_matters() {
    let analysis = analyse(
        "environment dev, qa, eu\nproduct shop { }\nworkflow w { }\npolicy p { for environment eu; on start nothing-here }\n\
         flow main { trigger dev; promote qa { pre-action unknown-thing }; promote eu }\nflow fine { trigger dev; promote qa }\n",
    );
    let program = &analysis.program;
    let shop = product(&analysis, "shop");
    let at = |flow_name: &str, name: &str| {
        program.product_flow(shop, flow(&analysis, flow_name)).at(environment(&analysis, name)).is_damaged()
    };
    assert!(at("main", "qa") && at("main", "eu"));
    assert!(!at("fine", "qa") && !at("main", "dev"));
    assert!(!program.flows[flow(&analysis, "main")].damaged, "its shape is known");
}

#[test]
fn a_promotion_by_hand_has_the_policies_of_its_target_and_nothing_of_its_source() {
    let mut analysis = good(PROGRAM);
    let (billing, dev, eu) =
        (product(&analysis, "billing"), environment(&analysis, "dev"), environment(&analysis, "eu"));
    let smoke = analysis.program.workflow("smoke-tests").unwrap();
    let made = analysis.program.promotion(billing, dev, eu, Some(Action::PullRequest), Some(None), Some(Some(smoke)));
    let program = &analysis.program;
    let flow = &program.flows[made];
    assert_eq!((flow.name.value.as_str(), flow.targets.len(), flow.graph.edge_count()), ("dev-to-eu", 1, 1));
    let promoted = program.product_flow(billing, made);
    assert_eq!(call(program, &promoted.trigger().unwrap().settings().post_action), pair("none", "default"));
    let settings = promoted.at(eu).settings();
    assert_eq!(settings.action.value, Action::PullRequest);
    assert_eq!(call(program, &settings.pre_action), pair("open-change", "production-guard"));
    assert_eq!(call(program, &settings.post_action), pair("smoke-tests", "flow"));
    assert_eq!(settings.windows.len(), 1);
    assert_eq!(promoted.at(eu).violations()[0].setting, "pre-action");
}

#[test]
fn without_a_product_policies_for_products_do_not_match_and_without_a_flow_only_policies_count() {
    let analysis = good(PROGRAM);
    let program = &analysis.program;
    let (main, eu) = (flow(&analysis, "main"), environment(&analysis, "eu"));
    let unlisted = program.context(None, Some(main), eu);
    assert_eq!((unlisted.product_name(), unlisted.is_target(), unlisted.settings().soak.value.0), ("", true, 1_800));
    let by_policy = program.context(Some(product(&analysis, "billing")), None, eu);
    assert_eq!((by_policy.is_target(), by_policy.span()), (false, None));
    assert_eq!(by_policy.settings().hooks.len(), 2);
    assert_eq!(by_policy.violations(), []);
}

#[test]
fn every_call_of_a_flow_has_its_call_site() {
    let analysis = good(PROGRAM);
    let program = &analysis.program;
    let settled = program.product_flow(product(&analysis, "billing"), flow(&analysis, "plain")).settled();
    let (dev, us) = (environment(&analysis, "dev"), environment(&analysis, "us"));
    let calls: Vec<_> = settled.calls().map(|(site, call)| (site, analysis.sources.text(call.span))).collect();
    assert_eq!(
        calls,
        [
            (CallSite::PostAction(dev), "notify"),
            (CallSite::PreAction(us), "open-change"),
            (CallSite::PostAction(us), "close-change"),
            (CallSite::Hook { event: HookEvent::Start, environment: Some(us) }, "notify"),
        ]
    );
}

#[test]
fn a_decision_has_the_reason_why_a_candidate_does_not_count() {
    let analysis = good(
        "environment dev, qa\nproduct shop { }\npolicy a { action none; soak 5m }\npolicy b { priority 2; action commit }\n\
         policy c { require action pull-request }\npolicy d { require action none; soak 9m }\nflow main { trigger dev; promote qa { action commit } }\n",
    );
    let program = &analysis.program;
    let main = program.product_flow(product(&analysis, "shop"), flow(&analysis, "main"));
    let merged = main.at(environment(&analysis, "qa")).merge();
    let said: Vec<_> = merged.action.trace().map(|(candidate, why_not)| (*candidate.value, why_not)).collect();
    assert_eq!(
        said,
        [
            (Action::Commit, Some(WhyNot::PolicyRequires)),
            (Action::PullRequest, None),
            (Action::None, Some(WhyNot::DeclaredLater)),
            (Action::Commit, Some(WhyNot::OtherIsRequired)),
            (Action::None, Some(WhyNot::OtherIsRequired)),
        ]
    );
    assert_eq!(merged.action.rivals().len(), 2);
    let soak: Vec<_> = merged.soak.trace().map(|(_, why_not)| why_not).collect();
    assert_eq!(soak, [Some(WhyNot::NotLongest), None]);
}
