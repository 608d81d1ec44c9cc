//! `promoc test --format json`: which scenarios passed, and the failures of the others.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use super::StatementLocation;
use super::check::Diagnostic;
use crate::diagnostic;
use crate::simulate::{Claim, Unmet};
use crate::source::SourceMap;

/// The results of all scenarios.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(crate) struct TestDocument {
    /// The scenarios, in the order in which they were run.
    pub scenarios: Vec<TestedScenario>,
    /// The number of scenarios that passed.
    pub passed: usize,
    /// The number of scenarios that failed.
    pub failed: usize,
    /// The errors of programs that cannot be tested, as in `promoc check`. Their scenarios are not in the other fields.
    pub errors: Vec<Diagnostic>,
}

/// The result of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(crate) struct TestedScenario {
    /// The name of the scenario.
    pub name: String,
    /// Whether the scenario passed, so that `failures` is empty.
    pub passed: bool,
    /// The unmet expectations, then the violated `never` properties.
    pub failures: Vec<TestFailure>,
}

/// An unmet expectation, or a violated `never` property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(crate) struct TestFailure {
    /// What happened instead.
    pub message: String,
    /// The position of the expectation or of the property.
    #[serde(flatten)]
    pub location: StatementLocation,
    /// The `release` statement that violates a `never` property; absent for an expectation, or if there is no such statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(required))]
    pub release: Option<StatementLocation>,
}

impl TestDocument {
    /// The results of these scenarios, and the errors of programs without results.
    pub(crate) fn new(
        scenarios: Vec<TestedScenario>,
        errors: &[diagnostic::Diagnostic],
        sources: &SourceMap,
    ) -> TestDocument {
        let errors = errors.iter().map(|error| Diagnostic::new(error, sources)).collect();
        let passed = scenarios.iter().filter(|scenario| scenario.passed).count();
        TestDocument { passed, failed: scenarios.len() - passed, scenarios, errors }
    }
}

impl TestedScenario {
    /// The result of a scenario with these failures.
    pub(crate) fn new(name: &str, unmet: &[Unmet], sources: &SourceMap) -> TestedScenario {
        let failures: Vec<TestFailure> = unmet.iter().map(|unmet| TestFailure::new(unmet, sources)).collect();
        TestedScenario { name: name.to_owned(), passed: failures.is_empty(), failures }
    }
}

impl TestFailure {
    fn new(unmet: &Unmet, sources: &SourceMap) -> TestFailure {
        let release = match unmet.claim {
            Claim::Property(release) => release,
            Claim::Expectation => None,
        };
        TestFailure {
            message: unmet.message.clone(),
            location: StatementLocation::new(sources, unmet.span),
            release: release.map(|release| StatementLocation::new(sources, release)),
        }
    }
}
