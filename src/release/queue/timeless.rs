//! Several releases without time, for exploring every order: see [`Alarm`].

use std::hash::{Hash, Hasher};

use super::{ProductEvent, ReleaseId, Releases, ReleasesEvent};
use crate::program::EnvironmentId;
use crate::release::Alarm;
use crate::syntax::literal::Instant;

impl<'p> Releases<'p> {
    /// Makes them equal to all releases that differ only in time.
    pub(crate) fn forget_time(&mut self) {
        self.entrants.iter_mut().for_each(|entrant| entrant.state.forget_time());
        self.now = Instant::DEFAULT_START;
    }

    /// The event at which only this timer of a release fires.
    pub(crate) fn ring(&mut self, id: ReleaseId, alarm: Alarm) -> Option<ReleasesEvent<'p>> {
        let entrant = self.entrants.get_mut(id.0)?;
        let at = entrant.state.ring(entrant.plan, alarm)?.at;
        Some(ReleasesEvent { at, what: ProductEvent::Due })
    }

    /// Hashes which release waits for which.
    pub(crate) fn sketch(&self, hasher: &mut impl Hasher) {
        (&self.waiting, &self.live).hash(hasher);
        self.entrants.iter().for_each(|entrant| entrant.age.hash(hasher));
    }

    /// Hashes which releases have begun an environment.
    pub(crate) fn sketch_environment(&self, id: EnvironmentId, hasher: &mut impl Hasher) {
        self.begun.get(&id).hash(hasher);
        self.entrants.iter().for_each(|entrant| entrant.yields.contains(&id).hash(hasher));
    }
}
