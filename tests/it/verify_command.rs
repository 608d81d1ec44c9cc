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
fn written_scenarios_are_formatted_and_play_to_the_refutation() {
    let dir = project();
    let write = |file: &str| {
        let arguments = ["verify", "rash", "--failures", "1", "--format", "json", "--write", file];
        let output =
            Command::new(env!("CARGO_BIN_EXE_promoc")).args(arguments).current_dir(dir.path()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let read = |file: &str| std::fs::read_to_string(dir.path().join(file)).unwrap();

    // A new file imports the program.
    assert_eq!(write("kept.promo"), (Some(1), "added refutes-never-1 to kept.promo\n".to_owned()));
    assert!(
        read("kept.promo").starts_with("import \"main.promo\"\n\nscenario refutes-never-1 {\n"),
        "{}",
        read("kept.promo")
    );
    // A name that is taken gets a number.
    assert_eq!(write("kept.promo").1, "added refutes-never-1-2 to kept.promo\n");
    let (code, tested) = promoc(dir.path(), &["test", "kept.promo"]);
    assert!(code == 1 && tested.contains("0 passed, 2 failed"), "{tested}");
    assert_eq!(tested.matches("`us` is running while `eu` is failed").count(), 2, "{tested}");
    assert!(!tested.contains("had no effect") && !tested.contains("expected"), "{tested}");

    assert_eq!(promoc(dir.path(), &["fmt", "--check", "kept.promo"]), (0, String::new()));
    assert_eq!(promoc(dir.path(), &["check", "kept.promo"]).0, 0);
    std::fs::remove_file(dir.path().join("kept.promo")).unwrap();

    // An existing file keeps its line ends.
    std::fs::write(dir.path().join("main.promo"), PROGRAM.replace('\n', "\r\n")).unwrap();
    assert_eq!(write("main.promo").1, "added refutes-never-1 to main.promo\n");
    assert!(!read("main.promo").replace("\r\n", "").contains('\n'), "{}", read("main.promo"));
    assert_eq!(write("main.promo").1, "added refutes-never-1-2 to main.promo\n");
    std::fs::write(dir.path().join("main.promo"), read("main.promo").replace("\r\n", "\n")).unwrap();
    assert_eq!(promoc(dir.path(), &["fmt", "--check", "main.promo"]), (0, String::new()));
    assert_eq!(promoc(dir.path(), &["check", "main.promo"]).0, 0);
}

#[test]
fn nothing_is_written_if_nothing_is_refuted_or_the_file_could_not_import_the_program() {
    let dir = project();
    assert_eq!(promoc(dir.path(), &["verify", "safe", "--failures", "1", "--write", "kept.promo"]).0, 0);
    assert!(!dir.path().join("kept.promo").exists());

    std::fs::create_dir(dir.path().join("below")).unwrap();
    let arguments = ["verify", "rash", "--failures", "1", "--write", "below/kept.promo"];
    let write = || Command::new(env!("CARGO_BIN_EXE_promoc")).args(arguments).current_dir(dir.path()).output().unwrap();
    let refused = write();
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("error: `below/kept.promo` could not import `main.promo`"), "{said}");
    // With `promo.toml`, both are in one project.
    std::fs::write(dir.path().join("promo.toml"), "").unwrap();
    assert_eq!(write().status.code(), Some(1));
    let (code, tested) = promoc(dir.path(), &["test", "below/kept.promo"]);
    assert!(code == 1 && tested.contains("0 passed, 1 failed"), "{tested}");
}

#[test]
fn a_search_that_is_cut_short_exits_with_2() {
    let (code, page) = promoc(project().path(), &["verify", "safe", "--limit", "20"]);
    assert_eq!(code, 2, "{page}");
    assert!(
        page.contains(
            "No proof. The search with 1 failure did not begin, because the limit of 20 states was used up. "
        ),
        "{page}"
    );
    let refused = Command::new(env!("CARGO_BIN_EXE_promoc")).args(["verify", "safe", "--limit", "0"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("0 is not in 1.."), "{refused:?}");
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
