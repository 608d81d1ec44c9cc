//! The only use of `edit` in this module: picks the format of a file and turns errors into one clause.

use crate::edit::{self, Document, EditError, Format, Path, PropertyView, Selected};
use crate::syntax::ast::ValuePath;

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
    let read = |text| Path::parse(text).map_err(|error| format!("{error}; {}", error.help));
    match text.strip_suffix(ValuePath::AS_TAG) {
        Some(text) => Ok(read(text)?.with_tag_only()),
        None => read(text),
    }
}

fn problem(error: &EditError) -> String {
    match error.help() {
        "" => error.to_string(),
        help => format!("{error}; {help}"),
    }
}

/// The values that a path selects in a file. With `as tag`, the tag is shown.
///
/// # Errors
/// If the file or the path cannot be parsed, or a value whose tag is meant has none.
pub(super) fn at(file: &str, text: &str, at: &str) -> Result<Vec<FoundValue>, String> {
    at_each(file, text, &[at.to_owned()])?.pop().unwrap_or_else(|| Ok(Vec::new()))
}

/// The same for many paths of one file.
///
/// # Errors
/// If the file cannot be parsed. What is wrong with a path is an error of that path.
pub(super) fn at_each(
    file: &str,
    text: &str,
    paths: &[String],
) -> Result<Vec<Result<Vec<FoundValue>, String>>, String> {
    let document = Document::parse(format(file)?, text).map_err(|error| problem(&error))?;
    Ok(paths.iter().map(|path| found(&document, path)).collect())
}

fn found(document: &Document<'_>, at: &str) -> Result<Vec<FoundValue>, String> {
    let value = |found: Selected| {
        let mut shown = found.scalar.then(|| unquoted(&found.source));
        if at.ends_with(ValuePath::AS_TAG) {
            let Some(reference) = &shown else {
                return Err(format!(
                    "`{}` is not an image reference; write the path of one, or remove `as tag`",
                    found.path
                ));
            };
            let (_, tag) = edit::tag(reference).map_err(|message| format!("`{}`: {message}", found.path))?;
            shown = Some(tag.to_owned());
        }
        Ok(FoundValue { path: found.path, source: found.source, shown })
    };
    document.select(&path(at)?).into_iter().map(value).collect()
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

/// What the target has now where [`transfer`] would write, in a form to be compared: for each path.
///
/// # Errors
/// If a file or a path cannot be parsed. What else [`transfer`] refuses is an error of its path.
pub(super) fn partners(
    file: &str,
    source: &str,
    target: &str,
    paths: &[String],
) -> Result<Vec<Result<Vec<FoundValue>, String>>, String> {
    let paths = paths.iter().map(|text| path(text)).collect::<Result<Vec<_>, _>>()?;
    let partners = edit::partners(format(file)?, source, target, &paths).map_err(|error| problem(&error))?;
    let value = |found: Selected| FoundValue { path: found.path, source: found.source, shown: None };
    let of_path = |found: Result<Vec<Selected>, EditError>| match found {
        Ok(found) => Ok(found.into_iter().map(value).collect()),
        Err(error) => Err(problem(&error)),
    };
    Ok(partners.into_iter().map(of_path).collect())
}

/// Every scalar and every empty collection of a file, with its path and source text, in order.
///
/// # Errors
/// If the file cannot be parsed.
pub(super) fn leaves(file: &str, text: &str) -> Result<Vec<(String, String)>, String> {
    let document = Document::parse(format(file)?, text).map_err(|error| problem(&error))?;
    let leaf = |found: &Selected| found.scalar || matches!(found.source.as_str(), "[]" | "{}");
    let all = ["$", "$..*"].into_iter().map(|all| path(all).map(|path| document.select(&path)));
    let all: Vec<Vec<Selected>> = all.collect::<Result<_, _>>()?;
    Ok(all.into_iter().flatten().filter(leaf).map(|found| (found.path, found.source)).collect())
}

/// The keys of a file that are nearest to a path that selects nothing there, as a clause; empty if there are none.
pub(super) fn nearest_keys(file: &str, text: &str, at: &str) -> String {
    let (Ok(format), Ok(path)) = (format(file), path(at)) else { return String::new() };
    match edit::partners(format, text, text, &[path]).ok().and_then(|mut paths| paths.pop()) {
        Some(Err(error @ EditError::NothingSelected { .. })) => format!("; {}", error.help()),
        _ => String::new(),
    }
}

/// A scalar without its quotes; what is no quoted scalar stays as it is written.
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
