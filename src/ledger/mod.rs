//! The ledger: what every release intended and what became of it, kept in Git.
//!
//! Three layers, each of which knows those before it and none after it:
//!
//! - *bytes*: [`Store`] keeps the files that a ref begins with, and the batches appended to it, each on the disk before the
//!   append returns; [`lock()`] is the file lock beside it. Neither knows what the bytes mean;
//! - *the stored form*: [`entry`], [`meta`] and [`origin`] are what the bytes mean, and [`words`] the words in them. A form that
//!   was ever written stays readable. [`Ledger`] finds releases, [`writer`] writes them, [`read`] reads them strictly or
//!   tolerantly;
//! - *meaning*: [`fold`] feeds the machine with what is recorded, [`facts`] is what has come of it, [`sentences`] makes of it
//!   what people read.
//!
//! What is shown of a release has shapes of its own, elsewhere: a view never changes the ledger, nor the ledger a view. This
//! room must not know how an effect is performed.
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

mod detail;
mod emit;
pub mod entry;
mod error;
pub(crate) mod facts;
pub(crate) mod fold;
mod lock;
pub(crate) mod meta;
pub(crate) mod origin;
pub(crate) mod read;
mod record;
mod releases;
pub(crate) mod sentences;
mod store;
#[cfg(test)]
mod tests;
pub mod words;
pub(crate) mod writer;

pub use error::Error;
pub use lock::Owner;
pub(crate) use lock::{LockGuard, Locked, lock};
pub use record::Appended;
pub use record::Created;
pub(crate) use record::{Record, Tip};
pub(crate) use releases::{Ledger, Recorded};
pub use store::Store;
pub use store::release_ref;

/// What every operation here gives.
pub(crate) type Result<T> = std::result::Result<T, Error>;
