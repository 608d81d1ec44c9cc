//! The ledger: what every release intended and what happened, kept in Git.
//!
//! It has three layers. Each knows the layers before it and none after it:
//!
//! - *Bytes.* [`Store`] keeps the files that a ref starts with and the batches appended to it. Each batch is on disk
//!   before the append returns. `lock` is the file lock beside it. Neither knows what the bytes mean.
//! - *The stored form.* [`entry`], `meta` and `origin` define what the bytes mean, and [`words`] the words in them. A
//!   form that was ever written stays readable. `Ledger` finds releases, `writer` writes them, and `read` reads them
//!   strictly or tolerantly.
//! - *Meaning.* `fold` restores the state of the machine, `facts` collects what has happened in a release, and
//!   `sentences` turns records into text for people.
//!
//! What is shown of a release has types of its own elsewhere, so a view never changes the ledger, nor the ledger a
//! view. This module must not know how an effect is performed.
//!
//! ```no_run
//! use promoc::ledger::{Appended, Created, Store, release_ref};
//! # fn main() -> Result<(), promoc::ledger::Error> {
//! let store = Store::open(std::path::Path::new(".promo/state.git"))?;
//! let name = release_ref("shop", "deploy-0123456789")?;
//! let Created::New(tip) = store.create(&name, &[("meta.json", b"{}")])? else { return Ok(()) };
//! if let Appended::New(_tip) = store.append(&name, &tip, b"{\"seq\":0}\n")? {
//!     // The intent is durable, so its effect may happen now.
//! }
//! # Ok(())
//! # }
//! ```
#![allow(clippy::disallowed_methods, reason = "this module is the real world")]

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
pub(crate) use lock::{LockGuard, Locked, is_abandoned, lock};
pub use record::{Appended, Created};
pub(crate) use record::{Record, Tip};
pub(crate) use releases::{Ledger, Recorded};
pub use store::{Store, release_ref};

pub(crate) type Result<T> = std::result::Result<T, Error>;
