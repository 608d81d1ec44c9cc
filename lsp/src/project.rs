//! A project of which a file is open: its programs, and what is said of each.
//!
//! A change of a text costs what its programs cost, and nothing of what else lies in the folder:
//!
//! - The disk is looked at when a file is opened or saved, and when the editor reports a change of a `.promo` file, a
//!   `promo.toml` or a `.gitignore` (which it is asked to do). Where it cannot report, a change of a text may be followed by
//!   a look too, but only after [`PAUSE`]. Another thread looks; it reads only files that have changed.
//! - Only programs are checked again that read a file which has changed.
//! - Programs without an open file are checked one by one while the editor is silent, and only in projects of up to
//!   [`FEW`] files.
//!
//! What is known of a project is forgotten with its last open file.

#![allow(clippy::disallowed_methods, reason = "how long the editor has waited is a matter of the clock")]

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gen_lsp_types as lsp;
use promoc::program::{Files, LoadError};
use promoc::project::{DiskUse, Listing, Look, Overlay};

use crate::convert::{self, UriOf};

/// So long an editor waits for the first look at a large folder; then the open files are checked without it.
const PATIENCE: Duration = Duration::from_millis(500);

/// So long nobody looks at the disk because a text was changed.
const PAUSE: Duration = Duration::from_secs(10);
/// And so many times as long as the last look took.
const SHARE: u32 = 50;

/// In a project of so many files those programs are checked too that have no open file.
const FEW: usize = 1000;

/// A project of which a file is open.
pub struct OpenProject {
    files: Overlay,
    since: Instant,
    /// When the disk was last looked at, and how long that took; `None` until it was.
    looked: Option<(Instant, Duration)>,
    /// Since when somebody looks.
    looking: Option<Instant>,
    /// Whether to look again after that.
    again: bool,
    changed: BTreeSet<String>,
    /// Whether which files there are has changed.
    relisted: bool,
    /// Whether who imports whom may have changed.
    regroup: bool,
    dirty: bool,
    programs: BTreeMap<String, Program>,
    /// The programs without an open file that are still to be checked.
    waiting: BTreeSet<String>,
}

/// A program, and what is said of it.
#[derive(Default)]
struct Program {
    /// The files that it read, or would have.
    reads: BTreeSet<String>,
    /// Whether it was looked for a file that it may have meant.
    searched: bool,
    /// What is said, by file.
    said: Vec<(String, lsp::Diagnostic)>,
    /// Whether one of its files is open.
    open: bool,
}

impl OpenProject {
    /// The project with this root, of which nothing is known yet.
    pub fn new(root: &Path, used: Arc<DiskUse>) -> OpenProject {
        OpenProject {
            files: Overlay::new(root, used),
            since: Instant::now(),
            looked: None,
            looking: None,
            again: false,
            changed: BTreeSet::new(),
            relisted: false,
            regroup: true,
            dirty: true,
            programs: BTreeMap::new(),
            waiting: BTreeSet::new(),
        }
    }

    /// A text counts more than the disk.
    pub fn set_text(&mut self, path: String, text: String) {
        self.regroup |= self.files.set_text(&path, text);
        self.changed.insert(path);
        self.dirty = true;
    }

    /// The disk counts again.
    pub fn drop_text(&mut self, path: String) {
        self.files.drop_text(&path);
        self.changed.insert(path);
        (self.regroup, self.dirty) = (true, true);
    }

    /// Lets it be checked again, even if nothing has changed.
    pub fn touch(&mut self) {
        self.dirty = true;
    }

    /// A look to be taken now; nothing where somebody is at it, who will be asked for another.
    pub fn look(&mut self) -> Option<Look> {
        self.again = self.looking.is_some();
        if self.again {
            return None;
        }
        self.looking = Some(Instant::now());
        Some(self.files.look())
    }

    /// The same, if the last look is so long ago that another costs little.
    pub fn look_after_a_pause(&mut self) -> Option<Look> {
        let (at, took) = self.looked?;
        let late = at.elapsed() > PAUSE.max(took * SHARE);
        if late && self.looking.is_none() { self.look() } else { None }
    }

    /// Takes over what was seen; perhaps somebody has to look again.
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

    /// When it is to be checked, if the editor is silent from then on; nothing where there is nothing to do.
    pub fn due(&self, silent: Instant) -> Option<Instant> {
        let ready = if self.looked.is_some() { silent } else { silent.max(self.since + PATIENCE) };
        self.dirty.then_some(ready)
    }

    /// Checks the programs with an open file that have changed. The others wait for [`OpenProject::check_one`].
    pub fn check(&mut self, uri: UriOf<'_>) {
        self.dirty = false;
        if std::mem::take(&mut self.regroup) {
            self.group();
        }
        let changed = std::mem::take(&mut self.changed);
        let relisted = std::mem::take(&mut self.relisted);
        let is_stale = |program: &Program| {
            program.searched && relisted || program.reads.is_empty() || !program.reads.is_disjoint(&changed)
        };
        let stale = self.programs.iter().filter(|(_, program)| is_stale(program));
        let (open, others): (Vec<_>, Vec<_>) = stale.partition(|(_, program)| program.open);
        let open: Vec<String> = open.into_iter().map(|(file, _)| file.clone()).collect();
        self.waiting.extend(others.into_iter().map(|(file, _)| file.clone()));
        self.waiting.retain(|file| self.programs.get(file).is_some_and(|program| !program.open));
        for file in open {
            self.check_program(&file, uri);
        }
        self.forget();
    }

    /// Finds the programs, those that are known kept.
    fn group(&mut self) {
        let with_text = self.files.texts().flat_map(|path| self.files.programs_with(path));
        let open: BTreeSet<String> = with_text.collect();
        let small = self.looked.is_some() && self.files.count() <= FEW;
        let others = if small { self.files.programs() } else { Vec::new() };
        let all: BTreeSet<&String> = open.iter().chain(&others).collect();
        self.programs.retain(|file, _| all.contains(file));
        for file in all {
            self.programs.entry(file.clone()).or_default().open = open.contains(file);
        }
    }

    /// Checks one of the programs that wait; whether there was one.
    pub fn check_one(&mut self, uri: UriOf<'_>) -> bool {
        let Some(file) = self.waiting.pop_first() else { return false };
        self.check_program(&file, uri);
        self.forget();
        true
    }

    /// Whether programs wait.
    pub fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Keeps no text of a file that is neither open nor a part of what is open.
    fn forget(&mut self) {
        let open = self.programs.values().filter(|program| program.open);
        let read: BTreeSet<&str> = open.flat_map(|program| &program.reads).map(String::as_str).collect();
        self.files.keep_only(&read);
    }

    fn check_program(&mut self, file: &str, uri: UriOf<'_>) {
        let files = Recorded { files: &self.files, read: RefCell::default(), searched: Cell::new(false) };
        let mut said = Vec::new();
        if let Ok(analysed) = promoc::analyse(&files, file) {
            let sources = analysed.sources();
            for diagnostic in analysed.diagnostics() {
                let Some(span) = diagnostic.primary() else { continue };
                let Some(shown) = convert::diagnostic(sources, diagnostic, uri) else { continue };
                said.push((sources.file(span.file).path.clone(), shown));
            }
        }
        let (reads, searched) = (files.read.into_inner(), files.searched.get());
        if let Some(program) = self.programs.get_mut(file) {
            *program = Program { reads, searched, said, open: program.open };
        }
    }

    /// The programs: by the file with which each begins, all files that it reads, and what is said of which.
    pub fn programs(&self) -> impl Iterator<Item = (&str, &BTreeSet<String>, &[(String, lsp::Diagnostic)])> {
        self.programs.iter().map(|(file, program)| (file.as_str(), &program.reads, program.said.as_slice()))
    }
}

/// Files that remember who was asked for.
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

/// A path relative to a root, with `/`; `None` where it is not below.
pub fn relative(path: &Path, root: &Path) -> Option<String> {
    let inside = path.strip_prefix(root).ok()?;
    let parts = inside.components().map(|part| match part {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}
