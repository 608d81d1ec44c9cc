//! The words for what a release waits for, and for how it ended. Every such sentence is written here, once.
//!
//! The functions take names, so that a view of the ledger, which has no plan, uses the words of a running release;
//! [`Names`] takes them from a plan. Must not know where a sentence is shown: quotes, colors and columns are up to the
//! caller.
//!
//! For example, `until(SOAK, Some("noon"))` is `its soak until noon`, and `health("shop-us")` is `shop-us to be
//! healthy`.

use std::fmt::Display;

use super::{
    ApplicationPlanId, EffectId, EnvironmentPlanId, HealthLoss, Names, Plan, Report, State, Status, Waiting,
    WindowPlanId,
};
use crate::program::Calendar;
use crate::syntax::literal::Instant;
use crate::syntax::names::with_ranges;

/// What an environment waits for after its dependencies (rule 1).
pub(crate) const SOAK: &str = "its soak";
/// What an environment waits for if its windows are not known; otherwise use [`window`].
pub(crate) const WINDOW: &str = "its window";
/// What an environment waits for after a failure (rule 10).
pub(crate) const NEXT_TRY: &str = "its next try";
/// What an environment waits for by rule 23, in a sentence about the environment.
pub(crate) const OLDER_RELEASE: &str = "an older release that is in flight here";
/// The same, in any other sentence.
pub(crate) const OLDER_RELEASE_THERE: &str = "an older release that is in flight there";
/// What an environment does until its soak ends.
pub(crate) const SOAKS: &str = "soaks";
/// What a release does between its last environment and its success (rule 13).
pub(crate) const BAKES: &str = "bakes";
/// What an environment does between a failure and its retry.
pub(crate) const TRIES_AGAIN: &str = "delays its retry";

/// Something and its end, if that is known.
pub(crate) fn until(what: &str, end: Option<impl Display>) -> String {
    match end {
        Some(end) => format!("{what} until {end}"),
        None => what.to_owned(),
    }
}

/// Something and its start, if that is known.
pub(crate) fn at(what: &str, begin: Option<impl Display>) -> String {
    match begin {
        Some(begin) => format!("{what} at {begin}"),
        None => what.to_owned(),
    }
}

/// The commit that changes an application, or the opening of the pull request that does so.
pub(crate) fn change(application: &str) -> String {
    format!("the change to {application}")
}

/// The merge of an application's pull request.
pub(crate) fn pull_request(application: &str) -> String {
    format!("the pull request for {application}")
}

/// That an application runs the release's values.
pub(crate) fn sync(application: &str) -> String {
    format!("{application} to be in sync")
}

/// That an application is healthy.
pub(crate) fn health(application: &str) -> String {
    format!("{application} to be healthy")
}

/// The commit that rolls an application back, or the opening of the pull request that does so.
pub(crate) fn rollback(application: &str) -> String {
    format!("the rollback of {application}")
}

pub(crate) fn next_try_of(workflow: &str) -> String {
    format!("the next try of {workflow}")
}

/// How many of a group: people who must approve, or environments that must succeed.
pub(crate) fn some_of(count: impl Display, group: &str) -> String {
    format!("{count} of {group}")
}

/// Who must approve, with the number if it is more than one person.
pub(crate) fn approvers(count: u32, who: &str) -> String {
    if count > 1 { some_of(count, who) } else { who.to_owned() }
}

/// An approval by [`approvers`].
pub(crate) fn approval(approvers: &str) -> String {
    format!("approval by {approvers}")
}

/// Closed windows, and when they open together; `None`: not before the flow's timeout.
pub(crate) fn window(windows: &[String], opens: Option<&str>) -> String {
    let (noun, verbs) = match windows.len() {
        1 => ("window", ("opens", "does not open")),
        _ => ("windows", ("open together", "do not open together")),
    };
    match opens {
        Some(when) => format!("{noun} {} {} {when}", and(windows), verbs.0),
        None => format!("{noun} {}, which {} before the flow's timeout", and(windows), verbs.1),
    }
}

/// How a release ended, to follow its name.
pub(crate) fn ended(status: Status) -> &'static str {
    match status {
        Status::Succeeded => "succeeded",
        Status::Failed => "failed",
        Status::Terminated => "was terminated",
        status => status.as_str(),
    }
}

/// The status of a release, and whether its timeout caused it.
pub(crate) fn status(status: Status, by_timeout: bool) -> String {
    let by = if by_timeout { " by its timeout" } else { "" };
    format!("{}{by}", status.as_str())
}

/// The new state of an application that was healthy.
pub(crate) fn health_loss(loss: HealthLoss) -> &'static str {
    match loss {
        HealthLoss::Degraded => "degraded",
        HealthLoss::OutOfSync => "out of sync",
    }
}

/// An instant as in a program: without seconds if they are zero.
pub(crate) fn instant(at: Instant) -> String {
    let text = at.to_string();
    match text.strip_suffix(":00Z") {
        Some(minutes) => format!("{minutes}Z"),
        None => text,
    }
}

/// A list of names, in prose.
pub(crate) fn and(names: &[String]) -> String {
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

impl Names {
    /// Everything that an environment waits for now, with the end of each if that is known.
    pub fn waits(&self, plan: &Plan, state: &State, id: EnvironmentPlanId) -> Vec<String> {
        let waits = state.waits_for(plan, id);
        let asked = waits.iter().filter_map(|waiting| match waiting {
            Waiting::Override(nth) => Some(*nth),
            _ => None,
        });
        let asked: Vec<u16> = asked.collect();
        let of_one = |waiting: &Waiting| match waiting {
            // all of them in one sentence, with the first
            Waiting::Override(nth) if asked.first() != Some(nth) => None,
            Waiting::Override(_) => Some(self.overriding(plan, id, &asked, state.windows_of(plan, id).len())),
            _ => Some(self.waiting(plan, state, id, waiting)),
        };
        waits.iter().filter_map(of_one).collect()
    }

    fn waiting(&self, plan: &Plan, state: &State, id: EnvironmentPlanId, waiting: &Waiting) -> String {
        let of = |application: ApplicationPlanId| self.application(application);
        match *waiting {
            Waiting::Dependency(nth, _) => {
                self.dependency(plan, id, nth, |id| state.environment(id).status != Status::Succeeded)
            }
            Waiting::Soak(end) => until(SOAK, Some(end)),
            Waiting::Approval(nth) => self.approval(plan, id, nth),
            Waiting::Window(opens) => self.window(plan, state.now, opens, &state.windows_of(plan, id)),
            Waiting::Override(nth) => self.overriding(plan, id, &[nth], 1),
            Waiting::Workflow(effect) => self.workflow_of(plan, effect),
            Waiting::Action(application) => change(of(application)),
            Waiting::PullRequest(application) => pull_request(of(application)),
            Waiting::Sync(application) => sync(of(application)),
            Waiting::Health(application) => health(of(application)),
            Waiting::WorkflowRetry(effect, begin) => at(&next_try_of(&self.workflow_of(plan, effect)), Some(begin)),
            Waiting::Retry(begin) => at(NEXT_TRY, Some(begin)),
            Waiting::Older => OLDER_RELEASE.to_owned(),
            Waiting::Rollback(application) => rollback(of(application)),
        }
    }

    /// The workflow of an effect, or the stage if it is no workflow.
    fn workflow_of(&self, plan: &Plan, effect: EffectId) -> String {
        plan.call_of(effect).map_or_else(|| effect.stage.to_string(), |call| self.workflow(call).to_owned())
    }

    /// The members of a need that are still `open`: their names, or how many of a group.
    pub fn dependency(
        &self,
        plan: &Plan,
        id: EnvironmentPlanId,
        nth: usize,
        open: impl Fn(EnvironmentPlanId) -> bool,
    ) -> String {
        let Some(need) = plan.environments.find(id).and_then(|environment| environment.needs.get(nth)) else {
            return String::new();
        };
        let missing: Vec<EnvironmentPlanId> = need.of.iter().copied().filter(|id| open(*id)).collect();
        let whole = need.of.len();
        match need.count as usize {
            count if count >= whole => and(&with_ranges(missing.iter().map(|id| self.environment(*id)))),
            count => {
                let group = self.needs.get(id.index()).and_then(|needs| needs.get(nth)).map_or("", String::as_str);
                some_of(count.saturating_sub(whole.saturating_sub(missing.len())), group)
            }
        }
    }

    /// Who must give the nth approval of an environment, in words.
    pub fn approvers(&self, plan: &Plan, id: EnvironmentPlanId, nth: u16) -> String {
        let (who, count) = self.approval_of(plan, id, nth);
        approvers(count, who)
    }

    /// Who must give the nth approval of an environment, and how many of them.
    pub fn approval_of(&self, plan: &Plan, id: EnvironmentPlanId, nth: u16) -> (&str, u32) {
        let nth = usize::from(nth);
        let who = self.approvals.get(id.index()).and_then(|all| all.get(nth)).map_or("", String::as_str);
        let count = plan.environments.find(id).and_then(|environment| environment.approvals.get(nth));
        (who, count.copied().unwrap_or(1))
    }

    /// The nth approval of an environment, in words.
    pub fn approval(&self, plan: &Plan, id: EnvironmentPlanId, nth: u16) -> String {
        approval(&self.approvers(plan, id, nth))
    }

    /// Who may give the nth override of an environment, in words.
    pub fn overriders(&self, plan: &Plan, id: EnvironmentPlanId, nth: u16) -> String {
        let nth = usize::from(nth);
        let who = self.overrides.get(id.index()).and_then(|all| all.get(nth)).map_or("", String::as_str);
        let count = plan.environments.find(id).and_then(|environment| environment.overrides.get(nth));
        approvers(count.map_or(1, |it| it.count), who)
    }

    /// Who may override windows that an environment waits for, to follow them. With more than one of these `windows`, each
    /// says for which.
    pub fn overriding(&self, plan: &Plan, id: EnvironmentPlanId, asked: &[u16], windows: usize) -> String {
        let of_window = |nth: u16| {
            let which = plan.environments.find(id)?.overrides.get(usize::from(nth))?;
            self.windows.get(which.window.index())
        };
        let who = |nth: &u16| {
            let who = self.overriders(plan, id, *nth);
            match of_window(*nth).filter(|_| windows > 1) {
                Some(window) => format!("{who} for {window}"),
                None => who,
            }
        };
        format!("or approval of {}", and(&asked.iter().map(who).collect::<Vec<_>>()))
    }

    /// The closed ones of the windows that an environment waits for, and when they open: `opens`, in their time zone.
    pub fn window(&self, plan: &Plan, now: Instant, opens: Option<Instant>, windows: &[WindowPlanId]) -> String {
        let (names, calendar) = self.closed_windows(plan, now, opens, windows);
        let when = opens.zip(calendar).map(|(at, calendar)| calendar.words(at, now));
        window(&names, when.as_deref())
    }

    /// The windows that an environment waits for, and the calendar whose time zone the sentence uses.
    pub fn closed_windows<'a>(
        &self,
        plan: &'a Plan,
        now: Instant,
        opens: Option<Instant>,
        all: &[WindowPlanId],
    ) -> (Vec<String>, Option<&'a Calendar>) {
        let opening = |window: &WindowPlanId| plan.windows.find(*window).and_then(|it| it.next_open(now));
        // those that open later than now; all of them if none opens as late as all do together
        let mut closed: Vec<_> = all.iter().filter(|window| opening(window) != Some(now)).collect();
        if !closed.iter().any(|window| opening(window) == opens) {
            closed = all.iter().collect();
        }
        let names = closed.iter().map(|window| self.windows.get(window.index()).cloned().unwrap_or_default());
        let calendar = closed.first().and_then(|window| plan.windows.find(**window)?.calendar.as_ref());
        (names.collect(), calendar)
    }

    /// A report as a sentence; `None` if it changes no status.
    pub fn report(&self, report: Report) -> Option<String> {
        let quoted = |id| format!("`{}`", self.environment(id));
        Some(match report {
            Report::Release(status) => format!("the release is {}", status.as_str()),
            Report::Environment(id, status) => format!("{} is {}", quoted(id), status.as_str()),
            Report::Started(id) => format!("{} begins", quoted(id)),
            Report::RollingBack(id) => format!("{} is rolled back", quoted(id)),
            Report::Soaking(id, _) => format!("{} {SOAKS}", quoted(id)),
            Report::Baking(_)
            | Report::AwaitingWindow(..)
            | Report::RetryingEnvironment(..)
            | Report::AwaitingOlder(_)
            | Report::Superseded(_)
            | Report::RetryingWorkflow(..) => return None,
        })
    }
}
