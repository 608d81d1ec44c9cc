//! The documents that `--format json` prints, one file each, as types.
//!
//! A document is nothing but its fields: it is built out of the results of the other rooms, serialised, and printed by `cli`.
//! The order of the fields here is the order in the output. `docs/schemas` is generated from these types, so their doc comments
//! are what users of the schemas read; `docs/json.md` explains the documents at length. Nothing here decides or finds out
//! anything, and no other room but `cli` may depend on the shape of a document.
//!
//! ```
//! use promoc::{api::CheckDocument, program::MemoryFiles};
//! let files = MemoryFiles([("main.promo".to_string(), "environment dev\nflow main { trigger dev }\n".to_string())].into());
//! let analysed = promoc::analyse(&files, "main.promo").unwrap();
//! let document = CheckDocument::new(analysed.diagnostics(), analysed.sources());
//! assert_eq!((document.errors, document.warnings), (1, 0));
//! ```

pub mod check;
pub mod policy;
mod shared;
pub mod simulate;
pub mod simulate_runs;
pub mod test;
pub mod verify;

#[cfg(feature = "run")]
pub mod preview;
#[cfg(feature = "run")]
pub mod release;
#[cfg(feature = "run")]
pub mod releases;
#[cfg(feature = "run")]
pub mod run;

#[cfg(test)]
mod tests;

pub use check::CheckDocument;
pub use policy::PolicyDocument;
pub use shared::{Instant, StatementLocation, Status};
pub use simulate::SimulateDocument;
pub use simulate_runs::SimulateRunsDocument;
pub use test::TestDocument;
pub use verify::VerifyDocument;

#[cfg(feature = "run")]
pub use preview::PreviewDocument;
#[cfg(feature = "run")]
pub use release::ReleaseDocument;
#[cfg(feature = "run")]
pub use releases::ReleasesDocument;
#[cfg(feature = "run")]
pub use run::RunDocument;
