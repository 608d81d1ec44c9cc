//! A project with an open file, or a project nested in one: its programs and their diagnostics.
//!
//! A change to a text costs no more than the programs that contain it; other files in the folder cost nothing:
//!
//! - The disk is read when a file is opened or saved, and when the editor reports a change to a `.promo` file, a
//!   `promo.toml`, or a `.gitignore` (promo-lsp asks it to). If the editor cannot report changes, a change to a text
//!   may also cause a read, but not more often than every [`PAUSE`]. A separate thread reads, and only the files that
//!   have changed.
//! - A program is checked again only if one of its files has changed.
//! - Programs whose first file is open are checked at once, and so is the program of a changed text that belongs to no
//!   other program. All others are checked one by one while the editor is silent. Programs without any open file are
//!   checked only in projects of up to [`FEW`] files whose walk was complete.
//!
//! A project is forgotten when its last file is closed.

#![allow(clippy::disallowed_methods, reason = "the server measures how long the editor waits")]

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gen_lsp_types as lsp;
use promoc::program::{Files, LoadError};
use promoc::project::{DiskUse, Listing, Look, Overlay};

use promoc::Analysed;

use crate::convert::Shown;

/// How long the editor waits for the first snapshot of a large folder. After that, open files are checked without it.
const PATIENCE: Duration = Duration::from_millis(500);

/// The minimum time between two snapshots caused by changes to a text.
const PAUSE: Duration = Duration::from_secs(10);
/// The same minimum as a multiple of the time that the last snapshot took.
const SHARE: u32 = 50;

/// Up to this number of files, programs without an open file are checked, too.
const FEW: usize = 1000;

/// A project with an open file, or a project nested in one.
pub struct OpenProject {
    files: Overlay,
    /// Distinguishes this project from an earlier one with the same root.
    generation: u64,
    since: Instant,
    /// When the last snapshot was taken and how long it took; `None` before the first.
    looked: Option<(Instant, Duration)>,
    /// When the current snapshot was started.
    looking: Option<Instant>,
    /// Whether to take another snapshot after the current one.
    again: bool,
    changed: BTreeSet<String>,
    /// Whether files are new or gone.
    relisted: bool,
    /// Whether imports may have changed, or files may be new or gone.
    regroup: bool,
    dirty: bool,
    /// When the last check ended and how long it took.
    checked: Option<(Instant, Duration)>,
    programs: BTreeMap<String, Program>,
    /// The programs still to be checked, one at a time.
    waiting: BTreeSet<String>,
}

/// A program and its diagnostics.
#[derive(Default)]
pub struct Program {
    /// The files that it read or tried to read.
    reads: BTreeSet<String>,
    /// Whether all files were searched for the target of a missing import.
    searched: bool,
    /// The diagnostics, each with its file.
    said: Vec<(String, lsp::Diagnostic)>,
    /// Whether one of its files is open.
    open: bool,
    /// The program as it was last checked; only of programs with an open file.
    analysed: Option<Analysed>,
}

impl OpenProject {
    /// A project before its first snapshot.
    pub fn new(root: &Path, generation: u64, used: Arc<DiskUse>) -> OpenProject {
        OpenProject {
            files: Overlay::new(root, used),
            generation,
            since: Instant::now(),
            looked: None,
            looking: None,
            again: false,
            changed: BTreeSet::new(),
            relisted: false,
            regroup: true,
            dirty: true,
            checked: None,
            programs: BTreeMap::new(),
            waiting: BTreeSet::new(),
        }
    }

    /// Distinguishes this project from an earlier one with the same root.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The roots of nested projects. Their programs are checked, too, if this project is small.
    pub fn inner(&self, root: &Path) -> Vec<PathBuf> {
        let inner = self.files.inner().filter(|_| self.is_small());
        inner.map(|path| root.join(path)).collect()
    }

    /// Whether programs without an open file are checked.
    fn is_small(&self) -> bool {
        self.looked.is_some() && self.files.is_complete() && self.files.count() <= FEW
    }

    /// Sets the text of an open file, which takes precedence over the disk.
    pub fn set_text(&mut self, path: String, text: String) {
        self.regroup |= self.files.set_text(&path, text);
        self.changed.insert(path);
        self.dirty = true;
    }

    /// Forgets the text of a closed file.
    pub fn drop_text(&mut self, path: String) {
        self.files.drop_text(&path);
        self.changed.insert(path);
        (self.regroup, self.dirty) = (true, true);
    }

    /// Forces the next publication, even if nothing has changed.
    pub fn touch(&mut self) {
        self.dirty = true;
    }

    /// A snapshot to take now. `None` while one is being taken; another will follow it.
    pub fn look(&mut self) -> Option<Look> {
        self.again = self.looking.is_some();
        if self.again {
            return None;
        }
        self.looking = Some(Instant::now());
        Some(self.files.look())
    }

    /// Like [`OpenProject::look`], but only if the last snapshot is long enough ago.
    pub fn look_after_a_pause(&mut self) -> Option<Look> {
        let (at, took) = self.looked?;
        let late = at.elapsed() > PAUSE.max(took * SHARE);
        if late && self.looking.is_none() { self.look() } else { None }
    }

    /// Stores a snapshot. Returns the next one if it was requested in the meantime.
    pub fn seen(&mut self, listing: Listing) -> Option<Look> {
        let began = self.looking.take().unwrap_or(self.since);
        let first = self.looked.replace((Instant::now(), began.elapsed())).is_none();
        let changes = self.files.update(listing);
        self.relisted |= changes.listing;
        self.dirty |= first || !changes.files.is_empty();
        self.regroup |= first || !changes.files.is_empty();
        self.changed.extend(changes.files);
        if self.again { self.look() } else { None }
    }

    /// When the next check is due; `None` if there is nothing to do. Checks take at most half of the time, so that the
    /// first change after a pause is checked at once, and those of a fast typist as often as the program allows.
    pub fn due(&self) -> Option<Instant> {
        let rested = self.checked.map_or(self.since, |(ended, took)| ended + took);
        let ready = if self.looked.is_some() { rested } else { rested.max(self.since + PATIENCE) };
        self.dirty.then_some(ready)
    }

    /// The program files of the project, relative to its root.
    pub fn files(&self) -> Vec<String> {
        self.files.candidates()
    }

    /// Whether something has changed since the last check.
    pub fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Checks the changed programs whose first file is open. The others wait for [`OpenProject::check_one`].
    pub fn check(&mut self, shown: &Shown<'_>) {
        let began = Instant::now();
        self.dirty = false;
        if std::mem::take(&mut self.regroup) {
            self.group();
        }
        let changed = std::mem::take(&mut self.changed);
        let relisted = std::mem::take(&mut self.relisted);
        let is_stale = |program: &Program| {
            program.searched && relisted || program.reads.is_empty() || !program.reads.is_disjoint(&changed)
        };
        let stale = self.programs.iter().filter(|(_, program)| is_stale(program)).map(|(file, _)| file.clone());
        let (mut now, later): (Vec<String>, Vec<String>) = stale.partition(|file| self.files.has_text(file));
        let mut importers = later.iter().filter(|file| self.programs.get(*file).is_some_and(|program| program.open));
        if let (Some(only), None) = (importers.next(), importers.next()) {
            now.push(only.clone());
        }
        self.waiting.extend(later);
        self.waiting.retain(|file| self.programs.contains_key(file) && !now.contains(file));
        for file in now {
            self.check_program(&file, shown);
        }
        self.forget();
        self.checked = Some((Instant::now(), began.elapsed()));
    }

    /// Checks the program of a file if it has changed.
    pub fn make_current(&mut self, path: &str, shown: &Shown<'_>) {
        if self.dirty {
            self.check(shown);
        }
        if let Some(file) = self.program_of(path).filter(|file| self.waiting.remove(file)) {
            self.check_program(&file, shown);
        }
    }

    /// The program of a file as it was last checked: the one that the file begins, or else the first one that contains
    /// it.
    pub fn last(&self, path: &str) -> Option<(&str, &Analysed)> {
        let file = self.program_of(path)?;
        let (file, program) = self.programs.get_key_value(&file)?;
        Some((file.as_str(), program.analysed.as_ref()?))
    }

    fn program_of(&self, path: &str) -> Option<String> {
        let contains = |(_, program): &(&String, &Program)| program.reads.contains(path);
        let own = self.programs.get_key_value(path);
        own.or_else(|| self.programs.iter().find(contains)).map(|(file, _)| file.clone())
    }

    /// The programs with an open file, as they were last checked.
    pub fn analysed(&self) -> impl Iterator<Item = (&str, &Analysed)> {
        self.programs.iter().filter_map(|(file, program)| Some((file.as_str(), program.analysed.as_ref()?)))
    }

    /// Finds the programs, and keeps the diagnostics of those that are known.
    fn group(&mut self) {
        let with_text = self.files.texts().flat_map(|path| self.files.programs_with(path));
        let open: BTreeSet<String> = with_text.collect();
        let others = if self.is_small() { self.files.programs() } else { Vec::new() };
        let all: BTreeSet<&String> = open.iter().chain(&others).collect();
        self.programs.retain(|file, _| all.contains(file));
        for file in all {
            let program = self.programs.entry(file.clone()).or_default();
            program.open = open.contains(file);
            program.analysed = program.analysed.take().filter(|_| program.open);
        }
    }

    /// Checks one of the waiting programs. Returns whether there was one.
    pub fn check_one(&mut self, shown: &Shown<'_>) -> bool {
        let Some(file) = self.waiting.pop_first() else { return false };
        self.check_program(&file, shown);
        // files of a program with an open file are kept anyway
        if self.programs.get(&file).is_some_and(|program| !program.open) {
            self.forget();
        }
        true
    }

    pub fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Drops the contents of files that no program with an open file reads.
    fn forget(&mut self) {
        let open = self.programs.values().filter(|program| program.open);
        let read: BTreeSet<&str> = open.flat_map(|program| &program.reads).map(String::as_str).collect();
        self.files.keep_only(&read);
    }

    fn check_program(&mut self, file: &str, shown: &Shown<'_>) {
        let files = Recorded { files: &self.files, read: RefCell::default(), searched: Cell::new(false) };
        let mut said = Vec::new();
        // only one version of a large program is in memory at a time
        if let Some(program) = self.programs.get_mut(file) {
            program.analysed = None;
        }
        let analysed = promoc::analyse(&files, file).ok();
        for diagnostic in analysed.iter().flat_map(Analysed::diagnostics) {
            let sources = analysed.as_ref().map(Analysed::sources);
            let Some((sources, span)) = sources.zip(diagnostic.primary()) else { continue };
            let Some(shown) = shown.diagnostic(sources, diagnostic) else { continue };
            said.push((sources.file(span.file).path.clone(), shown));
        }
        let (reads, searched) = (files.read.into_inner(), files.searched.get());
        if let Some(program) = self.programs.get_mut(file) {
            let analysed = analysed.filter(|_| program.open);
            *program = Program { reads, searched, said, open: program.open, analysed };
        }
    }

    /// Each program: its first file, the files that it reads, and its diagnostics with their files.
    pub fn programs(&self) -> impl Iterator<Item = (&str, &BTreeSet<String>, &[(String, lsp::Diagnostic)])> {
        self.programs.iter().map(|(file, program)| (file.as_str(), &program.reads, program.said.as_slice()))
    }
}

/// Records which files are read.
struct Recorded<'a> {
    files: &'a Overlay,
    read: RefCell<BTreeSet<String>>,
    searched: Cell<bool>,
}

impl Files for Recorded<'_> {
    fn read(&self, path: &str) -> Result<String, LoadError> {
        self.read.borrow_mut().insert(path.to_owned());
        self.files.read(path)
    }

    fn candidates(&self) -> Vec<String> {
        self.searched.set(true);
        self.files.candidates()
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the tests write files")]
mod tests {
    use super::*;

    #[test]
    fn importers_of_a_text_being_typed_are_checked_one_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
        write("promo.toml", "");
        write("env.promo", "environment dev\n");
        let importer = "import \"env.promo\"\nflow main { trigger dev; promote qa }\n";
        (0..20).for_each(|number| write(&format!("p{number}.promo"), importer));
        let uri = |file: &promoc::source::SourceFile| lsp::Uri::from(file.path.as_str());
        let client = crate::client::Client::new(&serde_json::Value::Null);
        let shown = Shown { uri: &uri, client: &client };
        let mut project = OpenProject::new(folder.path(), 1, Arc::default());
        project.set_text("env.promo".to_owned(), "environment dev\n".to_owned());
        project.set_text("p0.promo".to_owned(), importer.to_owned());
        let listing = project.look().unwrap().take();
        assert!(project.seen(listing).is_none());
        let wrong = |project: &OpenProject| project.programs().filter(|(.., said)| !said.is_empty()).count();
        project.check(&shown);
        assert_eq!((wrong(&project), project.waiting.len()), (1, 19), "only the open program is checked at once");
        while project.check_one(&shown) {}
        assert_eq!(wrong(&project), 20);
        project.set_text("env.promo".to_owned(), "environment dev, qa\n".to_owned());
        project.check(&shown);
        assert_eq!((wrong(&project), project.waiting.len()), (19, 19));
        assert!(project.check_one(&shown));
        assert_eq!((wrong(&project), project.waiting.len()), (18, 18));
    }
}
