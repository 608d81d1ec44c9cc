//! Changes values at JSONPaths in YAML, JSON and TOML, and no other byte.
//!
//! The room knows nothing of the language, of Git or of the disk: texts come in, texts go out. What it does:
//!
//! - every place that a path selects in the source gets the source's value at the same place of the target, as its source
//!   text (`58.10` is not `58.1`); parents that are missing are made, and what a selected mapping or sequence has only in
//!   the target goes;
//! - equal parts keep their bytes; a scalar keeps the target's quotes where they say the same, never a value of another type;
//! - the result is read again and compared: it says what was wanted at the places and what it said before everywhere else,
//!   or the edit is refused;
//! - in a file with several documents a path looks into each of them, and the documents of source and target belong
//!   together in order; their number, and their `kind`s where they have one, must be the same.
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

mod error;
mod json;
mod kind_of;
mod location;
mod members;
mod patch;
mod path;
mod render;
mod scalar;
mod scan;
mod source;
mod splice;
#[cfg(test)]
mod tests;
mod toml;
mod transfer;
mod tree;
mod value;
mod view;
mod want;
mod yaml;

pub(crate) use error::EditError;
pub(crate) use path::Path;
pub(crate) use source::{Document, Selected};
pub(crate) use transfer::{EditedValue, transfer};
pub(crate) use view::{FileChangeKind, FileView, PropertyView};

/// A format whose values can be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// YAML 1.2, read with YAML 1.1 in mind.
    Yaml,
    /// JSON.
    Json,
    /// TOML.
    Toml,
}

impl Format {
    /// The format of a file, by the ending of its name.
    pub(crate) fn of_path(path: &str) -> Option<Format> {
        let (_, ending) = path.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Format::Yaml),
            "json" => Some(Format::Json),
            "toml" => Some(Format::Toml),
            _ => None,
        }
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Format::Yaml => "YAML",
            Format::Json => "JSON",
            Format::Toml => "TOML",
        }
    }
}
