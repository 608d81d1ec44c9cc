//! What a promotion changes in an application. The preview and the commit share this code.
//!
//! INVARIANT: where values are copied, only those values change; comments, quotes, key order and line endings of
//! everything else in the file stay byte for byte (rule 33).

use std::fmt::Write;

use super::error::RunError;
use super::repositories::{below, place};
use super::values;
use crate::edit::{FileChangeKind, FileView, PropertyView};
use crate::git::{self, CommitId, PathChange, Repository, TreeEntry};
use crate::ledger::Error;
use crate::ledger::origin::{CopiedContent, CopiedFile, SourceOrigin, StoredEntry};
use crate::source::escaped;

/// The same view with control characters escaped: paths and values come from other people's repositories.
pub(super) fn harmless(view: FileView) -> FileView {
    let property = |property: PropertyView| PropertyView {
        path: escaped(&property.path),
        old: property.old.as_deref().map(escaped),
        new: property.new.as_deref().map(escaped),
    };
    FileView {
        file: escaped(&view.file),
        change: view.change,
        properties: view.properties.into_iter().map(property).collect(),
    }
}

/// What a promotion changes in one source of an application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SourceChanges {
    /// For display.
    pub views: Vec<FileView>,
    /// For the commit.
    pub git: Vec<git::FileChange>,
    /// The current content of the copied paths, in a form that can be compared later (rule 32).
    pub before: String,
}

impl SourceChanges {
    fn add(&mut self, file: String, view: FileChangeKind, properties: Vec<PropertyView>, change: PathChange) {
        self.git.push(git::FileChange { path: file.clone(), change });
        self.views.push(FileView { file, change: view, properties });
    }

    fn note(&mut self, file: &str, entry: Option<&TreeEntry>) {
        match entry {
            Some(entry) => {
                let _ = writeln!(self.before, "{file} {:?} {}", entry.mode, entry.id.0);
            }
            None => {
                let _ = writeln!(self.before, "{file} -");
            }
        }
    }
}

/// The changes to `directory` at a commit that would bring this part of an origin there.
///
/// # Errors
/// If the target lacks a file or value that would be changed, or cannot be parsed.
pub(super) fn changes(
    repository: &dyn Repository,
    commit: &CommitId,
    directory: &str,
    part: &SourceOrigin,
) -> Result<SourceChanges, RunError> {
    let mut changes = SourceChanges::default();
    let there = repository.list(commit, directory)?;
    let entry = |file: &str| there.iter().find(|entry| entry.path == file);
    match &part.what {
        CopiedContent::Files(files) => {
            for (file, item) in files {
                match item {
                    CopiedFile::Values { paths, text } => {
                        edit(repository, commit, directory, (file, paths, text), &mut changes)?;
                    }
                    CopiedFile::Whole(stored) => whole(repository, directory, file, entry(file), stored, &mut changes)?,
                }
            }
        }
        CopiedContent::Directory(files) => {
            for (file, stored) in files {
                whole(repository, directory, file, entry(file), stored, &mut changes)?;
            }
            for gone in there.iter().filter(|entry| !files.contains_key(&entry.path)) {
                changes.note(&gone.path, Some(gone));
                changes.add(below(directory, &gone.path), FileChangeKind::Removed, Vec::new(), PathChange::Remove);
            }
        }
    }
    Ok(changes)
}

fn edit(
    repository: &dyn Repository,
    commit: &CommitId,
    directory: &str,
    (file, paths, source): (&str, &[String], &str),
    changes: &mut SourceChanges,
) -> Result<(), RunError> {
    let whole = below(directory, file);
    let fail = |problem: String| RunError::Content {
        message: format!("cannot change `{file}` in {}: {problem}", place(repository, commit, directory)),
        span: None,
    };
    let bytes = repository.read(commit, &whole)?;
    let bytes = bytes.ok_or_else(|| fail("the file does not exist; commit it there first".to_owned()))?;
    let target = String::from_utf8(bytes).map_err(|_| fail("the file is not UTF-8 text".to_owned()))?;
    for path in paths {
        let _ = writeln!(changes.before, "{file} {path}");
        for value in values::partners(file, source, &target, path).map_err(fail)? {
            let _ = writeln!(changes.before, "{} {}", value.path, value.source);
        }
    }
    let edited = values::transfer(file, source, &target, paths).map_err(fail)?;
    if edited.text != target {
        changes.add(whole, FileChangeKind::Edited, edited.properties, PathChange::Edit(edited.text.into_bytes()));
    }
    Ok(())
}

fn whole(
    repository: &dyn Repository,
    directory: &str,
    file: &str,
    there: Option<&TreeEntry>,
    stored: &StoredEntry,
    changes: &mut SourceChanges,
) -> Result<(), RunError> {
    let damaged = || Error::Unusable(format!("the recorded content of `{file}` is damaged"));
    let new = stored.content().ok_or_else(damaged)?;
    changes.note(file, there);
    let kind = match there {
        None => FileChangeKind::Created,
        Some(entry) if repository.content(entry)? == new => return Ok(()),
        Some(_) => FileChangeKind::Replaced,
    };
    changes.add(below(directory, file), kind, Vec::new(), PathChange::Put(new));
    Ok(())
}
