//! E0902: a scenario without a release, or without an expectation.

use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::Scenario;

pub(super) fn check(scenario: &Scenario) -> Option<Diagnostic> {
    let decl = &scenario.decl;
    let (lacks, label, help) = match (decl.releases.is_empty(), decl.expectations.is_empty()) {
        _ if decl.damaged => return None,
        (false, false) => return None,
        (true, false) => ("has no release", "has no `release`", "Add a release: `release PRODUCT via FLOW`."),
        (false, true) => ("expects nothing", "has no `expect`", "Add an expectation: `expect release succeeded`."),
        (true, true) => (
            "has no release and expects nothing",
            "has neither `release` nor `expect`",
            "Add a release and an expectation: `release PRODUCT via FLOW` and `expect release succeeded`.",
        ),
    };
    let message = format!("scenario {} {lacks}", quote(&scenario.name.value));
    Some(Diagnostic::new(Code::E0902, message, scenario.name.span, label).help(help))
}
