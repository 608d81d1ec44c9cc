//! The output of a target: files as values, and the statements it could not express.
//!
//! This module knows no target. It stores a loss once, however many files it affects.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::yaml::is_printable;

use crate::diagnostic::{Code, Diagnostic};

/// The manifests of a program.
#[derive(Debug)]
pub(super) struct Manifests {
    files: BTreeMap<String, Value>,
    /// The files whose comment lists losses that belong to no file.
    general: Vec<String>,
    losses: Vec<(Diagnostic, BTreeSet<String>)>,
    warnings: Vec<Diagnostic>,
}

impl Manifests {
    /// No manifests. `general` are the files that list what no other file lacks.
    pub(super) fn new(general: Vec<String>) -> Manifests {
        Manifests { files: BTreeMap::new(), general, losses: Vec::new(), warnings: Vec::new() }
    }

    pub(super) fn file(&mut self, path: String, value: Value) {
        self.files.insert(path, value);
    }

    /// Records that the target cannot express something, and that the file `path` therefore lacks it.
    pub(super) fn lose(&mut self, path: &str, diagnostic: Diagnostic) {
        self.lose_in([path.to_owned()], diagnostic);
    }

    /// Records that the target cannot express something, and that these files therefore lack it.
    pub(super) fn lose_in(&mut self, paths: impl IntoIterator<Item = String>, diagnostic: Diagnostic) {
        match self.losses.iter_mut().find(|(known, _)| *known == diagnostic) {
            Some((_, known)) => known.extend(paths),
            None => self.losses.push((diagnostic, paths.into_iter().collect())),
        }
    }

    /// Records that the target expresses something in a way that the user should know about.
    pub(super) fn warn(&mut self, diagnostic: Diagnostic) {
        if !self.warnings.contains(&diagnostic) {
            self.warnings.push(diagnostic);
        }
    }

    pub(super) fn lost_something(&self) -> bool {
        !self.losses.is_empty()
    }

    /// Warnings and losses; losses become warnings if they are allowed.
    pub(super) fn diagnostics(&mut self, allow_loss: bool) -> Vec<Diagnostic> {
        let mut all = std::mem::take(&mut self.warnings);
        all.extend(self.losses.iter().map(|(diagnostic, _)| {
            let mut diagnostic = diagnostic.clone();
            if allow_loss {
                diagnostic.code = Code::W0802;
                diagnostic.message.push_str("; compiled anyway because of `--allow-loss`");
            }
            diagnostic
        }));
        all
    }

    /// The comment at the top of each file that lost something, by path.
    pub(super) fn comments(&self, target: &str) -> BTreeMap<String, String> {
        let mut comments: BTreeMap<String, String> = BTreeMap::new();
        let mut losses: Vec<_> = self.losses.iter().collect();
        losses.sort_by_key(|(diagnostic, _)| (diagnostic.primary(), diagnostic.message.clone()));
        for (diagnostic, paths) in losses {
            // A comment ends with its line, and the message may contain line breaks of the user.
            let message: String = diagnostic.message.chars().map(|c| if is_printable(c) { c } else { ' ' }).collect();
            let exists = |path: &&String| self.files.contains_key(*path);
            let mut written: Vec<&String> = paths.iter().filter(exists).collect();
            if written.is_empty() {
                written = self.general.iter().filter(exists).collect();
            }
            for path in written {
                let comment = comments
                    .entry(path.clone())
                    .or_insert_with(|| format!("# Compiled for {target} with --allow-loss. Losses:\n"));
                comment.push_str(&format!("# - {message}\n"));
            }
        }
        comments
    }

    pub(super) fn into_files(self) -> BTreeMap<String, Value> {
        self.files
    }
}

/// A mapping of the entries that are not `null`, in order; `null` if there are none.
pub(super) fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let map: Map<String, Value> =
        entries.into_iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.to_owned(), value)).collect();
    if map.is_empty() { Value::Null } else { Value::Object(map) }
}

/// A sequence; `null` if it is empty.
pub(super) fn list(items: impl IntoIterator<Item = impl Into<Value>>) -> Value {
    let items: Vec<Value> = items.into_iter().map(Into::into).collect();
    if items.is_empty() { Value::Null } else { Value::Array(items) }
}
