//! What a promotion changes in an application. The preview and the commit share this code.
//!
//! INVARIANT: where values are copied, only those values change; comments, quotes, key order and line endings of
//! everything else in the file stay byte for byte (rule 33).

use std::collections::BTreeSet;
use std::fmt::Write;

use super::difference::{self, Compared};
use super::error::RunError;
use super::file_names::in_environment;
use super::repositories::{below, nearest_directory, nearest_file, place};
use super::secrets::{Secrets, is_secret_path, masked_property, shown_value};
use super::values;
use crate::edit::{FileChangeKind, FileView, LinesView, PropertyView};
use crate::git::{self, CommitId, PathChange, Repository, TreeEntry};
use crate::ledger::Error;
use crate::ledger::origin::{CopiedContent, CopiedFile, SourceOrigin, StoredEntry};
use crate::source::{escaped, one_line};

/// The same view with secrets masked and control characters escaped: paths and values come from other people's
/// repositories.
pub(super) fn harmless(view: FileView, secrets: &Secrets) -> FileView {
    let view = secrets.mask_view(view);
    let property = |property: PropertyView| PropertyView {
        path: escaped(&property.path),
        old: property.old.as_deref().map(escaped),
        new: property.new.as_deref().map(escaped),
    };
    let lines = |lines: LinesView| LinesView { text: lines.text.iter().map(|line| one_line(line)).collect(), ..lines };
    FileView {
        file: escaped(&view.file),
        change: view.change,
        properties: view.properties.into_iter().map(property).collect(),
        lines: view.lines.map(lines),
    }
}

/// What the target has at one copied path, for noticing that somebody changed it (rule 32).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CopiedItem {
    /// The file, relative to the directory of the source.
    pub file: String,
    /// The copied path; `None` if the whole file is copied.
    pub path: Option<String>,
    /// The values in the order of the source, so that moving an element is no change of it; of a whole file, what it is.
    pub now: Vec<String>,
}

impl CopiedItem {
    /// What it is about.
    pub(super) fn key(&self) -> (&str, Option<&str>) {
        (&self.file, self.path.as_deref())
    }

    /// What it is now, for people; values that look like secrets are masked.
    pub(super) fn shown(&self) -> String {
        match &self.path {
            Some(path) if is_secret_path(path) => "***".to_owned(),
            _ if self.now.is_empty() => "nothing".to_owned(),
            Some(path) => {
                let shown: Vec<String> = self.now.iter().map(|value| shown_value(path, value)).collect();
                shown.join(", ")
            }
            None => self.now.join(", "),
        }
    }
}

/// Why something cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChangeFault {
    /// The file, relative to the directory of the source; `None` for the directory itself.
    pub file: Option<String>,
    pub path: Option<String>,
    pub message: String,
}

/// What a promotion changes in one source of an application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SourceChanges {
    /// For display.
    pub views: Vec<FileView>,
    /// For the commit.
    pub git: Vec<git::FileChange>,
    /// The current content of the copied paths, as text that can be compared with what older releases recorded.
    pub before: String,
    /// The current content of the copied paths, path by path.
    pub items: Vec<CopiedItem>,
    /// Why some of it cannot be changed. Then the rest is incomplete.
    pub faults: Vec<ChangeFault>,
}

impl SourceChanges {
    fn add(&mut self, view: FileView, change: PathChange) {
        self.git.push(git::FileChange { path: view.file.clone(), change });
        self.views.push(view);
    }

    fn note(&mut self, file: &str, entry: Option<&TreeEntry>) {
        let now = match entry {
            Some(entry) => format!("{:?} {}", entry.mode, entry.id.0),
            None => "-".to_owned(),
        };
        let _ = writeln!(self.before, "{file} {now}");
        self.items.push(CopiedItem { file: file.to_owned(), path: None, now: vec![now] });
    }

    fn fault(&mut self, file: &str, path: Option<&str>, message: String) {
        let fault = ChangeFault { file: Some(file.to_owned()), path: path.map(str::to_owned), message };
        if !self.faults.iter().any(|known| known.message == fault.message) {
            self.faults.push(fault);
        }
    }
}

/// The changes to `directory` at a commit that would bring this part of an origin there.
///
/// # Errors
/// If the repository cannot be read. What the target lacks is among the faults.
pub(super) fn changes(
    repository: &dyn Repository,
    commit: &CommitId,
    directory: &str,
    environment: &str,
    part: &SourceOrigin,
) -> Result<SourceChanges, RunError> {
    let mut changes = SourceChanges::default();
    let there = match repository.list(commit, directory) {
        Ok(there) => there,
        Err(error @ git::Error::WrongKind { .. }) => {
            changes.faults.push(ChangeFault { file: None, path: None, message: error.to_string() });
            return Ok(changes);
        }
        Err(error) => return Err(error.into()),
    };
    let entry = |file: &str| there.iter().find(|entry| entry.path == file);
    match &part.what {
        CopiedContent::Files(files) => {
            let mut seen = BTreeSet::new();
            for (recorded, item) in files {
                let file = &in_environment(recorded, environment);
                if !seen.insert(file.clone()) {
                    changes.faults.push(two_into_one(&place(repository, commit, directory), file));
                    continue;
                }
                match item {
                    CopiedFile::Values { paths, text } => {
                        let target = TargetDirectory { repository, commit, directory, files: &there };
                        edit(&target, file, paths, text, &mut changes)?;
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
                let view = FileView::of(below(directory, &gone.path), FileChangeKind::Removed);
                changes.add(view, PathChange::Remove);
            }
        }
    }
    Ok(changes)
}

/// The directory that receives the values.
struct TargetDirectory<'a> {
    repository: &'a dyn Repository,
    commit: &'a CommitId,
    directory: &'a str,
    files: &'a [TreeEntry],
}

impl TargetDirectory<'_> {
    /// Why a file that is edited is not there.
    fn missing(&self, file: &str) -> ChangeFault {
        if self.files.is_empty() {
            let place = place(self.repository, self.commit, self.directory);
            let near = nearest_directory(self.repository, self.commit, self.directory);
            let message =
                format!("there are no files in {place}; commit `{file}` there first, or correct the `path`{near}");
            return ChangeFault { file: None, path: None, message };
        }
        let near = nearest_file(file, self.files);
        let whole = place(self.repository, self.commit, &below(self.directory, file));
        let message = format!("cannot change {whole}: the file does not exist; commit it there first{near}");
        ChangeFault { file: Some(file.to_owned()), path: None, message }
    }
}

/// Without and with `{environment}`, two files of the source may have one name in the target.
fn two_into_one(place: &str, file: &str) -> ChangeFault {
    let message = format!(
        "two files would be copied to `{file}` in {place}: one of that name, and the one that has its own environment in its name; change a `copy` statement so that only one of them is copied"
    );
    ChangeFault { file: Some(file.to_owned()), path: None, message }
}

fn edit(
    target: &TargetDirectory<'_>,
    file: &str,
    paths: &[String],
    source: &str,
    changes: &mut SourceChanges,
) -> Result<(), RunError> {
    let whole = below(target.directory, file);
    let fail = |problem: &str| format!("cannot change {}: {problem}", place(target.repository, target.commit, &whole));
    let bytes = match target.repository.read(target.commit, &whole) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            changes.faults.push(target.missing(file));
            return Ok(());
        }
        Err(error @ git::Error::WrongKind { .. }) => {
            changes.fault(file, None, error.to_string());
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let Ok(text) = String::from_utf8(bytes) else {
        changes.fault(file, None, fail("the file is not UTF-8 text"));
        return Ok(());
    };
    // Where links are not supported, git checks one out as a file, and somebody commits that.
    let path_only = text.contains('/') && !text.trim_end().contains([':', ' ', '\n']);
    let fail = |problem: &str| match path_only {
        true => fail("the file holds only a path; was a symbolic link committed as a file?"),
        false => fail(problem),
    };
    let known = changes.faults.len();
    let partners = match values::partners(file, source, &text, paths) {
        Ok(partners) => partners,
        Err(problem) => {
            changes.fault(file, paths.first().map(String::as_str), fail(&problem));
            return Ok(());
        }
    };
    for (path, partners) in paths.iter().zip(partners) {
        match partners {
            Ok(partners) => {
                let _ = writeln!(changes.before, "{file} {path}");
                for value in &partners {
                    let _ = writeln!(changes.before, "{} {}", value.path, value.source);
                }
                let now = partners.into_iter().map(|value| value.source).collect();
                changes.items.push(CopiedItem { file: file.to_owned(), path: Some(path.clone()), now });
            }
            Err(problem) => changes.fault(file, Some(path), fail(&problem)),
        }
    }
    if changes.faults.len() > known {
        return Ok(());
    }
    match values::transfer(file, source, &text, paths) {
        Ok(edited) if edited.text == text => {}
        Ok(edited) => {
            let secret = selected_as_secret(file, &text, &edited.text, paths);
            // An element of a list has its name behind its path.
            let exact = |path: &str, secret: &String| {
                path.strip_prefix(secret.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
            };
            let is_secret = |path: &str| secret.iter().any(|secret| exact(path, secret));
            let mask = |property: PropertyView| match is_secret(&property.path) {
                true => masked_property(property),
                false => property,
            };
            let properties = edited.properties.into_iter().map(mask).collect();
            let view = FileView { properties, ..FileView::of(whole, FileChangeKind::Edited) };
            changes.add(view, PathChange::Edit(edited.text.into_bytes()));
        }
        Err(problem) => changes.fault(file, paths.first().map(String::as_str), fail(&problem)),
    }
    Ok(())
}

/// The exact paths of secrets that only the copied path tells: `$.list[0].v` does not say that it was selected as
/// `$.list[?@.code == "TOKEN"].v`.
fn selected_as_secret(file: &str, old: &str, new: &str, paths: &[String]) -> BTreeSet<String> {
    let mut secret = BTreeSet::new();
    let paths: Vec<String> = paths.iter().filter(|path| is_secret_path(path)).cloned().collect();
    if paths.is_empty() {
        return secret;
    }
    for text in [old, new] {
        let found = values::at_each(file, text, &paths).unwrap_or_default();
        secret.extend(found.into_iter().flatten().flatten().map(|found| found.path));
    }
    secret
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
    let new = stored.change().ok_or_else(damaged)?;
    changes.note(file, there);
    let path = below(directory, file);
    let entry = match &new {
        PathChange::Place(mode, id) => TreeEntry { path: file.to_owned(), mode: *mode, id: id.clone() },
        PathChange::Put(content) => content.entry(file).ok_or_else(damaged)?,
        PathChange::Edit(_) | PathChange::Remove => return Err(damaged().into()),
    };
    let view = match there {
        None => FileView::of(path, FileChangeKind::Created),
        Some(there) if (there.mode, &there.id) == (entry.mode, &entry.id) => return Ok(()),
        Some(there) => {
            let old = difference::compared(repository, there)?;
            let new = match &new {
                PathChange::Put(content) => Compared::Content(content.clone()),
                _ => difference::compared(repository, &entry)?,
            };
            difference::of_contents(FileView::of(path, FileChangeKind::Replaced), &old, &new)
        }
    };
    changes.add(view, new);
    Ok(())
}
