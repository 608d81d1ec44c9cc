//! The README says what the program says: its console blocks are run, line by line.
//!
//! `$ promoc …` is run in a folder that holds the README's program as `main.promo`, and as `slip.promo` with a slip of the
//! pen. `? N` on the line after it is the exit code. `[..]` stands for anything within a line, `...` for any lines.

use std::process::Command;

const README: &str = include_str!("../../README.md");

fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README.split(fence.as_str()).skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect()
}

/// The commands of all console blocks, each with its exit code and the lines that it is said to print.
fn commands() -> Vec<(Vec<&'static str>, i32, Vec<&'static str>)> {
    let mut all: Vec<(Vec<&str>, i32, Vec<&str>)> = Vec::new();
    for block in blocks("console") {
        let mut inside_demo = false;
        for line in block.lines() {
            match line.strip_prefix("$ promoc ") {
                // the demo prints its own commands
                Some(command) if !inside_demo => {
                    inside_demo = command.starts_with("demo");
                    all.push((command.split(' ').collect(), 0, Vec::new()));
                }
                _ => match (line.strip_prefix("? "), all.last_mut()) {
                    (Some(code), Some(last)) => last.1 = code.parse().unwrap(),
                    (None, Some(last)) => last.2.push(line),
                    (_, None) => panic!("a block begins with a command"),
                },
            }
        }
    }
    all
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

#[test]
fn the_tour_shows_what_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let program = format!("{}\n", blocks("promo")[0]);
    std::fs::write(folder.path().join("slip.promo"), program.replace("promote qa, staging", "promote qa, stagin"))
        .unwrap();
    let commands = commands();
    assert_eq!(commands.len(), 4);
    for (arguments, code, expected) in commands {
        let output = Command::new(env!("CARGO_BIN_EXE_promoc"))
            .args(&arguments)
            .current_dir(folder.path())
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        // diagnostics are what `check` is about; progress is not what a command answers
        let printed = if code == 0 { output.stdout } else { output.stderr };
        let printed = String::from_utf8(printed).unwrap();
        let lines: Vec<&str> = printed.trim_end().lines().collect();
        let expected: Vec<&str> =
            expected.join("\n").trim_end().lines().map(|line| &*line.to_string().leak()).collect();
        assert!(fits(&expected, &lines), "{arguments:?} prints otherwise:\n{printed}");
        // from here on the program is right
        std::fs::remove_file(folder.path().join("slip.promo")).ok();
        std::fs::write(folder.path().join("main.promo"), &program).unwrap();
    }
}
