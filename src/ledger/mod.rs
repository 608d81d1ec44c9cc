//! The ledger: what every release intended and what became of it, kept in Git.
//!
//! [`Store`] keeps bytes: the files that a ref begins with, and the batches appended to it, each on the disk before the append
//! returns. [`lock`] is the file lock beside it. Neither knows what the bytes mean.
//!
//! ```no_run
//! use promoc::ledger::{Appended, Created, Store, release_ref};
//! # fn main() -> Result<(), promoc::ledger::Error> {
//! let store = Store::open(std::path::Path::new(".promo/state.git"))?;
//! let name = release_ref("shop", "deploy-0123456789")?;
//! let Created::New(tip) = store.create(&name, &[("meta.json", b"{}")])? else { return Ok(()) };
//! if let Appended::New(_tip) = store.append(&name, &tip, b"{\"seq\":0}\n")? {
//!     // The intent is durable: now its effect may happen.
//! }
//! # Ok(())
//! # }
//! ```
#![allow(clippy::disallowed_methods, reason = "this room is the world")]

pub mod entry;
mod error;
pub mod facts;
pub mod fold;
mod lock;
pub mod meta;
mod record;
mod store;
#[cfg(test)]
mod tests;
pub(crate) mod writer;

pub use error::Error;
pub use lock::{Guard, Locked, lock};
pub use record::{Appended, Created, Record, Tip};
pub use store::{Store, release_ref};

/// What every operation here gives.
pub type Result<T> = std::result::Result<T, Error>;
