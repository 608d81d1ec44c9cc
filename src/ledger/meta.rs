//! What is fixed when a release begins, and never read anew: `meta.json` of its ledger (rules 12 and 36).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entry::CommitRecord;
use super::origin::OriginRecord;

/// The version of its form.
pub(crate) const VERSION: u32 = 1;

/// What is fixed when a release begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meta {
    /// The version of this form.
    pub v: u32,
    /// The version of promoc whose machine began the release.
    pub machine: String,
    /// The version of the time zone data that it has.
    pub time_zones: String,
    /// The release's id.
    pub id: String,
    /// The product.
    pub product: String,
    /// How the product is moved.
    #[serde(rename = "course")]
    pub spec: ReleaseSpec,
    /// The version that is promoted; empty where the program does not say where it is.
    pub version: String,
    /// Where people see the release.
    pub url: String,
    /// The commit that triggered.
    pub commit: CommitRecord,
    /// What the applications of the trigger environment give, by their number in the product.
    pub origins: BTreeMap<u32, OriginRecord>,
    /// The environments, in order, with their applications: the first is the trigger.
    pub environments: Vec<MetaEnvironment>,
    /// The file with which the program begins.
    pub program: String,
}

/// An environment of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MetaEnvironment {
    /// Its name.
    pub name: String,
    /// What it waits for: so many of these, for all.
    pub needs: Vec<(u32, Vec<String>)>,
    /// Of what so many are needed, by the number of the need: the name of a group.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Its applications.
    pub applications: Vec<MetaApplication>,
}

/// An application of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MetaApplication {
    /// Its number in the plan.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// Its repository.
    pub repository: String,
    /// Its branch.
    pub branch: String,
    /// Its directory.
    pub path: String,
}

impl Meta {
    /// An application, by its number in the plan.
    pub(crate) fn application(&self, number: usize) -> Option<&MetaApplication> {
        let mut all = self.environments.iter().flat_map(|environment| &environment.applications);
        all.find(|application| application.number as usize == number)
    }
}

/// How a product is moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ReleaseSpec {
    /// By a flow.
    Flow {
        /// Its name.
        flow: String,
    },
    /// From one environment to another, by hand.
    Promotion(Promotion),
}

/// A promotion by hand: the target's policies hold, unless something else is said here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    /// The environment that has it.
    pub from: String,
    /// The environment that gets it.
    pub to: String,
    /// The action: `commit`, `pull-request` or `none`.
    pub action: Option<String>,
    /// The workflow before; `none` for none.
    pub pre_action: Option<String>,
    /// The workflow after; `none` for none.
    pub post_action: Option<String>,
}

impl ReleaseSpec {
    /// What the release's id begins with.
    pub fn stem(&self) -> String {
        match self {
            ReleaseSpec::Flow { flow } => flow.clone(),
            ReleaseSpec::Promotion(Promotion { from, to, .. }) => format!("{from}-to-{to}"),
        }
    }
}
