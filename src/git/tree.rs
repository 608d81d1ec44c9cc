//! Trees: paths in them, listing a directory, and applying changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use git2::{FileMode, ObjectType, Oid, Repository, Tree};

use super::written::written;
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

impl<'a> DirectoryChanges<'a> {
    /// The changes of a whole tree; `paths` are theirs, cleaned.
    fn of(paths: &'a [String], changes: &'a [FileChange]) -> Result<DirectoryChanges<'a>> {
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
        Ok(root)
    }

    /// The paths that are removed below this one; `None` if anything is written there.
    fn removals(&self, at: &str) -> Option<BTreeSet<String>> {
        let mut all = BTreeSet::new();
        for (name, change) in &self.below {
            let path = format!("{at}{name}");
            if change.written.is_some() {
                return None;
            }
            all.extend(change.removals(&format!("{path}/"))?);
            if change.removed {
                all.insert(path);
            }
        }
        Some(all)
    }
}

fn cleaned(changes: &[FileChange]) -> Result<Vec<String>> {
    changes.iter().map(|change| clean(&change.path)).collect()
}

/// Applies changes to a tree. Returns the id of the same tree if they change nothing.
pub(super) fn changed(repository: &Repository, base: &Tree<'_>, changes: &[FileChange]) -> Result<Oid> {
    if let Some(obstacle) = obstacles(repository, base, changes)?.into_iter().next() {
        return Err(obstacle);
    }
    let paths = cleaned(changes)?;
    match directory(repository, Some(base), &DirectoryChanges::of(&paths, changes)?)? {
        Some(tree) => Ok(tree),
        // Only the root may be empty.
        None => {
            let empty = written(|| repository.treebuilder(None).and_then(|builder| builder.write()));
            empty.map_err(|error| Error::git("write a tree", repository.path(), &error))
        }
    }
}

/// What in a tree stands in the way of changes, in the order of their paths.
pub(super) fn obstacles(repository: &Repository, base: &Tree<'_>, changes: &[FileChange]) -> Result<Vec<Error>> {
    let paths = cleaned(changes)?;
    let mut found = Vec::new();
    look(repository, Some(base), &DirectoryChanges::of(&paths, changes)?, "", &mut found)?;
    Ok(found)
}

fn look(
    repository: &Repository,
    base: Option<&Tree<'_>>,
    changes: &DirectoryChanges<'_>,
    at: &str,
    found: &mut Vec<Error>,
) -> Result<()> {
    for (name, change) in &changes.below {
        let path = if at.is_empty() { (*name).to_owned() } else { format!("{at}/{name}") };
        let wrong = |what, help| {
            let file = path.clone();
            Error::WrongKind { path: repository.path().components().collect(), file, what, help }
        };
        let old = base.and_then(|tree| tree.get_name(name)).filter(|_| !change.removed);
        let kind = old.as_ref().map(mode);
        if change.written.is_some() && !change.below.is_empty() {
            let Some(removals) = change.removals("") else {
                found.push(wrong("written both as a file and as a directory", "write only one of them"));
                continue;
            };
            let stays = match (&old, kind) {
                (Some(old), Some(None)) => {
                    let tree = repository.find_tree(old.id());
                    let tree = tree.map_err(|error| Error::git("read a tree", repository.path(), &error))?;
                    list(repository, tree)?.iter().any(|entry| !removals.contains(&entry.path))
                }
                _ => false,
            };
            if stays {
                found.push(wrong("a directory, not a file", FREE_THE_DIRECTORY));
            }
            continue;
        }
        if !change.below.is_empty() {
            let below = match (&old, kind) {
                (Some(_), Some(Some(_))) => {
                    let help = "remove it there first, or leave these files out of what is copied";
                    found.push(wrong("a file, not a directory", help));
                    continue;
                }
                (Some(old), _) => Some(
                    repository
                        .find_tree(old.id())
                        .map_err(|error| Error::git("read a tree", repository.path(), &error))?,
                ),
                (None, _) => None,
            };
            look(repository, below.as_ref(), change, &path, found)?;
            continue;
        }
        match (change.written, kind) {
            (Some(_), Some(None)) => {
                found.push(wrong("a directory, not a file", FREE_THE_DIRECTORY));
            }
            (Some(PathChange::Edit(_)), Some(Some(Mode::Symlink))) => {
                found.push(wrong("a symbolic link", EDIT_THE_FILE))
            }
            (Some(PathChange::Edit(_)), Some(Some(Mode::Submodule))) => found.push(wrong("a submodule", EDIT_THE_FILE)),
            _ => {}
        }
    }
    Ok(())
}

/// Applies changes to one directory; `None` if it becomes empty. Nothing may be in their way.
fn directory(repository: &Repository, base: Option<&Tree<'_>>, changes: &DirectoryChanges<'_>) -> Result<Option<Oid>> {
    let fail = |error: git2::Error| Error::git("write a tree", repository.path(), &error);
    let mut builder = repository.treebuilder(base).map_err(fail)?;
    for (name, change) in &changes.below {
        // A file takes the place of a directory whose files are all removed.
        let replaced = change.written.is_some() && !change.below.is_empty();
        let removed = change.removed || replaced;
        let old = base.and_then(|tree| tree.get_name(name)).filter(|_| !removed);
        if removed && base.is_some_and(|tree| tree.get_name(name).is_some()) {
            builder.remove(name).map_err(fail)?;
        }
        if !change.below.is_empty() && !replaced {
            let old = old.map(|old| repository.find_tree(old.id())).transpose().map_err(fail)?;
            match directory(repository, old.as_ref(), change)? {
                Some(tree) => drop(builder.insert(name, tree, FileMode::Tree.into()).map_err(fail)?),
                None if old.is_some() => builder.remove(name).map_err(fail)?,
                None => {}
            }
        } else if let Some(written) = change.written {
            let executable = old.as_ref().and_then(mode) == Some(Mode::Executable);
            let (id, mode) = match written {
                PathChange::Edit(bytes) if executable => (blob(repository, bytes)?, FileMode::BlobExecutable),
                PathChange::Edit(bytes) => (blob(repository, bytes)?, FileMode::Blob),
                PathChange::Put(content) => put(repository, content)?,
                PathChange::Place(mode, id) => (references::parse(repository.path(), &id.0)?, file_mode(*mode)),
                PathChange::Remove => continue,
            };
            builder.insert(name, id, mode.into()).map_err(fail)?;
        }
    }
    if builder.is_empty() { Ok(None) } else { written(|| builder.write()).map(Some).map_err(fail) }
}

const FREE_THE_DIRECTORY: &str = "remove it there first, or leave this file out of what is copied";

/// Advice if something other than a file was to be read or edited.
pub(super) const EDIT_THE_FILE: &str = "promoc does not follow it, so name the file itself";

fn blob(repository: &Repository, bytes: &[u8]) -> Result<Oid> {
    written(|| repository.blob(bytes)).map_err(|error| Error::git("write a file", repository.path(), &error))
}

fn file_mode(mode: Mode) -> FileMode {
    match mode {
        Mode::File => FileMode::Blob,
        Mode::Executable => FileMode::BlobExecutable,
        Mode::Symlink => FileMode::Link,
        Mode::Submodule => FileMode::Commit,
    }
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
