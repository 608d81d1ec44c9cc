//! What is fixed when a release starts and never read again from elsewhere: its `meta.json` (rules 12 and 36).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entry::{CommitBase, CommitRecord};
use super::origin::OriginRecord;

/// The version of `meta.json` that this promoc writes.
///
/// - 1: what is copied as a whole is in it.
/// - 2: it names the blobs of what is copied as a whole, which are in `content/` of the record.
pub(crate) const VERSION: u32 = 2;

/// The content of `meta.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meta {
    /// The version of this form.
    pub v: u32,
    /// The version of promoc that started the release.
    pub machine: String,
    /// The version of its time zone data.
    pub time_zones: String,
    pub id: String,
    pub product: String,
    /// Whether the product is promoted by a flow or by hand. Stored as `course`, an older name.
    #[serde(rename = "course")]
    pub spec: ReleaseSpec,
    /// The promoted version; empty if the program does not say where it is.
    pub version: String,
    /// Where people see the release; empty if `promo.toml` does not say.
    pub url: String,
    /// The triggering commit.
    pub commit: CommitRecord,
    /// What the applications of the trigger environment provide, by their number in the product.
    pub origins: BTreeMap<u32, OriginRecord>,
    /// The environments, in order, with their applications. The first is the trigger.
    pub environments: Vec<MetaEnvironment>,
    /// The file with which the program begins.
    pub program: String,
}

/// An environment of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MetaEnvironment {
    pub name: String,
    /// Its dependencies, all of which must be met: at least this many of these environments.
    pub needs: Vec<(u32, Vec<String>)>,
    /// The name of the group that each dependency counts, empty if there is none. Older releases do not have it.
    #[serde(default)]
    pub groups: Vec<String>,
    pub applications: Vec<MetaApplication>,
}

/// An application of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MetaApplication {
    /// The number of the application in the plan.
    pub number: u32,
    pub name: String,
    /// Where its first repository is.
    pub repository: String,
    /// The branch of its first source.
    pub branch: String,
    /// The directory of its first source.
    pub path: String,
    /// Where each of its branches was when the release began (rule 32). Empty in the trigger environment, without a
    /// commit, and in older releases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub base: Vec<CommitBase>,
}

impl Meta {
    /// The application with this number in the plan.
    pub(crate) fn application(&self, number: usize) -> Option<&MetaApplication> {
        let mut all = self.environments.iter().flat_map(|environment| &environment.applications);
        all.find(|application| application.number as usize == number)
    }
}

/// Whether a product is promoted by a flow or by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ReleaseSpec {
    /// By a flow that the product lists.
    Flow {
        /// The name of the flow.
        flow: String,
    },
    /// From one environment to another, by hand.
    Promotion(Promotion),
}

/// A promotion by hand. Settings that are `None` come from the target's policies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    /// The environment that the values come from.
    pub from: String,
    /// The environment that receives them.
    pub to: String,
    /// The action: `commit`, `pull-request` or `none`.
    pub action: Option<String>,
    /// The workflow before the action; `none` for no workflow.
    pub pre_action: Option<String>,
    /// The workflow after the action; `none` for no workflow.
    pub post_action: Option<String>,
}

impl ReleaseSpec {
    /// The first part of the release's id: the flow, or `FROM-to-TO`.
    pub fn stem(&self) -> String {
        match self {
            ReleaseSpec::Flow { flow } => flow.clone(),
            ReleaseSpec::Promotion(Promotion { from, to, .. }) => format!("{from}-to-{to}"),
        }
    }
}
