//! The list is complete, and every feature is listed in the right declaration.

#![allow(clippy::disallowed_methods, reason = "tests read the sources and the programs of `tests/compile`")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::features;
use crate::program::{Analysis, MemoryFiles, load};

fn analysis(text: &str) -> Analysis {
    let files = MemoryFiles(BTreeMap::from([("main.promo".to_owned(), text.to_owned())]));
    let analysis = load(&files, "main.promo").unwrap();
    assert!(analysis.diagnostics.is_empty(), "{:#?}", analysis.diagnostics);
    analysis
}

/// Every use, with the name of its declaration and the text that asks for it.
fn listed(text: &str) -> Vec<String> {
    let Analysis { program, sources, .. } = analysis(text);
    let mut found = Vec::new();
    features(&program, &mut |used| {
        let declaration = &program.name_of(used.declaration).value;
        found.push(format!("{declaration}: {:?} at `{}`", used.feature, sources.text(used.at)));
    });
    found
}

fn listed_with(text: &str, word: &str) -> Vec<String> {
    listed(text).into_iter().filter(|used| used.contains(word)).collect()
}

fn texts(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|found| found == extension));
    paths.map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn every_struct_of_the_model_is_destructured_whole() {
    let walks: Vec<(PathBuf, String)> =
        texts("src/compile/feature", "rs").into_iter().filter(|(path, _)| !path.ends_with("tests.rs")).collect();
    for (path, text) in texts("src/program/model", "rs") {
        let structs = text.lines().filter_map(|line| line.strip_prefix("pub struct "));
        let names = structs.map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap());
        // `Targets` is a list with an index, whose elements are destructured.
        for name in names.filter(|name| *name != "Targets") {
            let pattern = format!("{name} {{");
            assert!(walks.iter().any(|(_, walk)| walk.contains(&pattern)), "{name} of {}", path.display());
        }
    }
    for (path, walk) in &walks {
        let rest = walk.lines().find(|line| line.contains(".. }") || line.trim_start().starts_with(".."));
        assert_eq!(rest, None, "{}", path.display());
    }
}

#[test]
fn the_programs_in_tests_compile_use_every_feature() {
    let source = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/compile/feature.rs")).unwrap();
    let (_, variants) = source.split_once("enum Feature<'p> {\n").unwrap();
    let name = |line: &str| line.chars().take_while(|c| c.is_alphanumeric()).collect::<String>();
    let variants = variants.lines().take_while(|line| *line != "}").filter_map(|line| line.strip_prefix("    "));
    let variants: BTreeSet<String> = variants.map(name).filter(|name| !name.is_empty()).collect();
    let mut used = BTreeSet::new();
    for (_, text) in texts("tests/compile", "promo") {
        features(&analysis(&text).program, &mut |feature| {
            used.insert(name(&format!("{:?}", feature.feature)));
        });
    }
    assert_eq!(variants.difference(&used).collect::<Vec<_>>(), Vec::<&String>::new(), "add them to tests/compile");
    assert_eq!(variants, used);
}

const SHARED: &str = r#"environment dev, qa, eu
window nights { open mon..sun 00:00..04:00 }
workflow tidy { image "alpine:3"; run "true" }
policy slow { window nights; soak 1h; approval 2 of leads; timeout 2h; on success tidy; pre-action tidy }
product one { copy "a"; repo "./r"; application one-{environment} in dev, qa { path "{environment}" }; flow main }
product two { copy "a"; repo "./r"; application two-{environment} in dev, qa { path "{environment}" }; flow main }
flow main { trigger dev; promote qa { window nights; soak 30m } }
flow idle { trigger dev; promote qa { timeout 1h; soak 0s } }
"#;

#[test]
fn a_gate_is_listed_where_it_applies_and_once_for_all_products() {
    assert_eq!(
        listed_with(SHARED, "Window("),
        ["main: Window(\"nights\") at `nights`", "idle: Window(\"nights\") at `nights`"]
    );
    assert_eq!(
        listed_with(SHARED, "Soak"),
        ["main: Soak(Seconds(3600)) at `soak 1h`", "idle: Soak(Seconds(3600)) at `soak 1h`"]
    );
    assert_eq!(
        listed_with(SHARED, "EnvironmentTimeout"),
        [
            "main: EnvironmentTimeout(Seconds(7200)) at `timeout 2h`",
            "idle: EnvironmentTimeout(Seconds(3600)) at `timeout 1h`"
        ]
    );
    assert_eq!(listed_with(SHARED, "Approv").len(), 4);
    assert_eq!(listed_with(SHARED, "EnvironmentHook(Success)").len(), 2);
}

#[test]
fn a_choice_is_listed_where_it_is_written() {
    assert_eq!(listed_with(SHARED, "Choice"), ["slow: Choice(Pre) at `pre-action tidy`"]);
}

#[test]
fn a_default_is_listed_as_such() {
    let by_default = listed_with(SHARED, "written: false");
    let wanted = [
        "one: Queue { written: false } at `one`",
        "two: Queue { written: false } at `two`",
        "main: FlowTimeout { timeout: Seconds(86400), written: false } at `main`",
        "main: Action { action: Commit, written: false } at `qa`",
        "idle: FlowTimeout { timeout: Seconds(86400), written: false } at `idle`",
        "idle: Action { action: Commit, written: false } at `qa`",
    ];
    assert_eq!(by_default, wanted);
}

#[test]
fn an_unused_template_has_no_features() {
    let text = "environment dev\ntemplate spare { copy \"*.yaml\" in charts }\n";
    assert_eq!(listed_with(text, "spare"), Vec::<String>::new());
}
