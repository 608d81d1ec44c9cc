//! What each environment waited for, and until when, in words.

use super::{Simulation, TimelineEntry, TimelineEvent};
use crate::release::{Act, EffectId, EnvironmentPlanId, Report, Status, describe};
use crate::syntax::literal::Instant;

/// A period in which an environment waited for one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WaitPeriod {
    pub from: Instant,
    /// When the wait ended, however it ended. `None` if the release never ended.
    pub until: Option<Instant>,
    /// When it was meant to end, if that was known.
    pub planned: Option<Instant>,
    /// What it waited for, without the end.
    pub what: String,
    pub kind: WaitKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitKind {
    /// Environments, from the start of the release on, that succeeded.
    Dependency,
    /// Environments that did not succeed before the release ended.
    UnmetDependency,
    /// Environments after one of them was lost, or after a retry of the release.
    DependencyAgain,
    /// Its words say when the window opens.
    Window,
    Other,
}

impl WaitPeriod {
    /// What it waited for, and until when. `markup` and `time` write the two for where they are shown.
    pub(crate) fn words(&self, markup: impl Fn(&str) -> String, time: impl Fn(Instant) -> String) -> String {
        let what = markup(&self.what);
        let planned = self.planned.filter(|planned| self.until.is_some_and(|until| until != *planned));
        match (self.kind, planned) {
            (WaitKind::UnmetDependency, _) | (WaitKind::Window, None) => what,
            (WaitKind::Window, Some(_)) => describe::until(&format!("{what}, waited"), self.until.map(time)),
            (_, Some(planned)) => {
                let ends = describe::until(&what, self.until.map(&time));
                format!("{ends} (planned until {})", time(planned))
            }
            (_, None) => describe::until(&what, self.until.map(time)),
        }
    }
}

impl Simulation {
    /// What an environment waited for, in order, without waits of no length.
    pub(crate) fn waits(&self, id: EnvironmentPlanId) -> Vec<WaitPeriod> {
        let entries = self.about(id);
        let mut list = self.dependencies(id, &entries);
        for (nth, &(position, TimelineEntry { at: from, what })) in entries.iter().enumerate() {
            let rest = entries.get(nth + 1..).unwrap_or_default();
            let timer = |what: String, planned, kind| {
                let until = first_at(rest, |what| self.ends_timer(id, what));
                Some(WaitPeriod { from, until, planned, what, kind })
            };
            list.extend(match what {
                TimelineEvent::Reported(Report::Soaking(_, planned)) => {
                    timer(describe::SOAK.to_owned(), Some(planned), WaitKind::Other)
                }
                TimelineEvent::Reported(Report::AwaitingWindow(_, planned)) => {
                    let what = self.window_words(position, id, from, planned);
                    timer(what, planned, WaitKind::Window)
                }
                TimelineEvent::Reported(Report::RetryingEnvironment(_, planned)) => {
                    timer(describe::NEXT_TRY.to_owned(), Some(planned), WaitKind::Other)
                }
                TimelineEvent::Reported(Report::AwaitingOlder(_)) => {
                    timer(describe::OLDER_RELEASE.to_owned(), None, WaitKind::Other)
                }
                TimelineEvent::Asked(effect, act) => self.asked(effect, act).map(|what| {
                    let ended = |what| matches!(what, TimelineEvent::Ended(id, _) | TimelineEvent::Cancelled(id) if id == effect);
                    let until = first_at(rest, ended);
                    WaitPeriod { from, until, planned: None, what, kind: WaitKind::Other }
                }),
                _ => None,
            });
        }
        list.retain(|wait| wait.until.is_none_or(|until| wait.from < until));
        list.sort_by_key(|wait| wait.from);
        list
    }

    /// One line for each environment that waited for more than others.
    pub fn waits_text(&self) -> String {
        let mut text = String::new();
        for (id, name) in self.plan.environments.ids().zip(&self.names.environments) {
            let waits = self.waits(id).into_iter().filter(|wait| wait.kind != WaitKind::Dependency);
            let waits: Vec<String> = waits.map(|wait| wait.words(str::to_owned, describe::instant)).collect();
            if !waits.is_empty() {
                text.push_str(&format!("{name} waits for: {}\n", waits.join("; ")));
            }
        }
        text
    }

    /// The environments that it had to wait for: from the start of the release, after one was lost, and after a retry.
    fn dependencies(&self, id: EnvironmentPlanId, entries: &[(usize, TimelineEntry)]) -> Vec<WaitPeriod> {
        let mut list = Vec::new();
        // a release that never began waited only for its turn
        if self.plan.environments[id].needs.is_empty() || self.state.started().is_none() {
            return list;
        }
        let mut since = Some((0, self.start()));
        let (mut status, mut begins) = (Status::Pending, false);
        for &(nth, entry) in entries {
            if let Some((begin, from)) = since
                && (self.passes_dependencies(id, entry.what) || entry.what.ends_all())
            {
                list.extend(self.dependency(id, (begin, from), Some((nth, entry.at))));
                since = None;
            }
            match entry.what {
                TimelineEvent::Reported(Report::Environment(of, now)) if of == id => status = now,
                TimelineEvent::DependencyLost(of) if of == id => since = Some((nth, entry.at)),
                TimelineEvent::Retry => begins = true,
                TimelineEvent::Reported(Report::Release(Status::Running)) if std::mem::take(&mut begins) => {
                    since = Some((nth, entry.at)).filter(|_| status != Status::Succeeded);
                }
                _ => {}
            }
        }
        list.extend(since.and_then(|since| self.dependency(id, since, None)));
        list
    }

    /// A wait for dependencies between two entries, each with its instant.
    fn dependency(
        &self,
        id: EnvironmentPlanId,
        (begin, from): (usize, Instant),
        end: Option<(usize, Instant)>,
    ) -> Option<WaitPeriod> {
        let met = end.is_some_and(|(nth, _)| self.entries.get(nth).is_some_and(|entry| !entry.what.ends_all()));
        let kind = match (met, begin) {
            (false, _) => WaitKind::UnmetDependency,
            (true, 0) => WaitKind::Dependency,
            (true, _) => WaitKind::DependencyAgain,
        };
        // All of them from the start on, else those that are missing.
        let seen = if met { begin } else { end.map_or(self.entries.len(), |(nth, _)| nth) };
        let open = |other| kind == WaitKind::Dependency || self.status_before(other, seen) != Status::Succeeded;
        let needs = self.plan.environments[id].needs.len();
        let words = (0..needs).map(|nth| self.names.dependency(&self.plan, id, nth, open));
        let words: Vec<String> = words.filter(|words| !words.is_empty()).collect();
        let what = (!words.is_empty()).then(|| words.join(" and "))?;
        Some(WaitPeriod { from, until: end.map(|(_, at)| at), planned: None, what, kind })
    }

    fn status_before(&self, id: EnvironmentPlanId, nth: usize) -> Status {
        let status = |entry: TimelineEntry| match entry.what {
            TimelineEvent::Reported(Report::Environment(_, status)) => Some(status),
            _ => None,
        };
        self.entries_of(id, Some(nth)).rev().find_map(status).unwrap_or(Status::Pending)
    }

    /// Whether an environment no longer waits for its dependencies.
    fn passes_dependencies(&self, id: EnvironmentPlanId, what: TimelineEvent) -> bool {
        match what {
            TimelineEvent::Reported(Report::Environment(of, status)) => of == id && status != Status::Pending,
            TimelineEvent::Reported(
                Report::Soaking(of, _)
                | Report::AwaitingWindow(of, _)
                | Report::AwaitingOlder(of)
                | Report::Started(of),
            ) => of == id,
            _ => false,
        }
    }

    /// Whether a soak, a window or a delay of an environment ends there, as planned or not.
    fn ends_timer(&self, id: EnvironmentPlanId, what: TimelineEvent) -> bool {
        match what {
            TimelineEvent::Reported(report) if report.environment() == Some(id) => true,
            // An override is asked for while the window is awaited.
            TimelineEvent::Asked(_, Act::AskOverride(_)) => false,
            TimelineEvent::Asked(effect, _) => self.plan.environment_of(effect.place) == Some(id),
            TimelineEvent::DependencyLost(of) => of == id,
            _ => what.ends_all(),
        }
    }

    /// What an environment waits for during this effect, if only a person can end it.
    fn asked(&self, effect: EffectId, act: Act) -> Option<String> {
        let environment = self.plan.environment_of(effect.place)?;
        match act {
            Act::AskApproval(nth) => Some(self.names.approval(&self.plan, environment, nth)),
            Act::AwaitMerge => Some(describe::pull_request(self.application_of(effect).unwrap_or_default())),
            _ => None,
        }
    }
}

/// When something first happens.
fn first_at(entries: &[(usize, TimelineEntry)], is: impl Fn(TimelineEvent) -> bool) -> Option<Instant> {
    entries.iter().find(|(_, entry)| is(entry.what)).map(|(_, entry)| entry.at)
}
