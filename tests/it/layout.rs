//! The files of the project: each is used, and none is in the wrong place.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::architecture::rust::Source;
use crate::architecture::{assert_none, module_of, root};

/// The folders with modules, and the crate of each.
const CODE: [(&str, &str); 3] = [("src", "promoc"), ("lsp/src", "promo_lsp"), ("tests/it", "it")];

/// The files of the project relative to its root, except for build output and hidden folders.
pub fn tree() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if !entry.file_type().unwrap().is_dir() {
                found.push(folder.join(name));
            } else if name != "target" && !name.starts_with('.') {
                walk(&folder.join(name), found);
            }
        }
    }
    let mut found = Vec::new();
    walk(Path::new(""), &mut found);
    found.sort();
    found
}

fn with_extension(extension: &str) -> Vec<PathBuf> {
    tree().into_iter().filter(|path| path.extension().is_some_and(|it| it == extension)).collect()
}

pub fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(root().join(path)).ok()
}

#[test]
fn every_file_is_a_module_that_another_declares() {
    let files = with_extension("rs");
    let mut declared: BTreeSet<PathBuf> = CODE.iter().map(|(folder, _)| PathBuf::from(folder)).collect();
    for path in &files {
        let names = Source::read(&read(path).unwrap()).files;
        declared.extend(names.into_iter().map(|name| module_of(path).join(name)));
    }
    let forgotten = files
        .iter()
        .filter(|path| CODE.iter().any(|(folder, _)| path.starts_with(folder)) && !declared.contains(&module_of(path)));
    assert_none(forgotten.map(|path| format!("no file declares the module {}", path.display())).collect());
}

#[test]
fn all_integration_tests_are_one_binary() {
    let stray =
        with_extension("rs").into_iter().filter(|path| path.starts_with("tests") && !path.starts_with("tests/it"));
    assert_none(stray.map(|path| format!("{} belongs below tests/it", path.display())).collect());
}

#[test]
fn no_snapshot_is_pending() {
    let pending = |path: &PathBuf| {
        let name = path.to_string_lossy();
        name.ends_with(".pending-snap") || name.ends_with(".snap.new")
    };
    assert_none(tree().into_iter().filter(pending).map(|path| path.display().to_string()).collect());
}

/// insta looks for a snapshot next to the module that takes it. If the module moves, its old snapshots stay unused.
#[test]
fn every_snapshot_belongs_to_a_test() {
    let snapshots = with_extension("snap");
    assert!(!snapshots.is_empty());
    let taken = |path: &PathBuf| {
        let text = read(path).unwrap();
        let source = Path::new(text.lines().find_map(|line| line.strip_prefix("source: "))?);
        let (name, of) = CODE.iter().find_map(|(folder, name)| Some((name, source.strip_prefix(folder).ok()?)))?;
        let modules = module_of(of).iter().fold((*name).to_owned(), |path, part| format!("{path}__{}", part.display()));
        // an inline module, if any, and the name of the snapshot
        let (_, own) = path.file_stem()?.to_str()?.strip_prefix(&modules)?.rsplit_once("__")?;
        let code = read(source)?;
        let beside = source.parent()?.join("snapshots") == path.parent()?;
        (beside && (code.contains(&format!("fn {own}(")) || code.contains(&format!("\"{own}\"")))).then_some(())
    };
    let orphans = snapshots.iter().filter(|path| taken(path).is_none());
    assert_none(orphans.map(|path| format!("{}: its `source` does not use it", path.display())).collect());
}

/// proptest looks for the saved failures of `x/y.rs` in `proptest-regressions/x/y.txt`, in the folder above the nearest
/// `lib.rs` or `main.rs`. It does not report a file without a source.
#[test]
fn every_saved_failure_is_replayed() {
    let name = "proptest-regressions";
    let saved: Vec<PathBuf> =
        with_extension("txt").into_iter().filter(|path| path.iter().any(|part| part == name)).collect();
    assert!(!saved.is_empty());
    let replayed = |path: &PathBuf| {
        let above = path.ancestors().find(|folder| folder.ends_with(name)).and_then(Path::parent).unwrap();
        let inside = path.strip_prefix(above.join(name)).unwrap().with_extension("rs");
        ["src", "it"].into_iter().any(|folder| {
            let text = read(&above.join(folder).join(&inside)).unwrap_or_default();
            text.contains("proptest!") && !text.contains("failure_persistence: None")
        })
    };
    assert_none(saved.iter().filter(|path| !replayed(path)).map(|path| path.display().to_string()).collect());
}
