//! Validates manifests against schemas: the project's own, which follow its tables, and the published ones if they are
//! available.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use promoc::analyse;
use promoc::check::recorded;
use promoc::compile::{CompileOptions, Compiled, TARGETS, compile};
use promoc::program::MemoryFiles;
use serde_json::Value;

/// All examples, and programs with every feature.
const PROGRAMS: &[&str] = &[
    "tests/compile/everything.promo",
    "tests/compile/remaining.promo",
    "examples/quickstart/main.promo",
    "examples/sequential/main.promo",
    "examples/policies/main.promo",
    "examples/parallel/main.promo",
    "examples/dependencies/main.promo",
    "examples/one-folder/main.promo",
];

/// Compiles with losses allowed: a target need not express everything, but what it writes must be valid.
fn compiled(program: &str, target: &str) -> Compiled {
    let text = std::fs::read_to_string(program).expect("the example");
    let files = MemoryFiles(BTreeMap::from([("main.promo".to_owned(), text)]));
    let analysis = analyse(&files, "main.promo").expect("it loads");
    assert!(analysis.analysis().diagnostics.is_empty(), "{:#?}", analysis.diagnostics());
    let options = CompileOptions { allow_loss: true, ..CompileOptions::default() };
    compile(recorded(analysis.analysis()), promoc::compile::target(target).unwrap(), &options).expect("it compiles")
}

/// All files with their kind and the version in their `apiVersion`.
fn manifests(target: &str) -> Vec<(String, String, String, Value)> {
    let read = |(path, text): (String, String)| {
        let value: Value = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}\n{text}"));
        let field = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let version = field("apiVersion").rsplit('/').next().unwrap_or_default().to_owned();
        (path, field("kind"), version, value)
    };
    PROGRAMS.iter().flat_map(|program| compiled(program, target).files).map(read).collect()
}

fn assert_valid(schema: &Path, path: &str, value: &Value) {
    let text = std::fs::read_to_string(schema).unwrap_or_else(|error| panic!("{}: {error}", schema.display()));
    let schema: Value = serde_json::from_str(&text).expect("a schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema is a schema");
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{path}: {errors:#?}");
}

#[test]
fn every_manifest_is_valid_against_a_schema_of_ours() {
    for target in TARGETS {
        let manifests = manifests(target.name);
        assert!(!manifests.is_empty());
        for (path, kind, _, value) in manifests {
            let schema = PathBuf::from(format!("tests/schemas/{}/{kind}.json", target.name));
            assert_valid(&schema, &path, &value);
        }
    }
}

#[test]
fn our_schemas_refuse_fields_that_the_tables_do_not_have() {
    for target in TARGETS {
        for (path, kind, _, mut value) in manifests(target.name) {
            value["spec"]["surprise"] = Value::Bool(true);
            let schema = format!("tests/schemas/{}/{kind}.json", target.name);
            let text = std::fs::read_to_string(schema).expect("a schema");
            let schema: Value = serde_json::from_str(&text).expect("a schema is JSON");
            assert!(!jsonschema::is_valid(&schema, &value), "{path} may have any field");
        }
    }
}

#[test]
fn every_target_has_a_page_and_tests_of_its_own() {
    for target in TARGETS {
        let tests = format!("tests/it/compile_{}.rs", target.name.replace('-', "_"));
        for path in [format!("docs/targets/{}.md", target.name), tests] {
            assert!(Path::new(&path).is_file(), "{path} is missing");
        }
        let readme = std::fs::read_to_string("README.md").expect("a readme");
        assert!(
            readme.contains(&format!("docs/targets/{}.md", target.name)),
            "README.md has no link to {}",
            target.name
        );
    }
}

/// The published schemas are in `../shared/schemas`, or in the folder named by `PROMO_SCHEMAS`.
#[test]
fn every_manifest_meets_the_published_schema_if_it_is_available() {
    let root = std::env::var("PROMO_SCHEMAS").map_or_else(|_| PathBuf::from("../shared/schemas"), PathBuf::from);
    for (path, kind, version, value) in manifests("codefresh") {
        let folder = if kind == "WorkflowTemplate" { "argo-workflows" } else { "codefresh" };
        let schema = root.join(folder).join(format!("{}_{version}.strict.json", kind.to_lowercase()));
        if schema.exists() {
            assert_valid(&schema, &path, &value);
        }
    }
}
