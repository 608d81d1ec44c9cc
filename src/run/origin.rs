//! What is promoted: read once, at the commit that triggered (rule 12), and the same for every target ever after.
//!
//! INVARIANT: an [`Origin`] holds all that a promotion needs of the trigger environment, so that nobody reads its branch, or
//! the working tree, a second time.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::error::RunError;
use super::repositories::{Repositories, below, place};
use super::values;
use crate::git::{self, CommitId, Mode, Repository};
use crate::ledger::entry::CommitView;
use crate::program::{Application, Product, PromotedContent, Source};
use crate::source::{SourceMap, Span};

/// What one application of the trigger environment gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Its name.
    pub application: String,
    /// What each of its sources gives.
    pub parts: Vec<Part>,
}

/// What one source of an application gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The name of the source, where there are several.
    pub source: Option<String>,
    /// Its repository.
    pub repository: String,
    /// The commit that triggered.
    pub commit: CommitView,
    /// What is copied, by file; or the whole directory.
    pub what: Copied,
}

/// What is copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Copied {
    /// These files, relative to the application's directory.
    Files(IndexMap<String, Item>),
    /// All files of the directory: what the target has besides is removed.
    Directory(BTreeMap<String, Stored>),
}

/// What is copied of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    /// The values at these paths of this text.
    Values {
        /// JSONPaths, each of which finds something.
        paths: Vec<String>,
        /// The text of the file.
        text: String,
    },
    /// The file as it is.
    Whole(Stored),
}

/// An entry of a tree, to be kept in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stored {
    /// A file of text.
    Text(String),
    /// An executable file of text.
    Script(String),
    /// Any other file: executable or not, bytes in hex.
    Binary(bool, String),
    /// A link and what it says, in hex.
    Link(String),
    /// A submodule and its commit.
    Submodule(String),
}

impl Stored {
    /// What is kept of an entry.
    pub fn of(content: git::Content) -> Stored {
        match content {
            git::Content::File { bytes, executable } => match String::from_utf8(bytes) {
                Ok(text) if executable => Stored::Script(text),
                Ok(text) => Stored::Text(text),
                Err(error) => Stored::Binary(executable, hex(error.as_bytes())),
            },
            git::Content::Symlink(target) => Stored::Link(hex(&target)),
            git::Content::Submodule(id) => Stored::Submodule(id.0),
        }
    }

    /// The entry that was kept; nothing where the ledger was tampered with.
    pub fn content(&self) -> Option<git::Content> {
        let file = |bytes: Vec<u8>, executable| git::Content::File { bytes, executable };
        Some(match self {
            Stored::Text(text) => file(text.clone().into_bytes(), false),
            Stored::Script(text) => file(text.clone().into_bytes(), true),
            Stored::Binary(executable, text) => file(unhex(text)?, *executable),
            Stored::Link(text) => git::Content::Symlink(unhex(text)?),
            Stored::Submodule(id) => git::Content::Submodule(git::ObjectId(id.clone())),
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    rest.is_empty().then_some(())?;
    pairs.iter().map(|[high, low]| Some(digit(*high)? * 16 + digit(*low)?)).collect()
}

/// The source of an application that a statement speaks of.
pub fn source_of<'a>(application: &'a Application, name: Option<&str>) -> Option<&'a Source> {
    match name {
        None => application.sources.first(),
        Some(name) => application.sources.iter().find(|source| source.name.as_deref() == Some(name)),
    }
}

/// One source at the commit that triggered.
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

    fn git(&self, span: Span) -> impl Fn(git::Error) -> RunError {
        move |error| RunError::Content { message: error.to_string(), span: Some(span) }
    }

    fn text(&self, file: &str, span: Span) -> Result<String, RunError> {
        let bytes = self.repository.read(&self.commit, &below(self.directory, file)).map_err(self.git(span))?;
        let help = "commit it there, or say in the program what is copied instead";
        let bytes = bytes.ok_or_else(|| self.missing(&format!("there is no `{file}`"), help, span))?;
        let not_text = |_| self.missing(&format!("`{file}` is not UTF-8 text"), "copy it whole, without `at`", span);
        String::from_utf8(bytes).map_err(not_text)
    }
}

/// The newest commit that touched a source's directory, on its branch.
///
/// # Errors
/// Where there is no such repository, branch or directory.
pub fn trigger_commit(
    repositories: &mut Repositories,
    map: &SourceMap,
    source: &Source,
) -> Result<CommitView, RunError> {
    let head = repositories.head(map, source)?;
    let repository = repositories.of(map, source)?;
    let fail = |error: git::Error| RunError::Content { message: error.to_string(), span: Some(source.path_span) };
    let nothing = || {
        let message = format!(
            "there is nothing in {}; commit the application there, or correct its path",
            place(repository, &head.commit, &source.path)
        );
        RunError::Content { message, span: Some(source.path_span) }
    };
    if repository.list(&head.commit, &source.path).map_err(fail)?.is_empty() {
        return Err(nothing());
    }
    let commit = repository.last_touching(&head.commit, &source.path).map_err(fail)?.ok_or_else(nothing)?;
    Ok(commit_view(repository, commit))
}

/// A commit as it is recorded.
pub fn commit_view(repository: &dyn Repository, commit: git::Commit) -> CommitView {
    CommitView {
        repository: repository.location(),
        sha: commit.id.0,
        author: commit.author,
        message: commit.message,
        date: commit.time,
    }
}

/// Reads what an application of the trigger environment gives.
///
/// # Errors
/// Where something that the program copies is not there.
pub fn read(
    repositories: &mut Repositories,
    map: &SourceMap,
    product: &Product,
    application: &Application,
) -> Result<Origin, RunError> {
    let mut parts = Vec::new();
    for (index, source) in application.sources.iter().enumerate() {
        let mine = |name: Option<&str>| match name {
            None => index == 0,
            Some(name) => source.name.as_deref() == Some(name),
        };
        let whole = product.content.copies.is_empty();
        if !whole && !product.content.copies.iter().any(|copy| mine(copy.source.as_deref())) {
            continue;
        }
        let commit = trigger_commit(repositories, map, source)?;
        let repository = repositories.of(map, source)?;
        let at = At { repository, directory: &source.path, commit: CommitId(commit.sha.clone()) };
        let what = if whole { directory(&at, source)? } else { files(&at, &product.content, mine)? };
        parts.push(Part { source: source.name.clone(), repository: repository.location(), commit, what });
    }
    Ok(Origin { application: application.name.clone(), parts })
}

fn directory(at: &At<'_>, source: &Source) -> Result<Copied, RunError> {
    let fail = at.git(source.path_span);
    let mut files = BTreeMap::new();
    for entry in at.repository.list(&at.commit, at.directory).map_err(&fail)? {
        let content = at.repository.content(&entry).map_err(&fail)?;
        files.insert(entry.path, Stored::of(content));
    }
    Ok(Copied::Directory(files))
}

fn files(at: &At<'_>, content: &PromotedContent, mine: impl Fn(Option<&str>) -> bool) -> Result<Copied, RunError> {
    let mut files: IndexMap<String, Item> = IndexMap::new();
    for copy in content.copies.iter().filter(|copy| mine(copy.source.as_deref())) {
        let fail = at.git(copy.span);
        let pattern = &copy.file.value;
        let found = at.repository.glob(&at.commit, at.directory, pattern).map_err(&fail)?;
        if found.is_empty() {
            let help = "commit it there, or say in the program what is copied instead";
            return Err(at.missing(&format!("there is no `{pattern}`"), help, copy.file.span));
        }
        let mut used = vec![false; copy.paths.len()];
        for entry in found {
            if copy.paths.is_empty() {
                let content = at.repository.content(&entry).map_err(&fail)?;
                files.insert(entry.path, Item::Whole(Stored::of(content)));
                continue;
            }
            if matches!(entry.mode, Mode::Symlink | Mode::Submodule) {
                let what = format!("`{}` is a link or a submodule, and has no values", entry.path);
                return Err(at.missing(&what, "name the file itself", copy.file.span));
            }
            let text = at.text(&entry.path, copy.file.span)?;
            let mut paths = Vec::new();
            for (path, used) in copy.paths.iter().zip(&mut used) {
                let values = values::at(&entry.path, &text, &path.value).map_err(|problem| {
                    at.missing(&format!("cannot read `{}`: {problem}", entry.path), "correct it there", path.span)
                })?;
                if !values.is_empty() {
                    *used = true;
                    paths.push(path.value.clone());
                }
            }
            match files.entry(entry.path).or_insert_with(|| Item::Values { paths: Vec::new(), text }) {
                Item::Values { paths: known, .. } => {
                    known.extend(paths.into_iter().filter(|path| !known.contains(path)).collect::<Vec<_>>());
                }
                // The whole file brings its values along.
                Item::Whole(_) => {}
            }
        }
        if let Some((path, _)) = copy.paths.iter().zip(&used).find(|(_, used)| !**used) {
            let what = format!("there is nothing at `{}` of `{pattern}`", path.value);
            return Err(at.missing(&what, "set it there, or correct the path", path.span));
        }
    }
    files.retain(|_, item| !matches!(item, Item::Values { paths, .. } if paths.is_empty()));
    Ok(Copied::Files(files))
}

/// The version that an application of the trigger environment has; nothing where the program does not say where it is.
///
/// # Errors
/// Where it is not there.
pub fn version(
    repositories: &mut Repositories,
    map: &SourceMap,
    product: &Product,
    application: &Application,
) -> Result<Option<String>, RunError> {
    let Some(version) = &product.content.version else { return Ok(None) };
    let source = source_of(application, version.source.as_deref()).ok_or_else(|| {
        let message =
            format!("`{}` has no source `{}`", application.name, version.source.as_deref().unwrap_or_default());
        RunError::refused(message, "Name one of its sources.", version.span)
    })?;
    let commit = trigger_commit(repositories, map, source)?;
    let repository = repositories.of(map, source)?;
    let at = At { repository, directory: &source.path, commit: CommitId(commit.sha) };
    let text = at.text(&version.file, version.span)?;
    let found = values::at(&version.file, &text, &version.path.value).map_err(|problem| {
        at.missing(&format!("cannot read `{}`: {problem}", version.file), "correct it there", version.path.span)
    })?;
    let (what, help) = match found.into_iter().next().map(|value| value.shown) {
        Some(Some(shown)) => return Ok(Some(shown)),
        Some(None) => ("no single value", "name the path of one value"),
        None => ("no version", "set it there, or correct the path"),
    };
    let what = format!("there is {what} at `{}` of `{}`", version.path.value, version.file);
    Err(at.missing(&what, help, version.path.span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back() {
        let file = |bytes: &[u8], executable| git::Content::File { bytes: bytes.to_vec(), executable };
        for content in [
            file(b"a: 1\n", false),
            file(b"#!/bin/sh\n", true),
            file(b"\xff\x00\x01", false),
            file(b"", false),
            git::Content::Symlink(b"../x".to_vec()),
            git::Content::Submodule(git::ObjectId("ab".repeat(20))),
        ] {
            let stored = Stored::of(content.clone());
            let json = serde_json::to_string(&stored).unwrap();
            let again: Stored = serde_json::from_str(&json).unwrap();
            assert_eq!(again.content(), Some(content));
        }
        assert_eq!(Stored::Binary(false, "f".into()).content(), None);
    }
}
