//! E0901, E0902: a scenario refers to what is in its flow and product, plays a release and expects something.
//!
//! Unknown names are reported by name resolution, not here.

mod shape;
mod subject;

use self::subject::Subjects;
use super::context::Context;
use crate::diagnostic::Diagnostic;

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for scenario in context.program.scenarios.values() {
        out.extend(shape::check(scenario));
        let subjects = Subjects::new(context, scenario);
        let mut found = Vec::new();
        subjects.releases(&mut found);
        subjects.givens(&mut found);
        subjects.expectations(&mut found);
        // what a statement refers to is not certain if it was not understood
        let is_clear = |found: &Diagnostic| found.primary().is_none_or(|at| !context.program.unclear.contains(at));
        out.extend(found.into_iter().filter(is_clear));
    }
}
