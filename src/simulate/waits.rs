//! What each environment waited for, and until when, in words.

use super::{Simulation, TimelineEvent};
use crate::release::{Act, EffectId, EnvironmentPlanId, Report, Status, describe};
use crate::syntax::literal::Instant;

/// A period in which an environment waited for one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WaitPeriod {
    pub from: Instant,
    /// `None` if it waited until the end of the release.
    pub until: Option<Instant>,
    /// What it waited for, without the end.
    pub what: String,
    pub kind: WaitKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitKind {
    Dependency,
    /// Its words say when the window opens.
    Window,
    Other,
}

impl WaitPeriod {
    /// What it waited for, and until when.
    pub(crate) fn words(&self) -> String {
        match self.kind {
            WaitKind::Dependency | WaitKind::Other => describe::until(&self.what, self.until.map(describe::instant)),
            WaitKind::Window => self.what.clone(),
        }
    }
}

impl Simulation {
    /// What an environment waited for, in order, without waits of no length.
    pub(crate) fn waits(&self, id: EnvironmentPlanId) -> Vec<WaitPeriod> {
        let mut list = self.dependencies(id);
        let other = |from, until, what| WaitPeriod { from, until, what, kind: WaitKind::Other };
        for (nth, entry) in self.entries.iter().enumerate() {
            let from = entry.at;
            list.extend(match entry.what {
                TimelineEvent::Reported(Report::Soaking(of, until)) if of == id => {
                    Some(other(from, Some(until), describe::SOAK.to_owned()))
                }
                TimelineEvent::Reported(Report::AwaitingWindow(of, until)) if of == id => {
                    let what = self.window_words(nth, id, from, until);
                    Some(WaitPeriod { from, until, what, kind: WaitKind::Window })
                }
                TimelineEvent::Reported(Report::RetryingEnvironment(of, until)) if of == id => {
                    Some(other(from, Some(until), describe::NEXT_TRY.to_owned()))
                }
                TimelineEvent::Reported(Report::AwaitingOlder(of)) if of == id => {
                    let until = self.started_after(id, nth);
                    Some(other(from, until, describe::OLDER_RELEASE.to_owned()))
                }
                TimelineEvent::Asked(effect, act) if self.plan.environment_of(effect.place) == Some(id) => {
                    self.asked(effect, act).map(|what| other(from, self.ended_after(effect, nth), what))
                }
                _ => None,
            });
        }
        list.retain(|wait| wait.until.is_none_or(|until| wait.from < until));
        list
    }

    /// One line for each environment that waited for more than others.
    pub fn waits_text(&self) -> String {
        let mut text = String::new();
        for (id, name) in self.plan.environments.ids().zip(&self.names.environments) {
            let told = |wait: &WaitPeriod| wait.kind != WaitKind::Dependency || wait.until.is_none();
            let waits: Vec<String> = self.waits(id).iter().filter(|wait| told(wait)).map(WaitPeriod::words).collect();
            if !waits.is_empty() {
                text.push_str(&format!("{name} waits for: {}\n", waits.join("; ")));
            }
        }
        text
    }

    /// The environments that it had to wait for, until it could continue.
    fn dependencies(&self, id: EnvironmentPlanId) -> Vec<WaitPeriod> {
        let from = self.start();
        let gone_on = self.entries.iter().find(|entry| match entry.what {
            TimelineEvent::Reported(Report::Environment(of, status)) => of == id && status != Status::Pending,
            TimelineEvent::Reported(
                Report::Soaking(of, _)
                | Report::AwaitingWindow(of, _)
                | Report::AwaitingOlder(of)
                | Report::Started(of),
            ) => of == id,
            _ => false,
        });
        let until = gone_on.map(|entry| entry.at);
        let open =
            |other: EnvironmentPlanId| until.is_some() || self.state.environment(other).status != Status::Succeeded;
        let needs = self.plan.environments[id].needs.len();
        let words = (0..needs).map(|nth| self.names.dependency(&self.plan, id, nth, open));
        let words: Vec<String> = words.filter(|words| !words.is_empty()).collect();
        // a release that never began waited only for its turn
        if words.is_empty() || self.state.started().is_none() {
            return Vec::new();
        }
        vec![WaitPeriod { from, until, what: words.join(" and "), kind: WaitKind::Dependency }]
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

    fn ended_after(&self, effect: EffectId, nth: usize) -> Option<Instant> {
        let is = |what: TimelineEvent| matches!(what, TimelineEvent::Ended(id, _) | TimelineEvent::Cancelled(id) if id == effect);
        self.entries.iter().skip(nth).find(|entry| is(entry.what)).map(|entry| entry.at)
    }

    fn started_after(&self, id: EnvironmentPlanId, nth: usize) -> Option<Instant> {
        let is = |what: TimelineEvent| matches!(what, TimelineEvent::Reported(Report::Started(of)) if of == id);
        self.entries.iter().skip(nth).find(|entry| is(entry.what)).map(|entry| entry.at)
    }
}
