//! promoc: the language, the checker, the simulator, the compiler and the executor of promotions between environments.
//!
//! ```text
//! text ─ source ─→ syntax ─→ program ─→ check ─→ { graph, compile, simulate, run }
//!                  (tree)    (meaning)  (verdict)              │         │
//!                                                    release ──┴─────────┘   one pure machine, several worlds
//! ```
//!
//! [`analyse`] is the way from text to verdict. `docs/architecture.md` says what each room is for.

pub mod api;
pub mod check;
pub mod compile;
pub mod diagnostic;
pub mod edit;
pub mod format;
pub mod graph;
pub mod program;
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
