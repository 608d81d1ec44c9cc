//! `promoc simulate --format json`: the steps of a release, or of each release of a scenario.

use indexmap::IndexMap;
#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use super::{Instant, Status};
use crate::simulate::{self, DescribedEvent, Played, Simulation};

/// A simulated release, or the releases of a scenario with several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(untagged)]
pub enum SimulateDocument {
    /// One release.
    One(Box<SimulatedRelease>),
    /// Several releases.
    Several {
        /// The releases, in order of declaration.
        #[cfg_attr(test, schemars(length(min = 2)))]
        releases: Vec<SimulatedRelease>,
    },
}

/// A simulated release: result, environments and events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct SimulatedRelease {
    /// The release itself.
    pub release: ReleaseSummary,
    /// The environments by name, in the order of the flow.
    pub environments: IndexMap<String, SimulatedEnvironment>,
    /// The events, in the order in which they would happen in a run.
    pub events: Vec<SimulatedEvent>,
    /// The `never` properties of the flow that the release violates, in order of declaration.
    pub broken: Vec<BrokenProperty>,
}

/// A release as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ReleaseSummary {
    /// The name of the product.
    pub product: String,
    /// The name of the flow.
    pub flow: String,
    /// The version; null if unknown.
    pub version: Option<String>,
    /// The status at the end.
    pub status: Status,
    /// When the release started; null if it never did.
    pub started: Option<Instant>,
    /// When it ended; null if it never did.
    pub ended: Option<Instant>,
    /// The duration in whole seconds; null if the release never ended.
    pub seconds: Option<u64>,
}

/// An environment of a simulated release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct SimulatedEnvironment {
    /// The status at the end.
    pub status: Status,
    /// When the promotion first started, after dependencies, soak, approvals and windows; null if it never did.
    pub started: Option<Instant>,
    /// When it last started again, after a retry of the release; null if it started once.
    pub restarted: Option<Instant>,
    /// When it ended; null if it never did.
    pub ended: Option<Instant>,
    /// The version that the environment runs at the end; null if unknown.
    pub version: Option<String>,
    /// What the environment waited for, in order.
    pub waits: Vec<Wait>,
}

/// A wait of an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Wait {
    /// What it waited for, in words: `qa and staging`, `its soak`, `approval by release-managers`.
    #[serde(rename = "for")]
    pub what: String,
    /// When the wait started.
    pub from: Instant,
    /// When the wait ended, however it ended; null if the release never did.
    pub until: Option<Instant>,
    /// When the wait was meant to end: a soak, the opening of a window, a delay before a retry; null if that was not
    /// known.
    pub planned: Option<Instant>,
}

/// An event of a simulated release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct SimulatedEvent {
    /// When it happens.
    pub at: Instant,
    /// The kind of event; docs/json.md lists the kinds.
    pub kind: String,
    /// The environment of the event; absent if it concerns the whole release.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(required))]
    pub environment: Option<String>,
    /// The application of the event; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(required))]
    pub application: Option<String>,
    /// The workflow that runs; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(required))]
    pub workflow: Option<String>,
    /// Details for people; absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(required))]
    pub detail: Option<String>,
}

/// A property that a release violates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct BrokenProperty {
    /// The first instant of the violation.
    pub at: Instant,
    /// The `never` statement.
    pub property: String,
    /// The states of the environments at that instant.
    pub message: String,
}

impl From<&Played> for SimulateDocument {
    fn from(played: &Played) -> SimulateDocument {
        match played.releases.as_slice() {
            [only] => SimulateDocument::One(Box::new(only.into())),
            several => SimulateDocument::Several { releases: several.iter().map(SimulatedRelease::from).collect() },
        }
    }
}

impl From<&Simulation> for SimulatedRelease {
    fn from(simulation: &Simulation) -> SimulatedRelease {
        let environments = simulation.plan.environments.ids().zip(&simulation.names.environments);
        let environments = environments.map(|(id, name)| {
            let view = simulation.state.environment(id);
            let environment = SimulatedEnvironment {
                status: view.status.into(),
                started: simulation.started(id).map(Instant::from),
                restarted: simulation.restarted(id).map(Instant::from),
                ended: view.ended.map(Instant::from),
                version: simulation.versions.get(&simulation.plan.environments[id].environment).cloned(),
                waits: simulation.waits(id).into_iter().map(Wait::from).collect(),
            };
            (name.clone(), environment)
        });
        SimulatedRelease {
            release: simulation.into(),
            environments: environments.collect(),
            events: simulation.events().map(SimulatedEvent::from).collect(),
            broken: simulation.broken.iter().map(BrokenProperty::from).collect(),
        }
    }
}

impl From<&Simulation> for ReleaseSummary {
    fn from(simulation: &Simulation) -> ReleaseSummary {
        let (started, ended) = (simulation.state.started().map(|_| simulation.start()), simulation.state.ended());
        ReleaseSummary {
            product: simulation.names.product.clone(),
            flow: simulation.names.flow.clone(),
            version: simulation.version.clone(),
            status: simulation.state.status().into(),
            started: started.map(Instant::from),
            ended: ended.map(Instant::from),
            seconds: started.zip(ended).map(|(started, ended)| ended.since(started).0),
        }
    }
}

impl From<simulate::WaitPeriod> for Wait {
    fn from(wait: simulate::WaitPeriod) -> Wait {
        let [until, planned] = [wait.until, wait.planned].map(|at| at.map(Instant::from));
        Wait { what: wait.what, from: wait.from.into(), until, planned }
    }
}

impl From<DescribedEvent<'_>> for SimulatedEvent {
    fn from(event: DescribedEvent<'_>) -> SimulatedEvent {
        SimulatedEvent {
            at: event.at.into(),
            kind: event.kind.to_string(),
            environment: event.environment.map(str::to_owned),
            application: event.application.map(str::to_owned),
            workflow: event.workflow.map(str::to_owned),
            detail: event.detail,
        }
    }
}

impl From<&simulate::Broken> for BrokenProperty {
    fn from(broken: &simulate::Broken) -> BrokenProperty {
        BrokenProperty { at: broken.at.into(), property: broken.property.clone(), message: broken.message.clone() }
    }
}
