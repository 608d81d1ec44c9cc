//! Changes values at JSONPaths in YAML, JSON, and TOML, and no other byte.
//!
//! This module knows nothing about the language, Git, or the disk: it takes texts and returns texts. Its promises:
//!
//! - Each value that a path selects in the source is given to its partner in the target, as source text (`58.10` is not
//!   `58.1`). Elements of lists are partners by identity (`name`, `id`, …), not by position, and an index counts in each
//!   document on its own. Missing keys are added. What a list or mapping that is copied whole has only in the target is
//!   removed.
//! - Parts that are equal keep their bytes. A scalar keeps the quotes of the target if the value can be written with
//!   them; a value never changes its type. A comment goes where its element goes.
//! - The result is parsed again. It must have the wanted values at the selected locations and the old values everywhere
//!   else, or the edit is refused.
//! - In a file with several documents, a path applies to each of them. Documents are partners by `kind` and
//!   `metadata.name` if all of the source have these, and by position if there are equally many. Single documents are
//!   partners whatever their names.
//!
//! ```
//! use promoc::edit::{Format, Path, transfer};
//! let path = Path::parse("$.image.tag").unwrap();
//! let source = "image: {tag: \"1.10\"}\n";
//! let target = "image:\n  tag: 'v9'  # ours\n";
//! let outcome = transfer(Format::Yaml, source, target, &[path]).unwrap();
//! assert_eq!(outcome.text, "image:\n  tag: '1.10'  # ours\n");
//! assert_eq!(outcome.changes[0].path, "$.image.tag");
//! ```

mod brackets;
mod compare;
mod documents;
mod error;
mod identity;
mod json;
mod kind_of;
mod layout;
mod location;
mod members;
mod order;
mod pair;
mod patch;
mod path;
mod query;
mod render;
mod scalar;
mod scan;
mod segment;
mod source;
mod splice;
mod tag;
#[cfg(test)]
mod tests;
mod toml;
mod toml_lists;
mod transfer;
mod tree;
mod value;
mod view;
mod walk;
mod want;
mod yaml;

pub(crate) use compare::{ComparedValue, compare};
pub use error::EditError;
pub(crate) use kind_of::change_of_type;
pub use path::Path;
pub(crate) use source::{Document, Selected};
pub(crate) use tag::tag;
pub(crate) use transfer::partners;
pub use transfer::{EditedValue, transfer};
pub(crate) use view::{FileChangeKind, FileView, LinesView, PropertyView};

/// A format whose values can be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// YAML 1.2, with care for readers of YAML 1.1.
    Yaml,
    /// JSON without comments and trailing commas.
    Json,
    /// TOML, edited in place by toml_edit.
    Toml,
}

impl Format {
    /// The format of a file, decided by its extension.
    pub(crate) fn of_path(path: &str) -> Option<Format> {
        let (_, ending) = path.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Format::Yaml),
            "json" => Some(Format::Json),
            "toml" => Some(Format::Toml),
            _ => None,
        }
    }

    /// The name of the format in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Format::Yaml => "YAML",
            Format::Json => "JSON",
            Format::Toml => "TOML",
        }
    }
}
