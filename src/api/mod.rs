//! The documents that `--format json` prints, as types, in one file for each command.
//!
//! A document is built from the results of other modules, serialized, and printed by `cli`; this module computes nothing
//! itself, and only `cli` may depend on the shape of a document. The order of the fields here is the order in the output.
//! `docs/schemas` is generated from these types, so their doc comments become the descriptions in the schemas.
//! `docs/json.md` explains the documents.
//!
//! ```
//! use promoc::{api::CheckDocument, program::MemoryFiles};
//! let files = MemoryFiles([("main.promo".to_string(), "environment dev\nflow main { trigger dev }\n".to_string())].into());
//! let analysed = promoc::analyse(&files, "main.promo").unwrap();
//! let document = CheckDocument::new(analysed.diagnostics(), analysed.sources());
//! assert_eq!((document.errors, document.warnings), (1, 0));
//! ```

pub(crate) mod check;
pub(crate) mod policy;
mod shared;
pub mod simulate;
pub(crate) mod simulate_runs;
pub(crate) mod test;
pub(crate) mod verify;

#[cfg(feature = "run")]
pub(crate) mod preview;
#[cfg(feature = "run")]
pub(crate) mod release;
#[cfg(feature = "run")]
pub(crate) mod releases;
#[cfg(feature = "run")]
pub(crate) mod run;

#[cfg(test)]
mod tests;

pub use check::CheckDocument;
pub(crate) use policy::PolicyDocument;
pub(crate) use shared::{Instant, StatementLocation, Status};
pub(crate) use simulate::SimulateDocument;
pub use simulate_runs::SimulateRunsDocument;
pub(crate) use test::TestDocument;
pub use verify::VerifyDocument;

#[cfg(feature = "run")]
pub use preview::PreviewDocument;
#[cfg(feature = "run")]
pub use release::ReleaseDocument;
#[cfg(feature = "run")]
pub use releases::ReleasesDocument;
#[cfg(feature = "run")]
pub use run::RunDocument;
