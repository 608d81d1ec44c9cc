//! The statuses and runs of a release and its environments, read from its entries.

use super::{Simulation, TimelineEntry, TimelineEvent};
use crate::program::WorkflowId;
use crate::release::{Act, EnvironmentPlanId, Place, Report, Stage, Status};
use crate::syntax::literal::Instant;

/// A run of a workflow: all its tries together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WorkflowRun {
    pub at: Instant,
    pub environment: Option<EnvironmentPlanId>,
}

impl Simulation {
    /// When the release first began; if it never did, when it arrived.
    pub(crate) fn start(&self) -> Instant {
        let begins = |what: TimelineEvent| matches!(what, TimelineEvent::Reported(Report::Release(status)) if status.is_in_flight());
        let begun = self.entries.iter().find(|entry| begins(entry.what));
        begun.map_or(self.arrived, |entry| entry.at)
    }

    /// When the last event happened; without any event, when it arrived.
    pub(crate) fn end(&self) -> Instant {
        self.entries.last().map_or(self.arrived, |entry| entry.at).max(self.arrived)
    }

    /// Whether the timeout of its flow has terminated it.
    pub(crate) fn timed_out(&self) -> bool {
        // A retry begins again, and so does the timeout.
        let again = self.entries.iter().rfind(|entry| entry.what == TimelineEvent::Retry).map(|entry| entry.at);
        let timeout = again.unwrap_or(self.start()).after(self.plan.timeout);
        let ends = TimelineEvent::Reported(Report::Release(Status::Terminating));
        let ended = self.entries.iter().any(|entry| entry.at == timeout && entry.what == ends);
        self.state.status() == Status::Terminated && ended
    }

    /// The statuses, each from its instant on. A release that begins as it arrives was never queued.
    pub(super) fn statuses(&self, subject: Option<EnvironmentPlanId>) -> Vec<(Instant, Status)> {
        let first = if subject.is_some() { Status::Pending } else { Status::Queued };
        let mut list = vec![(self.arrived, first)];
        let mut add = |TimelineEntry { at, what }: TimelineEntry| match what {
            TimelineEvent::Reported(Report::Environment(_, status)) if subject.is_some() => list.push((at, status)),
            TimelineEvent::Reported(Report::Release(status)) if subject.is_none() => list.push((at, status)),
            _ => {}
        };
        match subject {
            Some(id) => self.entries_of(id, None).for_each(&mut add),
            None => self.entries.iter().copied().for_each(&mut add),
        }
        if let [(arrived, Status::Queued), (begun, _), ..] = list.as_slice()
            && arrived == begun
        {
            list.remove(0);
        }
        list
    }

    /// When stage 4 of an environment first began.
    pub(crate) fn started(&self, id: EnvironmentPlanId) -> Option<Instant> {
        self.starts(id).next()
    }

    /// When stage 4 of an environment last began, if it began more than once.
    pub(crate) fn restarted(&self, id: EnvironmentPlanId) -> Option<Instant> {
        self.starts(id).skip(1).last()
    }

    fn starts(&self, id: EnvironmentPlanId) -> impl Iterator<Item = Instant> {
        let is = move |entry: &TimelineEntry| entry.what == TimelineEvent::Reported(Report::Started(id));
        self.entries_of(id, None).filter(is).map(|entry| entry.at)
    }

    /// The runs of a workflow, in order.
    pub(super) fn runs(&self, workflow: WorkflowId) -> Vec<WorkflowRun> {
        let mut runs = Vec::new();
        // Workflows that are tried again, and when: such a try is no new run.
        let mut again: Vec<(Place, Stage, Instant)> = Vec::new();
        for TimelineEntry { at, what } in &self.entries {
            match *what {
                TimelineEvent::Reported(Report::RetryingWorkflow(id, then)) => again.push((id.place, id.stage, then)),
                TimelineEvent::Asked(id, Act::Workflow(call)) => {
                    let before = again.len();
                    again.retain(|it| *it != (id.place, id.stage, *at));
                    let same = self.plan.calls.find(call).is_some_and(|call| call.workflow == workflow);
                    if same && again.len() == before {
                        runs.push(WorkflowRun { at: *at, environment: self.plan.environment_of(id.place) });
                    }
                }
                _ => {}
            }
        }
        runs
    }
}

/// The status at an instant, after everything that happened at it.
pub(super) fn status_at(statuses: &[(Instant, Status)], at: Instant) -> Option<Status> {
    statuses.iter().rev().find(|(since, _)| *since <= at).map(|(_, status)| *status)
}
