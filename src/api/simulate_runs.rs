//! `promoc simulate --runs N --format json`: statistics of many random releases.

use indexmap::IndexMap;
#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Number;

use crate::simulate::{Count, Percentiles, Sample};

/// Statistics of many simulated releases.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct SimulateRunsDocument {
    /// The number of simulated releases.
    pub runs: u64,
    /// The seed; the same program, flow and seed produce the same document on every machine.
    pub seed: u64,
    /// The share of releases that succeeded.
    pub success_rate: Share,
    /// The duration of a release, in seconds, whatever its result.
    pub seconds: SecondsByRank,
    /// The duration of a release that succeeded; null if none did.
    pub seconds_succeeded: Option<SecondsByRank>,
    /// The duration of a release that did not succeed; null if all did.
    pub seconds_failed: Option<SecondsByRank>,
    /// The results of each environment by name, in the order of the flow.
    pub environments: IndexMap<String, EnvironmentCounts>,
    /// The share of the time that the critical path of a release spends in each environment, by name.
    pub critical: IndexMap<String, Share>,
}

/// Nearest-rank percentiles in seconds, as whole numbers if possible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct SecondsByRank {
    /// The duration that 50% of the releases do not exceed.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub p50: Number,
    /// The duration that 90% of the releases do not exceed.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub p90: Number,
    /// The duration that 99% of the releases do not exceed.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub p99: Number,
}

/// How often an environment had each result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct EnvironmentCounts {
    /// The number of releases in which it succeeded.
    pub succeeded: u64,
    /// The number of releases in which it failed.
    pub failed: u64,
    /// The number of releases in which it was rolled back.
    pub rolled_back: u64,
    /// The number of releases in which it never started.
    pub not_started: u64,
    /// The number of releases in which it was terminated; absent if 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(required))]
    pub terminated: Option<u64>,
}

/// A share, from 0 to 1, rounded to six decimal places.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(transparent)]
pub struct Share(#[cfg_attr(test, schemars(range(min = 0, max = 1)))] f64);

impl From<f64> for Share {
    fn from(share: f64) -> Share {
        // IEEE 754 defines the result of the division exactly, so it is the same on every machine
        Share((share * 1e6).round() / 1e6)
    }
}

impl From<&Sample> for SimulateRunsDocument {
    fn from(sample: &Sample) -> SimulateRunsDocument {
        let environments = || sample.environments.iter();
        let [succeeded, failed] = &sample.milliseconds_by_result;
        SimulateRunsDocument {
            runs: sample.runs,
            seed: sample.seed,
            success_rate: sample.success_rate().into(),
            seconds: (&sample.milliseconds).into(),
            seconds_succeeded: succeeded.as_ref().map(SecondsByRank::from),
            seconds_failed: failed.as_ref().map(SecondsByRank::from),
            environments: environments().map(|it| (it.name.clone(), (&it.count).into())).collect(),
            critical: environments().map(|it| (it.name.clone(), it.critical_share.into())).collect(),
        }
    }
}

impl From<&Percentiles> for SecondsByRank {
    fn from(milliseconds: &Percentiles) -> SecondsByRank {
        let Percentiles { p50, p90, p99 } = *milliseconds;
        SecondsByRank { p50: seconds(p50), p90: seconds(p90), p99: seconds(p99) }
    }
}

impl From<&Count> for EnvironmentCounts {
    fn from(count: &Count) -> EnvironmentCounts {
        EnvironmentCounts {
            succeeded: count.succeeded,
            failed: count.failed,
            rolled_back: count.rolled_back,
            not_started: count.not_started,
            // only a rollback of others, or the flow's timeout, terminates an environment in flight
            terminated: Some(count.terminated).filter(|terminated| *terminated > 0),
        }
    }
}

/// Converts milliseconds to seconds, to a whole number if possible.
fn seconds(milliseconds: u64) -> Number {
    let whole = Number::from(milliseconds / 1000);
    match milliseconds % 1000 {
        0 => whole,
        _ => Number::from_f64(milliseconds as f64 / 1000.0).unwrap_or(whole),
    }
}
