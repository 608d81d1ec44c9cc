//! Console blocks in the documentation: each command runs, and its output is compared with the page.
//!
//! The commands of a page run in one folder, which holds the first `promo` block of the page as `main.promo`. `$ …` is a
//! command for `sh`, `? N` on the next line its exit code, and the lines below are its output: standard output, or standard
//! error if that is empty. `[..]` matches anything within a line, `...` any number of lines.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::architecture::root;

/// The contents of all fenced blocks of one language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(fence.as_str()).skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect()
}

struct Step<'a> {
    command: &'a str,
    code: i32,
    expected: Vec<&'a str>,
}

fn steps(page: &str) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    for block in blocks(page, "console") {
        // The demo prints commands of its own, so it is always a block of its own.
        let demo = block.starts_with("$ promoc demo");
        for (nth, line) in block.lines().enumerate() {
            match (line.strip_prefix("$ "), line.strip_prefix("? ")) {
                (Some(command), _) if nth == 0 || !demo => steps.push(Step { command, code: 0, expected: Vec::new() }),
                (_, Some(code)) => steps.last_mut().expect("a command").code = code.parse().unwrap(),
                _ => steps.last_mut().expect("a block begins with a command").expected.push(line),
            }
        }
    }
    steps
}

fn line_fits(pattern: &str, line: &str) -> bool {
    let mut rest = line.trim_end();
    let mut parts = pattern.trim_end().split("[..]");
    let Some(tail) = parts.next().and_then(|first| rest.strip_prefix(first)) else { return false };
    rest = tail;
    let parts: Vec<&str> = parts.collect();
    for (nth, part) in parts.iter().enumerate() {
        let at = if nth + 1 == parts.len() {
            rest.ends_with(part).then(|| rest.len() - part.len())
        } else {
            rest.find(part)
        };
        match at {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

fn fits(patterns: &[&str], lines: &[&str]) -> bool {
    match patterns.split_first() {
        None => lines.is_empty(),
        Some((&"...", others)) => (0..=lines.len()).any(|skipped| fits(others, &lines[skipped..])),
        Some((pattern, others)) => {
            lines.split_first().is_some_and(|(line, rest)| line_fits(pattern, line) && fits(others, rest))
        }
    }
}

/// Runs the commands of a page in `folder`, with this build of promoc on PATH.
fn run(page: &str, folder: &Path) {
    let text = std::fs::read_to_string(root().join(page)).unwrap();
    let promoc = Path::new(env!("CARGO_BIN_EXE_promoc")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", promoc.display());
    if let Some(program) = blocks(&text, "promo").first() {
        std::fs::write(folder.join("main.promo"), format!("{program}\n")).unwrap();
    }
    let mut folder = PathBuf::from(folder);
    let steps = steps(&text);
    assert!(!steps.is_empty(), "{page} has no command");
    for Step { command, code, expected } in steps {
        if let Some(inner) = command.strip_prefix("cd ") {
            folder.push(inner);
            continue;
        }
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).current_dir(&folder).env("PATH", &path).env("NO_COLOR", "1");
        for role in ["AUTHOR", "COMMITTER"] {
            shell.env(format!("GIT_{role}_NAME"), "Ada").env(format!("GIT_{role}_EMAIL"), "ada@example.com");
        }
        let output = shell.output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{page}: `{command}`: {errors}");
        // Progress and notes go to standard error: they are not the result.
        let printed = String::from_utf8(output.stdout).unwrap();
        let printed = if printed.is_empty() && code != 0 { errors } else { printed };
        let lines: Vec<&str> = printed.trim_end().lines().collect();
        let last = expected.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
        assert!(fits(&expected[..last], &lines), "{page}: `{command}` prints:\n{printed}");
    }
}

#[test]
fn the_readme_shows_real_output() {
    let folder = tempfile::tempdir().unwrap();
    run("README.md", folder.path());
}

#[test]
fn the_tour_shows_real_output() {
    let folder = tempfile::tempdir().unwrap();
    run("docs/tour.md", folder.path());
}

#[test]
fn the_page_on_simulating_shows_real_output() {
    let folder = tempfile::tempdir().unwrap();
    run("docs/simulating.md", folder.path());
}
