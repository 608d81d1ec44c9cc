//! What Codefresh and Argo Workflows would do with the manifests: assertions on the parsed YAML, one for each decision of
//! `docs/targets/codefresh.md`. The schemas are checked in `compile_schemas`.

#![allow(clippy::disallowed_methods, reason = "only a shell can run a generated script")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use promoc::analyse;
use promoc::check::recorded;
use promoc::compile::{CompileOptions, compile, target};
use promoc::diagnostic::{Code, Diagnostic};
use promoc::program::MemoryFiles;
use serde_json::Value;

/// The manifests by path, and each diagnostic as `CODE message`, the text it underlines, and its help.
struct Outcome {
    files: BTreeMap<String, Value>,
    said: Vec<(String, String, String)>,
}

impl Outcome {
    fn flow(&self, name: &str) -> &Value {
        &self.files[&format!("resources/configurations/promotion-flows/{name}.yaml")]
    }

    fn step(&self, flow: &str, environment: &str) -> &Value {
        let steps = self.flow(flow)["spec"]["steps"].as_array().expect("steps");
        steps.iter().find(|step| step["environment"] == environment).expect("the step")
    }

    fn workflow(&self, name: &str) -> &Value {
        &self.files[&format!("resources/control-planes/promotion-workflows/{name}.yaml")]
    }

    fn workflows(&self) -> impl Iterator<Item = &Value> {
        self.files.values().filter(|manifest| manifest["kind"] == "WorkflowTemplate")
    }

    fn codes(&self, code: &str) -> Vec<(&str, &str, &str)> {
        let all = self.said.iter().filter(|(message, ..)| message.starts_with(code));
        all.map(|(message, at, help)| (message.as_str(), at.as_str(), help.as_str())).collect()
    }
}

/// Compiles; what is refused has no files.
fn outcome(text: &str, options: &CompileOptions) -> Outcome {
    let files = MemoryFiles(BTreeMap::from([("main.promo".to_owned(), text.to_owned())]));
    let analysis = analyse(&files, "main.promo").expect("it loads");
    assert!(analysis.analysis().diagnostics.is_empty(), "{:#?}\n{text}", analysis.diagnostics());
    let target = target("codefresh").expect("the target");
    let (files, diagnostics) = match compile(recorded(analysis.analysis()), target, options) {
        Ok(compiled) => (compiled.files, compiled.diagnostics),
        Err(diagnostics) => {
            assert!(diagnostics.iter().any(|diagnostic| diagnostic.code == Code::E0801));
            (Vec::new(), diagnostics)
        }
    };
    let one = |Diagnostic { code, message, help, labels, .. }: Diagnostic| {
        let at = labels.first().map(|label| analysis.sources().text(label.span)).unwrap_or_default();
        (format!("{code} {message}"), at.to_owned(), help.to_string())
    };
    let said = diagnostics.into_iter().map(one).collect();
    let files = files.into_iter().map(|(path, text)| (path, serde_yaml::from_str(&text).expect("YAML")));
    Outcome { files: files.collect(), said }
}

fn compiled(text: &str) -> Outcome {
    let outcome = outcome(text, &CompileOptions::default());
    assert_eq!(outcome.codes("E0801"), [], "{text}");
    outcome
}

fn refused(text: &str) -> Outcome {
    let outcome = outcome(text, &CompileOptions::default());
    assert_ne!(outcome.codes("E0801"), [], "{text}");
    outcome
}

const WORKFLOWS: &str = r#"environment dev, qa, prod
workflow before { needs APP_NAME; image "alpine:3.20"; run "echo" }
workflow after { image "alpine:3.20"; run "echo" }
workflow other { image "alpine:3.20"; run "echo" }
"#;

/// A product at GitHub with an application in each environment.
fn product(name: &str, flow: &str) -> String {
    format!(
        "product {name} {{\n  copy \"values.yaml\"\n  repo \"https://github.com/acme/{name}.git\"\n  application \
         {name}-{{environment}} in dev, qa, prod {{ path \"{{environment}}\" }}\n  flow {flow}\n}}\n"
    )
}

fn program(rest: &str) -> String {
    format!("{WORKFLOWS}{}{rest}\n", product("shop", "main"))
}

/// A flow of two products.
fn shared(rest: &str) -> String {
    format!("{WORKFLOWS}{}{}{rest}\n", product("shop", "main"), product("blog", "main"))
}

const PLAIN: &str = "flow main { trigger dev; promote qa; promote prod after qa }";

#[test]
fn each_resource_is_where_the_runtime_looks_for_it() {
    let text = format!(
        "{WORKFLOWS}template chart {{ copy \"values.yaml\" }}\npolicy rule {{ action commit }}\n{}{PLAIN}\n",
        product("shop", "main").replace("copy \"values.yaml\"", "template chart")
    );
    let outcome = compiled(&text);
    let wanted = [
        ("resources/configurations/products/shop.yaml", "Product"),
        ("resources/configurations/promotion-flows/main.yaml", "PromotionFlow"),
        ("resources/configurations/promotion-policies/rule.yaml", "PromotionPolicy"),
        ("resources/configurations/promotion-templates/chart.yaml", "PromotionTemplate"),
        ("resources/control-planes/promotion-workflows/after.yaml", "WorkflowTemplate"),
        ("resources/control-planes/promotion-workflows/before.yaml", "WorkflowTemplate"),
        ("resources/control-planes/promotion-workflows/other.yaml", "WorkflowTemplate"),
    ];
    let found: Vec<(&str, &str)> =
        outcome.files.iter().map(|(path, manifest)| (path.as_str(), manifest["kind"].as_str().unwrap())).collect();
    assert_eq!(found, wanted);
}

#[test]
fn a_step_depends_on_every_environment_it_names() {
    let outcome = compiled(&program("flow main { trigger dev; promote qa; promote prod after dev, qa }"));
    assert_eq!(outcome.flow("main")["spec"]["triggerEnvironment"], "dev");
    assert_eq!(outcome.step("main", "qa")["dependsOn"], serde_json::json!(["dev"]));
    assert_eq!(outcome.step("main", "prod")["dependsOn"], serde_json::json!(["dev", "qa"]));
}

#[test]
fn a_step_says_all_three_actions_as_merged() {
    let outcome = compiled(&program(
        "policy rule { for environment qa; pre-action before; action pull-request; post-action after }\n\
         flow main { trigger dev; promote qa { action commit; post-action other }; promote prod after qa }",
    ));
    let all = serde_json::json!({"preAction": "before", "action": "commit", "postAction": "other"});
    assert_eq!(outcome.step("main", "qa")["policy"], all);
    assert_eq!(outcome.step("main", "prod")["policy"], serde_json::json!({"action": "commit"}));
    // the policy stays for promotions by hand
    let policy = &outcome.files["resources/configurations/promotion-policies/rule.yaml"]["spec"]["policy"];
    assert_eq!(policy, &serde_json::json!({"preAction": "before", "action": "pr", "postAction": "after"}));
    assert_eq!(outcome.said, []);
}

#[test]
fn a_value_of_a_policy_is_that_of_the_environment_in_a_step() {
    let workflow = "workflow say { needs WHERE; image \"alpine:3.20\"; run \"echo\" }\n";
    let flow =
        "flow main { trigger dev; promote qa, prod { pre-action say with WHERE = \"{product} {environment}\" } }";
    let outcome = compiled(&program(&format!("{workflow}{flow}")));
    for environment in ["qa", "prod"] {
        let name = outcome.step("main", environment)["policy"]["preAction"].as_str().unwrap();
        let step = &outcome.workflow(name)["spec"]["templates"][0]["steps"][0][0];
        assert_eq!(step["arguments"]["parameters"][0]["value"], format!("shop {environment}"));
    }
}

#[test]
fn where_products_differ_the_policies_decide_and_the_doubt_about_priority_is_named() {
    let outcome = compiled(&shared(&format!(
        "policy low {{ priority 1; action commit }}\npolicy high {{ priority 2; for product shop; for environment qa; \
         action none }}\n{PLAIN}"
    )));
    assert!(outcome.step("main", "qa").get("policy").is_none());
    assert_eq!(outcome.step("main", "prod")["policy"], serde_json::json!({"action": "commit"}));
    let warnings = outcome.codes("W0802");
    let [(message, at, help)] = warnings.as_slice() else { panic!("{warnings:?}") };
    assert_eq!(*at, "priority 2");
    assert!(message.contains("the action of `shop` in `qa` is that of `high`, not of `low`"), "{message}");
    assert!(help.contains("affects flow `main`"), "{help}");
}

#[test]
fn the_doubt_about_priority_is_only_about_promotions_by_hand_where_a_step_says_all() {
    let policies = "policy low { priority 1; action none }\npolicy high { priority 2; action commit }\n";
    let outcome = compiled(&program(&format!("{policies}{PLAIN}")));
    assert_eq!(outcome.step("main", "qa")["policy"], serde_json::json!({"action": "commit"}));
    let warnings = outcome.codes("W0802");
    let [(_, "priority 2", help)] = warnings.as_slice() else { panic!("{warnings:?}") };
    assert!(help.contains("the steps of flows do not need it"), "{help}");
    // no doubt if they agree, or if only one of them matches
    let agreed = policies.replace("none", "commit");
    let apart =
        policies.replacen('{', "{ for environment qa;", 1).replacen("high {", "high { for environment prod;", 1);
    for policies in [agreed, apart] {
        assert_eq!(compiled(&program(&format!("{policies}{PLAIN}"))).said, [], "{policies}");
    }
}

#[test]
fn what_neither_the_flow_nor_the_policies_can_say_is_refused() {
    let policy = "policy rule { for product shop; for environment qa; post-action after; action commit }\n";
    let own = "flow main { trigger dev; promote qa { pre-action before }; promote prod after qa }";
    let outcome = refused(&shared(&format!("{policy}{own}")));
    let [(message, at, help)] = outcome.codes("E0801")[..] else { panic!("{:?}", outcome.said) };
    assert_eq!(message, "E0801 the post-action of `qa` differs between products of flow `main`");
    assert_eq!(at, "post-action after");
    // the help compiles once the flow sets nothing itself
    assert!(help.contains("`policy blog-in-qa { for product blog; for environment qa; action commit }`"), "{help}");
    let fixed = format!("{policy}policy blog-in-qa {{ for product blog; for environment qa; action commit }}\n{PLAIN}");
    assert!(compiled(&shared(&fixed)).step("main", "qa").get("policy").is_none());
}

#[test]
fn only_one_application_in_the_trigger_environment_can_be_promoted() {
    let two = "product duo {\n  copy \"v.yaml\"\n  repo \"https://github.com/acme/duo.git\"\n  application \
               api-{environment} in dev, qa { path \"api/{environment}\" }\n  application web-{environment} in dev, qa \
               { path \"web/{environment}\" }\n  flow small\n}\nflow small { trigger dev; promote qa }\n";
    let outcome = refused(&program(&format!("{PLAIN}\n{two}")));
    let [(message, at, help)] = outcome.codes("E0801")[..] else { panic!("{:?}", outcome.said) };
    assert!(message.starts_with("E0801 `duo` has 2 applications in `dev`"), "{message}");
    assert!(at.starts_with("web-{environment}"), "{at}");
    assert!(help.contains("product duo-2 {"), "{help}");
    // several in the target only are no problem: all of them get the one of the trigger
    let target_only = two.replace("web-{environment} in dev, qa", "web-{environment} in qa");
    compiled(&program(&format!("{PLAIN}\n{target_only}")));
}

#[test]
fn an_application_with_sources_is_refused() {
    let sources = "{ source charts { path \"charts/{environment}\" }; source values { path \"{environment}\" } }";
    let text = program(PLAIN).replace("{ path \"{environment}\" }", sources);
    let outcome = refused(&text);
    let [(message, at, _)] = outcome.codes("E0801")[..] else { panic!("{:?}", outcome.said) };
    assert_eq!((message, at), ("E0801 Codefresh does not promote applications with several sources", "charts"));
}

#[test]
fn pull_requests_need_github() {
    let text = |repo: &str, policy: &str, action: &str| {
        let flow = format!("flow main {{ trigger dev; promote qa {{ {action} }} }}");
        program(&format!("{policy}\n{flow}")).replace("https://github.com/acme/shop.git", repo)
    };
    let own = "action pull-request";
    assert_eq!(compiled(&text("https://github.com/acme/shop.git", "", own)).said, []);
    for repo in ["https://gitlab.com/acme/shop.git", "git@bitbucket.org:acme/shop.git"] {
        let outcome = refused(&text(repo, "", own));
        let [(message, at, _)] = outcome.codes("E0801")[..] else { panic!("{:?}", outcome.said) };
        assert!(message.starts_with("E0801 Codefresh opens pull requests only at GitHub, not at "), "{message}");
        assert_eq!(at, own);
        // also if a policy says so
        let by_policy = refused(&text(repo, "policy rule { action pull-request }", ""));
        assert_eq!(by_policy.codes("E0801").len(), 1, "{:?}", by_policy.said);
        assert_eq!(compiled(&text(repo, "", "action commit")).said, []);
    }
    let outcome = compiled(&text("https://git.example.com/acme/shop.git", "", own));
    let [(message, at, _)] = outcome.codes("W0802")[..] else { panic!("{:?}", outcome.said) };
    assert!(message.contains("may be elsewhere"), "{message}");
    assert_eq!(at, own);
}

/// A product with this version and these paths.
fn content(version: &str, paths: &str) -> String {
    program(PLAIN).replace("copy \"values.yaml\"", &format!("{version}\n  copy \"values.yaml\" {paths}"))
}

#[test]
fn paths_are_written_in_the_dialect_of_codefresh() {
    let outcome = compiled(&content(
        "version from \"Chart.yaml\" at $['appVersion']",
        "at $..image, $.a[\"b-c\"].*, $.list[0], $['x'][*]",
    ));
    let promotion = &outcome.files["resources/configurations/products/shop.yaml"]["spec"]["promotionTemplate"];
    assert_eq!(promotion["versionSource"], serde_json::json!({"file": "Chart.yaml", "jsonPath": "$[\"appVersion\"]"}));
    let wanted = serde_json::json!(["$..image", "$.a[\"b-c\"].*", "$.list[0]", "$[\"x\"].*"]);
    assert_eq!(promotion["promotion"]["values.yaml"]["jsonPaths"], wanted);
}

#[test]
fn a_path_that_codefresh_cannot_read_is_refused_at_its_place_with_one_that_it_can() {
    let cases = [
        ("$.env[?@.name == \"A\"].value", "[?@.name == \"A\"]", "copy \"values.yaml\" at $.env"),
        ("$.list[-1]", "[-1]", "copy \"values.yaml\" at $.list"),
        ("$.list[0:2].x", "[0:2]", "copy \"values.yaml\" at $.list"),
        ("$['a','b']", "['a','b']", "copy \"values.yaml\""),
    ];
    for (path, place, fixed) in cases {
        let outcome = refused(&content("", &format!("at $.x, {path}")));
        let [(message, at, help)] = outcome.codes("E0801")[..] else { panic!("{:?}", outcome.said) };
        assert!(message.contains(path), "{message}");
        assert_eq!(at, place);
        assert!(help.contains(&format!("`{fixed}`")), "{help}");
        compiled(&content("", "").replace("copy \"values.yaml\"", fixed));
        // with loss allowed, the other path remains
        let allowed = outcome_with_loss(&content("", &format!("at $.x, {path}")));
        let files = &allowed.files["resources/configurations/products/shop.yaml"]["spec"]["promotionTemplate"];
        assert_eq!(files["promotion"]["values.yaml"]["jsonPaths"], serde_json::json!(["$.x"]));
    }
}

#[test]
fn a_product_with_nothing_left_to_copy_is_not_written_as_one_that_copies_everything() {
    let inline = content("", "at $.list[-1]");
    let template = inline
        .replace("  copy \"values.yaml\" at $.list[-1]\n", "  template chart\n")
        .replace("product shop", "template chart { copy \"values.yaml\" at $.list[-1] }\nproduct shop");
    for text in [inline, template] {
        assert_eq!(refused(&text).codes("E0801").len(), 1);
        let allowed = outcome_with_loss(&text);
        let kinds: BTreeSet<&str> = allowed.files.values().map(|manifest| manifest["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, BTreeSet::from(["PromotionFlow", "WorkflowTemplate"]), "{text}");
        assert!(
            allowed.said.iter().any(|(message, ..)| message.contains("`shop` has no manifest")),
            "{:?}",
            allowed.said
        );
    }
    // without any `copy`, everything is copied, as the program says
    let all = compiled(&program(PLAIN).replace("  copy \"values.yaml\"\n", ""));
    assert!(all.files["resources/configurations/products/shop.yaml"]["spec"].get("promotionTemplate").is_none());
}

fn outcome_with_loss(text: &str) -> Outcome {
    outcome(text, &CompileOptions { allow_loss: true, ..CompileOptions::default() })
}

#[test]
fn a_version_path_has_no_dash_or_blank() {
    for (path, place) in [("$[\"app-version\"]", "-"), ("$.a[\"app version\"]", " ")] {
        let outcome = refused(&content(&format!("version from \"Chart.yaml\" at {path}"), "at $.a"));
        let [(_, at, help)] = outcome.codes("E0801")[..] else { panic!("{:?}", outcome.said) };
        assert_eq!(at, place);
        let (_, fixed) = help.split_once('`').and_then(|(_, rest)| rest.split_once("`version")).expect("a statement");
        let fixed = format!("version{}", fixed.trim_end_matches("`."));
        assert!(fixed.contains("app_version"), "{fixed}");
        compiled(&content(&fixed, "at $.a"));
        // a path of a `copy` may have both
        compiled(&content("", &format!("at {path}")));
    }
}

#[test]
fn every_workflow_names_its_service_account() {
    let text = program(
        "workflow robot { image \"alpine:3.20\"; run \"echo\"; service-account robot }\nworkflow say { needs X; image \
         \"alpine:3.20\"; run \"echo\" }\nflow main { trigger dev; promote qa { soak 1h; pre-action robot; on success \
         say with X = \"1\" } }",
    );
    let accounts = |option: Option<&str>| -> BTreeMap<String, String> {
        let service_account = option.map(str::to_owned);
        let outcome = outcome(&text, &CompileOptions { service_account, ..CompileOptions::default() });
        let name = |manifest: &Value, key: &str| manifest[key]["name"].as_str().map(str::to_owned);
        let account = |manifest: &Value| manifest["spec"]["serviceAccountName"].as_str().map(str::to_owned);
        outcome.workflows().map(|it| (name(it, "metadata").unwrap(), account(it).unwrap_or_default())).collect()
    };
    for (option, wanted) in [(None, "cf-default-promotion-workflows-sa"), (Some("team-a"), "team-a")] {
        let accounts = accounts(option);
        assert!(accounts.len() > 5 && accounts.keys().any(|name| name.starts_with("say-with-")), "{accounts:?}");
        for (name, account) in accounts {
            assert_eq!(account, if name == "robot" { "robot" } else { wanted }, "{name}");
        }
    }
}

/// The script of a workflow, run with this value.
fn run_with(outcome: &Outcome, workflow: &str, passed: &str) -> String {
    let templates = outcome.workflow(workflow)["spec"]["templates"].as_array().unwrap();
    let script = templates.iter().find(|template| template["name"] == "run").unwrap()["script"]["source"].as_str();
    let mut command = Command::new("sh");
    command
        .args(["-e", "-c", script.unwrap()])
        .env("FAILED_ENVIRONMENTS", passed)
        .env("ERROR_MESSAGE", "it's \"bad\"\n$x");
    let out = command.output().expect("a shell");
    assert!(out.status.success(), "{out:?}");
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn failed_environments_are_names_with_commas_as_in_promoc_run() {
    let page = |script: &str| {
        format!(
            "workflow page {{ needs FAILED_ENVIRONMENTS, ERROR_MESSAGE; image \"alpine:3.20\"; run \"\"\"\n  {script}\n  \"\"\"\n}}\n\
             flow main {{ trigger dev; promote qa {{ on failure page }}; on failure page }}"
        )
    };
    // the second script has to be encoded
    for script in ["printf '%s' \"$FAILED_ENVIRONMENTS\"", "test '{{x}}' != y; printf '%s' \"$FAILED_ENVIRONMENTS\""] {
        let outcome = compiled(&program(&page(script)));
        assert_eq!(outcome.flow("main")["spec"]["hooks"]["onFail"], "page");
        assert_eq!(outcome.step("main", "qa")["hooks"]["onFail"], "page");
        let array =
            r#"[{"Name":"qa","Status":"Failed","Error-message":"a \"quote\"\n},{\"name\":\"x\""},{"name":"prod"}]"#;
        assert_eq!(run_with(&outcome, "page", array), "qa,prod");
        assert_eq!(run_with(&outcome, "page", "qa"), "qa");
        assert_eq!(run_with(&outcome, "page", "[]"), "");
    }
    // no such line in other scripts
    let outcome = compiled(&program(PLAIN));
    assert_eq!(outcome.workflow("after")["spec"]["templates"][0]["script"]["source"], "echo");
    // a template in the cluster gets the JSON as it is, in a hook of the release
    let cluster = "workflow page { needs FAILED_ENVIRONMENTS; uses \"pager\" }\n";
    let outcome = compiled(&program(&format!("{cluster}flow main {{ trigger dev; promote qa; on failure page }}")));
    let warnings = outcome.codes("W0802");
    assert!(matches!(warnings.as_slice(), [(message, "page", _)] if message.contains("JSON array")), "{warnings:?}");
}

#[test]
fn a_soak_and_approvals_are_suspended_one_after_the_other() {
    let outcome = compiled(&program(
        "flow main { trigger dev; promote qa { soak 90m; approval lead; approval owner; on start other } }",
    ));
    let name = outcome.step("main", "qa")["hooks"]["onStart"].as_str().unwrap();
    let templates = outcome.workflow(name)["spec"]["templates"].as_array().unwrap();
    let steps = templates.iter().find(|template| template["name"] == "start").unwrap()["steps"].as_array().unwrap();
    let groups: Vec<&Vec<Value>> = steps.iter().map(|group| group.as_array().unwrap()).collect();
    // one node in each group: Argo runs the nodes of a group side by side, and a resume resumes all that are suspended
    assert!(groups.iter().all(|group| group.len() == 1), "{groups:?}");
    let names: Vec<&str> = groups.iter().map(|group| group[0]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["soak", "approval-1", "approval-2", "run"]);
    let suspend = |name: &str| &templates.iter().find(|template| template["name"] == name).unwrap()["suspend"];
    assert_eq!(suspend("soak"), &serde_json::json!({"duration": "5400"}));
    assert_eq!((suspend("approval-1"), suspend("approval-2")), (&serde_json::json!({}), &serde_json::json!({})));
    let warnings = outcome.codes("W0802");
    let [(message, at, _)] = warnings.as_slice() else { panic!("{warnings:?}") };
    assert_eq!((*message, *at), ("W0802 in Codefresh, a soak ends early if somebody resumes its workflow", "soak 90m"));
    // an approval alone has no such doubt
    let alone = compiled(&program("flow main { trigger dev; promote qa { approval lead } }"));
    assert_eq!(alone.said, []);
}

#[test]
fn a_post_trigger_and_a_rounded_timeout_are_warnings() {
    let outcome = compiled(&program("flow main { timeout 61m; trigger dev { post-action after }; promote qa }"));
    assert_eq!(outcome.flow("main")["spec"]["postTrigger"], "after");
    assert_eq!(outcome.flow("main")["spec"]["promotionTimeoutLimit"], 2);
    let at: Vec<&str> = outcome.codes("W0802").into_iter().map(|(_, at, _)| at).collect();
    assert_eq!(at, ["timeout 61m", "after"]);
    assert_eq!(compiled(&program("flow main { timeout 2h; trigger dev; promote qa }")).said, []);
}

#[test]
fn what_codefresh_lacks_is_refused() {
    let flows = [
        ("flow main { trigger dev; promote qa { window night } }", "window night"),
        ("flow main { bake 1h; trigger dev; promote qa }", "bake 1h"),
        (
            "flow main { trigger dev; promote qa; promote prod after qa; rollback qa when prod fails }",
            "rollback qa when prod fails",
        ),
        ("flow main { trigger dev; promote qa { timeout 1h } }", "timeout 1h"),
        ("flow main { trigger dev; promote qa { retry 2 } }", "retry 2"),
        ("flow main { trigger dev; promote qa; promote prod after any of both }", "any of both"),
    ];
    for (flow, statement) in flows {
        let text = program(&format!("group both = dev, qa\nwindow night {{ open mon..sun 00:00..04:00 }}\n{flow}"));
        let outcome = refused(&text);
        let found = outcome.codes("E0801");
        let [(message, at, _)] = found.as_slice() else { panic!("{found:?}") };
        assert!(statement.ends_with(at) || statement.starts_with(at), "{message} at {at}");
        // allowed, it is a warning and a comment at the head of the file that lacks it
        let allowed = outcome_with_loss(&text);
        assert!(allowed.codes("W0802").iter().any(|(said, ..)| said[6..].starts_with(&message[6..])), "{message}");
    }
}

/// A flow from `dev` to stores, of which `shop` has the given ones.
fn fleet(declared: &str, present: &str, rest: &str) -> String {
    format!(
        "environment dev\nenvironment {declared} {{ label tier = store }}\ngroup stores = where tier = store\n\
         workflow tidy {{ image \"alpine:3\"; run \"true\" }}\n\
         product shop {{ copy \"a\" at $.a; repo \"./r\"; application s-{{environment}} in dev, {present} {{ path \"{{environment}}\" }}; flow main }}\n\
         {rest}\n"
    )
}

#[test]
fn each_wave_depends_on_the_wave_before_it() {
    let flow = "flow main { trigger dev; promote stores in waves of 1, 50% }";
    let outcome = compiled(&fleet("store-1..store-5", "stores", flow));
    let depends = |store: &str| outcome.step("main", store)["dependsOn"].to_string();
    assert_eq!(depends("store-1"), "[\"dev\"]");
    assert_eq!(depends("store-4"), "[\"store-1\"]");
    assert_eq!(depends("store-5"), "[\"store-2\",\"store-3\",\"store-4\"]");
}

#[test]
fn a_policy_for_a_label_names_its_environments() {
    let policies = "flow main { trigger dev; promote stores }
         policy labelled { for label tier = store; pre-action tidy }
         policy narrowed { for label tier = store; for environment dev, store-2; post-action tidy }";
    let outcome = compiled(&fleet("store-1..store-3", "stores", policies));
    let names = |policy: &str| {
        let manifest = &outcome.files[&format!("resources/configurations/promotion-policies/{policy}.yaml")];
        manifest["spec"]["selector"]["targetEnvironment"]["names"].to_string()
    };
    assert_eq!(names("labelled"), "[\"store-1\",\"store-2\",\"store-3\"]");
    assert_eq!(names("narrowed"), "[\"store-2\"]");
}

#[test]
fn a_target_that_a_product_lacks_is_refused() {
    let flow = "flow main { trigger dev; promote stores where present }";
    let outcome = refused(&fleet("store-1..store-2", "store-1", flow));
    let message = "E0801 a flow in Codefresh has the same environments for all its products, but `shop` has no \
                   application in `store-2`";
    let [(said, at, _)] = outcome.codes("E0801")[..] else { panic!("{:?}", outcome.said) };
    assert_eq!((said, at), (message, "where present"));
    assert_eq!(compiled(&fleet("store-1..store-2", "stores", flow)).codes("E0801"), []);
}

#[test]
fn a_manifest_that_no_cluster_stores_is_refused_with_its_size() {
    let flow = "flow main { trigger dev; promote stores in waves of 500 }";
    let outcome = refused(&fleet("store-0001..store-2000", "stores", flow));
    let [(message, at, _)] = outcome.codes("E0801")[..] else { panic!("{:?}", outcome.said) };
    assert!(
        message.starts_with("E0801 the manifest of flow `main` has 9.") && message.ends_with("at most 1 MB"),
        "{message}"
    );
    assert_eq!(at, "main");
}

const EXAMPLES: [&str; 8] = [
    "tests/compile/everything.promo",
    "tests/compile/refused.promo",
    "examples/quickstart/main.promo",
    "examples/sequential/main.promo",
    "examples/policies/main.promo",
    "examples/parallel/main.promo",
    "examples/dependencies/main.promo",
    "examples/one-folder/main.promo",
];

/// Every `{{…}}` in a value.
fn tags(value: &Value) -> BTreeSet<String> {
    let text = value.to_string();
    text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(tag, _)| tag.trim().to_owned()).collect()
}

fn names(value: &Value) -> BTreeSet<String> {
    let list = value["parameters"].as_array().into_iter().flatten();
    list.filter_map(|parameter| parameter["name"].as_str()).map(str::to_owned).collect()
}

#[test]
fn argo_would_accept_every_workflow() {
    for example in EXAMPLES {
        let outcome = outcome_with_loss(&std::fs::read_to_string(example).unwrap());
        let by_name: BTreeMap<&str, &Value> =
            outcome.workflows().map(|it| (it["metadata"]["name"].as_str().unwrap(), it)).collect();
        for (name, manifest) in &by_name {
            accepted(name, manifest, &by_name);
        }
    }
}

fn is_label(name: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    name.len() <= 63 && name.starts_with(word) && name.ends_with(word) && name.chars().all(|c| word(c) || c == '-')
}

/// As `argo lint`: names, the entrypoint, and everything that refers to something.
fn accepted(name: &str, manifest: &Value, by_name: &BTreeMap<&str, &Value>) {
    let spec = &manifest["spec"];
    assert!(is_label(name), "{name}");
    assert_eq!(manifest["metadata"]["annotations"]["codefresh.io/workflow-origin"], "promotion");
    let templates = spec["templates"].as_array().unwrap();
    let find = |wanted: &Value| templates.iter().find(|template| template["name"] == *wanted);
    assert!(find(&spec["entrypoint"]).is_some(), "{name}: {}", spec["entrypoint"]);
    let declared = names(&spec["arguments"]);
    let mut seen = BTreeSet::new();
    for template in templates {
        assert!(is_label(template["name"].as_str().unwrap()) && seen.insert(template["name"].to_string()), "{name}");
        let kinds = ["steps", "suspend", "script"].into_iter().filter(|kind| template.get(kind).is_some());
        assert_eq!(kinds.count(), 1, "{name}: {template}");
        let inputs = names(&template["inputs"]);
        for tag in tags(template) {
            if let Some(parameter) = tag.strip_prefix("workflow.parameters.") {
                assert!(declared.contains(parameter), "{name}: {tag}");
            } else if let Some(parameter) = tag.strip_prefix("inputs.parameters.") {
                assert!(inputs.contains(parameter), "{name}: {tag}");
            } else {
                assert_eq!(tag, "workflow.name", "{name}"); // written by refused.promo itself
            }
        }
        for step in template["steps"].as_array().into_iter().flatten().flat_map(|group| group.as_array().unwrap()) {
            if step.get("template").is_some() {
                assert!(find(&step["template"]).is_some(), "{name}: {step}");
                continue;
            }
            let callee =
                by_name[step["templateRef"]["name"].as_str().unwrap()]["spec"]["templates"].as_array().unwrap();
            let callee = callee.iter().find(|it| it["name"] == step["templateRef"]["template"]).unwrap();
            assert_eq!(names(&step["arguments"]), names(&callee["inputs"]), "{name}: {step}");
        }
        let mounts = template["script"]["volumeMounts"].as_array().into_iter().flatten();
        let volumes: Vec<&Value> = template["volumes"].as_array().into_iter().flatten().map(|it| &it["name"]).collect();
        assert!(mounts.into_iter().all(|mount| volumes.contains(&&mount["name"])), "{name}");
    }
}

#[test]
fn every_workflow_that_a_flow_or_policy_names_is_written_or_in_the_cluster() {
    let cluster = ["close-change", "jira-open-bug", "external"];
    for example in EXAMPLES {
        let outcome = outcome_with_loss(&std::fs::read_to_string(example).unwrap());
        let written: BTreeSet<&str> = outcome.workflows().map(|it| it["metadata"]["name"].as_str().unwrap()).collect();
        let mut named = BTreeSet::new();
        for manifest in outcome.files.values() {
            let spec = &manifest["spec"];
            let steps = spec["steps"].as_array().into_iter().flatten();
            for part in
                steps.flat_map(|step| [&step["policy"], &step["hooks"]]).chain([&spec["policy"], &spec["hooks"]])
            {
                let workflows = part.as_object().into_iter().flatten().filter(|(key, _)| *key != "action");
                named.extend(workflows.filter_map(|(_, value)| value.as_str()));
            }
            named.extend(spec["postTrigger"].as_str());
        }
        for name in named {
            assert!(written.contains(name) || cluster.contains(&name), "{example}: {name}");
        }
    }
}
