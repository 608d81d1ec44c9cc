//! Validates the output of `--format json` against the schemas in `docs/schemas`, and allows no field that they do not
//! have.

use std::ops::ControlFlow;

use crate::common::{Fixture, program};
use promoc::api::simulate::SimulatedRelease;
use promoc::api::{
    CheckDocument, PreviewDocument, ReleaseDocument, ReleasesDocument, RunDocument, SimulateRunsDocument,
    VerifyDocument,
};
use promoc::program::MemoryFiles;
use promoc::run;
use promoc::simulate::{SampleOptions, SimulateOptions, sample, simulate};
use promoc::syntax::literal::Instant;
use promoc::verify::{VerifyOptions, verify};
use serde_json::{Value, json};

/// A schema that allows no other fields. The published one does, so that fields can be added.
fn closed(name: &str) -> Value {
    fn close(value: &mut Value) {
        match value {
            Value::Object(map) => {
                if map.get("properties").is_some_and(Value::is_object) && map.contains_key("required") {
                    map.insert("additionalProperties".to_owned(), Value::Bool(false));
                }
                map.values_mut().for_each(close);
            }
            Value::Array(list) => list.iter_mut().for_each(close),
            _ => {}
        }
    }
    let path = format!("{}/docs/schemas/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut schema: Value = serde_json::from_str(&text).expect("a schema is JSON");
    close(&mut schema);
    schema
}

fn document(document: impl serde::Serialize) -> Value {
    serde_json::to_value(document).expect("a document is JSON")
}

fn assert_valid(name: &str, value: &Value) {
    let validator = jsonschema::draft202012::new(&closed(name)).expect("a schema of draft 2020-12");
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}\n{value:#}");
}

/// A flow in which one environment fails and has a hook, and another succeeds.
const FLOW: &str = "workflow broken { run \"\"\"\n  echo it is broken\n  exit 3\n  \"\"\"\n}\n\
    workflow fine { run \"true\"; takes 2m; retry 1 every 1m }\n\
    workflow tell { needs ERROR_MESSAGE; run \"true\" }\n\
    flow ship {\n  trigger dev { post-action fine }\n  promote qa after dev { post-action broken }\n  \
    promote staging after dev { pre-action fine; soak 1s }\n  on start fine\n  on failure tell\n}";

fn fixture() -> Fixture {
    Fixture::new(&program("dev, qa, staging", FLOW), &["dev", "qa", "staging"])
}

#[test]
fn check() {
    for text in ["environment dev\n", "environment dev, dev\nflow main { trigger de; promote qa }\nprodct shop {\n"] {
        let files = MemoryFiles([("main.promo".to_owned(), text.to_owned())].into());
        let analysed = promoc::analyse(&files, "main.promo").unwrap();
        assert_valid("check", &document(CheckDocument::new(analysed.diagnostics(), analysed.sources())));
    }
}

#[test]
fn simulated() {
    let project = fixture().project();
    let (program, checked) = (project.analysed.program(), project.analysed.checked().unwrap());
    let (product, flow) = (program.product("shop").unwrap(), program.flow("ship").unwrap());
    let value = document(SimulatedRelease::from(&simulate(checked, product, flow, &SimulateOptions::default())));
    assert!(value["events"].as_array().unwrap().len() > 10);
    assert_valid("simulate", &value);
    let options = SampleOptions { runs: 10, seed: 1, at: Instant::DEFAULT_START, threads: 1 };
    let sample = sample(checked, product, flow, &options, &|_| ControlFlow::Continue(()));
    assert_valid("simulate-runs", &document(SimulateRunsDocument::from(&sample)));
}

#[test]
fn scenarios() {
    let dir = tempfile::tempdir().unwrap();
    let two =
        "scenario two {\n  release shop via ship\n  release shop via ship after 1h\n  expect release succeeded\n}\n";
    std::fs::write(dir.path().join("main.promo"), format!("{}\n{two}", program("dev, qa, staging", FLOW))).unwrap();
    let answer = |arguments: &[&str]| -> Value {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_promoc"));
        let output = command.args(arguments).args(["--format", "json"]).current_dir(dir.path()).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
    };
    let several = answer(&["simulate", "ship", "--scenario", "two"]);
    assert_eq!(several["releases"].as_array().unwrap().len(), 2);
    assert_valid("simulate", &several);
    let tested = answer(&["test"]);
    assert_eq!(tested["passed"], 1);
    assert_valid("test", &tested);
}

#[test]
fn verified() {
    let project = fixture().project();
    let (program, checked) = (project.analysed.program(), project.analysed.checked().unwrap());
    let (product, flow) = (program.product("shop").unwrap(), program.flow("ship").unwrap());
    let proved = document(VerifyDocument::from(&verify(checked, product, flow, one_failure(), &mut |_| {
        ControlFlow::Continue(())
    })));
    assert_eq!((&proved["answer"], &proved["cut"]), (&json!("proved"), &Value::Null));
    assert_valid("verify", &proved);
    let options = VerifyOptions { limit: 10, ..one_failure() };
    let cut =
        document(VerifyDocument::from(&verify(checked, product, flow, options, &mut |_| ControlFlow::Continue(()))));
    assert_eq!((&cut["answer"], &cut["properties"][0]["holds"]), (&json!("cut-short"), &Value::Null));
    assert_valid("verify", &cut);
}

fn one_failure() -> VerifyOptions {
    VerifyOptions { failures: Some(1), ..VerifyOptions::default() }
}

#[test]
fn refuted() {
    let never = "  never qa failed while staging pending\n  never dev failed\n  on start fine";
    let fixture =
        Fixture::new(&program("dev, qa, staging", &FLOW.replace("  on start fine", never)), &["dev", "qa", "staging"]);
    let project = fixture.project();
    let (program, checked) = (project.analysed.program(), project.analysed.checked().unwrap());
    let (product, flow) = (program.product("shop").unwrap(), program.flow("ship").unwrap());
    let refuted = document(VerifyDocument::from(&verify(checked, product, flow, one_failure(), &mut |_| {
        ControlFlow::Continue(())
    })));
    assert_eq!(refuted["answer"], "refuted");
    assert_eq!(refuted["properties"][11]["id"], "never-1");
    assert!(refuted["properties"][12]["refutation"]["run"].as_array().unwrap().len() > 1);
    assert_valid("verify", &refuted);
}

#[test]
fn preview_and_run_and_releases_and_release() {
    let fixture = fixture();
    let previewed = document(PreviewDocument::from(&fixture.preview("ship").unwrap()));
    assert_eq!(previewed["environments"][0]["applications"][0]["files"][0]["properties"][0]["path"], "$.image.tag");
    assert_valid("preview", &previewed);

    let ended = fixture.run("ship").unwrap();
    let id = ended.id.clone();
    assert_valid("run", &document(RunDocument::from([ended].as_slice())));

    let listed = run::releases(&fixture.project().root, None).unwrap();
    assert_valid("releases", &document(ReleasesDocument::from(listed.as_slice())));

    let release = document(ReleaseDocument::from(&fixture.release(&id)));
    let broken = release["environments"][1]["workflows"].as_array().unwrap();
    assert!(broken.iter().any(|effect| effect["output"] == json!(["it is broken"])), "{release:#}");
    assert!(release["environments"][1]["files"][0]["properties"][0]["new"].is_string());
    assert_valid("release", &release);
}

#[test]
fn a_closed_schema_refuses_other_fields() {
    let mut value = json!({ "releases": [] });
    assert_valid("run", &value);
    value["surprise"] = Value::Bool(true);
    assert!(!jsonschema::is_valid(&closed("run"), &value));
}

/// The page documents exactly the fields of the schemas.
#[test]
fn the_page_names_every_field() {
    fn fields(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                // A field may itself be called `properties`; only a schema also has `required`.
                if let (Some(Value::Object(properties)), true) = (map.get("properties"), map.contains_key("required")) {
                    found.extend(properties.keys().cloned());
                }
                map.values().for_each(|value| fields(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| fields(value, found)),
            _ => {}
        }
    }
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.md")).unwrap();
    for name in
        ["check", "policy", "simulate", "simulate-runs", "test", "verify", "preview", "run", "releases", "release"]
    {
        let mut found = Vec::new();
        fields(&closed(name), &mut found);
        assert!(found.len() > 3, "{name}: {found:?}");
        assert!(page.contains(&format!("schemas/{name}.json")), "{name}");
        for field in found {
            assert!(page.contains(&format!("`{field}`")), "{name}: `{field}` is not on the page");
        }
    }
}
