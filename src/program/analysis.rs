//! Everything known about a program, in one value for checks, commands and the editor.
//!
//! INVARIANT: contains no results of checks.

use super::model::Program;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceMap};
use crate::syntax::ast::{Text, Tree};

/// A program with its files, and the diagnostics about its syntax and its names.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// The files with their texts, to show spans.
    pub sources: SourceMap,
    /// The files with their trees, in the order in which they were read; the root comes first.
    pub files: Vec<LoadedFile>,
    /// The resolved program; exists even if there are errors.
    pub program: Program,
    /// Diagnostics about syntax and names, in order of position. Those of the checker are not included.
    pub diagnostics: Vec<Diagnostic>,
}

/// A file of a program.
#[derive(Clone, Debug)]
pub struct LoadedFile {
    /// Relative to the root of the project, with `/`.
    pub path: String,
    pub id: FileId,
    pub tree: Tree,
    pub imports: Vec<ImportedFile>,
}

/// An `import` and the file it refers to.
#[derive(Clone, Debug)]
pub struct ImportedFile {
    pub written: Text,
    /// `None` if it could not be read, which was reported.
    pub file: Option<FileId>,
}
