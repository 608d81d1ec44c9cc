//! Rendered diagnostics: for people in several widths and narrated, and SARIF against a schema.

use promoc::analyse;
use promoc::diagnostic::render::{Style, human, sarif};
use promoc::diagnostic::{CODES, Code, Diagnostic};
use promoc::program::MemoryFiles;
use promoc::source::SourceMap;
use serde_json::Value;

fn files(of: &[(&str, &str)]) -> MemoryFiles {
    MemoryFiles(of.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
}

fn said(of: &[(&str, &str)]) -> (SourceMap, Vec<Diagnostic>) {
    let (analysis, diagnostics) = analyse(&files(of), "main.promo").unwrap().into_parts();
    (analysis.sources, diagnostics)
}

/// The only diagnostic with this code at 60, 100, and 200 columns, and narrated.
fn in_all_forms(code: Code, of: &[(&str, &str)]) -> String {
    let (sources, mut diagnostics) = said(of);
    diagnostics.retain(|diagnostic| diagnostic.code == code);
    assert_eq!(diagnostics.len(), 1, "{diagnostics:#?}");
    let mut text = String::new();
    for width in [60, 100, 200] {
        let shown = human(&diagnostics, &sources, Style { width, colour: false, narrated: false });
        text.push_str(&format!("=== {width} columns\n{shown}"));
    }
    let narrated = human(&diagnostics, &sources, Style { width: 100, colour: false, narrated: true });
    assert!(!narrated.contains(['─', '│', '╭', '·', '×']), "{narrated}");
    text.push_str(&format!("=== narrated\n{narrated}"));
    // the drawing has blanks at the ends of lines
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

const PRODUCT: &str = r#"
product shop {
  repo "./deploy.git"
  copy "values.yaml" at $.image
  application shop-{environment} in dev, qa, staging, eu { path "envs/{environment}" }
  flow main
}
"#;

fn program(rest: &str) -> String {
    format!("environment dev, qa, staging\nenvironment eu, asia {{ kind production }}\n\n{rest}{PRODUCT}")
}

#[test]
fn syntax() {
    let text = program("flow main {\n  trigger dev\n  promote qa, staging -> dev\n}\n");
    insta::assert_snapshot!(in_all_forms(Code::E0101, &[("main.promo", &text)]));
}

#[test]
fn an_unknown_name_with_its_neighbour_in_another_file() {
    let text = "import \"platform/environments.promo\"\n\nflow main {\n  trigger dev\n  promote qa, stagin\n}\n";
    let there = "# the platform team's\nenvironment dev, qa, staging\n";
    insta::assert_snapshot!(in_all_forms(Code::E0201, &[("main.promo", text), ("platform/environments.promo", there)]));
}

#[test]
fn a_cycle() {
    let text = program(
        "flow main {\n  trigger dev\n  promote qa after eu\n  promote staging after qa\n  promote eu after staging\n}\n",
    );
    insta::assert_snapshot!(in_all_forms(Code::E0301, &[("main.promo", &text)]));
}

#[test]
fn an_environment_without_application() {
    let text = program("flow main {\n  trigger dev\n  promote qa, staging\n  promote eu, asia\n}\n");
    insta::assert_snapshot!(in_all_forms(Code::E0401, &[("main.promo", &text)]));
}

#[test]
fn a_parameter_that_nothing_gives() {
    let text = program(
        "workflow open-change { needs APP_NAME; gives CHANGE_ID }\nworkflow close-change { needs CHANGE_ID }\n\n\
         flow main {\n  trigger dev\n  promote qa, staging\n  promote eu { post-action close-change }\n}\n",
    );
    insta::assert_snapshot!(in_all_forms(Code::E0601, &[("main.promo", &text)]));
}

#[test]
fn a_timeout_below_the_shortest_way() {
    let text = program(
        "workflow smoke-tests { takes 2m..5m; needs APP_NAME }\n\n\
         flow main {\n  timeout 30m\n  trigger dev { post-action smoke-tests }\n\
         \x20 promote qa, staging { post-action smoke-tests }\n  promote eu { soak 30m }\n}\n",
    );
    insta::assert_snapshot!(in_all_forms(Code::E0703, &[("main.promo", &text)]));
}

fn schema() -> Value {
    serde_json::from_str(&std::fs::read_to_string("tests/schemas/sarif.json").expect("the schema")).expect("JSON")
}

fn errors(document: &Value) -> Vec<String> {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).expect("a schema is a schema");
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The diagnostics of the wrong program on each page, so that every code appears at least once.
fn everything() -> (SourceMap, Vec<Diagnostic>) {
    let mut sources = SourceMap::default();
    let mut all = Vec::new();
    for code in CODES {
        let wrong = code.page().split("## Wrong\n").nth(1).and_then(|rest| rest.split("## Right").next()).unwrap();
        let text: String = wrong.split("```promo\n").nth(1).and_then(|rest| rest.split("\n```").next()).unwrap().into();
        let (own, diagnostics) = said(&[("main.promo", &text)]);
        let Some((main, _)) = own.iter().next() else { continue };
        let moved = sources.add(format!("pages/{code} (wrong).promo"), text);
        for mut diagnostic in diagnostics {
            // leave out labels in the other files of the page
            diagnostic.labels.retain(|label| label.span.file == main);
            diagnostic.labels.iter_mut().for_each(|label| label.span.file = moved);
            diagnostic.fix.iter_mut().flat_map(|fix| &mut fix.edits).for_each(|(span, _)| span.file = moved);
            all.push(diagnostic);
        }
    }
    (sources, all)
}

#[test]
fn sarif_of_every_code_meets_the_schema() {
    let (sources, diagnostics) = everything();
    assert!(diagnostics.len() >= CODES.len() - 6, "only {}", diagnostics.len());
    let document = sarif(&diagnostics, &sources);
    assert_eq!(errors(&document), Vec::<String>::new());
    let run = &document["runs"][0];
    let rules: Vec<&str> =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap()).collect();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), diagnostics.len());
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index], result["ruleId"].as_str().unwrap());
    }
    assert!(results.iter().any(|result| result.get("fixes").is_some()));
    assert!(results.iter().any(|result| result.get("relatedLocations").is_some()));
    assert!(document.to_string().contains("pages/E0201%20%28wrong%29.promo"));
}

#[test]
fn the_schema_refuses_fields_that_sarif_does_not_have() {
    let (sources, diagnostics) = everything();
    let good = sarif(&diagnostics, &sources);
    let broken: [fn(&mut Value); 6] = [
        |document| document["version"] = "2.2.0".into(),
        |document| document["runs"][0]["results"][0]["level"] = "fatal".into(),
        |document| {
            document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0.into()
        },
        |document| document["runs"][0]["results"][0]["message"] = "text".into(),
        |document| document["runs"][0]["results"][0]["file"] = "a".into(),
        |document| {
            document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] =
                "a b".into();
        },
    ];
    for (nth, change) in broken.into_iter().enumerate() {
        let mut document = good.clone();
        change(&mut document);
        assert_ne!(errors(&document), Vec::<String>::new(), "change {nth}");
    }
}

#[test]
fn sarif_counts_utf16_and_locates_labels_and_fixes() {
    // a character with two UTF-16 units before the name, and a byte order mark before the first line
    let text = "\u{feff}import \"é𝕏.promo\"; environment dev, qa\nflow main { description \"é𝕏\"; trigger dev; promote qa; on success notifi with X = \"𝕏\" }\n";
    let (sources, diagnostics) = said(&[("main.promo", text), ("é𝕏.promo", "workflow notify { needs X }\n")]);
    let document = sarif(&diagnostics, &sources);
    assert_eq!(errors(&document), Vec::<String>::new());
    let result = document["runs"][0]["results"].as_array().unwrap().iter().find(|r| r["ruleId"] == "E0201").unwrap();
    let region = |start: u64, end: u64, line: u64| serde_json::json!({ "startLine": line, "startColumn": start, "endLine": line, "endColumn": end });
    assert_eq!(result["locations"][0]["physicalLocation"]["region"], region(68, 74, 2));
    assert_eq!(
        result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "%C3%A9%F0%9D%95%8F.promo"
    );
    assert_eq!(result["relatedLocations"][0]["physicalLocation"]["region"], region(10, 16, 1));
    let change = &result["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["replacements"][0]["deletedRegion"], region(68, 74, 2));
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], "notify");

    // in the first line, the mark counts 0 units and 𝕏 counts 2
    let text = "\u{feff}environment dev, qa; workflow w { description \"𝕏\"; needs lower }\n";
    let (sources, diagnostics) = said(&[("main.promo", text)]);
    let document = sarif(&diagnostics, &sources);
    let result = document["runs"][0]["results"].as_array().unwrap().iter().find(|r| r["ruleId"] == "E0102").unwrap();
    let column = text.trim_start_matches('\u{feff}').split("lower").next().unwrap().encode_utf16().count() as u64 + 1;
    assert_eq!(result["locations"][0]["physicalLocation"]["region"], region(column, column + 5, 1));
}
