//! Which windows an environment still waits for, and who may override them, as a timeline shows it.

use super::{Simulation, TimelineEvent};
use crate::release::{EnvironmentPlanId, Outcome, Place, Stage};
use crate::syntax::literal::Instant;

impl Simulation {
    /// The windows that an environment waits for from the `nth` entry on, when they open, and who may override them.
    pub(super) fn window_words(
        &self,
        nth: usize,
        id: EnvironmentPlanId,
        now: Instant,
        opens: Option<Instant>,
    ) -> String {
        let environment = &self.plan.environments[id];
        let answers: Vec<Option<Outcome>> =
            (0..environment.overrides.len()).map(|which| self.override_answer(nth, id, which)).collect();
        let is_given = |nth: usize| answers.get(nth) == Some(&Some(Outcome::Succeeded));
        let windows = self.plan.windows_without(id, is_given);
        let mut words = self.names.window(&self.plan, now, opens, &windows);
        let closed = |window| self.plan.windows.find(window).is_some_and(|it| it.next_open(now) != Some(now));
        let asked = (0u16..).zip(environment.overrides.iter().zip(&answers));
        let asked = asked.filter(|(_, (it, answer))| answer.is_none() && closed(it.window));
        let asked: Vec<u16> = asked.map(|(which, _)| which).collect();
        if !asked.is_empty() {
            let (closed, _) = self.names.closed_windows(&self.plan, now, opens, &windows);
            words.push_str(&format!(", {}", self.names.overriding(&self.plan, id, &asked, closed.len())));
        }
        words
    }

    /// How an override had been answered when the `nth` entry was made; `None`: not yet.
    fn override_answer(&self, nth: usize, id: EnvironmentPlanId, which: usize) -> Option<Outcome> {
        let is = |effect: crate::release::EffectId| {
            let stage = matches!(effect.stage, Stage::Override(other) if usize::from(other) == which);
            stage && effect.place == Place::Environment(id)
        };
        self.entries_of(id, Some(nth)).rev().find_map(|entry| match entry.what {
            TimelineEvent::Ended(effect, outcome) if is(effect) => Some(Some(outcome)),
            TimelineEvent::Asked(effect, _) | TimelineEvent::Cancelled(effect) if is(effect) => Some(None),
            _ => None,
        })?
    }
}
