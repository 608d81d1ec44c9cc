//! Finds the commit that an earlier runner made for an effect (rule 29).
//!
//! The trailer alone proves little: commits are merged, cherry-picked and reverted, and releases that older versions
//! started do not name their product in it. So a commit is adopted only if it brought this release's values to this
//! application, and it counts as done only while they are still there.

use super::{CommitGroup, EFFECT, GroupChanges};
use crate::git::{Commit, CommitId, FileChange, Repository};
use crate::ledger::entry::{Detail, FileRecord};
use crate::run::base::FARTHEST;
use crate::run::context::ReleaseContext;
use crate::run::error::RunError;
use crate::run::origin::commit_record;

/// Adds the commit of an effect to the details, if there is one between `head` and `base`. Returns whether there is.
///
/// # Errors
/// If its values have been changed since, or the history cannot be read.
pub(super) fn adopt(
    context: &ReleaseContext,
    repository: &dyn Repository,
    group: &CommitGroup<'_>,
    (head, base): (&CommitId, &CommitId),
    effect: &str,
    detail: &mut Detail,
) -> Result<bool, RunError> {
    for found in repository.find_trailer(head, base, EFFECT, effect)? {
        let commit = repository.commit(&found)?;
        let Some(brought) = brought(context, repository, group, &commit, detail)? else { continue };
        detail.commits.push(commit_record(repository, commit));
        if !has_values(context, repository, group, head)? {
            return Err(undone(context, repository, group, (head, &found), &brought)?);
        }
        return Ok(true);
    }
    Ok(false)
}

/// What would bring this release's values there at a commit; `None` if nothing can, because a file or value is missing.
fn missing(
    context: &ReleaseContext,
    repository: &dyn Repository,
    group: &CommitGroup<'_>,
    at: &CommitId,
) -> Result<Option<GroupChanges>, RunError> {
    match group.changes(context, repository, at) {
        Ok(changes) => Ok(Some(changes)),
        Err(RunError::Content { .. } | RunError::Several(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether this release's values are there at a commit.
fn has_values(
    context: &ReleaseContext,
    repository: &dyn Repository,
    group: &CommitGroup<'_>,
    at: &CommitId,
) -> Result<bool, RunError> {
    Ok(missing(context, repository, group, at)?.is_some_and(|missing| missing.git.is_empty()))
}

/// The changes by which a commit brought this release's values to this application; `None` if it did not. Adds its files
/// to the details.
fn brought(
    context: &ReleaseContext,
    repository: &dyn Repository,
    group: &CommitGroup<'_>,
    commit: &Commit,
    detail: &mut Detail,
) -> Result<Option<Vec<FileChange>>, RunError> {
    let Some(parent) = commit.parents.first() else { return Ok(None) };
    let Some(before) = missing(context, repository, group, parent)? else { return Ok(None) };
    if before.git.is_empty() || !has_values(context, repository, group, &commit.id)? {
        return Ok(None);
    }
    detail.files.extend(before.views.into_iter().map(FileRecord::from));
    Ok(Some(before.git))
}

/// The error that names the commit after which the values were no longer there.
fn undone(
    context: &ReleaseContext,
    repository: &dyn Repository,
    group: &CommitGroup<'_>,
    (head, made): (&CommitId, &CommitId),
    files: &[FileChange],
) -> Result<RunError, RunError> {
    let mut by = head.clone();
    let mut at = Some(head.clone());
    for _ in 0..FARTHEST {
        let Some(commit) = at.and_then(|at| last_change(repository, &at, files)) else { break };
        if commit.id == *made {
            break;
        }
        by = commit.id;
        let Some(parent) = commit.parents.into_iter().next() else { break };
        if has_values(context, repository, group, &parent)? {
            break;
        }
        at = Some(parent);
    }
    Ok(RunError::Content {
        message: format!(
            "changed by {by} after this release committed its values in {made}; review that commit, then promote again to bring them back"
        ),
        span: None,
    })
}

/// The newest commit, from `head` backwards, that touched one of these files.
fn last_change(repository: &dyn Repository, head: &CommitId, files: &[FileChange]) -> Option<Commit> {
    files
        .iter()
        .filter_map(|file| repository.last_touching(head, &file.path).ok().flatten())
        .max_by(|a, b| (&a.time, &a.id).cmp(&(&b.time, &b.id)))
}
