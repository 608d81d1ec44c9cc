//! `promoc verify --format json`: which properties hold of every run, and a run for each that does not.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use crate::verify::{self, Judged, Telling, Verified};

/// Which properties hold of every run within the bounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct VerifyDocument {
    /// The product.
    pub product: String,
    /// The flow.
    pub flow: String,
    /// The answer about all properties together.
    pub answer: VerifyAnswer,
    /// V1 to V11, then each `never` of the flow; with two releases V4, V12 and V13 of both.
    pub properties: Vec<JudgedProperty>,
    /// What should be possible, and is in no run (V10).
    pub warnings: Vec<String>,
    /// The bound: how much may go wrong in one run.
    pub failures: u32,
    /// The bound: how often the release may be retried.
    pub retries: u32,
    /// How many releases were explored together.
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub releases: u32,
    /// How many states were found.
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub states: usize,
    /// How many runs there are, at most 2⁶⁴ − 1; null where the search was cut short.
    pub runs: Option<u64>,
    /// How many steps the longest run has; null where the search was cut short.
    pub longest_run: Option<usize>,
    /// How many steps deep everything was explored; null where everything was, however deep.
    pub explored_depth: Option<usize>,
}

/// The answer about all properties together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum VerifyAnswer {
    /// Every property holds of every run.
    Proved,
    /// Some property is broken.
    Refuted,
    /// Nothing was refuted, and not everything was explored.
    CutShort,
}

/// A property, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct JudgedProperty {
    /// Its name: `V1`, `never-1`.
    pub id: String,
    /// What it says; the statement, for a `never`.
    pub title: String,
    /// Whether it holds; null where that is open.
    pub holds: Option<bool>,
    /// How it is broken; null where it is not, as far as was explored.
    pub refutation: Option<Refutation>,
}

/// How a property is broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Refutation {
    /// What is wrong at the end of the run.
    pub what: String,
    /// A shortest run that comes to it.
    pub run: Vec<RunStep>,
    /// The run as a scenario, in the language; null where no scenario can say it.
    pub scenario: Option<String>,
    /// Why no scenario can say it; null where one does.
    pub no_scenario_because: Option<String>,
}

/// A step of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct RunStep {
    /// What happens.
    pub what: String,
    /// What becomes of environments and release.
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
