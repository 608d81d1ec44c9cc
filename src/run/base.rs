//! What the targets had when the release began, and whether somebody else has changed it since (rules 12 and 32).
//!
//! What is recorded is where each branch was. What was there follows from it, path by path, so that a change of one value
//! stops only who would overwrite that value.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::changes::{CopiedItem, changes};
use super::commit::{CommitGroup, EFFECT, RELEASE, digest};
use super::context::ReleaseContext;
use super::error::RunError;
use super::file_names::in_environment;
use super::ledger;
use super::releases;
use crate::git::{Commit, CommitId, Repository, trailers};
use crate::ledger::entry::CommitBase;
use crate::ledger::origin::{CopiedContent, CopiedFile, SourceOrigin};
use crate::program::Source;
use crate::project::ProjectRoot;
use crate::release::ApplicationPlanId;
use crate::source::one_line;

/// How many commits to one file are looked at to find the one that changed a value.
pub(super) const FARTHEST: usize = 1000;

/// Where the branch of a group was when the release began; `None` for a release of an older promoc.
pub(super) fn recorded<'a>(
    context: &'a ReleaseContext,
    id: ApplicationPlanId,
    group: &CommitGroup<'_>,
) -> Option<&'a CommitBase> {
    let application = context.meta.application(id.index())?;
    application.base.iter().find(|base| (&base.repository, &base.branch) == (&group.repository, &group.head.branch))
}

/// Checks that what a commit would overwrite is what the release found, its own, or from an older release of the product.
///
/// # Errors
/// If somebody else has changed it: which commit did.
pub(super) fn check(
    context: &ReleaseContext,
    repository: &dyn Repository,
    group: &CommitGroup<'_>,
    (head, before): (&CommitId, &str),
    base: &CommitBase,
) -> Result<(), RunError> {
    if digest(before) == base.before {
        return Ok(());
    }
    for (part, source) in &group.parts {
        let place = CopiedPlace { repository, part, source, environment: group.environment };
        for (item, by) in place.changed(head, &CommitId(base.head.clone()))? {
            let Some(by) = by else { return Err(changed_by(&place, &item, &head.0)) };
            if !is_of_older_release(context, &by)? {
                return Err(changed_by(&place, &item, &by.id.0));
            }
        }
    }
    Ok(())
}

/// What the targets of an application have now that they did not have when their branches were at these commits, in words.
///
/// # Errors
/// If a repository cannot be read.
pub(super) fn differences(
    repository: &dyn Repository,
    group: &CommitGroup<'_>,
    then: &CommitId,
) -> Result<Vec<String>, RunError> {
    let mut found = Vec::new();
    if repository.commit(then).is_err() {
        return Ok(vec![format!("`{}` no longer has the commit {then}", group.repository)]);
    }
    for (part, source) in &group.parts {
        let place = CopiedPlace { repository, part, source, environment: group.environment };
        let now = changes(repository, &group.head.commit, &source.path, group.environment, part)?.items;
        let was = changes(repository, then, &source.path, group.environment, part)?.items;
        let (in_now, in_was) = (by_path(&now), by_path(&was));
        let said = |item: Option<&CopiedItem>| item.map_or_else(|| "nothing".to_owned(), CopiedItem::shown);
        for item in &now {
            let before = in_was.get(&item.key()).copied();
            if before.is_none_or(|before| before.now != item.now) {
                found.push(format!("{} was {}, and is {}", place.name(item), said(before), item.shown()));
            }
        }
        for item in was.iter().filter(|item| !in_now.contains_key(&item.key())) {
            found.push(format!("{} was {}, and is gone", place.name(item), item.shown()));
        }
    }
    Ok(found)
}

/// Items by what they are about: one for each.
fn by_path(items: &[CopiedItem]) -> HashMap<(&str, Option<&str>), &CopiedItem> {
    items.iter().map(|item| (item.key(), item)).collect()
}

fn changed_by(place: &CopiedPlace<'_>, item: &CopiedItem, commit: &str) -> RunError {
    let what = place.name(item);
    let message = format!(
        "changed by {commit} after this release began ({what}); review that commit, then promote again to overwrite it"
    );
    RunError::Content { message, span: None }
}

/// One source of an application, and what is brought there.
struct CopiedPlace<'a> {
    repository: &'a dyn Repository,
    part: &'a SourceOrigin,
    source: &'a Source,
    environment: &'a str,
}

impl CopiedPlace<'_> {
    /// An item as messages name it.
    fn name(&self, item: &CopiedItem) -> String {
        let what = match &item.path {
            Some(path) => format!("`{path}` of `{}`", item.file),
            None => format!("`{}`", item.file),
        };
        match self.source.path.as_str() {
            "" => what,
            directory => format!("{what} in `{directory}`"),
        }
    }

    /// What has changed between two commits other than to what the release brings, each with the commit that changed it;
    /// `None` if that is not to be found.
    fn changed(&self, head: &CommitId, base: &CommitId) -> Result<Vec<(CopiedItem, Option<Commit>)>, RunError> {
        let now = changes(self.repository, head, &self.source.path, self.environment, self.part)?;
        // If the history was rewritten, nobody can say what was there.
        let then = match self.repository.commit(base) {
            Ok(_) => changes(self.repository, base, &self.source.path, self.environment, self.part)?.items,
            Err(_) => Vec::new(),
        };
        let then = by_path(&then);
        let mut found = Vec::new();
        for item in now.items {
            let was = then.get(&item.key());
            if was.is_some_and(|was| was.now == item.now) || self.is_ours(head, &item)? {
                continue;
            }
            let by = self.changed_by(head, base, &item)?;
            found.push((item, by));
        }
        Ok(found)
    }

    /// The part of the origin that concerns one item; `None` for a file that the origin does not have.
    fn only(&self, item: &CopiedItem) -> Option<SourceOrigin> {
        let file = match &self.part.what {
            CopiedContent::Files(files) => match (self.recorded(files, &item.file)?, &item.path) {
                (CopiedFile::Values { text, .. }, Some(path)) => {
                    CopiedFile::Values { paths: vec![path.clone()], text: text.clone() }
                }
                (whole, _) => whole.clone(),
            },
            CopiedContent::Directory(files) => CopiedFile::Whole(files.get(&item.file)?.clone()),
        };
        let what = CopiedContent::Files([(item.file.clone(), file)].into_iter().collect());
        Some(SourceOrigin { what, ..self.part.clone() })
    }

    /// The recorded file that has a name in the environment.
    fn recorded<'f>(&self, files: &'f IndexMap<String, CopiedFile>, name: &str) -> Option<&'f CopiedFile> {
        files.iter().find(|(recorded, _)| in_environment(recorded, self.environment) == name).map(|(_, file)| file)
    }

    fn is_ours(&self, head: &CommitId, item: &CopiedItem) -> Result<bool, RunError> {
        let Some(only) = self.only(item) else { return Ok(false) };
        let changes = changes(self.repository, head, &self.source.path, self.environment, &only)?;
        Ok(changes.faults.is_empty() && changes.git.is_empty())
    }

    /// What an item is at a commit; nothing if it cannot be told.
    fn at(&self, commit: &CommitId, item: &CopiedItem) -> Result<Vec<String>, RunError> {
        let Some(only) = self.only(item) else {
            // The origin does not have the file: it is what it was, or is gone.
            let path = super::repositories::below(&self.source.path, &item.file);
            let there = !matches!(self.repository.read(commit, &path), Ok(None));
            return Ok(if there { item.now.clone() } else { Vec::new() });
        };
        let changes = changes(self.repository, commit, &self.source.path, self.environment, &only)?;
        Ok(changes.items.into_iter().next().map(|item| item.now).unwrap_or_default())
    }

    /// The newest commit after `base` that changed an item.
    fn changed_by(&self, head: &CommitId, base: &CommitId, item: &CopiedItem) -> Result<Option<Commit>, RunError> {
        let path = super::repositories::below(&self.source.path, &item.file);
        let mut at = head.clone();
        for _ in 0..FARTHEST {
            let Some(commit) = self.repository.last_touching(&at, &path)? else { return Ok(None) };
            let Some(parent) = commit.parents.first() else { return Ok(Some(commit)) };
            if self.at(parent, item)? != self.at(&commit.id, item)? {
                return Ok(Some(commit));
            }
            if commit.id == *base {
                return Ok(None);
            }
            at = parent.clone();
        }
        Ok(None)
    }
}

/// The newest commit that wrote any of what an origin brings; it stands for the release's own where nothing changes.
pub(super) fn written(repository: &dyn Repository, group: &CommitGroup<'_>) -> Result<Option<Commit>, RunError> {
    let mut newest: Option<Commit> = None;
    for (part, source) in &group.parts {
        let place = CopiedPlace { repository, part, source, environment: group.environment };
        for item in changes(repository, &group.head.commit, &source.path, group.environment, part)?.items {
            let none = CommitId(String::new());
            let by = place.changed_by(&group.head.commit, &none, &item)?;
            newest = match (newest, by) {
                (Some(known), Some(by)) if (&known.time, &known.id) >= (&by.time, &by.id) => Some(known),
                (known, None) => known,
                (_, by) => by,
            };
        }
    }
    Ok(newest)
}

/// Whether a commit was made by a release of the same product that began before this one.
fn is_of_older_release(context: &ReleaseContext, commit: &Commit) -> Result<bool, RunError> {
    let trailer = |key: &str| trailers(&commit.message, key).last();
    let (Some(release), Some(_)) = (trailer(RELEASE), trailer(EFFECT)) else { return Ok(false) };
    let product = &context.meta.product;
    let id = match release.rsplit_once('/') {
        Some((of, id)) if of == product => id,
        Some(_) => return Ok(false),
        // Older releases do not write their product there, but in the subject.
        None if commit.message.starts_with(&format!("Promote {} ", one_line(product))) => release,
        None => return Ok(false),
    };
    let root = ProjectRoot { path: context.root.clone(), settings: context.settings.clone() };
    let known = ledger::of(&root)?.summaries(Some(product))?;
    Ok(releases::began_before(&known, id, &context.meta.id))
}
