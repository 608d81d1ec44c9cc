//! Where the ledger of a project is.

use super::error::RunError;
use crate::ledger::Ledger;
use crate::project::{self, ProjectRoot};

/// The ledger that `promo.toml` names.
///
/// # Errors
/// Where that is a remote.
pub(super) fn of(home: &ProjectRoot) -> Result<Ledger, RunError> {
    let ledger = &home.settings.ledger;
    let remote = ledger.contains("://") || ledger.split('/').next().is_some_and(|start| start.contains(':'));
    if remote {
        let message =
            format!("`ledger.repo = \"{ledger}\"` is a remote, which this promoc cannot use yet; name a path");
        return Err(project::Error::Settings { line: None, message }.into());
    }
    Ok(Ledger::new(home.path.join(ledger)))
}
