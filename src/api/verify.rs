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
    /// The number of failures, timeouts, losses of health and terminations in a run up to which every run was explored;
    /// null if not even the runs without were.
    pub failures: Option<u32>,
    /// Whether no run has more failures than that, so that the result is for any number.
    pub complete: bool,
    /// The bound on retries of the release.
    pub retries: u32,
    /// The number of releases that were explored together.
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub releases: u32,
    /// The number of states of the deepest search that was completed, or of the first one.
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub states: usize,
    /// The number of steps of the longest run; null if no search was completed, or equal environments were left out.
    pub longest_run: Option<usize>,
    /// A search with more failures that was not completed; null if there is none.
    pub cut: Option<CutSearch>,
}

/// A search that was not completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct CutSearch {
    /// The bound of this search on failures.
    pub failures: u32,
    /// The number of steps up to which every run was explored; 0 if it did not begin, because the limit was used up.
    pub explored_depth: usize,
    /// Whether it was interrupted; false if it reached the limit.
    pub interrupted: bool,
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
    /// Nothing was refuted, but not every run with one failure was explored.
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
    /// Whether it holds; null if unknown, or if it was not exercised.
    pub holds: Option<bool>,
    /// False if a `never` has a state that no run reaches, so that it says nothing.
    pub exercised: bool,
    /// That state; null if there is none.
    pub unreached: Option<String>,
    /// A counterexample; null if none was found.
    pub refutation: Option<Refutation>,
}

/// A counterexample: a run that violates a property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Refutation {
    /// The violation at the end of the run.
    pub what: String,
    /// The number of failures in the run.
    pub failures: usize,
    /// A shortest run that ends in the violation.
    pub run: Vec<RunStep>,
    /// The run as a scenario in the language; null if no scenario was found that breaks the property.
    pub scenario: Option<String>,
    /// Whether the scenario is another run that breaks the property, because none can express this one.
    pub other_run: bool,
    /// Why no scenario can express the run; null if there is a scenario.
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
            exercised: judged.unreached.is_none(),
            unreached: judged.unreached.clone(),
            refutation: judged.refutation.as_ref().map(Refutation::from),
        };
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
            failures: verified.strength.failures,
            complete: verified.strength.complete,
            retries: verified.options.retries,
            releases: verified.options.releases,
            states: verified.states,
            longest_run: verified
                .strength
                .failures
                .filter(|_| verified.most_of_class.is_none())
                .map(|_| verified.longest),
            cut: verified.cut.map(|(failures, cut)| CutSearch {
                failures,
                explored_depth: cut.depth,
                interrupted: cut.interrupted,
            }),
        }
    }
}

impl From<&verify::Refutation> for Refutation {
    fn from(refutation: &verify::Refutation) -> Refutation {
        Refutation {
            what: refutation.what.clone(),
            failures: refutation.failures,
            run: refutation.run.iter().map(RunStep::from).collect(),
            scenario: refutation.scenario.as_ref().ok().map(ToString::to_string),
            other_run: refutation.other_run,
            no_scenario_because: refutation.scenario.as_ref().err().cloned(),
        }
    }
}

impl From<&Telling> for RunStep {
    fn from(step: &Telling) -> RunStep {
        RunStep { what: step.what.clone(), then: step.then.clone() }
    }
}
