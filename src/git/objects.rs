//! The files of the objects of a new commit.

use std::path::PathBuf;

use git2::{ObjectType, Oid, Repository};

/// The loose objects of a commit, and of what its tree does not share with that of its parent.
pub(super) fn new_files(repository: &Repository, id: Oid) -> Result<Vec<PathBuf>, git2::Error> {
    let commit = repository.find_commit(id)?;
    let parent = commit.parents().next().map(|parent| parent.tree_id());
    // The first commit of a record begins as the empty tree.
    let mut ids = vec![id, Oid::hash_object(ObjectType::Tree, &[])?];
    let mut waiting = vec![(commit.tree_id(), parent)];
    while let Some((new, old)) = waiting.pop() {
        if Some(new) == old {
            continue;
        }
        ids.push(new);
        let old = old.and_then(|old| repository.find_tree(old).ok());
        for entry in &repository.find_tree(new)? {
            let was = old.as_ref().and_then(|old| old.get_name_bytes(entry.name_bytes())).map(|was| was.id());
            match entry.kind() {
                _ if was == Some(entry.id()) => {}
                Some(ObjectType::Tree) => waiting.push((entry.id(), was)),
                Some(ObjectType::Commit) => {}
                _ => ids.push(entry.id()),
            }
        }
    }
    let objects = repository.commondir().join("objects");
    let file = |id: Oid| {
        let name = id.to_string();
        let (first, rest) = name.split_at_checked(2)?;
        Some(objects.join(first).join(rest))
    };
    Ok(ids.into_iter().filter_map(file).filter(|path| path.exists()).collect())
}
