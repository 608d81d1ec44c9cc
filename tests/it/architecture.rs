//! The rules of the house, held against the code: who may use whom, how long a file may be.

pub mod rust;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rust::{EVERYTHING, Source};

/// Each room and the rooms that it may name directly. `docs/architecture.md` has the same table in words.
///
/// `lib` is what the root of the library offers itself: the pipeline, which uses all the rooms. `lsp` is a package of its
/// own, and `grammar` as soon as it has code.
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
    ("git", &["source", "diagnostic"]),
    ("ledger", &["source", "diagnostic", "syntax", "program", "release", "edit", "git"]),
    (
        "run",
        &["source", "diagnostic", "syntax", "program", "check", "project", "release", "edit", "git", "ledger", "lib"],
    ),
    ("api", &["source", "diagnostic", "syntax", "program", "release", "simulate", "verify", "edit", "run"]),
    (
        "cli",
        &[
            "api",
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
            "lib",
        ],
    ),
    ("main", &["cli"]),
    ("lsp", &["source", "diagnostic", "program", "project", "lib"]),
    ("grammar", &[]),
];

/// Where code lies, and whether its rooms are folders there (else it is one room of that name).
const CODE: &[(&str, bool)] = &[("src", true), ("lsp", false), ("grammar", false)];

/// Crates that only one room may name.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("pest", &["syntax", "grammar"]),
    ("git2", &["git"]),
    ("miette", &["diagnostic"]),
    ("clap", &["cli"]),
    ("lsp_server", &["lsp"]),
    ("gen_lsp_types", &["lsp"]),
    ("indicatif", &["cli"]),
    ("saphyr_parser", &["edit"]),
    ("ignore", &["project"]),
    ("toml", &["project"]),
];

/// A file of the code that is not of its tests.
pub struct File {
    /// From the root of the project.
    path: String,
    pub room: String,
    /// How far it is below the root of the library; nothing in another package.
    depth: Option<usize>,
    silent: bool,
    pub source: Source,
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files in a folder, with their paths in it.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries {
        let name = PathBuf::from(entry.unwrap().file_name());
        if folder.join(&name).is_dir() {
            found.extend(rust_files(&folder.join(&name)).into_iter().map(|path| name.join(path)));
        } else if name.extension().is_some_and(|extension| extension == "rs") {
            found.push(name);
        }
    }
    found.sort();
    found
}

/// The module that a file is: `a/b.rs` and `a/b/mod.rs` are `a/b`; `lib.rs` and `main.rs` are above all.
pub fn module_of(path: &Path) -> PathBuf {
    let module = path.with_extension("");
    match module.file_name().and_then(|name| name.to_str()) {
        Some("mod" | "lib" | "main") => module.parent().unwrap_or(Path::new("")).to_owned(),
        _ => module,
    }
}

pub fn files() -> Vec<File> {
    let mut all = Vec::new();
    for (folder, has_rooms) in CODE {
        let read = |path: PathBuf| {
            let text = std::fs::read_to_string(root().join(folder).join(&path)).unwrap();
            (path, text.starts_with("//!"), Source::read(&text))
        };
        let files: Vec<_> = rust_files(&root().join(folder)).into_iter().map(read).collect();
        let tests = files.iter().flat_map(|(path, _, source)| {
            let module = module_of(path);
            source.test_files.iter().map(move |name| module.join(name))
        });
        let tests: BTreeSet<PathBuf> = tests.collect();
        for (path, explained, source) in files {
            let module = module_of(&path);
            if module.ancestors().any(|module| tests.contains(module)) {
                continue;
            }
            let first = path.with_extension("").components().next().unwrap().as_os_str().to_string_lossy().into_owned();
            let (room, depth) = match has_rooms {
                true => (first, Some(module.components().count())),
                false => ((*folder).to_owned(), None),
            };
            all.push(File { path: format!("{folder}/{}", path.display()), room, depth, silent: !explained, source });
        }
    }
    assert!(all.len() > 100, "the code was not found");
    all
}

#[track_caller]
pub fn assert_none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rooms_use_only_what_they_may() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    for File { path, room, depth, source, .. } in files().iter().filter(|file| file.room != "lib") {
        let may = allowed.get(room.as_str()).unwrap_or_else(|| panic!("room `{room}` is not in the table"));
        for (used, line) in source.named("promoc", *depth) {
            let used = match used.as_str() {
                room if allowed.contains_key(room) || room == EVERYTHING => room,
                _ => "lib",
            };
            if used != room && !may.contains(&used) {
                wrong.push(format!("{path}:{line}: `{room}` uses `{used}`"));
            }
        }
    }
    assert_none(wrong);
}

#[test]
fn a_crate_stays_in_its_room() {
    let mut wrong = Vec::new();
    for File { path, room, source, .. } in files() {
        for (name, rooms) in ONLY_IN {
            if let Some(line) = source.names_crate(name).filter(|_| !rooms.contains(&room.as_str())) {
                wrong.push(format!("{path}:{line}: `{room}` names the crate `{name}`"));
            }
        }
    }
    assert_none(wrong);
}

#[test]
fn no_file_is_above_400_lines_without_its_tests() {
    let long = files().into_iter().filter(|file| file.source.lines > 400);
    assert_none(long.map(|file| format!("{}: {}", file.path, file.source.lines)).collect());
}

#[test]
fn every_module_says_what_it_is_for() {
    assert_none(files().into_iter().filter(|file| file.silent).map(|file| file.path).collect());
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
    for crate_name in ["git2", "libgit2-sys", "clap", "indicatif", "miette"] {
        assert!(!tree.lines().any(|line| line.starts_with(&format!("{crate_name} "))), "promo-lsp links {crate_name}");
    }
}
