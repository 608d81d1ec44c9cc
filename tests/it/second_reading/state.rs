//! How far the releases have come, as plain data.

use std::collections::{BTreeMap, BTreeSet};

use super::program::Time;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Queued,
    Pending,
    Running,
    Suspended,
    Succeeded,
    Failed,
    Terminated,
    RolledBack,
}

/// A step of a place. An environment's hooks, approvals and applications are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Approval,
    Override,
    OnStart,
    Pre,
    Act,
    Sync,
    Health,
    Post,
    OnSuccess,
    Rollback,
    OnFailure,
}

/// Something in progress. The place is `None` for a hook of the release.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) place: Option<usize>,
    pub(super) number: usize,
    pub(super) step: Step,
    pub(super) workflow: Option<usize>,
    /// When the answer comes, or the next try begins; `None`: never.
    pub(super) at: Option<Time>,
    pub(super) succeeds: bool,
    pub(super) times_out: bool,
    pub(super) tries: u32,
    /// Whether it is between two tries.
    pub(super) pauses: bool,
    pub(super) is_commit: bool,
    /// A pull request that is being opened; its merge is awaited next.
    pub(super) opens: bool,
    /// The waits of a rollback that are still to come, once its values are there.
    pub(super) waits: Option<u32>,
    /// It was asked to stop: `Some(true)` if its answer was already there.
    pub(super) stops: Option<bool>,
    /// 0 if the answer was expected before its instant, else how many steps without time led to it.
    pub(super) generation: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    Needs,
    Soak(Time),
    Approvals,
    Windows(Time),
    /// Stages 1 to 3 are behind it, and it waits for an older release.
    Older,
}

#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) status: Status,
    /// When it first began, and when it last began again.
    pub(super) started: Option<Time>,
    pub(super) restarted: Option<Time>,
    pub(super) ended: Option<Time>,
    pub(super) gate: Gate,
    /// The environments that were counted when the needs were met, for each need.
    pub(super) counted: Vec<usize>,
    /// It has begun, and may have ended; false again if it begins again.
    pub(super) begun: bool,
    /// Whether it began in any attempt.
    pub(super) ever_begun: bool,
    pub(super) in_flight: bool,
    pub(super) done: BTreeSet<(Step, usize)>,
    /// What an earlier attempt has passed.
    pub(super) keeps_soak: bool,
    pub(super) keeps_gates: bool,
    pub(super) denied: bool,
    pub(super) failing: Option<Time>,
    pub(super) for_good: bool,
    /// Whether the hooks on failure of a terminated or failed environment are due or have run.
    pub(super) after_failure: bool,
    pub(super) hooks_begun: bool,
    pub(super) retries: u32,
    pub(super) retry_at: Option<Time>,
    pub(super) timeout_at: Option<Time>,
    pub(super) blocked: bool,
    pub(super) rollback: Option<bool>,
    /// What it was before, if every application runs something else by now.
    pub(super) left_alone: Option<(Status, Option<Time>)>,
    /// It is being stopped, because the release was terminated.
    pub(super) terminating: bool,
    /// A rule has fired, and what is in progress must end first.
    pub(super) rollback_asked: bool,
    pub(super) rolled: bool,
    pub(super) brought: Vec<bool>,
    pub(super) before: Vec<Option<Option<u32>>>,
    /// When its first application acted, and whether that was in this attempt.
    pub(super) acted: Option<Time>,
    pub(super) acted_now: bool,
    /// The windows whose override was asked for since the approvals, and those that were overridden.
    pub(super) asked: BTreeSet<usize>,
    pub(super) overridden: BTreeSet<usize>,
    pub(super) due: Option<Time>,
    /// Whether it follows from a retry.
    pub(super) due_follows: bool,
    pub(super) struck: bool,
    /// When something first looked at its health, and how many steps without time the answer follows.
    pub(super) looked_at: (Time, u32),
}

impl Place {
    pub(super) fn new(applications: usize) -> Place {
        Place {
            status: Status::Pending,
            started: None,
            restarted: None,
            ended: None,
            gate: Gate::Needs,
            counted: Vec::new(),
            begun: false,
            ever_begun: false,
            in_flight: false,
            done: BTreeSet::new(),
            keeps_soak: false,
            keeps_gates: false,
            denied: false,
            failing: None,
            for_good: false,
            after_failure: false,
            hooks_begun: false,
            retries: 0,
            retry_at: None,
            timeout_at: None,
            blocked: false,
            rollback: None,
            left_alone: None,
            terminating: false,
            rollback_asked: false,
            rolled: false,
            brought: vec![false; applications],
            before: vec![None; applications],
            acted: None,
            acted_now: false,
            asked: BTreeSet::new(),
            overridden: BTreeSet::new(),
            due: None,
            due_follows: false,
            struck: false,
            looked_at: (0, 0),
        }
    }

    /// Whether it counts for those that need it.
    pub(super) fn counts(&self) -> bool {
        self.status == Status::Succeeded
    }

    /// Whether the environment may still do something by itself.
    pub(super) fn is_active(&self) -> bool {
        self.in_flight || self.rollback.is_some() || self.rollback_asked || self.gate != Gate::Needs
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    NotArrived,
    Queued,
    OnStart,
    Going,
    Bake(Time),
    OnSuccess,
    OnFailure,
    Ended,
}

/// What an event of the log is about: the instant, the environment, the kind, the application and the workflow.
pub(super) type Entry = (Time, Option<usize>, &'static str, Option<usize>, Option<usize>);

#[derive(Clone, Debug)]
pub(super) struct Release {
    pub(super) phase: Phase,
    pub(super) status: Status,
    pub(super) started: Option<Time>,
    pub(super) ended: Option<Time>,
    pub(super) timeout_at: Option<Time>,
    /// Whether an environment failed in this attempt.
    pub(super) failed: bool,
    /// Whether a hook on start or on success of the release failed.
    pub(super) hook_failed: bool,
    pub(super) terminations: u32,
    /// How it will end, once its hooks on failure have begun.
    pub(super) will_be: Status,
    pub(super) hooks_done: BTreeSet<(Step, usize)>,
    /// The environments in which a newer release waits for its end, or waited.
    pub(super) makes_way: BTreeSet<usize>,
    pub(super) places: Vec<Place>,
    pub(super) jobs: Vec<Job>,
    /// How many tries of a workflow each place has begun.
    pub(super) tries: BTreeMap<(usize, Option<usize>), u32>,
    /// What each environment ran when the release ended, by application.
    pub(super) versions: Vec<Vec<Option<u32>>>,
    pub(super) log: Vec<Entry>,
}
