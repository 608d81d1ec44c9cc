//! How a target treats each feature, and the diagnostics that follow for a program.
//!
//! INVARIANT: only this file reports features that a target calls lost or changed, once for each use. Whatever depends on
//! more than one feature is reported by the file that the target names.

use super::feature::features;
use super::manifests::Manifests;
use super::{CompileOptions, CompileTarget};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::Program;
use crate::source::Span;

/// What a target does with a feature.
#[derive(Debug)]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "files and reasons are for readers, and for the test that checks them")
)]
pub(super) enum Treatment {
    /// The manifests express it. This file of the target writes it.
    Written(&'static str),
    /// The manifests express it if the rest of the program allows. This file of the target writes it, and reports what it
    /// cannot write (E0801) or writes differently (W0802).
    Depends(&'static str),
    /// The manifests express something close enough (W0802). This file of the target writes it.
    Changed(&'static str, Note),
    /// The tool does not support it (E0801).
    Lost(Note),
    /// The manifests need not express it, for this reason; nothing is lost.
    Unneeded(&'static str),
}

/// The text of a diagnostic about a use of a feature.
#[derive(Debug)]
pub(super) struct Note {
    pub message: String,
    pub label: &'static str,
    pub help: String,
}

impl Note {
    pub(super) fn new(message: impl Into<String>, label: &'static str, help: impl Into<String>) -> Note {
        Note { message: message.into(), label, help: help.into() }
    }

    fn diagnostic(self, code: Code, at: Span) -> Diagnostic {
        Diagnostic::new(code, self.message, at, self.label).help(self.help)
    }
}

/// Records the losses and warnings for every feature that the program uses.
pub(super) fn treat(program: &Program, target: &CompileTarget, options: &CompileOptions, manifests: &mut Manifests) {
    features(program, &mut |used| match (target.treatment)(&used.feature, options) {
        Treatment::Written(_) | Treatment::Depends(_) | Treatment::Unneeded(_) => {}
        Treatment::Changed(_, note) => manifests.warn(note.diagnostic(Code::W0802, used.at)),
        Treatment::Lost(note) => {
            let diagnostic = note.diagnostic(Code::E0801, used.at);
            manifests.lose_in((target.file)(program, used.declaration), diagnostic);
        }
    });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "tests read the sources and the programs of `tests/compile`")]

    use std::path::Path;

    use super::*;
    use crate::compile::TARGETS;
    use crate::program::{MemoryFiles, load};

    fn read(path: &Path) -> String {
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    #[test]
    fn the_file_of_a_treatment_exists_and_reports_losses() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for entry in std::fs::read_dir(root.join("tests/compile")).unwrap() {
            let text = read(&entry.unwrap().path());
            let files = MemoryFiles([("main.promo".to_owned(), text)].into());
            let program = load(&files, "main.promo").unwrap().program;
            for target in TARGETS {
                let folder = root.join("src/compile").join(target.name.replace('-', "_"));
                features(&program, &mut |used| match (target.treatment)(&used.feature, &CompileOptions::default()) {
                    Treatment::Written(file) | Treatment::Changed(file, _) => drop(read(&folder.join(file))),
                    Treatment::Depends(file) => {
                        let source = read(&folder.join(file));
                        assert!(source.contains(".lose(") || source.contains(".warn("), "{file}: {:?}", used.feature);
                    }
                    Treatment::Lost(_) => {}
                    Treatment::Unneeded(reason) => assert!(!reason.is_empty(), "{:?}", used.feature),
                });
            }
        }
    }
}
