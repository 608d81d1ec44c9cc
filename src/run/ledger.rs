//! Finds the ledger of a project.

use super::error::RunError;
use crate::git;
use crate::ledger::Ledger;
use crate::project::{self, ProjectRoot};

/// Whether the project has a ledger, so that releases can be shown and resumed without its program.
pub(crate) fn has_ledger(root: &ProjectRoot) -> bool {
    let ledger = &root.settings.ledger;
    // A remote is refused when it is opened.
    git::transport(ledger).is_some() || root.path.join(ledger).exists()
}

/// The ledger that `promo.toml` names.
///
/// # Errors
/// If it is a remote.
pub(super) fn of(root: &ProjectRoot) -> Result<Ledger, RunError> {
    let ledger = &root.settings.ledger;
    if git::transport(ledger).is_some() {
        let message = format!(
            "`ledger.repo = \"{ledger}\"` is a remote, which promoc cannot use yet; write a path on this machine"
        );
        return Err(project::Error::Settings { line: None, message }.into());
    }
    Ok(Ledger::new(root.path.join(ledger)))
}
