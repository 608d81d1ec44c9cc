//! Console blocks in the documentation: each command runs, and its output is compared with the page.
//!
//! The commands of a page run in one folder, which holds the first `promo` block of the page as `main.promo`. `$ …` is a
//! command for `sh`, `? N` on the next line its exit code, and the lines below are its output: standard output, or standard
//! error if that is empty. `[..]` matches anything within a line, `...` any number of lines.
//! `UPDATE_EXPECT=1` rewrites output without these.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::architecture::{assert_none, root};

/// The first fenced block of one language.
fn block<'a>(page: &'a str, language: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("```{language}\n"))?;
    rest.split("\n```").next()
}

struct Step<'a> {
    command: &'a str,
    code: i32,
    /// The line of the page, counted from 0, on which its output begins.
    start: usize,
    expected: Vec<&'a str>,
}

fn steps(page: &str) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    let (mut open, mut demo) = (false, false);
    for (number, line) in page.lines().enumerate() {
        if !open || line == "```" {
            open = line == "```console";
            demo = false;
            continue;
        }
        match (line.strip_prefix("$ "), line.strip_prefix("? ")) {
            (Some(command), _) if !demo => {
                // The demo prints commands of its own, so it is always the last in its block.
                demo = command.starts_with("promoc demo");
                steps.push(Step { command, code: 0, start: number + 1, expected: Vec::new() });
            }
            (_, Some(code)) => {
                let step = steps.last_mut().expect("a command");
                (step.code, step.start) = (code.parse().unwrap(), number + 1);
            }
            _ => steps.last_mut().expect("a block begins with a command").expected.push(line),
        }
    }
    for step in &mut steps {
        let last = step.expected.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
        step.expected.truncate(last);
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
    if let Some(program) = block(&text, "promo") {
        std::fs::write(folder.join("main.promo"), format!("{program}\n")).unwrap();
    }
    let mut folder = PathBuf::from(folder);
    let update = std::env::var("UPDATE_EXPECT").is_ok_and(|value| value == "1");
    let mut page_lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut problems = Vec::new();
    let mut moved = 0;
    let steps = steps(&text);
    assert!(!steps.is_empty(), "{page} has no command");
    for Step { command, code, start, expected } in steps {
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
        // After a success, standard error has only progress and notes.
        let printed = String::from_utf8(output.stdout).unwrap();
        let printed = if printed.is_empty() && code != 0 { errors } else { printed };
        let lines: Vec<&str> = printed.trim_end().lines().map(str::trim_end).collect();
        if fits(&expected, &lines) {
            continue;
        }
        let literal = !expected.iter().any(|line| *line == "..." || line.contains("[..]"));
        if update && literal {
            let start = start.checked_add_signed(moved).unwrap();
            page_lines.splice(start..start + expected.len(), lines.iter().map(|line| (*line).to_owned()));
            moved += lines.len() as isize - expected.len() as isize;
        } else {
            problems.push(format!("{page}: `{command}` prints:\n{printed}"));
        }
    }
    if update {
        std::fs::write(root().join(page), page_lines.join("\n") + "\n").unwrap();
    }
    assert_none(problems);
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
