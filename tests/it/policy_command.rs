//! The command `promoc policy`: which policy wins, which lose, and how gates add up.

use std::path::Path;
use std::process::{Command, Output};

const PROGRAM: &str = r##"environment dev, qa
environment eu { kind production }
group regions = eu

workflow open-change { uses "open" }
workflow smoke-tests { uses "smoke" }
workflow other-tests { uses "other" }
workflow notify { needs CHANNEL = "#releases"; uses "notify" }

window office-hours { open mon..fri 09:00..17:00 }
window weekdays { open mon..fri }

policy everywhere { post-action smoke-tests; soak 10m; timeout 4h; on failure notify }
policy guard {
  priority 100
  for kind production
  require pre-action open-change
  action pull-request
  post-action other-tests
  window office-hours
  soak 1h
  approval managers
  timeout 2h
  on failure notify with CHANNEL = "#production"
}
policy late { priority 100; for environment regions; action commit; rollback-action none }

product shop {
  repo "./deploy.git"
  copy "values.yaml" at $.image
  application shop-{environment} in dev, qa, eu { path "envs/{environment}" }
  flow main
}

flow main {
  trigger dev
  promote qa { post-action smoke-tests }
  promote eu {
    pre-action smoke-tests
    action commit
    soak 30m
    window weekdays
    approval 2 of experts
    timeout 3h
    retry 2 every 5m
    on start notify
  }
}
flow aside { trigger dev; promote qa }
"##;

fn promoc(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_promoc"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").output().unwrap()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.promo"), PROGRAM).unwrap();
    folder
}

fn answer(arguments: &[&str]) -> String {
    let output = promoc(folder().path(), arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_target_of_a_flow() {
    insta::assert_snapshot!(answer(&["policy", "shop", "eu", "--flow", "main"]));
}

#[test]
fn the_policies_alone() {
    insta::assert_snapshot!(answer(&["policy", "shop", "eu"]));
}

#[test]
fn the_trigger_of_a_flow() {
    insta::assert_snapshot!(answer(&["policy", "shop", "dev", "--flow", "main"]));
}

#[test]
fn as_json() {
    let document: serde_json::Value =
        serde_json::from_str(&answer(&["policy", "shop", "eu", "--flow", "main", "--format", "json"])).unwrap();
    let settings = &document["settings"];
    assert_eq!(document["kind"], "production");
    assert_eq!(settings["pre-action"]["value"], "open-change");
    assert_eq!(settings["pre-action"]["said"][0]["why_not"], "a policy requires something else");
    assert_eq!(settings["pre-action"]["said"][1]["required"], true);
    assert_eq!(settings["action"]["value"], "commit");
    assert_eq!(settings["rollback-action"]["value"], serde_json::Value::Null);
    assert_eq!(settings["soak"]["value"], "1h");
    assert_eq!(settings["timeout"]["value"], "2h");
    assert_eq!(settings["windows"]["value"], serde_json::json!(["weekdays", "office-hours"]));
    assert_eq!(settings["approvals"]["value"], serde_json::json!(["2 of experts", "managers"]));
    assert_eq!(settings["hooks"]["value"].as_array().unwrap().len(), 3);
    assert_eq!(settings["soak"]["said"][1]["line"], 21);
}

#[test]
fn the_json_meets_its_schema() {
    let schema = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schemas/policy.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for arguments in [&["eu", "--flow", "main"][..], &["eu"], &["dev", "--flow", "main"]] {
        let text = answer(&[&["policy", "shop", "--format", "json"], arguments].concat());
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}\n{text}");
        let mut wrong = document.clone();
        wrong["settings"]["post-action"]["rule"] = "guessed".into();
        assert!(!validator.is_valid(&wrong));
    }
}

#[test]
fn unknown_names_are_reported() {
    let folder = folder();
    let said = |arguments: &[&str]| {
        let output = promoc(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(&["policy", "shop", "eux"]).contains("no environment named `eux`"));
    assert!(said(&["policy", "shap", "eu"]).contains("no product named `shap`"));
    assert!(said(&["policy", "shop", "eu", "--flow", "aside"]).contains("product `shop` does not list flow `aside`"));
    assert!(said(&["policy", "shop", "eu", "--flow", "mian"]).contains("no flow named `mian`"));
}
