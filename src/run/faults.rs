//! Collects everything that is wrong before anything happens, so that a person corrects it all at once.

use super::error::RunError;

/// The faults found so far, each once.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<RunError>);

impl Faults {
    pub(super) fn add(&mut self, error: RunError) {
        match error {
            RunError::Several(faults) => faults.into_iter().for_each(|fault| self.add(fault)),
            // Several applications may lack the same repository, and several paths the same file.
            error if self.0.contains(&error) => {}
            error => self.0.push(error),
        }
    }

    /// The value of a result; an error is added.
    pub(super) fn take<T>(&mut self, result: Result<T, RunError>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    /// # Errors
    /// If there is a fault.
    pub(super) fn none(mut self) -> Result<(), RunError> {
        match (self.0.pop(), self.0.is_empty()) {
            (None, _) => Ok(()),
            (Some(only), true) => Err(only),
            (Some(last), false) => {
                self.0.push(last);
                Err(RunError::Several(self.0))
            }
        }
    }
}
