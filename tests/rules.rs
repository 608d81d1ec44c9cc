//! The numbered rules of a release, played by hand: the programs of `tests/rules`, each named after its rule.
//!
//! Every scenario of a program comes true. Where an expectation ends in `# exactly`, the same a second earlier (for `not
//! started before` a second later) does not; nor does an expectation behind `# not:`.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "these tests read programs, and fail by panic"
)]

use std::path::Path;

use promoc::program::MemoryFiles;
use promoc::simulate;
use promoc::syntax::literal::{Instant, Seconds};

macro_rules! rules {
    ($($name:ident $prefix:literal)*) => { $(
        #[test]
        fn $name() {
            hold($prefix);
        }
    )* };
}

rules! {
    rule_01_dependencies_and_soak "r01"
    rule_02_approvals "r02"
    rule_03_windows "r03"
    rule_04_hooks "r04"
    rule_05_applications "r05"
    rule_07_failure "r07"
    rule_08_trigger "r08"
    rule_09_health "r09"
    rule_10_timeouts_and_retries "r10"
    rule_11_workflows "r11"
    rule_12_values "r12"
    rule_13_release "r13"
    rule_15_status "r15"
    rule_16_timeout_and_terminate "r16"
    rule_17_order "r17"
    rule_18_rollback "r18"
    rule_19_what_runs "r19"
    rule_20_targets "r20"
    rule_21_given_back "r21"
    rule_22_overlapping_rules "r22"
    rule_23_several_releases "r23"
    rule_24_never_older_over_newer "r24"
    rule_25_retry "r25"
    the_simulator "sim"
}

/// Plays the programs whose names begin so.
fn hold(prefix: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let mut played = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with(prefix) {
            let text = std::fs::read_to_string(&path).unwrap();
            assert_eq!(unmet(&name, &text), Vec::<(usize, String)>::new(), "{name}");
            let (tight, lines) = tightened(&text);
            let said: Vec<usize> = unmet(&name, &tight).into_iter().map(|(line, _)| line).collect();
            assert_eq!(said, lines, "{name}: what is exact or wrong must be reported, and nothing else");
            played += 1;
        }
    }
    assert!(played > 0, "no program for {prefix}");
}

/// The lines whose expectations do not come true, and what is said of them.
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

/// The program with expectations that must not come true, and their lines.
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

/// `1h30m` in seconds.
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
