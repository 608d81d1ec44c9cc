//! The only use of `edit` in this module: picks the format of a file and turns errors into one clause.

use crate::edit::{self, Document, EditError, Format, Path, PropertyView, Selected};

/// A value that a path selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundValue {
    /// Its exact path, with every name and index.
    pub path: String,
    /// Its source text, with quotes.
    pub source: String,
    /// Its text without quotes, for display; `None` if it is not a scalar.
    pub shown: Option<String>,
}

/// A file after an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edited {
    pub text: String,
    /// The values that changed.
    pub properties: Vec<PropertyView>,
}

fn format(file: &str) -> Result<Format, String> {
    Format::of_path(file).ok_or_else(|| {
        "promoc copies values only in YAML, JSON and TOML files; rename the file, or omit `at` to copy all of it"
            .to_owned()
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

/// The values that a path selects in a file.
///
/// # Errors
/// If the file or the path cannot be parsed.
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
/// If a file cannot be parsed, or the edit would change anything else.
pub(super) fn transfer(file: &str, source: &str, target: &str, paths: &[String]) -> Result<Edited, String> {
    let paths = paths.iter().map(|text| path(text)).collect::<Result<Vec<_>, _>>()?;
    let outcome = edit::transfer(format(file)?, source, target, &paths).map_err(|error| problem(&error))?;
    let property =
        |change: edit::EditedValue| PropertyView { path: change.path, old: change.old, new: Some(change.new) };
    Ok(Edited { text: outcome.text, properties: outcome.changes.into_iter().map(property).collect() })
}

/// A scalar without its quotes. Other source text is returned unchanged.
fn unquoted(source: &str) -> String {
    let inner = |quote: char| source.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    if inner('"').is_some() {
        // JSON knows every escape that a version can sensibly contain.
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
