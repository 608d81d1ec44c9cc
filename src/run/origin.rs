//! Reads what is promoted, once, at the triggering commit (rule 12). The result is recorded and stays the same for every
//! target.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::error::RunError;
use super::faults::Faults;
use super::file_names::RecordedNames;
use super::repositories::{Repositories, below, nearest_directory, nearest_file, place};
use super::values;
use crate::git::{self, CommitId, Mode, Repository};
use crate::ledger::entry::CommitRecord;
use crate::ledger::origin::{CopiedContent, CopiedFile, OriginRecord, SourceOrigin, StoredEntry};
use crate::program::{Application, Copy, Environment, Product, Program, PromotedContent, Source};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::ValuePath;

/// One source at the triggering commit.
struct At<'a> {
    repository: &'a dyn Repository,
    directory: &'a str,
    commit: CommitId,
}

impl At<'_> {
    fn missing(&self, what: &str, help: &str, span: Span) -> RunError {
        let message = format!("{what} in {}; {help}", place(self.repository, &self.commit, self.directory));
        RunError::Content { message, span: Some(span) }
    }

    fn unreadable(&self, file: &str, problem: &str, span: Span) -> RunError {
        let place = place(self.repository, &self.commit, self.directory);
        RunError::Content { message: format!("cannot read `{file}` in {place}: {problem}"), span: Some(span) }
    }

    fn git(&self, span: Span) -> impl Fn(git::Error) -> RunError {
        move |error| RunError::Content { message: error.to_string(), span: Some(span) }
    }

    fn text(&self, file: &str, span: Span) -> Result<String, RunError> {
        let bytes = self.repository.read(&self.commit, &below(self.directory, file)).map_err(self.git(span))?;
        let bytes = bytes.ok_or_else(|| {
            let near = nearest_file(file, &self.repository.list(&self.commit, self.directory).unwrap_or_default());
            let help = format!("commit it there, or correct the file name in the program{near}");
            self.missing(&format!("there is no `{file}`"), &help, span)
        })?;
        let not_text = |_| {
            self.missing(
                &format!("`{file}` is not UTF-8 text"),
                "save it as UTF-8, or omit `at` in a `copy` statement to copy all of it",
                span,
            )
        };
        String::from_utf8(bytes).map_err(not_text)
    }
}

/// An application of the trigger environment.
#[derive(Clone, Copy)]
pub(super) struct Promoted<'a> {
    pub(super) program: &'a Program,
    pub(super) map: &'a SourceMap,
    pub(super) product: &'a Product,
    pub(super) application: &'a Application,
}

impl<'a> Promoted<'a> {
    fn environment(self) -> &'a Environment {
        &self.program.environments[self.application.environment]
    }

    /// The files of a source that are copied or have the version; globs among them.
    fn files(self, source: &Source) -> Vec<String> {
        let PromotedContent { version, copies } = self.product.content_in(self.environment());
        let version = version.filter(|version| self.application.means(version.source.as_deref(), source));
        let copies = copies.into_iter().filter(|copy| self.application.means(copy.source.as_deref(), source));
        version.into_iter().map(|version| version.file).chain(copies.map(|copy| copy.file.value)).collect()
    }
}

/// The newest commit on a source's branch, up to where it is pinned, that touched the source's directory. Where another
/// application shares the directory, the newest that touched a file which is copied or has the version: others are
/// somebody else's.
///
/// # Errors
/// If the repository, the branch or the directory does not exist.
pub(super) fn trigger_commit(
    repositories: &mut Repositories,
    of: Promoted<'_>,
    source: &Source,
) -> Result<CommitRecord, RunError> {
    let map = of.map;
    let head = repositories.origin(map, source)?;
    let files = of.program.shares_directory(map, of.application, source).then(|| of.files(source));
    let key = (repositories.of(map, source)?.location(), head.commit.clone(), source.path.clone(), files.clone());
    if let Some(known) = repositories.trigger(&key) {
        return Ok(known);
    }
    let repository = repositories.of(map, source)?;
    let fail = |error: git::Error| RunError::Content { message: error.to_string(), span: Some(source.path_span) };
    let nothing = || {
        let message = format!(
            "there are no files in {}; commit the application there, or correct its `path`{}",
            place(repository, &head.commit, &source.path),
            nearest_directory(repository, &head.commit, &source.path)
        );
        RunError::Content { message, span: Some(source.path_span) }
    };
    if repository.list(&head.commit, &source.path).map_err(fail)?.is_empty() {
        return Err(nothing());
    }
    let mut commit = None;
    if let Some(files) = files {
        commit = repository.last_touching_files(&head.commit, &source.path, &files).map_err(fail)?;
    }
    // Without such a file, what reads it says which one is missing.
    if commit.is_none() {
        commit = repository.last_touching(&head.commit, &source.path).map_err(fail)?;
    }
    let commit = commit_record(repository, commit.ok_or_else(nothing)?);
    repositories.remember_trigger(key, commit.clone());
    Ok(commit)
}

pub(super) fn commit_record(repository: &dyn Repository, commit: git::Commit) -> CommitRecord {
    CommitRecord {
        repository: repository.location(),
        sha: commit.id.0,
        author: commit.author,
        message: commit.message,
        date: commit.time,
    }
}

/// Reads what an application of the trigger environment provides.
///
/// # Errors
/// If something that the program copies does not exist.
pub(super) fn read(repositories: &mut Repositories, of: Promoted<'_>) -> Result<OriginRecord, RunError> {
    let Promoted { map, product, application, .. } = of;
    let (mut parts, mut faults) = (Vec::new(), Faults::default());
    for source in &application.sources {
        let mine = |name: Option<&str>| application.means(name, source);
        let whole = product.content.copies.is_empty();
        if !whole && !product.content.copies.iter().any(|copy| mine(copy.source.as_deref())) {
            continue;
        }
        let Some(commit) = faults.take(trigger_commit(repositories, of, source)) else { continue };
        let repository = repositories.of(map, source)?;
        let at = At { repository, directory: &source.path, commit: CommitId(commit.sha.clone()) };
        let what = if whole { directory(&at, source) } else { files(&at, of, mine) };
        let Some(what) = faults.take(what) else { continue };
        parts.push(SourceOrigin { source: source.name.clone(), repository: repository.location(), commit, what });
    }
    faults.none()?;
    Ok(OriginRecord { application: application.name.clone(), parts })
}

fn directory(at: &At<'_>, source: &Source) -> Result<CopiedContent, RunError> {
    let fail = at.git(source.path_span);
    let mut files = BTreeMap::new();
    for entry in at.repository.list(&at.commit, at.directory).map_err(&fail)? {
        let stored = StoredEntry::of(&entry);
        files.insert(entry.path, stored);
    }
    Ok(CopiedContent::Directory(files))
}

fn files(at: &At<'_>, of: Promoted<'_>, mine: impl Fn(Option<&str>) -> bool) -> Result<CopiedContent, RunError> {
    let mut files: IndexMap<String, CopiedFile> = IndexMap::new();
    let mut faults = Faults::default();
    let written = of.product.content.copies.iter();
    let here = of.product.content_in(of.environment()).copies;
    // Together, so that a file is read once however many statements name it.
    let mut of_pattern: IndexMap<&str, Vec<&Copy>> = IndexMap::new();
    for (written, copy) in written.zip(&here).filter(|(copy, _)| mine(copy.source.as_deref())) {
        of_pattern.entry(&written.file.value).or_default().push(copy);
    }
    for (written, copies) in of_pattern {
        let names = RecordedNames::new(written, &of.environment().name.value);
        faults.take(add_copied(at, &copies, &names, &mut files));
    }
    faults.none()?;
    files.retain(|_, item| !matches!(item, CopiedFile::Values { paths, .. } if paths.is_empty()));
    Ok(CopiedContent::Files(files))
}

/// Adds what the statements with one pattern copy.
fn add_copied(
    at: &At<'_>,
    copies: &[&Copy],
    names: &RecordedNames<'_>,
    files: &mut IndexMap<String, CopiedFile>,
) -> Result<(), RunError> {
    let Some(copy) = copies.first() else { return Ok(()) };
    let whole = copies.iter().any(|copy| copy.paths.is_empty());
    let copied: Vec<&ValuePath> = copies.iter().flat_map(|copy| &copy.paths).collect();
    let fail = at.git(copy.span);
    let pattern = &copy.file.value;
    let found = at.repository.glob(&at.commit, at.directory, pattern).map_err(&fail)?;
    if found.is_empty() {
        let near = nearest_file(pattern, &at.repository.list(&at.commit, at.directory).map_err(&fail)?);
        let help = format!("commit it there, or correct the `copy` statement{near}");
        return Err(at.missing(&format!("there is no `{pattern}`"), &help, copy.file.span));
    }
    let mut used = vec![false; copied.len()];
    let mut near = String::new();
    for entry in found {
        if whole {
            files.insert(names.of(&entry.path), CopiedFile::Whole(StoredEntry::of(&entry)));
        }
        let Some(first) = copied.first() else { continue };
        if matches!(entry.mode, Mode::Symlink | Mode::Submodule) {
            let what =
                format!("`{}` is a symbolic link or a submodule, so no values can be copied from it", entry.path);
            return Err(at.missing(&what, "name the file itself", copy.file.span));
        }
        let text = at.text(&entry.path, copy.file.span)?;
        let mut paths = Vec::new();
        let texts: Vec<String> = copied.iter().map(|path| path.text()).collect();
        let found = values::at_each(&entry.path, &text, &texts)
            .map_err(|problem| at.unreadable(&entry.path, &problem, first.path.span))?;
        for ((path, used), values) in copied.iter().zip(&mut used).zip(found) {
            let values = values.map_err(|problem| at.unreadable(&entry.path, &problem, path.path.span))?;
            if !values.is_empty() {
                *used = true;
                paths.push(path.text());
            } else if near.is_empty() {
                near = values::nearest_keys(&entry.path, &text, &path.path.value);
            }
        }
        match files.entry(names.of(&entry.path)).or_insert_with(|| CopiedFile::Values { paths: Vec::new(), text }) {
            CopiedFile::Values { paths: known, .. } => {
                known.extend(paths.into_iter().filter(|path| !known.contains(path)).collect::<Vec<_>>());
            }
            // The whole file is copied, so its values are too.
            CopiedFile::Whole(_) => {}
        }
    }
    let mut faults = Faults::default();
    for (path, _) in copied.iter().zip(&used).filter(|(_, used)| !**used) {
        let what = format!("there is no value at `{}` of `{pattern}`", path.path.value);
        faults.add(at.missing(&what, &format!("add it there, or correct the path{near}"), path.path.span));
    }
    faults.none()
}

/// The version of an application of the trigger environment; `None` if the program does not say where it is.
///
/// # Errors
/// If the file or the value does not exist.
pub(super) fn version(repositories: &mut Repositories, of: Promoted<'_>) -> Result<Option<String>, RunError> {
    let Promoted { map, product, application, .. } = of;
    let Some(version) = product.content_in(of.environment()).version else { return Ok(None) };
    let source = application.source(version.source.as_deref()).ok_or_else(|| {
        let message =
            format!("`{}` has no source `{}`", application.name, version.source.as_deref().unwrap_or_default());
        RunError::refused(message, "Name one of its sources.", version.span)
    })?;
    let commit = trigger_commit(repositories, of, source)?;
    let repository = repositories.of(map, source)?;
    let at = At { repository, directory: &source.path, commit: CommitId(commit.sha) };
    let text = at.text(&version.file, version.span)?;
    let path = &version.path.path;
    let found = values::at(&version.file, &text, &version.path.text())
        .map_err(|problem| at.unreadable(&version.file, &problem, path.span))?;
    let (what, help) = match found.into_iter().next().map(|value| value.shown) {
        Some(Some(shown)) => return Ok(Some(shown)),
        Some(None) => ("no single value", "write the path of one value".to_owned()),
        None => {
            let near = values::nearest_keys(&version.file, &text, &path.value);
            ("no version", format!("add it there, or correct the path{near}"))
        }
    };
    let what = format!("there is {what} at `{}` of `{}`", path.value, version.file);
    Err(at.missing(&what, &help, path.span))
}
