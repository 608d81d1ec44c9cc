//! The rules of a release, worked out by hand: the programs of `tests/rules`, one folder for each rule.
//!
//! All scenarios of a program must pass. If an expectation ends in `# exactly`, the same expectation must fail one
//! second earlier (for `not started before`, one second later). An expectation after `# not:` must fail.

use std::path::{Path, PathBuf};

use promoc::program::MemoryFiles;
use promoc::simulate;
use promoc::syntax::literal::{Instant, Seconds};

macro_rules! rules {
    ($($name:ident $folder:literal)*) => {
        const FOLDERS: &[&str] = &[$($folder),*];
        $(
            #[test]
            fn $name() {
                hold($folder);
            }
        )*
    };
}

rules! {
    rule_01_dependencies_and_soak "01-dependencies-and-soak"
    rule_02_approvals "02-approvals"
    rule_03_windows "03-windows"
    rule_04_hooks "04-hooks"
    rule_05_applications "05-applications"
    rule_07_failure "07-failure"
    rule_08_trigger "08-trigger"
    rule_09_health "09-health"
    rule_10_timeouts_and_retries "10-timeouts-and-retries"
    rule_11_workflows "11-workflows"
    rule_12_values "12-values"
    rule_13_release "13-release"
    rule_15_status "15-status"
    rule_16_timeout_and_terminate "16-timeout-and-terminate"
    rule_17_order "17-order"
    rule_18_rollback "18-rollback"
    rule_19_what_runs "19-what-runs"
    rule_20_targets "20-rollback-targets"
    rule_21_rolled_back "21-rolled-back"
    rule_22_overlapping_rules "22-overlapping-rules"
    rule_23_several_releases "23-several-releases"
    rule_24_never_older_over_newer "24-never-older-over-newer"
    rule_25_retry "25-retry"
    the_simulator "simulator"
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules")
}

/// The paths in a folder, sorted.
fn listed(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Plays all programs in a folder.
fn hold(folder: &str) {
    let programs = listed(&root().join(folder));
    assert!(!programs.is_empty(), "no program in {folder}");
    for path in programs {
        let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(unmet(&name, &text), Vec::<(usize, String)>::new(), "{name}");
        let (tight, lines) = tightened(&text);
        let said: Vec<usize> = unmet(&name, &tight).into_iter().map(|(line, _)| line).collect();
        assert_eq!(said, lines, "{name}: exactly the `# exactly` and `# not:` lines must fail");
    }
}

#[test]
fn every_folder_of_rules_has_its_test() {
    let folders: Vec<PathBuf> = FOLDERS.iter().map(|folder| root().join(folder)).collect();
    assert_eq!(listed(&root()), folders);
}

/// The lines whose expectations are not met, with the messages.
fn unmet(name: &str, text: &str) -> Vec<(usize, String)> {
    let files = MemoryFiles([(name.to_owned(), text.to_owned())].into());
    let analysed = promoc::analyse(&files, name).unwrap();
    let wrong = |it: &&promoc::diagnostic::Diagnostic| it.code.severity() == promoc::diagnostic::Severity::Error;
    let checked = analysed.checked();
    let program = checked.unwrap_or_else(|| panic!("{name}: {:?}", analysed.diagnostics().iter().find(wrong)));
    let mut list = Vec::new();
    for scenario in program.scenarios.ids() {
        for unmet in simulate::test(program, scenario).unmet {
            let line = text[..unmet.span.start as usize].matches('\n').count() + 1;
            list.push((line, unmet.message));
        }
    }
    list
}

/// The program with expectations that must fail, and their lines.
fn tightened(text: &str) -> (String, Vec<usize>) {
    let mut lines = Vec::new();
    let mut tight = String::new();
    for (line, number) in text.lines().zip(1..) {
        let line = match (line.split_once("# not: "), line.strip_suffix("  # exactly")) {
            (Some((_, wrong)), _) => wrong.to_owned(),
            (_, Some(exact)) => {
                let (rest, last) = exact.rsplit_once(' ').unwrap();
                match rest.ends_with(" before") {
                    true => format!("{rest} {}", last.parse::<Instant>().unwrap().after(Seconds(1))),
                    false => format!("{rest} {}", Seconds(seconds(last) - 1)),
                }
            }
            _ => {
                tight.push_str(line);
                tight.push('\n');
                continue;
            }
        };
        lines.push(number);
        tight.push_str(&line);
        tight.push('\n');
    }
    (tight, lines)
}

/// Converts a duration such as `1h30m` to seconds.
fn seconds(text: &str) -> u64 {
    let (mut sum, mut number) = (0, 0);
    for letter in text.chars() {
        match letter.to_digit(10) {
            Some(digit) => number = number * 10 + u64::from(digit),
            None => {
                let unit =
                    [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)].into_iter().find(|(unit, _)| *unit == letter);
                sum += number * unit.unwrap_or_else(|| panic!("{text}")).1;
                number = 0;
            }
        }
    }
    sum
}
