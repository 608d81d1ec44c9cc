//! The verdict: whether a program is right, and what to write where it is not.
//!
//! Every check is a function of the program that adds what it finds; none knows of another, none changes anything. The
//! table below is all of them. What follows from a mistake that was reported is silent: where something did not resolve or
//! was not understood, nothing is said of what may be missing for it.
//!
//! INVARIANT: checks only read and report. A [`Checked`] program has no error.

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

/// Everything that is said of a program: its syntax, its names, and the verdict; in order.
pub fn check(analysis: &Analysis) -> Vec<Diagnostic> {
    let context = Context::new(analysis);
    let mut found = analysis.diagnostics.clone();
    CHECKS.iter().for_each(|check| check(&context, &mut found));
    in_order(&mut found);
    found
}

/// A program without an error.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'a> {
    program: &'a Program,
}

impl<'a> Checked<'a> {
    /// The program of an analysis, if what [`check`] found of it is no error. Warnings do not stop.
    pub fn new(analysis: &'a Analysis, found: &[Diagnostic]) -> Option<Checked<'a>> {
        let wrong = found.iter().any(|diagnostic| diagnostic.code.severity() == Severity::Error);
        (!wrong).then_some(Checked { program: &analysis.program })
    }

    /// The program itself.
    pub fn program(self) -> &'a Program {
        self.program
    }
}

impl Deref for Checked<'_> {
    type Target = Program;

    fn deref(&self) -> &Program {
        self.program
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::{MemoryFiles, load};

    fn analysis(text: &str) -> Analysis {
        let files = MemoryFiles([("main.promo".to_owned(), text.to_owned())].into());
        load(&files, "main.promo").unwrap()
    }

    #[test]
    fn a_program_with_an_error_is_never_checked_and_one_with_a_warning_is() {
        let wrong = analysis("environment dev\nflow main { trigger dev }\n");
        let said = check(&wrong);
        assert!(Checked::new(&wrong, &said).is_none());
        assert_eq!(said.iter().map(|diagnostic| diagnostic.code.as_str()).collect::<Vec<_>>(), ["E0304"]);
        let odd = analysis("environment dev\nproduct shop {\n  repo \"./shop\"\n  copy \"v\"\n}\n");
        assert_eq!(
            check(&odd).iter().map(|diagnostic| diagnostic.code.as_str()).collect::<Vec<_>>(),
            ["W0205", "W0410"]
        );
        assert_eq!(Checked::new(&odd, &check(&odd)).unwrap().products.len(), 1);
    }
}
