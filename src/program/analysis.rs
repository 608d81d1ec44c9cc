//! Everything that is known of a program, kept together for whoever checks, shows or edits it.
//!
//! INVARIANT: holds no verdict: what the checker says is not in here.

use super::model::Program;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceMap};
use crate::syntax::ast::{Text, Tree};

/// Everything that is known of a program: its files, its meaning, and what is wrong with its syntax and its names.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// The files, with their texts.
    pub sources: SourceMap,
    /// The files, with their trees, in order of reading: the root first.
    pub files: Vec<LoadedFile>,
    /// The meaning.
    pub program: Program,
    /// Syntax and names, in order.
    pub diagnostics: Vec<Diagnostic>,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct LoadedFile {
    /// Relative to the project's root, with `/`.
    pub path: String,
    /// Its place among the sources.
    pub id: FileId,
    /// Its tree.
    pub tree: Tree,
    /// Its imports, in order.
    pub imports: Vec<ImportedFile>,
}

/// An `import`, and the file that it means.
#[derive(Clone, Debug)]
pub struct ImportedFile {
    /// The path as written.
    pub written: Text,
    /// The file; `None` where it could not be read, which was said.
    pub file: Option<FileId>,
}
