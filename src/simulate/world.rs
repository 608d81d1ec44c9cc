//! The world of virtual time: the releases of one product, answered by a script.

use std::convert::Infallible;

use super::agenda::{Agenda, AgendaItem};
use super::player::{Moment, Player};
use super::scenario::{AnswerKind, Script};
use super::versions::{RunningValues, Versions};
use crate::release::{EventKind, ProductEvent, ReleaseId, Releases, ReleasesEffect, ReleasesEvent, World};
use crate::syntax::literal::Instant;

/// Answers every effect of every release, in order of time.
pub(super) struct VirtualWorld<'p> {
    players: Vec<Player<'p>>,
    /// The player of each release, in order of arrival.
    arrived: Vec<usize>,
    agenda: Agenda,
    versions: Versions,
}

impl<'p> VirtualWorld<'p> {
    /// The world of the players of one product.
    pub(super) fn new(script: &Script, players: Vec<Player<'p>>) -> VirtualWorld<'p> {
        let (mut agenda, mut versions) = (Agenda::default(), Versions::default());
        for (nth, player) in players.iter().enumerate() {
            player.announce(nth, &mut agenda);
        }
        for told in script.givens.iter().filter(|told| told.of.is_none()) {
            let (AnswerKind::Version(version), Some(player)) = (&told.what, players.first()) else { continue };
            for environment in told.within.iter().flatten() {
                for (application, _) in player.product.applications_in(*environment) {
                    versions.given(application, RunningValues::Version(version.clone()));
                }
            }
        }
        VirtualWorld { players, arrived: Vec::new(), agenda, versions }
    }

    /// The releases in order of declaration, each with its id. The last one sees what runs at the very end.
    pub(super) fn into_players(mut self) -> Vec<(Player<'p>, Option<ReleaseId>)> {
        if let Some(last) = self.players.last_mut() {
            last.look_at_versions(&self.versions);
        }
        let id = |nth: usize| self.arrived.iter().position(|player| *player == nth).map(ReleaseId);
        let ids: Vec<Option<ReleaseId>> = (0..self.players.len()).map(id).collect();
        self.players.into_iter().zip(ids).collect()
    }

    /// The event of an item; `None` if it had no effect, or was replaced by other items.
    fn happen(&mut self, at: Instant, nth: usize, item: AgendaItem) -> Option<ProductEvent<'p>> {
        let player = self.players.get_mut(nth)?;
        let what = match item {
            AgendaItem::Arrives => {
                self.arrived.push(nth);
                return Some(ProductEvent::Arrives(player.plan));
            }
            AgendaItem::Environment(id, loss) => {
                player.lose_health(id, loss, at, nth, &mut self.agenda);
                return None;
            }
            AgendaItem::Outcome(id, outcome) => EventKind::Outcome(id, player.ends(id, outcome, &self.versions)),
            AgendaItem::Application(id, loss) => EventKind::HealthLoss(id, loss),
            AgendaItem::Terminate => EventKind::Terminate,
            AgendaItem::Retry => EventKind::Retry { force: false },
        };
        let id = self.arrived.iter().position(|other| *other == nth)?;
        (!player.is_deaf(what)).then_some(ProductEvent::Of(ReleaseId(id), what))
    }
}

impl<'p> World<Releases<'p>> for VirtualWorld<'p> {
    type Error = Infallible;

    fn next(&mut self, due: Option<Instant>) -> Result<Option<ReleasesEvent<'p>>, Infallible> {
        while let Some((at, nth, item)) = self.agenda.next(due) {
            if let Some(what) = self.happen(at, nth, item) {
                return Ok(Some(ReleasesEvent { at, what }));
            }
        }
        Ok(due.map(|at| {
            self.agenda.pass(at);
            ReleasesEvent { at, what: ProductEvent::Due }
        }))
    }

    fn perform(
        &mut self,
        event: &ReleasesEvent<'p>,
        effects: &[ReleasesEffect],
        releases: &Releases<'p>,
    ) -> Result<(), Infallible> {
        for effect in effects {
            let (ReleasesEffect::Happened(id, _) | ReleasesEffect::Effect(id, _)) = *effect;
            let (Some(nth), Some(state)) = (self.arrived.get(id.0).copied(), releases.state(id)) else { continue };
            let Some(player) = self.players.get_mut(nth) else { continue };
            let (agenda, versions) = (&mut self.agenda, &mut self.versions);
            let mut moment = Moment { now: event.at, nth, state, agenda, versions };
            match *effect {
                ReleasesEffect::Happened(_, event) => player.happened(event, &mut moment),
                ReleasesEffect::Effect(_, effect) => player.perform(effect, &mut moment),
            }
        }
        for (id, nth) in self.arrived.iter().enumerate() {
            if let (Some(player), Some(state)) = (self.players.get_mut(*nth), releases.state(ReleaseId(id))) {
                player.look_at_gates(state, event.at);
            }
        }
        Ok(())
    }
}
