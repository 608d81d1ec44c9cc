//! Trees: paths in them, listing a directory, and applying changes.

use std::collections::BTreeMap;
use std::path::Path;

use git2::{FileMode, ObjectType, Oid, Repository, Tree};

use super::{EntryContent, Error, FileChange, Mode, ObjectId, PathChange, Result, TreeEntry, references};

/// Deeper paths are refused: trees are built by recursion, and nobody needs such paths.
const DEEPEST: usize = 256;

/// A path in Git's own form: no `.` or empty parts, never outside of the tree or in `.git`. The root is the empty path.
pub(crate) fn clean(path: &str) -> Result<String> {
    let bad = |reason| Error::BadPath { path: path.to_owned(), reason };
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if path.starts_with('/') {
        Err(bad("it starts with `/`"))
    } else if path.contains('\0') {
        Err(bad("it contains a null character"))
    } else if parts.contains(&"..") {
        Err(bad("`..` leads out of it"))
    } else if parts.iter().any(|part| part.eq_ignore_ascii_case(".git")) {
        Err(bad("`.git` is reserved for Git"))
    } else if parts.len() > DEEPEST {
        Err(bad("it is more than 256 directories deep"))
    } else {
        Ok(parts.join("/"))
    }
}

/// The kind of an entry of a tree; `None` for a directory.
pub(super) fn mode(entry: &git2::TreeEntry<'_>) -> Option<Mode> {
    match entry.kind() {
        Some(ObjectType::Tree) => None,
        Some(ObjectType::Commit) => Some(Mode::Submodule),
        _ if entry.filemode() == i32::from(FileMode::Link) => Some(Mode::Symlink),
        _ if entry.filemode() == i32::from(FileMode::BlobExecutable) => Some(Mode::Executable),
        _ => Some(Mode::File),
    }
}

/// Every entry in a tree and its directories, ordered by path.
pub(super) fn list(repository: &Repository, root: Tree<'_>) -> Result<Vec<TreeEntry>> {
    let fail = |error: git2::Error| Error::git("list the files", repository.path(), &error);
    let mut entries = Vec::new();
    // An explicit stack, because the depth of the tree is not under our control.
    let mut waiting = vec![(String::new(), root.id())];
    while let Some((prefix, id)) = waiting.pop() {
        let tree = repository.find_tree(id).map_err(fail)?;
        for entry in &tree {
            let Ok(name) = entry.name() else {
                return Err(Error::BadPath {
                    path: format!("{prefix}{}", String::from_utf8_lossy(entry.name_bytes())),
                    reason: "its name is not UTF-8; rename it",
                });
            };
            let path = format!("{prefix}{name}");
            match mode(&entry) {
                None => waiting.push((format!("{path}/"), entry.id())),
                Some(mode) => entries.push(TreeEntry { path, mode, id: ObjectId(entry.id().to_string()) }),
            }
        }
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

/// The changes in one directory, by the first part of their paths.
#[derive(Default)]
struct DirectoryChanges<'a> {
    removed: bool,
    written: Option<&'a PathChange>,
    below: BTreeMap<&'a str, DirectoryChanges<'a>>,
}

/// Applies changes to a tree. Returns the id of the same tree if they change nothing.
pub(super) fn changed(repository: &Repository, base: &Tree<'_>, changes: &[FileChange]) -> Result<Oid> {
    let paths = changes.iter().map(|change| clean(&change.path)).collect::<Result<Vec<_>>>()?;
    let mut root = DirectoryChanges::default();
    for (path, change) in paths.iter().zip(changes) {
        if path.is_empty() {
            return Err(Error::BadPath { path: change.path.clone(), reason: "it is the root" });
        }
        let mut node = &mut root;
        for part in path.split('/') {
            node = node.below.entry(part).or_default();
        }
        match &change.change {
            PathChange::Remove => node.removed = true,
            written => node.written = Some(written),
        }
    }
    let tree = directory(repository, Some(base), &root, "")?;
    match tree {
        Some(tree) => Ok(tree),
        // Only the root may be empty.
        None => {
            let empty = repository.treebuilder(None).and_then(|builder| builder.write());
            empty.map_err(|error| Error::git("write a tree", repository.path(), &error))
        }
    }
}

/// Applies changes to one directory; `None` if it becomes empty.
fn directory(
    repository: &Repository,
    base: Option<&Tree<'_>>,
    changes: &DirectoryChanges<'_>,
    at: &str,
) -> Result<Option<Oid>> {
    let fail = |error: git2::Error| Error::git("write a tree", repository.path(), &error);
    let mut builder = repository.treebuilder(base).map_err(fail)?;
    for (name, change) in &changes.below {
        let path = if at.is_empty() { (*name).to_owned() } else { format!("{at}/{name}") };
        let wrong =
            |what, help| Error::WrongKind { path: repository.path().to_owned(), file: path.clone(), what, help };
        if change.written.is_some() && !change.below.is_empty() {
            return Err(wrong("written both as a file and as a directory", "write only one of them"));
        }
        let old = base.and_then(|tree| tree.get_name(name)).filter(|_| !change.removed);
        if change.removed && base.is_some_and(|tree| tree.get_name(name).is_some()) {
            builder.remove(name).map_err(fail)?;
        }
        if !change.below.is_empty() {
            let old = match old {
                None => None,
                Some(old) if old.kind() == Some(ObjectType::Tree) => {
                    Some(repository.find_tree(old.id()).map_err(fail)?)
                }
                Some(_) => return Err(wrong("a file, not a directory", "remove it in the same commit")),
            };
            match directory(repository, old.as_ref(), change, &path)? {
                Some(tree) => drop(builder.insert(name, tree, FileMode::Tree.into()).map_err(fail)?),
                None if old.is_some() => builder.remove(name).map_err(fail)?,
                None => {}
            }
        } else if let Some(written) = change.written {
            let there = match old {
                None => None,
                Some(old) => Some(mode(&old).ok_or_else(|| wrong("a directory", "remove it in the same commit"))?),
            };
            let (id, mode) = match (written, there) {
                (PathChange::Edit(bytes), None | Some(Mode::File)) => (blob(repository, bytes)?, FileMode::Blob),
                (PathChange::Edit(bytes), Some(Mode::Executable)) => {
                    (blob(repository, bytes)?, FileMode::BlobExecutable)
                }
                (PathChange::Edit(_), Some(Mode::Symlink)) => return Err(wrong("a symbolic link", EDIT_THE_FILE)),
                (PathChange::Edit(_), Some(Mode::Submodule)) => return Err(wrong("a submodule", EDIT_THE_FILE)),
                (PathChange::Put(content), _) => put(repository, content)?,
                (PathChange::Remove, _) => continue,
            };
            builder.insert(name, id, mode.into()).map_err(fail)?;
        }
    }
    if builder.is_empty() { Ok(None) } else { builder.write().map(Some).map_err(fail) }
}

/// Advice if something other than a file was to be read or edited.
pub(super) const EDIT_THE_FILE: &str = "promoc does not follow it, so name the file itself";

fn blob(repository: &Repository, bytes: &[u8]) -> Result<Oid> {
    repository.blob(bytes).map_err(|error| Error::git("write a file", repository.path(), &error))
}

fn put(repository: &Repository, content: &EntryContent) -> Result<(Oid, FileMode)> {
    Ok(match content {
        EntryContent::File { bytes, executable: false } => (blob(repository, bytes)?, FileMode::Blob),
        EntryContent::File { bytes, executable: true } => (blob(repository, bytes)?, FileMode::BlobExecutable),
        EntryContent::Symlink(target) => (blob(repository, target)?, FileMode::Link),
        EntryContent::Submodule(id) => (references::parse(repository.path(), &id.0)?, FileMode::Commit),
    })
}

/// The entry at a path other than the root.
pub(super) fn entry(repository: &Repository, tree: &Tree<'_>, path: &str) -> Result<Option<git2::TreeEntry<'static>>> {
    match tree.get_path(Path::new(path)) {
        Ok(entry) => Ok(Some(entry)),
        Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
        Err(error) => Err(Error::git("read a tree", repository.path(), &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        assert_eq!(clean("./charts//app/"), Ok("charts/app".to_owned()));
        assert_eq!(clean("."), Ok(String::new()));
        assert_eq!(clean("a/..b/.github"), Ok("a/..b/.github".to_owned()));
        for bad in ["/etc/passwd", "a/../../b", "..", "a/.git/config", ".GIT/x", "a\0b", &"a/".repeat(300)] {
            assert!(matches!(clean(bad), Err(Error::BadPath { .. })), "{bad}");
        }
    }
}
