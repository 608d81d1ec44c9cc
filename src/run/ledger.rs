//! Where the ledger of a project is.

use super::error::RunError;
use super::project::ProjectRoot;
use super::settings::FILE;
use crate::ledger::Ledger;

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
        return Err(RunError::Settings { file: FILE.to_owned(), line: None, message });
    }
    Ok(Ledger::new(home.path.join(ledger)))
}
