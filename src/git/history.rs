//! Walks through history: which commit touched a path last, and which one has a trailer.

use std::collections::HashSet;
use std::rc::Rc;

use git2::{ErrorCode, Oid, Repository, Sort, Tree};

use super::{Error, Result, TreeEntry, tree};

/// The newest commit, from `start` backwards, that touched a path. See `Repository::last_touching` for merges.
///
/// The walk never forks: a merge is either left through one parent or is the answer. So it finds the same commit as
/// `git log -1 -- PATH`.
pub(super) fn last_touching<'a>(
    repository: &'a Repository,
    start: git2::Commit<'a>,
    path: &str,
) -> Result<Option<git2::Commit<'a>>> {
    let fail = |error: git2::Error| Error::git("read the history", repository.path(), &error);
    let found = last_changing(repository, start, path, |tree| entry(tree, path).map_err(fail))?;
    Ok(found.filter(|(commit, here)| commit.parent_count() > 0 || here.is_some()).map(|(commit, _)| commit))
}

/// The newest commit that touched one of the files of a directory. See `Repository::last_touching_files`.
pub(super) fn last_touching_files<'a>(
    repository: &'a Repository,
    start: git2::Commit<'a>,
    directory: &str,
    is_one: impl Fn(&str) -> bool,
) -> Result<Option<git2::Commit<'a>>> {
    let fail = |error: git2::Error| Error::git("read the history", repository.path(), &error);
    // Most commits leave the directory as it was, and its files are not listed again.
    let mut known: Option<(Oid, Rc<Vec<TreeEntry>>)> = None;
    let files = |tree: &Tree<'_>| {
        let Some((id, _)) = entry(tree, directory).map_err(fail)? else { return Ok(Rc::default()) };
        if let Some((_, files)) = known.as_ref().filter(|(known, _)| *known == id) {
            return Ok(Rc::clone(files));
        }
        // What is no directory has no files.
        let Ok(below) = repository.find_tree(id) else { return Ok(Rc::default()) };
        let mut files = tree::list(repository, below)?;
        files.retain(|file| is_one(&file.path));
        let files = Rc::new(files);
        known = Some((id, Rc::clone(&files)));
        Ok(files)
    };
    let found = last_changing(repository, start, directory, files)?;
    Ok(found.filter(|(commit, here)| commit.parent_count() > 0 || !here.is_empty()).map(|(commit, _)| commit))
}

/// The newest commit, from `start` backwards, at which what `of` reads from the tree differs from what it reads in every
/// parent; and what it read there. The walk ends at the first commit at the latest.
fn last_changing<'a, T: PartialEq + Default>(
    repository: &'a Repository,
    start: git2::Commit<'a>,
    path: &str,
    mut of: impl FnMut(&Tree<'_>) -> Result<T>,
) -> Result<Option<(git2::Commit<'a>, T)>> {
    let fail = |error: git2::Error| Error::git("read the history", repository.path(), &error);
    let mut commit = start;
    let mut tree = commit.tree().map_err(fail)?;
    let ends = shallow_ends(repository);
    let here = of(&tree)?;
    loop {
        if here != T::default() && ends.contains(&commit.id()) {
            return Err(Error::Shallow { path: repository.path().components().collect(), file: path.to_owned() });
        }
        let mut same = None;
        for parent in commit.parents() {
            let parent_tree = parent.tree().map_err(fail)?;
            if parent_tree.id() == tree.id() || of(&parent_tree)? == here {
                same = Some((parent, parent_tree));
                break;
            }
        }
        match same {
            Some((parent, parent_tree)) => (commit, tree) = (parent, parent_tree),
            None => return Ok(Some((commit, here))),
        }
    }
}

/// The commits at which a shallow clone ends: their parents exist, but not here.
fn shallow_ends(repository: &Repository) -> HashSet<Oid> {
    if !repository.is_shallow() {
        return HashSet::new();
    }
    let listed = std::fs::read_to_string(repository.commondir().join("shallow")).unwrap_or_default();
    listed.lines().filter_map(|line| Oid::from_str(line.trim()).ok()).collect()
}

/// The id and mode of the entry at a path.
fn entry(tree: &Tree<'_>, path: &str) -> std::result::Result<Option<(Oid, i32)>, git2::Error> {
    if path.is_empty() {
        return Ok(Some((tree.id(), 0)));
    }
    match tree.get_path(std::path::Path::new(path)) {
        Ok(entry) => Ok(Some((entry.id(), entry.filemode()))),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The commits in `base..head` with a trailer, the newest first. If `base` no longer exists, the whole history is searched.
pub(super) fn find_trailer(repository: &Repository, head: Oid, base: Oid, key: &str, value: &str) -> Result<Vec<Oid>> {
    let fail = |error: git2::Error| Error::git("read the history", repository.path(), &error);
    let mut walk = repository.revwalk().map_err(fail)?;
    walk.set_sorting(Sort::TIME).map_err(fail)?;
    walk.push(head).map_err(fail)?;
    if repository.find_commit(base).is_ok() {
        walk.hide(base).map_err(fail)?;
    }
    let mut found = Vec::new();
    for id in walk {
        let id = id.map_err(fail)?;
        let commit = repository.find_commit(id).map_err(fail)?;
        if has_trailer(&String::from_utf8_lossy(commit.message_bytes()), key, value) {
            found.push(id);
        }
    }
    Ok(found)
}

fn has_trailer(message: &str, key: &str, value: &str) -> bool {
    trailers(message, key).any(|found| found == value)
}

/// The values of the trailers with a key: of lines `key: value` in the last paragraph of a message, which must not be its
/// only one.
///
/// libgit2's trailer parser is not used: it treats a line `---` anywhere in the message as its end, and would miss the
/// trailers after a message that quotes such a line.
pub(crate) fn trailers<'a>(message: &'a str, key: &str) -> impl Iterator<Item = &'a str> {
    let lines: Vec<&str> = message.trim_end().lines().collect();
    let blank = lines.iter().rposition(|line| line.trim().is_empty());
    let first = blank.map_or(lines.len(), |blank| blank + 1);
    lines.into_iter().skip(first).filter_map(move |line| {
        let (name, value) = line.split_once(':')?;
        name.trim_end().eq_ignore_ascii_case(key).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::has_trailer;

    #[test]
    fn trailers_stand_in_the_last_paragraph_only() {
        let found = |message: &str| has_trailer(message, "Promo-Effect", "r/1/qa/app/action");
        assert!(found("Promote\n\nPromo-Effect: r/1/qa/app/action\n"));
        assert!(found("Promote\n\nSigned-off-by: a\nPromo-Effect: r/1/qa/app/action\n\n\n"));
        assert!(found("Promote\n\n---\nquoted\n\npromo-effect:r/1/qa/app/action"));
        assert!(found("Promote\r\n\r\nPromo-Effect: r/1/qa/app/action\r\n"));
        assert!(!found("Promo-Effect: r/1/qa/app/action"), "a subject is not a trailer");
        assert!(
            !found("Revert\n\nPromo-Effect: r/1/qa/app/action\n\nof yesterday\n"),
            "a quoted line is not a trailer"
        );
        assert!(!found("Promote\n\nPromo-Effect: r/1/qa/app/action-2\n"));
        assert!(!found("Promote\n\nNot-Promo-Effect: r/1/qa/app/action\n"));
        assert!(!found(""));
    }
}
