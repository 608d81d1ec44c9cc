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
    let (code, page) = promoc(project().path(), &["verify", "safe", "--failures", "1"]);
    assert_eq!(code, 0, "{page}");
    assert!(page.starts_with("✓ V1  an environment begins only when"), "{page}");
    assert!(page.contains("\n✓ never us started while eu pending (up to 1 failure)\n"), "{page}");
    assert!(page.contains("Every run with up to 1 failure and 1 retry: "), "{page}");
}

#[test]
fn a_refutation_exits_with_1_and_shows_the_statement_the_run_and_a_scenario() {
    let dir = project();
    let (code, page) = promoc(dir.path(), &["verify", "rash", "--product", "shop"]);
    assert_eq!(code, 1, "{page}");
    let quoted = "  main.promo:19:3: `us` is running while `eu` is failed\n    19 |   never us running while eu failed\n       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n   1. the release begins: ";
    assert!(
        page.contains("\n✗ never us running while eu failed (broken with 1 failure)\n") && page.contains(quoted),
        "{page}"
    );
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
    assert!(page.contains("No proof. The search with 1 failure stopped at the limit of 20 states"), "{page}");
}

/// Sends Ctrl-C to promoc as soon as it handles that, and returns the exit code and the standard output.
#[cfg(target_os = "linux")]
fn interrupted(dir: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    use rustix::process::{Pid, Signal, kill_process};

    let mut command = Command::new(env!("CARGO_BIN_EXE_promoc"));
    let child = command.args(arguments).current_dir(dir).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let handles = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap().trim().to_owned();
        u64::from_str_radix(&caught, 16).unwrap() & (1 << (Signal::INT.as_raw() - 1)) != 0
    };
    while !handles() {
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn after_ctrl_c_what_is_known_is_printed() {
    let dir = project();
    let (code, page) = interrupted(dir.path(), &["verify", "safe", "--retries", "9", "--limit", "1000000000"]);
    assert_eq!(code, Some(130), "{page}");
    assert!(page.contains("was interrupted, after every run of up to "), "{page}");
    let (code, page) = interrupted(dir.path(), &["simulate", "safe", "--runs", "10000000"]);
    assert_eq!(code, Some(130), "{page}");
    assert!(page.contains(" of 10000000 sampled releases (seed 0), interrupted\n"), "{page}");
}
