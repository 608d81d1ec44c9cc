//! `promoc simulate --runs N --format json`: many releases by chance.

use indexmap::IndexMap;
#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Number;

use crate::simulate::{Count, Percentiles, Sample};

/// What came of many simulated releases.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct SimulateRunsDocument {
    /// How many releases were simulated.
    pub runs: u64,
    /// The seed; the same program, flow and seed give the same bytes on every machine.
    pub seed: u64,
    /// The share of releases that succeeded.
    pub success_rate: Share,
    /// How long the releases took, in seconds.
    pub seconds: SecondsByRank,
    /// What became of each environment, by name, in order of the flow.
    pub environments: IndexMap<String, EnvironmentCounts>,
    /// The share of the time that goes to each environment, by name, on the way that decided the end of a release.
    pub critical: IndexMap<String, Share>,
}

/// Percentiles by nearest rank, in seconds: whole numbers where possible. Failed releases count, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct SecondsByRank {
    /// Half of the releases took at most this long.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub p50: Number,
    /// Nine of ten releases took at most this long.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub p90: Number,
    /// 99 of 100 releases took at most this long.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub p99: Number,
}

/// How often an environment ended how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct EnvironmentCounts {
    /// In how many releases it succeeded.
    pub succeeded: u64,
    /// In how many releases it failed.
    pub failed: u64,
    /// In how many releases it was rolled back.
    pub rolled_back: u64,
    /// In how many releases it never started.
    pub not_started: u64,
    /// In how many releases it was terminated; absent where it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(required))]
    pub terminated: Option<u64>,
}

/// A share of a whole, from 0 to 1, rounded to six decimal places.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(transparent)]
pub struct Share(#[cfg_attr(test, schemars(range(min = 0, max = 1)))] f64);

impl From<f64> for Share {
    fn from(share: f64) -> Share {
        // the division is exact in IEEE 754, and so the same everywhere
        Share((share * 1e6).round() / 1e6)
    }
}

impl From<&Sample> for SimulateRunsDocument {
    fn from(sample: &Sample) -> SimulateRunsDocument {
        let environments = || sample.environments.iter();
        SimulateRunsDocument {
            runs: sample.runs,
            seed: sample.seed,
            success_rate: sample.success_rate().into(),
            seconds: (&sample.milliseconds).into(),
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

/// Milliseconds in seconds.
fn seconds(milliseconds: u64) -> Number {
    let whole = Number::from(milliseconds / 1000);
    match milliseconds % 1000 {
        0 => whole,
        _ => Number::from_f64(milliseconds as f64 / 1000.0).unwrap_or(whole),
    }
}
