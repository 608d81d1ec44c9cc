//! Editor features: pure functions over a program and a place in it, in plain data; one file each.
//!
//! The language server (`lsp/`) converts positions and results to the protocol, and knows nothing of the language.
//! This module must not know the protocol, and does not touch files.
//!
//! | question | files |
//! |---|---|
//! | what is the text around a cursor, complete or not? | `cursor`, `form` |
//! | what may be written here? | `completion`, `snippet` |
//! | what does a name refer to, and where else is it? | `occurrence`, `definition`, `rename` |
//! | what does it mean? | `hover`, `parameter`, `signature` |
//! | what follows from it? | `inlay`, `lens`, `hierarchy`, `simulation` |
//! | what can be corrected? | `action` |
//! | what is the shape of a file? | `symbols`, `structure`, `formatting`, `tokens` |

mod action;
mod completion;
mod cursor;
mod definition;
mod form;
mod formatting;
mod hierarchy;
mod hover;
mod inlay;
mod lens;
mod occurrence;
mod parameter;
mod rename;
mod signature;
mod simulation;
mod snippet;
mod structure;
mod symbols;
mod tokens;

#[cfg(test)]
mod tests;

pub use action::{all_fixes, fixes};
pub use completion::{Offer, OfferKind, Offers, Surroundings, completions, documentation};
pub use cursor::fingerprint;
pub use definition::{definitions, type_definitions};
pub use formatting::{TextEdit, formatting};
pub use hierarchy::{FlowMember, downstream, flow_members, upstream};
pub use hover::{Hover, hover};
pub use inlay::{Hint, hints};
pub use lens::{Lens, LensKind, lenses, play_scenario, preview};
pub use occurrence::{Occurrence, Role, Symbol, occurrence_at, occurrences, occurrences_of};
pub use rename::{RenameError, rename, renamed};
pub use signature::{Signature, SignatureHelp, signatures};
pub use simulation::timeline;
pub use structure::{Fold, enclosing, folds};
pub use symbols::{Declared, Outline, OutlineKind, declared, outline};
pub use tokens::{ColoredWord, WordKind, tokens};
