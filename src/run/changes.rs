//! What a promotion changes in an application: one code for the preview and for the commit.
//!
//! INVARIANT: of a file of which values are copied, only those values change; comments, quotes, key order and line endings
//! of everything else stay byte for byte (rule 33).

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::error::RunError;
use super::origin::{Copied, Item, Part, Stored};
use super::repositories::{below, place};
use super::values;
use crate::git::{self, CommitId, PathChange, Repository, TreeEntry};
use crate::source::escaped;

/// A file that changes, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileView {
    /// The file, from the repository's root.
    pub file: String,
    /// What happens to it.
    pub change: Kind,
    /// The values that change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property>,
}

impl FileView {
    /// The same, with nothing in it that a terminal would obey.
    #[must_use]
    pub fn harmless(self) -> FileView {
        let property = |property: Property| Property {
            path: escaped(&property.path),
            old: property.old.as_deref().map(escaped),
            new: property.new.as_deref().map(escaped),
        };
        FileView {
            file: escaped(&self.file),
            change: self.change,
            properties: self.properties.into_iter().map(property).collect(),
        }
    }
}

/// What happens to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Some of its values change.
    Edited,
    /// It is new.
    Created,
    /// It is replaced as a whole.
    Replaced,
    /// It goes.
    Removed,
}

/// A value that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// Where in the file.
    pub path: String,
    /// What is there, as source text.
    pub old: Option<String>,
    /// What will be there.
    pub new: Option<String>,
}

/// What a promotion changes in one source of an application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// As it is shown.
    pub views: Vec<FileView>,
    /// As it is committed.
    pub git: Vec<git::FileChange>,
    /// What is there now at the copied paths, in a form to be compared.
    pub before: String,
}

impl Changes {
    fn add(&mut self, file: String, view: Kind, properties: Vec<Property>, change: PathChange) {
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

/// What would change in `directory` at a commit, if it were given this part of an origin.
///
/// # Errors
/// Where the target lacks what would be changed, or it cannot be understood.
pub fn changes(
    repository: &dyn Repository,
    commit: &CommitId,
    directory: &str,
    part: &Part,
) -> Result<Changes, RunError> {
    let mut changes = Changes::default();
    let there = repository.list(commit, directory)?;
    let entry = |file: &str| there.iter().find(|entry| entry.path == file);
    match &part.what {
        Copied::Files(files) => {
            for (file, item) in files {
                match item {
                    Item::Values { paths, text } => {
                        edit(repository, commit, directory, (file, paths, text), &mut changes)?;
                    }
                    Item::Whole(stored) => whole(repository, directory, file, entry(file), stored, &mut changes)?,
                }
            }
        }
        Copied::Directory(files) => {
            for (file, stored) in files {
                whole(repository, directory, file, entry(file), stored, &mut changes)?;
            }
            for gone in there.iter().filter(|entry| !files.contains_key(&entry.path)) {
                changes.note(&gone.path, Some(gone));
                changes.add(below(directory, &gone.path), Kind::Removed, Vec::new(), PathChange::Remove);
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
    changes: &mut Changes,
) -> Result<(), RunError> {
    let whole = below(directory, file);
    let fail = |problem: String| RunError::Content {
        message: format!("cannot change `{file}` in {}: {problem}", place(repository, commit, directory)),
        span: None,
    };
    let bytes = repository.read(commit, &whole)?;
    let bytes = bytes.ok_or_else(|| fail("there is no such file; commit it there first".to_owned()))?;
    let target = String::from_utf8(bytes).map_err(|_| fail("it is not UTF-8 text".to_owned()))?;
    for path in paths {
        let _ = writeln!(changes.before, "{file} {path}");
        for value in values::at(file, &target, path).map_err(fail)? {
            let _ = writeln!(changes.before, "{} {}", value.path, value.source);
        }
    }
    let edited = values::transfer(file, source, &target, paths).map_err(fail)?;
    if edited.text != target {
        changes.add(whole, Kind::Edited, edited.properties, PathChange::Edit(edited.text.into_bytes()));
    }
    Ok(())
}

fn whole(
    repository: &dyn Repository,
    directory: &str,
    file: &str,
    there: Option<&TreeEntry>,
    stored: &Stored,
    changes: &mut Changes,
) -> Result<(), RunError> {
    let damaged = || RunError::Ledger(format!("the recorded content of `{file}` is damaged"));
    let new = stored.content().ok_or_else(damaged)?;
    changes.note(file, there);
    let kind = match there {
        None => Kind::Created,
        Some(entry) if repository.content(entry)? == new => return Ok(()),
        Some(_) => Kind::Replaced,
    };
    changes.add(below(directory, file), kind, Vec::new(), PathChange::Put(new));
    Ok(())
}
