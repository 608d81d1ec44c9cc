//! A program that can be analysed with other texts than those of its files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::check::Analysed;
use crate::diagnostic::Diagnostic;
use crate::program::{Files, LoadError};
use crate::source::SourceMap;

/// Texts by their real path, which take precedence over the files.
pub(super) type Texts = BTreeMap<PathBuf, String>;

pub(super) struct FixableProgram {
    disk: Box<dyn Files>,
    /// The root of the project.
    folder: PathBuf,
    /// The first file of the program, relative to the root.
    file: String,
    /// The root as it is shown.
    shown: String,
    /// The real paths of all files that the program has read.
    files: BTreeSet<PathBuf>,
    pub analysed: Analysed,
    /// The sources with their paths as they are shown.
    pub sources: SourceMap,
}

impl FixableProgram {
    /// Reads a program; `None` if its first file is gone.
    pub(super) fn new(disk: Box<dyn Files>, folder: PathBuf, file: String, shown: String) -> Option<FixableProgram> {
        let (analysed, sources, files) = (Analysed::default(), SourceMap::default(), BTreeSet::new());
        let mut program = FixableProgram { disk, folder, file, shown, files, analysed, sources };
        let analysed = program.analyse(&Texts::new())?;
        program.set(analysed);
        Some(program)
    }

    /// The path of a file without links, by which programs share it.
    pub(super) fn real(&self, path: &str) -> PathBuf {
        let path = self.folder.join(path);
        path.canonicalize().unwrap_or(path)
    }

    pub(super) fn analyse(&self, texts: &Texts) -> Option<Analysed> {
        crate::analyse(&EditedFiles { program: self, texts }, &self.file).ok()
    }

    pub(super) fn set(&mut self, analysed: Analysed) {
        let files: Vec<PathBuf> = analysed.sources().iter().map(|(_, file)| self.real(&file.path)).collect();
        self.files.extend(files);
        self.sources = analysed.sources().under(&self.shown);
        self.analysed = analysed;
    }

    pub(super) fn reads(&self, path: &PathBuf) -> bool {
        self.files.contains(path)
    }

    pub(super) fn diagnostics(&self) -> &[Diagnostic] {
        self.analysed.diagnostics()
    }
}

/// The files of a project, some with another text.
struct EditedFiles<'a> {
    program: &'a FixableProgram,
    texts: &'a Texts,
}

impl Files for EditedFiles<'_> {
    fn read(&self, path: &str) -> Result<String, LoadError> {
        // INVARIANT: an edited file was read before, so it is inside the root.
        match self.texts.get(&self.program.real(path)) {
            Some(text) => Ok(text.clone()),
            None => self.program.disk.read(path),
        }
    }

    fn candidates(&self) -> Vec<String> {
        self.program.disk.candidates()
    }

    fn identity(&self, path: &str) -> String {
        self.program.disk.identity(path)
    }
}
