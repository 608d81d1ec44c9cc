//! The architecture, checked against the code: which modules may use which, how long a file may be.

pub mod rust;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rust::{EVERYTHING, Source};

/// The top-level modules that each one may name directly. `docs/architecture.md` has the same table in words.
///
/// `lib` is the root of the library, with the pipeline that uses all of them. `lsp` and `grammar` are packages of their
/// own.
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
    (
        "ide",
        &[
            "source",
            "diagnostic",
            "syntax",
            "format",
            "program",
            "check",
            "graph",
            "release",
            "simulate",
            "report",
            "lib",
        ],
    ),
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
    ("lsp", &["source", "diagnostic", "program", "project", "ide", "lib"]),
    ("grammar", &[]),
];

/// The folders with code, and whether their modules count separately or as one.
const CODE: &[(&str, bool)] = &[("src", true), ("lsp", false), ("grammar", false)];

/// Crates that only some modules may name.
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

/// A source file outside of test modules.
pub struct File {
    /// Relative to the root of the project.
    pub path: String,
    /// The top-level module, or the package if it is not the library.
    pub top: String,
    /// The number of modules above it in the library; `None` in another package.
    depth: Option<usize>,
    silent: bool,
    pub source: Source,
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files in a folder, relative to it.
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

/// The module path of a file: `a/b.rs` and `a/b/mod.rs` are `a/b`; `lib.rs` and `main.rs` are the empty path.
pub fn module_of(path: &Path) -> PathBuf {
    let module = path.with_extension("");
    match module.file_name().and_then(|name| name.to_str()) {
        Some("mod" | "lib" | "main") => module.parent().unwrap_or(Path::new("")).to_owned(),
        _ => module,
    }
}

pub fn files() -> Vec<File> {
    let mut all = Vec::new();
    for (folder, has_modules) in CODE {
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
            let (top, depth) = match has_modules {
                true => (first, Some(module.components().count())),
                false => ((*folder).to_owned(), None),
            };
            all.push(File { path: format!("{folder}/{}", path.display()), top, depth, silent: !explained, source });
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
fn modules_use_only_what_they_may() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    for File { path, top, depth, source, .. } in files().iter().filter(|file| file.top != "lib") {
        let may = allowed.get(top.as_str()).unwrap_or_else(|| panic!("module `{top}` is not in the table"));
        for (used, line) in source.named("promoc", *depth) {
            let used = match used.as_str() {
                top if allowed.contains_key(top) || top == EVERYTHING => top,
                _ => "lib",
            };
            if used != top && !may.contains(&used) {
                wrong.push(format!("{path}:{line}: `{top}` uses `{used}`"));
            }
        }
    }
    assert_none(wrong);
}

#[test]
fn a_crate_is_named_only_in_its_module() {
    let mut wrong = Vec::new();
    for File { path, top, source, .. } in files() {
        for (name, modules) in ONLY_IN {
            if let Some(line) = source.names_crate(name).filter(|_| !modules.contains(&top.as_str())) {
                wrong.push(format!("{path}:{line}: `{top}` names the crate `{name}`"));
            }
        }
    }
    assert_none(wrong);
}

#[test]
fn no_file_has_more_than_400_lines_without_its_tests() {
    let long = files().into_iter().filter(|file| file.source.lines > 400);
    assert_none(long.map(|file| format!("{}: {}", file.path, file.source.lines)).collect());
}

#[test]
fn every_module_says_what_it_is_for() {
    assert_none(files().into_iter().filter(|file| file.silent).map(|file| file.path).collect());
}

#[test]
fn the_language_server_links_neither_git_nor_the_command_line() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_string());
    let tree = std::process::Command::new(cargo)
        .args(["tree", "--offline", "--locked", "-p", "promo-lsp", "-e", "normal", "--prefix", "none"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8_lossy(&tree.stdout);
    assert!(tree.contains("promoc v"), "not the dependency tree of promo-lsp");
    for crate_name in ["git2", "libgit2-sys", "clap", "indicatif", "miette"] {
        assert!(!tree.lines().any(|line| line.starts_with(&format!("{crate_name} "))), "promo-lsp links {crate_name}");
    }
}
