//! The verdict: whether a program is right, and what to write where it is not.
//!
//! Every check is a function of the program that adds what it finds; none knows of another, none changes anything. The
//! table below is all of them. What follows from a mistake that was reported is silent: where something did not resolve or
//! was not understood, nothing is said of what may be missing for it.
//!
//! INVARIANT: checks only read and report. A [`Checked`] program has passed the checks, now or when its release
//! began, and only this room can say so.

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

use self::context::Context;
use crate::diagnostic::{Diagnostic, Severity, in_order};
use crate::program::{Analysis, Program};
use crate::source::SourceMap;

type Check = fn(&Context<'_>, &mut Vec<Diagnostic>);

/// Every check, with the codes that it raises.
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

/// Checks a program: everything that is said of it, its syntax and its names included, in order.
pub fn check(analysis: Analysis) -> Analysed {
    let context = Context::new(&analysis);
    let mut diagnostics = analysis.diagnostics.clone();
    CHECKS.iter().for_each(|check| check(&context, &mut diagnostics));
    in_order(&mut diagnostics);
    Analysed { analysis, diagnostics }
}

/// A program that was recorded when its release began. It passed the checks of its day, and a newer check never blocks a
/// release that is under way.
pub fn recorded(analysis: &Analysis) -> Checked<'_> {
    Checked { analysis }
}

/// A program, read and checked. Only [`check`] makes one; the default is the empty program.
#[derive(Debug, Default)]
pub struct Analysed {
    analysis: Analysis,
    diagnostics: Vec<Diagnostic>,
}

impl Analysed {
    /// Its files and its meaning.
    pub fn analysis(&self) -> &Analysis {
        &self.analysis
    }

    /// Its meaning, which exists even where there are errors.
    pub fn program(&self) -> &Program {
        &self.analysis.program
    }

    /// Its files, with their texts.
    pub fn sources(&self) -> &SourceMap {
        &self.analysis.sources
    }

    /// Everything that is said of it, in order.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Both parts, for an owner of one of them.
    pub fn into_parts(self) -> (Analysis, Vec<Diagnostic>) {
        (self.analysis, self.diagnostics)
    }

    /// The program, if it has no error. Warnings do not stop.
    pub fn checked(&self) -> Option<Checked<'_>> {
        let wrong = self.diagnostics.iter().any(|diagnostic| diagnostic.code.severity() == Severity::Error);
        (!wrong).then_some(Checked { analysis: &self.analysis })
    }
}

/// A program that has passed the checks, now or when its release began: what can be simulated, verified, compiled, previewed and
/// run.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'a> {
    analysis: &'a Analysis,
}

impl<'a> Checked<'a> {
    /// The program itself.
    pub fn program(self) -> &'a Program {
        &self.analysis.program
    }

    /// Its files, with their texts.
    pub fn sources(self) -> &'a SourceMap {
        &self.analysis.sources
    }

    /// The file with which it begins, relative to the project's root.
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
    fn a_program_with_an_error_is_never_checked_and_one_with_a_warning_is() {
        let wrong = checked("environment dev\nflow main { trigger dev }\n");
        assert!(wrong.checked().is_none());
        assert_eq!(codes(&wrong), ["E0304"]);
        let odd = checked("environment dev\nproduct shop {\n  repo \"./shop\"\n  copy \"v\"\n}\n");
        assert_eq!(codes(&odd), ["W0205", "W0410"]);
        assert_eq!(odd.checked().unwrap().products.len(), 1);
    }

    #[test]
    fn nothing_is_said_of_the_empty_program() {
        assert_eq!(check(Analysis::default()).diagnostics(), Analysed::default().diagnostics());
    }
}
