//! Completions for a program in a folder.

use super::*;

const PROGRAM: &str = r#"
environment dev, qa
environment prod { kind production }
workflow smoke-tests { uses "smoke" }
product shop {
  repo "./deploy.git"
  application shop-{environment} in dev, qa, prod { path "envs/{environment}" }
  flow main
}
flow main { trigger dev; promote qa, prod }
flow mainly { trigger dev; promote nowhere }
"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.promo"), PROGRAM).unwrap();
    folder
}

fn complete(words: &[&str]) -> Vec<String> {
    let mut command = Cli::command();
    command.build();
    let words: Vec<String> = words.iter().map(|word| (*word).to_string()).collect();
    answers(&command, &words).into_iter().map(|(word, _)| word).collect()
}

#[test]
fn commands_and_options() {
    assert_eq!(complete(&["comp"]), ["compile", "completions"]);
    assert_eq!(complete(&["graph", "--fo"]), ["--format"]);
    assert_eq!(complete(&["check", "--format", "s"]), ["sarif"]);
    assert_eq!(complete(&["check", "--format=s"]), ["--format=sarif"]);
    assert_eq!(complete(&["check", "--format", "=", "s"]), ["sarif"]);
    assert_eq!(complete(&["check", "--fix", "x"]), [FILES]);
    assert_eq!(complete(&["check", "a.promo", "x"]), [FILES]);
    assert_eq!(complete(&["explain", "E090"]), ["E0901", "E0902", "E0903"]);
    assert_eq!(complete(&["nothing", ""]).first().map(String::as_str), Some("demo"));
    assert!(!complete(&[""]).contains(&"__complete".to_string()));
}

#[test]
fn names_of_the_program_by_kind_even_if_it_has_errors() {
    let folder = folder();
    let here = folder.path().to_str().unwrap();
    let of = |words: &[&str]| complete(&[&["graph", "--project", here], words].concat());
    assert_eq!(of(&["ma"]), ["main", "mainly"]);
    assert_eq!(of(&["--product", ""]), ["shop"]);
    assert_eq!(complete(&["policy", &format!("--project={here}"), "shop", "p"]), ["prod"]);
    assert_eq!(complete(&["promote", "--project", here, "shop", "--from", "="]), ["dev", "qa", "prod"]);
    assert_eq!(complete(&["promote", "--project", here, "shop", "--pre-action", ""]), ["smoke-tests", "none"]);
    assert_eq!(complete(&["preview", "--project", here, "s"]), ["shop"]);
}

#[test]
fn without_a_program_there_are_no_names() {
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(complete(&["graph", "--project", empty.path().to_str().unwrap(), ""]), Vec::<String>::new());
    assert_eq!(complete(&["release", "--project", "/nowhere", ""]), Vec::<String>::new());
}
