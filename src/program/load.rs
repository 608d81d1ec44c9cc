//! Loads a program from its root file and its imports. Each file is loaded once; imports may be cyclic.
//!
//! The declarations of a file come after those of its imports, as if the imports were included in their place.
//!
//! INVARIANT: this does not recurse, whatever the depth or the cycles of the imports.

use std::collections::BTreeMap;

use super::analysis::{Analysis, ImportedFile, LoadedFile};
use super::files::{Files, LoadError};
use super::path::{not_found, resolve_path};
use super::resolve::resolve;
use crate::diagnostic::{Code, Diagnostic, in_order};
use crate::source::Span;
use crate::syntax::ast::{Item, Text, Tree};
use crate::syntax::parse;

const MAX_FILES: usize = 10_000;
/// In bytes, for a whole program.
const MAX_TEXT: usize = 64 << 20;

const MAX_DEPTH: usize = 64;

/// Reads and resolves a program from its root file. Problems of the program are diagnostics of the result.
///
/// # Errors
/// Only if the root file itself cannot be read.
pub fn load(files: &dyn Files, root: &str) -> Result<Analysis, LoadError> {
    let root = resolve_path("", root).ok_or(LoadError::Outside)?;
    let text = files.read(&root)?;
    let mut loader = Loader { files, read: BTreeMap::new(), text: 0, analysis: Analysis::default(), missing: false };
    loader.add(root, text);
    let order = loader.follow();
    let Loader { mut analysis, missing, .. } = loader;
    let trees: Vec<&Tree> = order.iter().filter_map(|at| analysis.files.get(*at)).map(|file| &file.tree).collect();
    let (program, diagnostics) = resolve(&trees, &analysis.sources, missing);
    analysis.program = program;
    analysis.diagnostics.extend(diagnostics);
    in_order(&mut analysis.diagnostics);
    Ok(analysis)
}

struct Loader<'a> {
    files: &'a dyn Files,
    /// The index of each file in the analysis, by its identity.
    read: BTreeMap<String, usize>,
    text: usize,
    analysis: Analysis,
    missing: bool,
}

impl Loader<'_> {
    fn add(&mut self, path: String, text: String) -> usize {
        let at = self.analysis.files.len();
        self.text += text.len();
        let id = self.analysis.sources.add(path.clone(), text);
        let parsed = parse(id, &self.analysis.sources.file(id).text);
        self.analysis.diagnostics.extend(parsed.diagnostics);
        self.read.insert(self.files.identity(&path), at);
        self.analysis.files.push(LoadedFile { path, id, tree: parsed.tree, imports: Vec::new() });
        at
    }

    /// Reads all imports. Returns the files in order of declaration: imports before importers.
    fn follow(&mut self) -> Vec<usize> {
        let mut order = Vec::new();
        let mut open = vec![(0, self.imports(0))];
        // The imports that lead to the current file.
        let mut chain: Vec<Span> = Vec::new();
        while let Some((at, imports)) = open.last_mut() {
            let at = *at;
            let Some(written) = imports.next() else {
                order.push(at);
                open.pop();
                chain.pop();
                continue;
            };
            let known = self.analysis.files.len();
            let found = self.import(at, &written, &chain);
            let file = found.and_then(|found| self.analysis.files.get(found)).map(|file| file.id);
            let imported = written.span;
            if let Some(importer) = self.analysis.files.get_mut(at) {
                importer.imports.push(ImportedFile { written, file });
            }
            if let Some(new) = found.filter(|found| *found == known) {
                open.push((new, self.imports(new)));
                chain.push(imported);
            }
        }
        order
    }

    fn imports(&self, at: usize) -> std::vec::IntoIter<Text> {
        let items = self.analysis.files.get(at).into_iter().flat_map(|file| &file.tree.items);
        let written = items.filter_map(|item| match item {
            Item::Import(import) => import.path.clone(),
            _ => None,
        });
        written.collect::<Vec<_>>().into_iter()
    }

    /// The index of an imported file, which is read if it was not read before.
    fn import(&mut self, importer: usize, written: &Text, chain: &[Span]) -> Option<usize> {
        let from = self.analysis.files.get(importer)?.path.clone();
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let Some(path) = resolve_path(folder, &written.value) else {
            self.fail(&from, written, &LoadError::Outside);
            return None;
        };
        if let Some(known) = self.read.get(&self.files.identity(&path)) {
            return Some(*known);
        }
        if chain.len() >= MAX_DEPTH {
            self.missing = true;
            self.analysis.diagnostics.push(too_deep(written, chain));
            return None;
        }
        let text = if self.analysis.files.len() >= MAX_FILES || self.text > MAX_TEXT {
            Err(LoadError::Unreadable(format!("the program has more than {MAX_FILES} files or 64 MiB of text")))
        } else {
            self.files.read(&path)
        };
        match text {
            Ok(text) => Some(self.add(path, text)),
            Err(error) => {
                self.fail(&from, written, &error);
                None
            }
        }
    }

    fn fail(&mut self, importer: &str, written: &Text, error: &LoadError) {
        self.missing = true;
        let path = &written.value;
        let diagnostic = match error {
            LoadError::Missing => not_found(importer, written, &self.files.candidates()),
            LoadError::Outside => Diagnostic::new(
                Code::E0108,
                format!("import `{path}` is outside the project root"),
                written.span,
                "outside the project root",
            )
            .help(
                "Move the file into the project, or put `promo.toml` in a folder above both. The root is the folder of \
                 `promo.toml`, or of the program file if there is none.",
            ),
            LoadError::TooLarge => {
                Diagnostic::new(Code::E0106, format!("import `{path}` is larger than 4 MiB"), written.span, "too large")
                    .help("Split the file, and import the parts.")
            }
            LoadError::NotText(_) | LoadError::Unreadable(_) => Diagnostic::new(
                Code::E0108,
                format!("cannot read import `{path}`: {error}"),
                written.span,
                "unreadable",
            )
            .help("Import a readable UTF-8 file, or remove the import."),
        };
        self.analysis.diagnostics.push(diagnostic);
    }
}

fn too_deep(written: &Text, chain: &[Span]) -> Diagnostic {
    let message = format!("import `{}` exceeds the limit of {MAX_DEPTH} nested imports", written.value);
    let diagnostic = Diagnostic::new(Code::E0106, message, written.span, "one too many");
    let diagnostic = chain.first().into_iter().fold(diagnostic, |d, first| d.label(*first, "the chain starts here"));
    // The last three steps are enough: a chain this long is generated, and its steps look alike.
    let last = chain.iter().skip(1).skip(chain.len().saturating_sub(4));
    let diagnostic = last.fold(diagnostic, |diagnostic, step| diagnostic.label(*step, "continues here"));
    diagnostic.help("Import it from a file closer to the root: each file is read once, wherever it is imported.")
}
