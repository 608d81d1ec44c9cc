//! promoc: the language, the checker, the simulator, the compiler and the executor of promotions between environments.
//!
//! ```text
//! text ─ source ─→ syntax ─→ program ─→ check ─→ { simulate ─→ { verify, report }, compile, run }
//!                  (tree)    (meaning)  (verdict)      │                               │
//!                                                  release ───────────────────────────┘   one pure machine, several worlds
//! ```
//!
//! [`analyse`] is the way from text to verdict. `docs/architecture.md` says what each room is for.

#![warn(unreachable_pub)]
// The language server uses a part of the library.
#![cfg_attr(not(feature = "run"), allow(dead_code, unused_imports, unreachable_pub))]

pub mod api;
pub mod check;
pub mod compile;
pub mod diagnostic;
pub mod edit;
pub mod format;
pub mod graph;
pub mod program;
pub mod project;
pub mod release;
pub mod report;
pub mod simulate;
pub mod source;
pub mod syntax;
pub mod verify;

#[cfg(feature = "run")]
pub mod cli;
#[cfg(feature = "run")]
pub mod git;
#[cfg(feature = "run")]
pub mod ledger;
#[cfg(feature = "run")]
pub mod run;

pub use check::{Analysed, Checked};

use program::{Files, LoadError};
use project::ProjectRoot;
use std::path::Path;

/// From text to verdict: reads a file and what it imports, gives it a meaning, and checks that.
///
/// # Errors
/// Where the file itself cannot be read; everything else is a diagnostic.
///
/// ```
/// use promoc::program::MemoryFiles;
/// let text = "environment dev, qa\nflow main { trigger dev; promote staging }\n";
/// let files = MemoryFiles([("main.promo".to_string(), text.to_string())].into());
/// let analysed = promoc::analyse(&files, "main.promo").unwrap();
/// assert_eq!(analysed.diagnostics()[0].message, "no environment or group is called `staging`");
/// assert!(analysed.checked().is_none());
/// ```
pub fn analyse(files: &dyn Files, root: &str) -> Result<Analysed, LoadError> {
    program::load(files, root).map(check::check)
}

/// A project with one of its programs, checked.
#[derive(Debug)]
pub struct Project {
    /// Root and settings.
    pub root: ProjectRoot,
    /// The file with which the program begins, relative to the root.
    pub file: String,
    /// The program, and what is said of it.
    pub analysed: Analysed,
}

impl Project {
    /// Reads and checks the program that a folder or a program file means.
    ///
    /// # Errors
    /// Where the program cannot be read, or it is not clear which one is meant. What is wrong with the program is in
    /// [`Project::analysed`].
    pub fn open(path: &Path) -> Result<Project, project::Error> {
        let root = ProjectRoot::find(path)?;
        let files = root.files()?;
        let file = root.program(path, &files)?;
        Project::read(root, &files, file)
    }

    /// Reads and checks a program of a project whose files are at hand.
    ///
    /// # Errors
    /// Where its file cannot be read.
    pub fn read(root: ProjectRoot, files: &dyn Files, file: String) -> Result<Project, project::Error> {
        let unreadable =
            |error: LoadError| project::Error::Unreadable { path: root.path.join(&file), problem: error.to_string() };
        let analysed = analyse(files, &file).map_err(unreadable)?;
        Ok(Project { root, file, analysed })
    }
}
