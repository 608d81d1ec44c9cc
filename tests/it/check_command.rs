//! The command `promoc check`: formats, `--fix`, limits.

use std::path::Path;
use std::process::{Command, Output};

fn promoc(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_promoc"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env_remove("NO_GRAPHICS")
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn read(folder: &Path, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).unwrap()
}

const PLATFORM: &str = "environment dev, qa, staging\n";

#[test]
fn fix_applies_certain_fixes_in_every_file_and_reports_the_rest() {
    let main = "import \"platform.promo\"\nflow main {\n  timout 3h\n  trigger dev\n  promote qa, stagin\n  promote nowhere-at-all\n}\n";
    let other = "import \"platform.promo\"\nflow other { trigger dev; promot qa }\n";
    let folder = folder(&[("main.promo", main), ("other.promo", other), ("platform.promo", PLATFORM)]);
    let output = promoc(folder.path(), &["check", "--fix"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(
        read(folder.path(), "main.promo"),
        "import \"platform.promo\"\nflow main {\n  timeout 3h\n  trigger dev\n  promote qa, staging\n  promote nowhere-at-all\n}\n"
    );
    assert_eq!(read(folder.path(), "other.promo"), other.replace("promot ", "promote "));
    assert_eq!(read(folder.path(), "platform.promo"), PLATFORM);
    let said = stderr(&output);
    assert!(said.contains("fixed 2 of 3 problems in main.promo\n"), "{said}");
    assert!(said.contains("fixed 1 of 1 problem in other.promo\n"), "{said}");
    assert!(said.contains("nowhere-at-all") && !said.contains("stagin`"), "{said}");
    // a second run has nothing to fix
    let again = promoc(folder.path(), &["check", "--fix"]);
    assert!(stderr(&again).contains("no problems can be fixed automatically"), "{}", stderr(&again));
    assert_eq!(again.status.code(), Some(1));
}

#[test]
fn a_file_shared_by_two_programs_is_fixed_once() {
    let program = "import \"shared.promo\"\nflow main { trigger dev; promote qa }\n";
    let shared = "environment dev, qa\ngroup all = dev, qaa\n";
    let folder = folder(&[("a.promo", program), ("b.promo", program), ("shared.promo", shared)]);
    let output = promoc(folder.path(), &["check", "--fix"]);
    assert_eq!(read(folder.path(), "shared.promo"), shared.replace("qaa", "qa"));
    assert!(stderr(&output).contains("fixed 1 of 1 problem in shared.promo\n"), "{}", stderr(&output));
}

#[test]
fn fix_prints_each_change_and_diff_writes_nothing() {
    let main =
        "environment dev, qa, staging\nflow main {\n  trigger dev\n  promote qa\n  promote stagin after qa # last\n}\n";
    let folder = folder(&[("main.promo", main)]);
    let shown = promoc(folder.path(), &["check", "--fix", "--diff"]);
    assert_eq!(shown.status.code(), Some(0), "{}", stderr(&shown));
    assert_eq!(read(folder.path(), "main.promo"), main);
    let diff = "-  promote stagin after qa # last\n+  promote staging after qa # last\n";
    assert!(stdout(&shown).starts_with("--- main.promo\n+++ main.promo (fixed)\n"), "{}", stdout(&shown));
    assert!(stdout(&shown).contains(diff), "{}", stdout(&shown));
    assert!(stderr(&shown).contains("would fix 1 of 1 problem in main.promo\n"), "{}", stderr(&shown));
    let output = promoc(folder.path(), &["check", "--fix"]);
    assert!(stderr(&output).contains("stagin → staging (main.promo:5)\n"), "{}", stderr(&output));
    assert_eq!(read(folder.path(), "main.promo"), main.replace("stagin ", "staging "));
}

/// In `a`, `qaa` would be `qa`; in `b`, which imports the same file, that would be a duplicate.
#[test]
fn a_fix_that_adds_a_diagnostic_to_any_program_is_withdrawn() {
    let shared = "environment dev, qa\ngroup all = qaa\n";
    let a = "import \"shared.promo\"\nflow main { trigger dev; promote all }\n";
    let b = "import \"shared.promo\"\nflow main { trigger dev; promote qa; promote all }\n";
    let both = self::folder(&[("a.promo", a), ("b.promo", b), ("shared.promo", shared)]);
    let output = promoc(both.path(), &["check", "--fix"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(read(both.path(), "shared.promo"), shared);
    let one = folder(&[("a.promo", a), ("shared.promo", shared)]);
    promoc(one.path(), &["check", "--fix"]);
    assert_eq!(read(one.path(), "shared.promo"), shared.replace("qaa", "qa"));
    let sarif = |folder: &tempfile::TempDir| stdout(&promoc(folder.path(), &["check", "b.promo", "--format", "sarif"]));
    let twice = b.replace("promote all", "promote qaa");
    let fixable =
        folder(&[("b.promo", &b.replace("promote qa; promote all", "promote qaa")), ("shared.promo", PLATFORM)]);
    assert!(sarif(&fixable).contains("\"fixes\""), "{}", sarif(&fixable));
    let doubtful = folder(&[("b.promo", &twice), ("shared.promo", PLATFORM)]);
    assert!(!sarif(&doubtful).contains("\"fixes\""), "{}", sarif(&doubtful));
}

#[test]
fn fix_never_writes_outside_the_root() {
    let outside = folder(&[("platform.promo", "environmnt dev, qa\n")]);
    let inside = folder(&[("main.promo", "import \"platform.promo\"\nflow main { trigger dev; promote qa }\n")]);
    std::os::unix::fs::symlink(outside.path().join("platform.promo"), inside.path().join("platform.promo")).unwrap();
    let output = promoc(inside.path(), &["check", "--fix", "main.promo"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(read(outside.path(), "platform.promo"), "environmnt dev, qa\n");
    assert!(stderr(&output).contains("E0108"), "{}", stderr(&output));
}

#[test]
fn fix_keeps_permissions_byte_order_marks_and_line_ends() {
    use std::os::unix::fs::PermissionsExt;
    let text = "\u{feff}environment dev, qa\r\nflow main { trigger dev; promote q }\r\n# end";
    let folder = folder(&[("main.promo", text)]);
    let path = folder.path().join("main.promo");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let output = promoc(folder.path(), &["check", "--fix"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(read(folder.path(), "main.promo"), text.replace("promote q ", "promote qa "));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn github_and_sarif_go_to_standard_output_with_the_same_exit_code() {
    let folder = folder(&[("a b/main.promo", "environment dev, qa\nflow main { trigger dev; promote qb }\n")]);
    let github = promoc(folder.path(), &["check", "--format", "github"]);
    assert_eq!(github.status.code(), Some(1));
    let text = stdout(&github);
    let start = "::error file=a b/main.promo,line=2,col=34,endLine=2,endColumn=36,title=E0201::no environment or group named `qb`%0A";
    assert!(text.starts_with(start), "{text}");
    assert_eq!(stderr(&github), "");
    let sarif = promoc(folder.path(), &["check", "--format", "sarif"]);
    assert_eq!(sarif.status.code(), Some(1));
    let document: serde_json::Value = serde_json::from_str(&stdout(&sarif)).unwrap();
    let place = &document["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b/main.promo");
    assert_eq!(place["region"]["startColumn"], 34);
}

#[test]
fn people_see_the_first_hundred_of_a_file_and_programs_see_all() {
    let wrong: String = (0..112).map(|nth| format!("flow f{nth} {{ trigger dev; promote zzz{nth} }}\n")).collect();
    let folder = folder(&[("main.promo", &format!("environment dev\n{wrong}"))]);
    let human = promoc(folder.path(), &["check"]);
    let text = stderr(&human);
    assert_eq!(text.matches("no environment or group named").count(), 100, "{text}");
    assert!(text.contains("main.promo: and 12 more\n"), "{text}");
    assert!(text.contains("112 errors"), "{text}");
    let json: serde_json::Value =
        serde_json::from_str(&stdout(&promoc(folder.path(), &["check", "--format", "json"]))).unwrap();
    assert_eq!(json["diagnostics"].as_array().unwrap().len(), 112);
    let sarif: serde_json::Value =
        serde_json::from_str(&stdout(&promoc(folder.path(), &["check", "--format", "sarif"]))).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 112);
    let github = stdout(&promoc(folder.path(), &["check", "--format", "github"]));
    assert_eq!(github.lines().count(), 101);
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

const WRONG: &str = "environment dev\nflow main { trigger dev; promote nowhere }\n";
const RIGHT: &str = "environment dev, qa\nflow main { trigger dev; promote qa }\n";

#[test]
fn ignored_files_are_read_only_if_named_or_imported() {
    let ignored = "environment dev, qa\nflow  main { trigger dev; promote nowhere }\n";
    let folder = folder(&[
        ("main.promo", "import \"gen/platform.promo\"\nflow main { trigger dev; promote qa }\n"),
        ("gen/platform.promo", "environment dev, qa\n"),
        ("gen/wrong.promo", ignored),
        (".gitignore", "/gen/\n"),
    ]);
    let check = promoc(folder.path(), &["check"]);
    assert_eq!((check.status.code(), stderr(&check).as_str()), (Some(0), ""));
    let fmt = promoc(folder.path(), &["fmt"]);
    assert_eq!((fmt.status.code(), read(folder.path(), "gen/wrong.promo").as_str()), (Some(0), ignored));
    for named in ["gen/wrong.promo", "gen"] {
        let check = promoc(folder.path(), &["check", named]);
        assert!(stderr(&check).contains("E0201"), "{named}: {}", stderr(&check));
    }
    std::fs::write(folder.path().join(".gitignore"), "*.promo\n").unwrap();
    let check = promoc(folder.path(), &["check"]);
    assert_eq!(check.status.code(), Some(2));
    assert!(stderr(&check).contains("no `.promo` file in `.`") && stderr(&check).contains(".gitignore"));
}

#[test]
fn a_pipe_never_blocks() {
    let folder = folder(&[("main.promo", RIGHT)]);
    pipe(&folder.path().join("pipe.promo"));
    for command in [
        &["check"][..],
        &["fmt", "--check"],
        &["test", "--allow-empty"],
        &["graph", "main"],
        &["__complete", "graph", ""],
    ] {
        assert_eq!(promoc(folder.path(), command).status.code(), Some(0), "{command:?}");
    }
    for command in [["check", "pipe.promo"], ["fmt", "pipe.promo"], ["test", "pipe.promo"]] {
        let output = promoc(folder.path(), &command);
        assert_eq!(output.status.code(), Some(2), "{command:?}");
        assert!(stderr(&output).contains("it is not a file"), "{}", stderr(&output));
    }
    std::fs::write(folder.path().join("main.promo"), "import \"pipe.promo\"\n").unwrap();
    assert!(stderr(&promoc(folder.path(), &["check"])).contains("cannot read import `pipe.promo`: it is not a file"));
    pipe(&folder.path().join("promo.toml"));
    let output = promoc(folder.path(), &["check"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output), "error: promo.toml: cannot be read: it is not a file\n");
}

#[test]
fn an_imported_file_is_not_a_program_even_in_another_folder() {
    let part = "import \"../deep/platform.promo\"\nflow main { trigger dev; promote qa }\n";
    let files = [
        ("main.promo", "import \"lib/flows.promo\"\n"),
        ("lib/flows.promo", part),
        ("deep/platform.promo", "environment dev, qa\n"),
        ("lib/other.promo", WRONG),
    ];
    for settings in [&[][..], &[("promo.toml", "")]] {
        let folder = folder(&[&files[..], settings].concat());
        let check = promoc(folder.path(), &["check"]);
        let said = stderr(&check);
        assert!(said.contains("lib/other.promo") && !said.contains("lib/flows.promo"), "{said}");
        // on its own it is a program; without a `promo.toml`, its folder is the root
        let alone = promoc(folder.path(), &["check", "lib/flows.promo"]);
        assert_eq!(stderr(&alone).contains("E0108"), settings.is_empty(), "{}", stderr(&alone));
    }
}
