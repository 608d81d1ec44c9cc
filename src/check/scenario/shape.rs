//! E0902: a scenario without a release, or without an expectation.

use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::Scenario;

pub(super) fn check(scenario: &Scenario) -> Option<Diagnostic> {
    let decl = &scenario.decl;
    let (lacks, label, help) = match (decl.releases.is_empty(), decl.expectations.is_empty()) {
        _ if decl.damaged => return None,
        (false, false) => return None,
        (true, false) => ("plays no release", "has no `release`", "Say what is played: `release PRODUCT via FLOW`."),
        (false, true) => {
            ("expects nothing", "has no `expect`", "Say what must come of it: `expect release succeeded`.")
        }
        (true, true) => (
            "plays no release and expects nothing",
            "has neither `release` nor `expect`",
            "Say what is played and what must come of it: `release PRODUCT via FLOW` and `expect release succeeded`.",
        ),
    };
    let message = format!("the scenario {} {lacks}", quote(&scenario.name.value));
    Some(Diagnostic::new(Code::E0902, message, scenario.name.span, label).help(help))
}
