//! First guesses: commands of other tools, missing arguments, groups for environments, times for commits.

use std::path::Path;
use std::process::{Command, Output};

const PROGRAM: &str = r#"
environment dev, eu, us
group regions = eu, us
template all { copy "values.yaml" }
product shop {
  template all
  repo "https://example.com/x.git"
  application shop-{environment} in dev, regions { path "{environment}" }
  flow ship by hand
  flow hotfix by hand
}
flow ship { trigger dev; promote regions }
flow hotfix { trigger dev; promote eu }
"#;

fn promoc(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_promoc"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Exit code 2, and this on standard error.
#[track_caller]
fn answered(arguments: &str, said: &str) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.promo"), PROGRAM).unwrap();
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let output = promoc(&arguments, folder.path());
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()), "{arguments:?}");
    assert!(text(&output.stderr).contains(said), "{arguments:?}: {}", text(&output.stderr));
}

#[test]
fn commands_of_other_tools_are_answered_with_those_of_this_one() {
    for (word, command) in [
        ("plan", "preview FLOW"),
        ("diff", "preview FLOW"),
        ("apply", "run FLOW"),
        ("deploy", "promote PRODUCT --from ENVIRONMENT --to ENVIRONMENT"),
        ("validate", "check"),
        ("lint", "check"),
        ("status", "releases"),
        ("get", "releases"),
        ("ls", "releases"),
        ("logs", "release ID"),
        ("version", "--version"),
    ] {
        answered(word, &format!("error: there is no command `{word}`\n  help: "));
        answered(word, &format!("`promoc {command}`"));
    }
    answered("help apply", "promoc run FLOW");
    answered("apply shop --yes", "promoc run FLOW");
    answered("chek", "a similar subcommand exists: 'check'");
}

#[test]
fn missing_arguments_are_answered_with_the_names_of_the_project() {
    answered("run", "error: missing `<FLOW>`\n  help: Flows: ship, hotfix. For example: `promoc run ship`.\n");
    answered("simulate --at now", "Flows: ship, hotfix.");
    answered("verify", "Flows: ship, hotfix.");
    answered("graph --project main.promo", "Flows: ship, hotfix.");
    answered("preview", "Flows: ship, hotfix.");
    answered("policy", "Products: shop. Environments: dev, eu, us.");
    answered("promote shop --from dev", "missing `--to <ENVIRONMENT>`\n  help: Environments: dev, eu, us.");
    answered("run --project nowhere", "the following required arguments were not provided");
}

#[test]
fn a_group_is_no_environment_and_its_members_are_named() {
    let said = "`regions` is a group, and an environment is needed; its members are eu, us";
    answered("policy shop regions", said);
    answered("promote shop --from dev --to regions", said);
    answered("preview shop --from regions --to eu", said);
}

#[test]
fn a_time_that_is_not_complete_is_answered_with_a_complete_one() {
    answered("simulate ship --at 2026-12-18", "such as 2026-12-18T08:00Z, or `now`");
    answered("simulate ship --at 2026-12-18T21:15", "such as 2026-12-18T21:15Z, or `now`");
    answered("simulate ship --at tomorrow", "such as 2026-11-23T08:00Z, or `now`");
    answered("run ship --at 2026-12-18", "this is a time, and a commit is needed");
    answered("preview ship --at 2026-12-18T08:00Z", "this is a time, and a commit is needed");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.promo"), PROGRAM).unwrap();
    let now = jiff::Timestamp::now();
    let output = promoc(&["simulate", "ship", "--at", "now", "--format", "json"], folder.path());
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let started: jiff::Timestamp = json["release"]["started"].as_str().unwrap().parse().unwrap();
    assert!(started.as_second() >= now.as_second() && started <= jiff::Timestamp::now(), "{started}");
}
