//! The command `promoc verify`.

use std::path::Path;
use std::process::Command;

const PROGRAM: &str = r#"environment dev, eu, us
workflow check { run "true" }
product shop {
  repo "https://git.example.com/shop.git"
  copy "values.yaml" at $.image
  application shop-{environment} in dev, eu, us { path "{environment}" }
  flow safe by hand
  flow rash by hand
}
flow safe {
  trigger dev
  promote eu { pre-action check }
  promote us
  never us started while eu pending
}
flow rash {
  trigger dev
  promote eu, us after dev { pre-action check }
  never us running while eu failed
}
"#;

/// The exit code and the standard output.
fn promoc(dir: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_promoc")).args(arguments).current_dir(dir).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

fn project() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("main.promo"), PROGRAM).unwrap();
    dir
}

#[test]
fn a_proof_exits_with_0() {
    let (code, page) = promoc(project().path(), &["verify", "safe"]);
    assert_eq!(code, 0, "{page}");
    assert!(page.starts_with("✓ V1  an environment begins only when"), "{page}");
    assert!(page.contains("\n✓ never us started while eu pending\n"), "{page}");
    assert!(page.contains("Every run with at most 1 failure and 1 retry: "), "{page}");
}

#[test]
fn a_refutation_exits_with_1_and_shows_the_statement_the_run_and_a_scenario() {
    let dir = project();
    let (code, page) = promoc(dir.path(), &["verify", "rash", "--product", "shop"]);
    assert_eq!(code, 1, "{page}");
    let quoted = "  main.promo:19:3: `us` is running while `eu` is failed\n    19 |   never us running while eu failed\n       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n   1. the release begins: ";
    assert!(page.contains("\n✗ never us running while eu failed\n") && page.contains(quoted), "{page}");
    let (_, scenario) = page.split_once("As a scenario for `promoc test`:\n\n").expect(&page);
    std::fs::write(dir.path().join("main.promo"), format!("{PROGRAM}\n{scenario}")).unwrap();
    let (code, tested) = promoc(dir.path(), &["test"]);
    assert_eq!(code, 1, "{tested}");
    assert!(
        tested.contains("`us` is running while `eu` is failed") && tested.contains("0 passed, 1 failed"),
        "{tested}"
    );
    // The scenario that verify writes has the canonical layout.
    assert_eq!(promoc(dir.path(), &["fmt", "--check"]).0, 0);
}

#[test]
fn a_search_that_is_cut_short_exits_with_2() {
    let (code, page) = promoc(project().path(), &["verify", "safe", "--limit", "20"]);
    assert_eq!(code, 2, "{page}");
    assert!(page.contains("No proof: the search stopped after"), "{page}");
}
