//! E0901, E0902: a scenario speaks of what is in its flow and product, plays a release and expects something.
//!
//! That its names stand for something was looked at where names are resolved.

mod shape;
mod subject;

use self::subject::Subjects;
use super::context::Context;
use crate::diagnostic::Diagnostic;

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for scenario in context.program.scenarios.values() {
        out.extend(shape::check(scenario));
        let subjects = Subjects::new(context, scenario);
        subjects.releases(out);
        subjects.givens(out);
        subjects.expectations(out);
    }
}
