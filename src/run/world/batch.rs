//! What is recorded about a turn: entries, which are written to the ledger as one batch before anybody can notice them.

use super::RealWorld;
use crate::ledger::entry::{CommitBase, EntryKind, LedgerEntry, VERSION};
use crate::ledger::facts::ClaimState;
use crate::release::{Act, Effect, Event, EventKind, Place};
use crate::run::commit;
use crate::run::error::RunError;
use crate::run::observer::Boundary;
use crate::run::workflow;

/// What an intent records in addition to the effect of the machine.
pub(super) type Added = (Vec<CommitBase>, ClaimState);

impl RealWorld<'_> {
    /// The ledger entries of an event and its effects.
    pub(super) fn entries(
        &mut self,
        event: &Event,
        effects: &[Effect],
    ) -> Result<(Vec<LedgerEntry>, Vec<Added>), RunError> {
        let context = self.context;
        let effect = match event.what {
            EventKind::Outcome(id, _) => Some(context.effect(id)),
            _ => None,
        };
        let mut kinds =
            vec![EntryKind::of_event(&event.what, effect, self.detail.clone(), &context.plan, &context.names)];
        let release = context.full_id();
        let mut added = Vec::new();
        for effect in effects {
            let mut kind = EntryKind::of_effect(effect, event.at, &release, &context.plan, &context.names);
            let mut own = Vec::new();
            let mut claimed = ClaimState::Unclaimed;
            // Once it is asked to stop, this runner starts nothing (rule 35): the workflow is left to any runner.
            if let (Effect::Do { act: Act::Workflow(_), .. }, EntryKind::Intent { claim, .. }) = (effect, &mut kind)
                && !self.options.interrupted()
            {
                let here = self.claims_here()?;
                *claim = Some(here.clone());
                claimed = ClaimState::At(here);
            }
            if let (Effect::Do { id, act: Act::Commit }, EntryKind::Intent { base, .. }) = (effect, &mut kind)
                && let Place::Application(application) = id.place
            {
                // If something cannot be read now, the commit itself fails later with that reason.
                own = commit::prepare(context, &mut self.repositories, application).unwrap_or_default();
                base.clone_from(&own);
            }
            kinds.push(kind);
            added.push((own, claimed));
        }
        let at = event.at.to_string();
        let entries = kinds.into_iter().zip(self.seq + 1..);
        let entries =
            entries.map(|(kind, seq)| LedgerEntry { v: VERSION, seq, epoch: self.epoch, at: at.clone(), kind });
        Ok((entries.collect(), added))
    }

    /// Records entries, which are on disk after the next [`flush`](Self::flush).
    pub(super) fn record(&mut self, entries: Vec<LedgerEntry>) {
        self.seq += entries.len() as u64;
        self.pending.extend(entries);
    }

    /// Writes what was recorded, and reports it. It is on disk when this returns.
    pub(super) fn flush(&mut self) -> Result<(), RunError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.options.boundary(|| Boundary::BeforeAppend);
        self.writer.append(&self.pending)?;
        self.options.boundary(|| Boundary::AfterAppend);
        if let Some(name) = self.starting.take() {
            self.observer.begins(&name, false);
        }
        for entry in std::mem::take(&mut self.pending) {
            self.observer.entry(&entry);
        }
        for id in std::mem::take(&mut self.over) {
            workflow::forget(self.context, id);
        }
        self.observer.waits(&self.waiting);
        Ok(())
    }

    /// Ends writing, because the release has ended (rule 26).
    pub(in crate::run) fn close(mut self) -> Result<(), RunError> {
        self.flush()?;
        self.writer.close();
        Ok(())
    }
}
