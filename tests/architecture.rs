//! The rules of the house, held against the code: who may use whom, how long a file may be.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "tests look at the world, and fail by panic"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Each room and the rooms that it may name directly. `docs/architecture.md` has the same table in words.
const MAY_USE: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("diagnostic", &["source"]),
    ("syntax", &["source", "diagnostic"]),
    ("format", &["source", "diagnostic", "syntax"]),
    ("program", &["source", "diagnostic", "syntax"]),
    ("project", &["source", "diagnostic", "syntax", "program"]),
    ("check", &["source", "diagnostic", "syntax", "program"]),
    ("graph", &["source", "syntax", "program"]),
    ("release", &["source", "diagnostic", "syntax", "program"]),
    ("simulate", &["source", "diagnostic", "syntax", "program", "check", "release"]),
    ("verify", &["source", "diagnostic", "syntax", "program", "check", "release", "simulate"]),
    ("report", &["source", "diagnostic", "syntax", "program", "check", "release", "simulate"]),
    ("compile", &["source", "diagnostic", "syntax", "program", "check"]),
    ("edit", &[]),
    ("git", &["source", "diagnostic", "run"]),
    ("ledger", &["source", "diagnostic", "syntax", "program", "project", "release", "git", "run"]),
    ("run", &["source", "diagnostic", "syntax", "program", "project", "check", "release", "edit", "git", "ledger"]),
    (
        "cli",
        &[
            "source",
            "diagnostic",
            "syntax",
            "format",
            "program",
            "project",
            "check",
            "graph",
            "release",
            "simulate",
            "verify",
            "report",
            "compile",
            "edit",
            "git",
            "ledger",
            "run",
        ],
    ),
];

/// Crates that only one room may name.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("pest", &["syntax"]),
    ("git2", &["git", "ledger", "run"]),
    ("miette", &["diagnostic"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("saphyr_parser", &["edit"]),
    ("ignore", &["project"]),
];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

fn room_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let mut parts = inside.components();
    let first = parts.next().unwrap().as_os_str().to_string_lossy().into_owned();
    parts.next().map(|_| first)
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")))
}

/// The text before the tests of a file.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

/// The rooms that a text names: `crate::ROOM`, also inside `use crate::{…}`.
fn named(text: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for line in code(text).lines().filter(|line| !line.trim_start().starts_with("//")) {
        for part in line.split("crate::").skip(1) {
            rooms.insert(part.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>());
        }
    }
    rooms.remove("");
    rooms
}

#[test]
fn rooms_use_only_what_they_may() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    for (path, text) in sources().iter().filter(|(path, _)| !is_test(path)) {
        let Some(room) = room_of(path) else { continue };
        let may = allowed.get(room.as_str()).unwrap_or_else(|| panic!("room `{room}` is not in the table"));
        for used in named(text) {
            if used != room && !may.contains(&used.as_str()) && allowed.contains_key(used.as_str()) {
                wrong.push(format!("{} uses {used}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_crate_stays_in_its_room() {
    let mut wrong = Vec::new();
    for (path, text) in sources().iter().filter(|(path, _)| !is_test(path)) {
        let Some(room) = room_of(path) else { continue };
        for (name, rooms) in ONLY_IN {
            if !rooms.contains(&room.as_str()) && code(text).contains(&format!("{name}::")) {
                wrong.push(format!("{} names {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_is_above_400_lines_without_its_tests() {
    let long: Vec<String> = sources()
        .iter()
        .filter(|(path, _)| !is_test(path))
        .map(|(path, text)| (path, code(text).lines().count()))
        .filter(|(_, lines)| *lines > 400)
        .map(|(path, lines)| format!("{}: {lines}", path.display()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<String> = sources()
        .iter()
        .filter(|(path, text)| !is_test(path) && !text.starts_with("//!"))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn the_language_server_links_no_git_and_no_command_line() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_string());
    let tree = std::process::Command::new(cargo)
        .args(["tree", "--offline", "--locked", "-p", "promo-lsp", "-e", "normal", "--prefix", "none"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8_lossy(&tree.stdout);
    assert!(tree.contains("promoc v"), "the tree is that of promo-lsp");
    for crate_name in ["git2", "libgit2-sys", "clap", "indicatif"] {
        assert!(!tree.lines().any(|line| line.starts_with(&format!("{crate_name} "))), "promo-lsp links {crate_name}");
    }
}
