//! `promoc check --fix`: applies the fixes that are certain, checks again, and repeats until nothing changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::progress::some;
use super::project::{Opened, verdicts};
use super::write::write_whole;
use super::{Failure, Out};
use crate::diagnostic::apply;
use crate::project::read_file;
use crate::source::plain;

/// The most rounds of fixes. A fix can make another one possible; no known program needs this many rounds.
const ROUNDS: usize = 20;

/// Fixes the programs of `paths`, reports what was fixed, and returns the fixed programs.
pub(super) fn fixed(paths: &[PathBuf], out: &mut Out) -> Result<Vec<Opened>, Failure> {
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let mut projects = verdicts(paths)?;
    for _ in 0..ROUNDS {
        let mut changed = false;
        for project in &projects {
            changed |= fix(project, &mut taken)?;
        }
        if !changed {
            break;
        }
        projects = verdicts(paths)?;
    }
    for (path, count) in &taken {
        let left = left_in(path, &projects);
        out.note(&format!("fixed {count} of {} in {path}", some(count + left, "problem")));
    }
    if taken.is_empty() && projects.iter().any(|project| !project.diagnostics().is_empty()) {
        out.note("no problems can be fixed automatically");
    }
    Ok(projects)
}

/// Applies one round of fixes to a program. Returns whether a file was written.
fn fix(project: &Opened, taken: &mut BTreeMap<String, usize>) -> Result<bool, Failure> {
    let root = &project.inner.root.path;
    let sources = project.inner.analysed.sources();
    let fixed = apply(project.diagnostics(), sources);
    let mut writes = Vec::new();
    for (file, text) in &fixed.texts {
        let source = sources.file(*file);
        let path = root.join(&source.path);
        // If a file has changed since it was read, through another program that shares it or through its owner, this
        // round writes nothing, because a fix may edit several files. The next round reads the file again.
        if !below(&path, root) || read_file(&path).ok().as_deref() != Some(source.text.as_bytes()) {
            return Ok(false);
        }
        writes.push((path, text));
    }
    for (path, text) in &writes {
        write_whole(path, text)
            .map_err(|error| Failure::new(format!("cannot write `{}`: {}", path.display(), plain(&error))))?;
    }
    for (file, count) in fixed.taken {
        *taken.entry(project.sources.file(file).path.clone()).or_default() += count;
    }
    Ok(!writes.is_empty())
}

/// Whether a file is inside the root after following links. Nothing outside the root is ever written.
fn below(path: &Path, root: &Path) -> bool {
    match (path.canonicalize(), root.canonicalize()) {
        (Ok(path), Ok(root)) => path.starts_with(root),
        _ => false,
    }
}

/// The number of diagnostics that remain in a file. A diagnostic that several programs report counts once.
fn left_in(path: &str, projects: &[Opened]) -> usize {
    let mut left = Vec::new();
    for project in projects {
        for diagnostic in project.diagnostics() {
            let Some(primary) = diagnostic.primary().filter(|at| project.sources.file(at.file).path == path) else {
                continue;
            };
            let said = (primary.start, primary.end, diagnostic.code, diagnostic.message.as_str());
            if !left.contains(&said) {
                left.push(said);
            }
        }
    }
    left.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_follows_links() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for folder in [&root, &outside] {
            std::fs::write(folder.path().join("a.promo"), "").unwrap();
        }
        std::os::unix::fs::symlink(outside.path().join("a.promo"), root.path().join("b.promo")).unwrap();
        assert!(below(&root.path().join("a.promo"), root.path()));
        assert!(!below(&root.path().join("b.promo"), root.path()));
        assert!(!below(&root.path().join("../a.promo"), root.path()));
        assert!(!below(&root.path().join("nothing.promo"), root.path()));
    }
}
