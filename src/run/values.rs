//! The one door to `edit`: which format a file has, and errors as one clause.

use crate::edit::{self, Document, EditError, Format, Path, PropertyView, Selected};

/// A value that a path finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundValue {
    /// Where it stands.
    pub path: String,
    /// How it is written.
    pub source: String,
    /// How people say it: without quotes. Nothing where it is not a single value.
    pub shown: Option<String>,
}

/// A file with other values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edited {
    /// Its text.
    pub text: String,
    /// What changed.
    pub properties: Vec<PropertyView>,
}

fn format(file: &str) -> Result<Format, String> {
    Format::of_path(file).ok_or_else(|| {
        "only YAML, JSON and TOML files have values; rename it, or copy it whole, without `at`".to_owned()
    })
}

fn path(text: &str) -> Result<Path, String> {
    Path::parse(text).map_err(|error| format!("{error}; {}", error.help))
}

fn problem(error: &EditError) -> String {
    match error.help() {
        "" => error.to_string(),
        help => format!("{error}; {help}"),
    }
}

/// What a path finds in a file.
///
/// # Errors
/// Where the file or the path is not what it must be.
pub(super) fn at(file: &str, text: &str, at: &str) -> Result<Vec<FoundValue>, String> {
    let document = Document::parse(format(file)?, text).map_err(|error| problem(&error))?;
    let value = |found: Selected| {
        let shown = found.scalar.then(|| unquoted(&found.source));
        FoundValue { path: found.path, source: found.source, shown }
    };
    Ok(document.select(&path(at)?).into_iter().map(value).collect())
}

/// The target with the values that the source has at these paths.
///
/// # Errors
/// Where a file is not what it must be, or the edit would change something else.
pub(super) fn transfer(file: &str, source: &str, target: &str, paths: &[String]) -> Result<Edited, String> {
    let paths = paths.iter().map(|text| path(text)).collect::<Result<Vec<_>, _>>()?;
    let outcome = edit::transfer(format(file)?, source, target, &paths).map_err(|error| problem(&error))?;
    let property =
        |change: edit::EditedValue| PropertyView { path: change.path, old: change.old, new: Some(change.new) };
    Ok(Edited { text: outcome.text, properties: outcome.changes.into_iter().map(property).collect() })
}

/// A scalar without its quotes; what is no quoted scalar stays as it is written.
fn unquoted(source: &str) -> String {
    let inner = |quote: char| source.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    if inner('"').is_some() {
        // Of its escapes JSON has all that a version could hold.
        return serde_json::from_str(source).unwrap_or_else(|_| source.to_owned());
    }
    inner('\'').map_or_else(|| source.to_owned(), |text| text.replace("''", "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_shown_without_its_quotes() {
        let cases = [("1.10", "1.10"), ("\"1.10\"", "1.10"), ("'v''1'", "v'1"), ("[1]", "[1]"), ("\"", "\"")];
        for (source, shown) in cases {
            assert_eq!(unquoted(source), shown);
        }
    }
}
