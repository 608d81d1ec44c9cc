//! The contract of the command line: exit codes, which stream has what, and never a panic.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

const GOOD: &str = r#"environment dev, qa
environment prod { kind production }
product shop {
  repo "./deploy.git"
  application shop-{environment} in dev, qa, prod { path "envs/{environment}" }
  version from "Chart.yaml" at $.appVersion
  copy "Chart.yaml" at $.appVersion
  flow main
}
flow main {
  trigger dev
  promote qa
  promote prod
}
"#;

struct Answer {
    code: i32,
    out: String,
    err: String,
}

fn promoc(dir: &Path, arguments: &[&str]) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_promoc"))
        .args(arguments)
        .current_dir(dir)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let answer =
        Answer { code: output.status.code().expect("no signal"), out: text(output.stdout), err: text(output.stderr) };
    assert!(!answer.err.contains("panicked") && !answer.err.contains("internal error"), "{}", answer.err);
    assert!(!answer.out.contains('\u{1b}') && !answer.err.contains('\u{1b}'), "no control character");
    answer
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn success_is_silent_and_errors_go_to_standard_error() {
    let right = folder(&[("main.promo", GOOD)]);
    let answer = promoc(right.path(), &["check"]);
    assert_eq!((answer.code, answer.out.as_str(), answer.err.as_str()), (0, "", ""));

    let wrong = folder(&[("main.promo", &GOOD.replace("promote qa", "promote qaa"))]);
    let answer = promoc(wrong.path(), &["check"]);
    assert_eq!((answer.code, answer.out.as_str()), (1, ""));
    assert!(
        answer.err.contains("E0201")
            && answer.err.ends_with("1 error. To learn more about a code, run `promoc explain CODE`.\n")
    );
    for command in [&["simulate", "main"][..], &["preview", "main"], &["run", "main"], &["compile"]] {
        let answer = promoc(wrong.path(), command);
        assert_eq!((answer.code, answer.out.as_str()), (1, ""), "{command:?}");
        assert!(answer.err.contains("E0201"), "{command:?}: {}", answer.err);
    }
}

#[test]
fn warnings_are_not_errors_unless_denied() {
    let odd = folder(&[("main.promo", &format!("{GOOD}workflow idle {{ needs APP_NAME }}\n"))]);
    assert_eq!(promoc(odd.path(), &["check"]).code, 0);
    let denied = promoc(odd.path(), &["check", "--deny", "warnings"]);
    assert_eq!(denied.code, 1);
    assert!(denied.err.contains("W0205"));
}

#[test]
fn a_usage_or_environment_error_exits_with_2_and_says_what_to_do() {
    let dir = folder(&[("main.promo", GOOD), ("latin1.txt", "")]);
    std::fs::write(dir.path().join("bad.promo"), b"environment \xff").unwrap();
    let cases: &[(&[&str], &str)] = &[
        (&["check", "nowhere"], "no such file or folder"),
        (&["check", "bad.promo"], "not UTF-8"),
        (&["graph", "mian"], "did you mean `main`?"),
        (&["simulate", "main", "--product", "shp"], "did you mean `shop`?"),
        (&["simulate", "main", "--at", "monday"], "2026-11-23T08:00Z"),
        (&["compile", "--target", "codefrsh"], "Did you mean `codefresh`?"),
        (&["explain", "E9999"], "To list every code, run `promoc explain`."),
        (&["preview", "main"], "git clone --bare URL"),
        (&["run", "main"], "git clone --bare URL"),
        (&["release", "nope"], "promoc releases"),
        (&["frobnicate"], "Usage"),
        (&["\u{1b}[31mfrobnicate"], "Usage"),
        (&["check", "--format", "\u{1b}]0;title\u{7}"], "possible values"),
        (&["check", "main.promo/x"], "part of its path is not a folder"),
        (&["compile", "--out", "main.promo/x"], "part of its path is not a folder"),
        (&["init", "main.promo"], "cannot write `main.promo"),
        (&["demo", "main.promo"], "a file of that name already exists"),
        (&["simulate", "main", "--report", "."], "it is a folder"),
        (&["run"], "For example: `promoc run main`"),
    ];
    for (arguments, said) in cases {
        let answer = promoc(dir.path(), arguments);
        assert_eq!(answer.code, 2, "{arguments:?}: {}", answer.err);
        assert_eq!(answer.out, "", "{arguments:?}");
        assert!(answer.err.contains(said) && !answer.err.contains("os error"), "{arguments:?}: {}", answer.err);
    }
    let not_text = Command::new(env!("CARGO_BIN_EXE_promoc"))
        .arg(<OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"\xff"))
        .output()
        .unwrap();
    assert_eq!(not_text.status.code(), Some(2), "{}", String::from_utf8_lossy(&not_text.stderr));
}

#[test]
fn doctor_says_why_the_program_cannot_be_used() {
    let dir = folder(&[("main.promo", GOOD), ("promo.toml", "[author]\nnmae = \"me\"\n")]);
    let answer = promoc(dir.path(), &["doctor"]);
    assert_eq!(answer.code, 2);
    assert!(answer.out.contains("did you mean `author.name`?"), "{}", answer.out);
}

#[test]
fn every_command_for_releases_needs_a_program_or_a_ledger() {
    let empty = folder(&[]);
    let lost = folder(&[("promo.toml", "program = \"gone.promo\"\n")]);
    for arguments in [&["resume"] as &[&str], &["resume", "main-1"], &["releases"], &["release", "main-1"], &["doctor"]]
    {
        for (dir, said) in [(&empty, "there is no program in"), (&lost, "gone.promo")] {
            let answer = promoc(dir.path(), arguments);
            assert_eq!(answer.code, 2, "{arguments:?}: {}", answer.err);
            // Doctor's report is its result, and names what is missing.
            let (text, silent) =
                if arguments == ["doctor"] { (&answer.out, &answer.err) } else { (&answer.err, &answer.out) };
            assert!(text.contains(said) && silent.is_empty(), "{arguments:?}: {} {}", answer.out, answer.err);
        }
        assert!(!empty.path().join(".promo").exists(), "{arguments:?} writes nothing");
    }
    let program = folder(&[("main.promo", GOOD)]);
    assert_eq!(promoc(program.path(), &["releases"]).code, 0);
    // A record does not need the program.
    let ledger = folder(&[]);
    promoc::ledger::Store::open(&ledger.path().join(".promo/state.git")).unwrap();
    for command in ["releases", "resume"] {
        let answer = promoc(ledger.path(), &[command]);
        assert_eq!(answer.code, 0, "{command}: {}", answer.err);
    }
}

#[test]
fn a_missing_language_server_is_no_fault_of_a_machine_that_runs_releases() {
    let dir = folder(&[("main.promo", "environment dev, qa\n")]);
    // Alone in its folder, and with a `PATH` that has nothing else.
    let alone = dir.path().join("bin/promoc");
    std::fs::create_dir(dir.path().join("bin")).unwrap();
    if std::fs::hard_link(env!("CARGO_BIN_EXE_promoc"), &alone).is_err() {
        std::fs::copy(env!("CARGO_BIN_EXE_promoc"), &alone).unwrap();
    }
    for tool in ["git", "sh"] {
        let path = std::env::var_os("PATH").unwrap();
        let found = std::env::split_paths(&path).map(|path| path.join(tool)).find(|path| path.is_file()).unwrap();
        std::os::unix::fs::symlink(found, dir.path().join("bin").join(tool)).unwrap();
    }
    let mut doctor = Command::new(&alone);
    let output = doctor.arg("doctor").current_dir(dir.path()).env("PATH", dir.path().join("bin")).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("! promo-lsp") && text.contains("Only editors need it."), "{text}");
    assert_eq!(output.status.code(), Some(0), "{text}");
}

/// Characters that change the direction of text are escaped on a terminal only.
#[test]
fn output_to_a_pipe_is_byte_for_byte() {
    let comment = "# a family: \u{1F468}\u{200D}\u{1F469}, and \u{202E}backwards\n";
    let dir = folder(&[("main.promo", &format!("{comment}environment dev\n")), ("input", comment)]);
    let input = std::fs::File::open(dir.path().join("input")).unwrap();
    let formatted = Command::new(env!("CARGO_BIN_EXE_promoc")).args(["fmt", "-"]).stdin(input).output().unwrap();
    assert_eq!(String::from_utf8(formatted.stdout).unwrap(), comment);

    let name = "f\u{202E}.promo";
    std::fs::write(dir.path().join(name), "environment dev, dev\n").unwrap();
    let checked = promoc(dir.path(), &["check", name, "--format", "json"]).out;
    assert!(!checked.contains('\u{202E}'), "it is escaped");
    let document: serde_json::Value = serde_json::from_str(&checked).unwrap();
    assert_eq!(document["diagnostics"][0]["labels"][0]["file"], name);
}

#[test]
fn several_syntax_errors_are_reported_in_one_run_and_the_rest_is_still_checked() {
    let text = GOOD
        .replace("  trigger dev\n", "  trigger: dev\n")
        .replace("  promote qa\n", "  promote -> qa\n")
        .replace("in dev, qa, prod", "in dev, qa, prdo");
    let dir = folder(&[("main.promo", &text)]);
    let answer = promoc(dir.path(), &["check", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    let codes: Vec<&str> =
        document["diagnostics"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["E0201", "E0101", "E0101"]);
    assert_eq!((answer.code, answer.err.as_str()), (1, ""));
}

#[test]
fn fmt_checks_shows_and_writes() {
    let dir = folder(&[("main.promo", &GOOD.replace("  promote qa\n", "  promote   qa\n"))]);
    let checked = promoc(dir.path(), &["fmt", "--check"]);
    assert_eq!(checked.code, 1);
    assert!(checked.out.contains("-  promote   qa\n+  promote qa\n"), "{}", checked.out);
    assert_eq!(promoc(dir.path(), &["fmt"]).code, 0);
    assert_eq!(std::fs::read_to_string(dir.path().join("main.promo")).unwrap(), GOOD);
    assert_eq!(promoc(dir.path(), &["fmt", "--check"]).code, 0);
}

#[test]
fn init_creates_a_working_project_and_never_overwrites_one() {
    let dir = folder(&[]);
    assert_eq!(promoc(dir.path(), &["init", "new"]).code, 0);
    let project = dir.path().join("new");
    let checked = promoc(&project, &["check", "--deny", "warnings"]);
    assert_eq!((checked.code, checked.err.as_str()), (0, ""));
    assert_eq!(promoc(&project, &["fmt", "--check"]).code, 0);
    assert!(promoc(&project, &["simulate", "main"]).out.contains("succeeded"));
    std::fs::write(project.join("main.promo"), "# mine\n").unwrap();
    assert_eq!(promoc(dir.path(), &["init", "new"]).code, 2);
    assert_eq!(std::fs::read_to_string(project.join("main.promo")).unwrap(), "# mine\n");
}

#[test]
fn a_reader_that_closes_the_pipe_causes_no_message() {
    let dir = folder(&[("main.promo", GOOD)]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_promoc"))
        .args(["explain", "E0301"])
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
