//! The checks: whether a program is correct, and what to write if it is not.
//!
//! Every check is a function that reads the program and adds diagnostics. Checks do not know each other, and `CHECKS`
//! lists all of them. A check never reports a consequence of another mistake: if part of a program did not resolve or
//! was not understood, nothing is reported as missing from it.
//!
//! INVARIANT: checks only read and report. A [`Checked`] program has passed the checks, now or when its release began,
//! and only this module can create one.

mod certain;
mod context;
mod flow;
mod parameter;
mod policy;
mod product;
mod scenario;
mod text;
mod unused;
mod window;

use std::ops::Deref;

pub(crate) use certain::unbroken;

use self::context::Context;
use crate::diagnostic::{Diagnostic, Severity, in_order};
use crate::program::{Analysis, Program};
use crate::source::SourceMap;

type Check = fn(&Context<'_>, &mut Vec<Diagnostic>);

/// Every check, with the codes it reports.
const CHECKS: &[Check] = &[
    unused::check,                  // W0205
    parameter::arguments::check,    // W0206
    flow::cycle::check,             // E0301
    flow::repeated::check,          // E0302
    flow::parts::check,             // E0303 E0304
    flow::dependencies::check,      // E0305 E0306
    flow::implied::check,           // W0307
    flow::rollback::targets,        // E0308
    flow::rollback::commits,        // E0309
    product::missing::applications, // E0401
    product::places::check,         // E0402
    product::overlap::check,        // E0403 W0409
    product::directories::check,    // E0404
    product::content::copies,       // W0405
    product::selection::check,      // W0406
    product::origin::check,         // E0407
    product::revision::check,       // W0408
    product::missing::flow,         // W0410
    product::content::version,      // W0411
    policy::action::check,          // E0501
    policy::conflict::check,        // E0502
    policy::idle::matches,          // W0503
    policy::idle::sets,             // E0504
    policy::required::check,        // E0505
    parameter::available::check,    // E0601
    parameter::gives::needed,       // W0603
    parameter::gives::twice,        // E0604
    window::opens,                  // E0701 E0702
    flow::timeout::workflows,       // E0703
    flow::timeout::flows,           // E0703
    window::gaps,                   // W0704
    scenario::check,                // E0901 E0902
    flow::property::check,          // E0903
];

/// Checks a program. The result has all of its diagnostics in order, including those of syntax and names.
pub fn check(analysis: Analysis) -> Analysed {
    let context = Context::new(&analysis);
    let mut diagnostics = analysis.diagnostics.clone();
    CHECKS.iter().for_each(|check| check(&context, &mut diagnostics));
    in_order(&mut diagnostics);
    certain::keep(&mut diagnostics, &analysis.sources, &analysis.program);
    Analysed { analysis, diagnostics }
}

/// A program that was recorded when its release started. It passed the checks of that time, and a newer check must not
/// block a running release.
pub fn recorded(analysis: &Analysis) -> Checked<'_> {
    Checked { analysis }
}

/// A program with its diagnostics. Only [`check`] creates one; the default is the empty program.
#[derive(Debug, Default)]
pub struct Analysed {
    analysis: Analysis,
    diagnostics: Vec<Diagnostic>,
}

impl Analysed {
    /// The files, the program and the diagnostics of syntax and names.
    pub fn analysis(&self) -> &Analysis {
        &self.analysis
    }

    /// The resolved program, which exists even if there are errors.
    pub fn program(&self) -> &Program {
        &self.analysis.program
    }

    /// The files of the program with their texts.
    pub fn sources(&self) -> &SourceMap {
        &self.analysis.sources
    }

    /// All diagnostics, sorted by file, position and code.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The analysis and all diagnostics, by value.
    pub fn into_parts(self) -> (Analysis, Vec<Diagnostic>) {
        (self.analysis, self.diagnostics)
    }

    /// The checked program, if there are no errors. Warnings are allowed.
    pub fn checked(&self) -> Option<Checked<'_>> {
        let wrong = self.diagnostics.iter().any(|diagnostic| diagnostic.code.severity() == Severity::Error);
        (!wrong).then_some(Checked { analysis: &self.analysis })
    }
}

/// A program that has passed the checks, now or when its release started. Only such a program can be simulated, verified,
/// compiled, previewed and run.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'a> {
    analysis: &'a Analysis,
}

impl<'a> Checked<'a> {
    /// The resolved program; also available through `Deref`.
    pub fn program(self) -> &'a Program {
        &self.analysis.program
    }

    /// The files of the program with their texts.
    pub fn sources(self) -> &'a SourceMap {
        &self.analysis.sources
    }

    /// The path of the root file, relative to the project root; empty for the empty program.
    pub fn root_file(self) -> &'a str {
        self.analysis.files.first().map_or("", |file| file.path.as_str())
    }
}

impl Deref for Checked<'_> {
    type Target = Program;

    fn deref(&self) -> &Program {
        self.program()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::{MemoryFiles, load};

    fn checked(text: &str) -> Analysed {
        let files = MemoryFiles([("main.promo".to_owned(), text.to_owned())].into());
        check(load(&files, "main.promo").unwrap())
    }

    fn codes(analysed: &Analysed) -> Vec<&str> {
        analysed.diagnostics().iter().map(|diagnostic| diagnostic.code.as_str()).collect()
    }

    #[test]
    fn only_an_error_prevents_a_checked_program() {
        let wrong = checked("environment dev\nflow main { trigger dev }\n");
        assert!(wrong.checked().is_none());
        assert_eq!(codes(&wrong), ["E0304"]);
        let odd = checked("environment dev\nproduct shop {\n  repo \"./shop\"\n  copy \"v\"\n}\n");
        assert_eq!(codes(&odd), ["W0205", "W0410"]);
        assert_eq!(odd.checked().unwrap().products.len(), 1);
    }

    #[test]
    fn the_empty_program_has_no_diagnostics() {
        assert_eq!(check(Analysis::default()).diagnostics(), Analysed::default().diagnostics());
    }
}
