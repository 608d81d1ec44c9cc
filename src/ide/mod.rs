//! Editor features: pure functions over a program and a place in it, in plain data; one file each.
//!
//! The language server (`lsp/`) converts positions and results to the protocol, and knows nothing of the language.
//! This module must not know the protocol, and does not touch files.
//!
//! | question | files |
//! |---|---|
//! | what is the text around a cursor, complete or not? | [`cursor`], [`form`] |
//! | what does a name refer to, and where else is it? | [`occurrence`], [`definition`] |

mod cursor;
mod definition;
mod form;
mod occurrence;

#[cfg(test)]
mod tests;

pub use definition::{definitions, type_definitions};
pub use occurrence::{Occurrence, Role, Symbol, occurrence_at, occurrences, occurrences_of};
