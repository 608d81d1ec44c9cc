//! Which entries of a release are about which environment, so that a view of one environment need not read all of them.

use super::{Simulation, TimelineEntry, TimelineEvent};
use crate::release::{EnvironmentPlanId, Plan, Report, Status};

/// Positions among the entries of a release, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct EntryIndex {
    environments: Vec<Vec<usize>>,
    /// What ends the waits of all environments, and what begins them again after a retry. There are few of them.
    turns: Vec<usize>,
}

impl EntryIndex {
    pub(super) fn new(plan: &Plan, entries: &[TimelineEntry]) -> EntryIndex {
        let mut index = EntryIndex { environments: vec![Vec::new(); plan.environments.len()], turns: Vec::new() };
        let mut retried = false;
        for (position, entry) in entries.iter().enumerate() {
            if let Some(id) = entry.what.environment(plan) {
                index.environments.get_mut(id.index()).into_iter().for_each(|list| list.push(position));
                continue;
            }
            let begins = entry.what == TimelineEvent::Reported(Report::Release(Status::Running));
            if entry.what.ends_all() || entry.what == TimelineEvent::Retry || begins && std::mem::take(&mut retried) {
                index.turns.push(position);
            }
            retried |= entry.what == TimelineEvent::Retry;
        }
        index
    }

    fn of(&self, id: EnvironmentPlanId) -> &[usize] {
        self.environments.get(id.index()).map_or(&[], Vec::as_slice)
    }
}

impl TimelineEvent {
    /// The environment that it is about.
    fn environment(self, plan: &Plan) -> Option<EnvironmentPlanId> {
        match self {
            TimelineEvent::Asked(id, _)
            | TimelineEvent::Ended(id, _)
            | TimelineEvent::Cancelled(id)
            | TimelineEvent::Reported(Report::RetryingWorkflow(id, _)) => plan.environment_of(id.place),
            TimelineEvent::Reported(report) => report.environment(),
            TimelineEvent::HealthLoss(id, _) => Some(plan.applications.find(id)?.environment),
            TimelineEvent::DependencyLost(id) => Some(id),
            TimelineEvent::Terminate | TimelineEvent::Retry => None,
        }
    }

    /// Whether every wait of the release ends there.
    pub(super) fn ends_all(self) -> bool {
        let ended = |status| matches!(status, Status::Terminating | Status::Terminated | Status::Failed);
        matches!(self, TimelineEvent::Reported(Report::Release(status)) if ended(status))
    }
}

impl Simulation {
    /// The entries about an environment, and those that end or begin the waits of all, in order. Each with its position.
    pub(crate) fn about(&self, id: EnvironmentPlanId) -> Vec<(usize, TimelineEntry)> {
        let mut positions: Vec<usize> = self.index.of(id).iter().chain(&self.index.turns).copied().collect();
        positions.sort_unstable();
        positions.into_iter().filter_map(|position| Some((position, *self.entries.get(position)?))).collect()
    }

    /// The entries about an environment, in order; only those before a position, if one is given.
    pub(super) fn entries_of(
        &self,
        id: EnvironmentPlanId,
        before: Option<usize>,
    ) -> impl DoubleEndedIterator<Item = TimelineEntry> {
        let positions = self.index.of(id);
        let count = before.map_or(positions.len(), |before| positions.partition_point(|it| *it < before));
        positions.iter().take(count).filter_map(|position| self.entries.get(*position).copied())
    }
}
