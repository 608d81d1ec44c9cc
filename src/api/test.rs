//! `promoc test --format json`: which scenarios passed, and what the others expected in vain.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use super::StatementLocation;
use crate::simulate::{Claim, Unmet};
use crate::source::SourceMap;

/// The results of scenarios.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(crate) struct TestDocument {
    /// The scenarios, in the order in which they were played.
    pub scenarios: Vec<TestedScenario>,
    /// How many scenarios passed.
    pub passed: usize,
    /// How many scenarios failed.
    pub failed: usize,
}

/// The result of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(crate) struct TestedScenario {
    /// Its name.
    pub name: String,
    /// Whether it passed: there is no failure.
    pub passed: bool,
    /// The expectations that did not come true, then each `never` that was broken.
    pub failures: Vec<TestFailure>,
}

/// An expectation that did not come true, or a `never` that was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(crate) struct TestFailure {
    /// What happened instead.
    pub message: String,
    /// The place of the expectation or of the `never`.
    #[serde(flatten)]
    pub location: StatementLocation,
    /// The `release` statement that breaks a `never`; absent for an expectation, and where no statement does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(required))]
    pub release: Option<StatementLocation>,
}

impl FromIterator<TestedScenario> for TestDocument {
    fn from_iter<I: IntoIterator<Item = TestedScenario>>(scenarios: I) -> TestDocument {
        let scenarios = Vec::from_iter(scenarios);
        let passed = scenarios.iter().filter(|scenario| scenario.passed).count();
        TestDocument { passed, failed: scenarios.len() - passed, scenarios }
    }
}

impl TestedScenario {
    /// The result of a scenario by what did not come true of it.
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
