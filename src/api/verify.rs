//! `promoc verify --format json`: which properties hold in every run, and a counterexample for each of the others.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use crate::verify::{self, Judged, Telling, Verified};

/// The properties of all runs within the bounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct VerifyDocument {
    /// The name of the product.
    pub product: String,
    /// The name of the flow.
    pub flow: String,
    /// The result for all properties together.
    pub answer: VerifyAnswer,
    /// V1 to V11, then each `never` of the flow; with two releases, also V4, V12 and V13 for both.
    pub properties: Vec<JudgedProperty>,
    /// What should be possible but happens in no run (V10).
    pub warnings: Vec<String>,
    /// The bound on failures, timeouts, losses of health and terminations in a run.
    pub failures: u32,
    /// The bound on retries of the release.
    pub retries: u32,
    /// The number of releases that were explored together.
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub releases: u32,
    /// The number of states that were found.
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub states: usize,
    /// The number of runs, at most 2⁶⁴ − 1; null if the search was cut short.
    pub runs: Option<u64>,
    /// The number of steps of the longest run; null if the search was cut short.
    pub longest_run: Option<usize>,
    /// The number of steps up to which every state was explored; null if all were.
    pub explored_depth: Option<usize>,
}

/// The result for all properties together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum VerifyAnswer {
    /// Every property holds in every run.
    Proved,
    /// A property is violated in some run.
    Refuted,
    /// Nothing was refuted, but not every state was explored.
    CutShort,
}

/// A property and its result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct JudgedProperty {
    /// The ID of the property, such as `V1` or `never-1`.
    pub id: String,
    /// The property in words; for a `never`, the statement.
    pub title: String,
    /// Whether it holds; null if unknown.
    pub holds: Option<bool>,
    /// A counterexample; null if none was found.
    pub refutation: Option<Refutation>,
}

/// A counterexample: a run that violates a property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Refutation {
    /// The violation at the end of the run.
    pub what: String,
    /// A shortest run that ends in the violation.
    pub run: Vec<RunStep>,
    /// The run as a scenario in the language; null if no scenario can express it.
    pub scenario: Option<String>,
    /// Why no scenario can express the run; null if one does.
    pub no_scenario_because: Option<String>,
}

/// A step of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct RunStep {
    /// The event of the step.
    pub what: String,
    /// The changes of environments and release that follow.
    pub then: Vec<String>,
}

impl From<&Verified> for VerifyDocument {
    fn from(verified: &Verified) -> VerifyDocument {
        let property = |judged: &Judged| JudgedProperty {
            id: judged.law.code(),
            title: judged.title.clone(),
            holds: verified.holds_of(judged),
            refutation: judged.refutation.as_ref().map(Refutation::from),
        };
        let complete = verified.cut.is_none();
        VerifyDocument {
            product: verified.names.product.clone(),
            flow: verified.names.flow.clone(),
            answer: match verified.holds() {
                Some(true) => VerifyAnswer::Proved,
                Some(false) => VerifyAnswer::Refuted,
                None => VerifyAnswer::CutShort,
            },
            properties: verified.judged.iter().map(property).collect(),
            warnings: verified.warnings.clone(),
            failures: verified.options.failures,
            retries: verified.options.retries,
            releases: verified.options.releases,
            states: verified.states,
            runs: complete.then(|| u64::try_from(verified.runs).unwrap_or(u64::MAX)),
            longest_run: complete.then_some(verified.longest),
            explored_depth: verified.cut,
        }
    }
}

impl From<&verify::Refutation> for Refutation {
    fn from(refutation: &verify::Refutation) -> Refutation {
        Refutation {
            what: refutation.what.clone(),
            run: refutation.run.iter().map(RunStep::from).collect(),
            scenario: refutation.scenario.as_ref().ok().cloned(),
            no_scenario_because: refutation.scenario.as_ref().err().cloned(),
        }
    }
}

impl From<&Telling> for RunStep {
    fn from(step: &Telling) -> RunStep {
        RunStep { what: step.what.clone(), then: step.then.clone() }
    }
}
