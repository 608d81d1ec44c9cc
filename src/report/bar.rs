//! What an environment, or the release itself, was doing over time.

use crate::release::{Act, EnvironmentPlanId, Place, Report, Stage, Status};
use crate::simulate::{Simulation, TimelineEvent};
use crate::syntax::literal::Instant;

/// What an environment or the release is doing. If it does several things at once, the last in this list is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Activity {
    Queue,
    Older,
    Soak,
    Window,
    /// Of a closed window: people are asked for it while the window is awaited.
    Override,
    Bake,
    Retry,
    /// Commits, sync and health.
    Deploy,
    Workflow,
    Approval,
    PullRequest,
}

impl Activity {
    pub(super) const ALL: [Activity; 11] = [
        Activity::Queue,
        Activity::Older,
        Activity::Soak,
        Activity::Approval,
        Activity::Window,
        Activity::Override,
        Activity::Workflow,
        Activity::Deploy,
        Activity::PullRequest,
        Activity::Retry,
        Activity::Bake,
    ];

    pub(super) fn sign(self, ascii: bool) -> char {
        let (unicode, plain) = match self {
            Activity::Queue => ('⋯', '_'),
            Activity::Older => ('╌', '<'),
            Activity::Soak => ('░', '.'),
            Activity::Approval => ('◇', '?'),
            Activity::Window => ('┄', '-'),
            Activity::Override => ('◈', '!'),
            Activity::Workflow => ('█', '#'),
            Activity::Deploy => ('▬', '='),
            Activity::PullRequest => ('◆', '%'),
            Activity::Retry => ('↻', '~'),
            Activity::Bake => ('▒', ':'),
        };
        if ascii { plain } else { unicode }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Activity::Queue => "queue",
            Activity::Older => "older release",
            Activity::Soak => "soak",
            Activity::Approval => "approval",
            Activity::Window => "window",
            Activity::Override => "window or override",
            Activity::Workflow => "workflow",
            Activity::Deploy => "deploy",
            Activity::PullRequest => "pull request",
            Activity::Retry => "waiting to retry",
            Activity::Bake => "bake",
        }
    }
}

/// A period with one activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub activity: Activity,
    pub from: Instant,
    pub to: Instant,
}

impl Simulation {
    /// The segments of an environment (`None`: of the release itself), without those of no length.
    pub(super) fn segments(&self, place: Option<EnvironmentPlanId>) -> Vec<Segment> {
        let mut list: Vec<Segment> = Vec::new();
        let mut going: Vec<(Ongoing, Activity)> = Vec::new();
        let mut since = self.arrived;
        if place.is_none() {
            going.push((Ongoing::Timer, Activity::Queue));
        }
        let entries = match place {
            Some(id) => self.about(id).into_iter().map(|(_, entry)| entry).collect(),
            None => self.entries.clone(),
        };
        for entry in entries {
            let before = going.iter().map(|(_, activity)| *activity).max();
            self.follow(&mut going, place, entry.what);
            let after = going.iter().map(|(_, activity)| *activity).max();
            if before != after {
                if let Some(activity) = before.filter(|_| since < entry.at) {
                    list.push(Segment { activity, from: since, to: entry.at });
                }
                since = entry.at;
            }
        }
        list
    }

    fn follow(&self, going: &mut Vec<(Ongoing, Activity)>, place: Option<EnvironmentPlanId>, what: TimelineEvent) {
        let key = match what {
            TimelineEvent::Asked(id, _) | TimelineEvent::Ended(id, _) | TimelineEvent::Cancelled(id) => {
                Ongoing::Effect(id.place, id.stage)
            }
            TimelineEvent::Reported(_) => Ongoing::Timer,
            TimelineEvent::HealthLoss(..)
            | TimelineEvent::DependencyLost(_)
            | TimelineEvent::Terminate
            | TimelineEvent::Retry => Ongoing::Timer,
        };
        let here = match what {
            TimelineEvent::Asked(id, _) | TimelineEvent::Ended(id, _) | TimelineEvent::Cancelled(id) => {
                self.plan.environment_of(id.place) == place
            }
            // When the release ends, so do the waits of its environments, which are not reported separately.
            TimelineEvent::Reported(Report::Release(Status::Terminating | Status::Terminated | Status::Failed)) => true,
            TimelineEvent::Reported(Report::Release(_) | Report::Baking(_)) => place.is_none(),
            TimelineEvent::Reported(Report::RetryingWorkflow(id, _)) => self.plan.environment_of(id.place) == place,
            TimelineEvent::DependencyLost(id) => Some(id) == place,
            TimelineEvent::HealthLoss(..) | TimelineEvent::Terminate | TimelineEvent::Retry => false,
            TimelineEvent::Reported(report) => report.environment() == place,
        };
        if !here {
            return;
        }
        // A timer ends as soon as anything else is requested or reported for the same place, except an override: its
        // window may still open first.
        let (key, activity) = match what {
            TimelineEvent::Asked(_, act) => (key, Some(of_act(act))),
            TimelineEvent::Ended(..) => (key, None),
            TimelineEvent::Cancelled(id) if !id.stage.is_wait() => return,
            TimelineEvent::Cancelled(_) => (key, None),
            TimelineEvent::Reported(Report::Soaking(..)) => (key, Some(Activity::Soak)),
            TimelineEvent::Reported(Report::AwaitingWindow(..)) => (key, Some(Activity::Window)),
            TimelineEvent::Reported(Report::RetryingEnvironment(..)) => (key, Some(Activity::Retry)),
            TimelineEvent::Reported(Report::Baking(_)) => (key, Some(Activity::Bake)),
            TimelineEvent::Reported(Report::AwaitingOlder(_)) => (key, Some(Activity::Older)),
            TimelineEvent::Reported(Report::Release(Status::Queued)) => (key, Some(Activity::Queue)),
            TimelineEvent::Reported(Report::RetryingWorkflow(id, _)) => {
                (Ongoing::Effect(id.place, id.stage), Some(Activity::Retry))
            }
            TimelineEvent::Reported(_)
            | TimelineEvent::HealthLoss(..)
            | TimelineEvent::DependencyLost(_)
            | TimelineEvent::Terminate
            | TimelineEvent::Retry => (key, None),
        };
        let ends_timer = matches!(what, TimelineEvent::Asked(_, act) if !matches!(act, Act::AskOverride(_)));
        going.retain(|(other, _)| *other != key && (*other != Ongoing::Timer || !ends_timer));
        if let Some(activity) = activity {
            going.push((key, activity));
        }
    }
}

/// What an activity belongs to: it ends when the same thing is reported again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ongoing {
    Effect(Place, Stage),
    Timer,
}

fn of_act(act: Act) -> Activity {
    match act {
        Act::Workflow(_) => Activity::Workflow,
        Act::Commit
        | Act::OpenPullRequest
        | Act::Rollback
        | Act::OpenRollbackPr
        | Act::AwaitSync
        | Act::AwaitHealth => Activity::Deploy,
        Act::AwaitMerge => Activity::PullRequest,
        Act::AskApproval(_) => Activity::Approval,
        Act::AskOverride(_) => Activity::Override,
    }
}
