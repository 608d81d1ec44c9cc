//! Where this runner claims workflows, recorded before it starts one that another runner may have started (rule 31).

use super::RealWorld;
use crate::ledger::entry::{ClaimRecord, EntryKind, LedgerEntry, VERSION};
use crate::ledger::facts::{ClaimState, EffectFact};
use crate::release::Act;
use crate::run::error::RunError;
use crate::run::workflow;

impl RealWorld<'_> {
    /// Records that this runner may start a workflow whose intent an earlier one recorded, unless that one had claimed it
    /// in the same place. A workflow that may have run elsewhere is claimed only if it may run twice (rule 31).
    pub(super) fn claim(&mut self, fact: &mut EffectFact) -> Result<(), RunError> {
        let Act::Workflow(call) = fact.act else { return Ok(()) };
        let claim = self.claims_here()?;
        let wanted = match &fact.claim {
            ClaimState::At(there) if workflow::is_seen(there, &claim) => false,
            ClaimState::At(_) => workflow::is_idempotent(self.context, call) && fact.cancelled.is_none(),
            ClaimState::Unrecorded | ClaimState::Unclaimed => fact.cancelled.is_none(),
        };
        if !wanted {
            return Ok(());
        }
        let kind = EntryKind::Claimed { effect: self.context.effect(fact.id), claim: claim.clone() };
        // This is no event of the release, so its clock does not advance.
        let at = self.last.unwrap_or_else(|| self.now()).to_string();
        let entry = LedgerEntry { v: VERSION, seq: self.seq + 1, epoch: self.epoch, at, kind };
        self.record(vec![entry]);
        self.flush()?;
        self.facts.claimed(fact.id, claim.clone());
        fact.claim = ClaimState::At(claim);
        Ok(())
    }

    /// Where this runner claims workflows.
    pub(super) fn claims_here(&mut self) -> Result<ClaimRecord, RunError> {
        if self.claims.is_none() {
            self.claims = Some(workflow::claim(self.context)?);
        }
        self.claims.clone().ok_or_else(|| RunError::System("the run directory has no marker".to_owned()))
    }

    /// Removes the locks that killed promocs have left in the repositories of the release, also where it will not commit
    /// any more: such a lock keeps everybody else from pushing.
    pub(super) fn clear_leftovers(&mut self) {
        let applications = self.context.plan.applications.ids().filter_map(|id| self.context.application(id));
        for source in applications.flat_map(|(application, _)| &application.sources) {
            // One that cannot be opened is reported by the step that needs it.
            if let Ok(repository) = self.repositories.of(&self.context.map, source) {
                repository.clear_leftovers();
            }
        }
    }
}
