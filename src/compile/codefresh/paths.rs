//! JSONPaths in the dialect of Codefresh: `$`, `.name`, `..name`, `["name"]`, `.*` and `[N]`.
//!
//! The paths of the language are RFC 9535, which has more. A path is written in the dialect if that says the same.

use std::ops::Range;

/// What Codefresh cannot read in a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UnreadablePath {
    /// The bytes of the path.
    pub place: Range<usize>,
    /// The part in words: `a filter`.
    pub what: &'static str,
    /// The path before it: of the value that contains what is selected.
    pub before: String,
}

/// The path in the dialect.
pub(super) fn path(text: &str) -> Result<String, UnreadablePath> {
    let mut out = String::from("$");
    let mut at = 1;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (length, segment) = segment(rest);
        match segment {
            Ok(segment) => out.push_str(&segment),
            Err(what) => return Err(UnreadablePath { place: at..at + length, what, before: out }),
        }
        at += length.max(1);
    }
    Ok(out)
}

/// The length of the first segment, and the segment in the dialect, or what it is.
fn segment(rest: &str) -> (usize, Result<String, &'static str>) {
    if let Some(name) = rest.strip_prefix("..") {
        let length = 2 + name_length(name);
        return match name.chars().next() {
            Some('*') => (3, Err("a wildcard at any depth")),
            Some('[') => (2 + bracket_length(name), Err("a bracket at any depth")),
            _ => (length, Ok(rest.get(..length).unwrap_or_default().to_owned())),
        };
    }
    if rest.starts_with(".*") {
        return (2, Ok(".*".to_owned()));
    }
    if let Some(name) = rest.strip_prefix('.') {
        let length = 1 + name_length(name);
        return (length, Ok(rest.get(..length).unwrap_or_default().to_owned()));
    }
    let length = bracket_length(rest);
    let inner = rest.get(1..length.saturating_sub(1)).unwrap_or_default().trim();
    (length, bracket(inner))
}

fn name_length(text: &str) -> usize {
    text.find(['.', '[']).unwrap_or(text.len())
}

/// The length up to the bracket that closes the first one.
fn bracket_length(text: &str) -> usize {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            (None, _) => {}
        }
    }
    text.len()
}

/// The text between brackets.
fn bracket(inner: &str) -> Result<String, &'static str> {
    if inner == "*" {
        return Ok(".*".to_owned());
    }
    if inner.starts_with('?') {
        return Err("a filter");
    }
    for quote in ['"', '\''] {
        if let Some(name) = inner.strip_prefix(quote).and_then(|inner| inner.strip_suffix(quote)) {
            let unescaped = name.replace("\\\\", "").replace(&format!("\\{quote}"), "");
            return match name.contains(['"', '\'', '\\']) {
                false => Ok(format!("[\"{name}\"]")),
                true if unescaped.contains(quote) => Err("several names"),
                true => Err("a name with a quote or a backslash"),
            };
        }
    }
    match inner {
        _ if inner.contains(',') => Err("several elements"),
        _ if inner.contains(':') => Err("a slice"),
        _ if inner.starts_with('-') => Err("an index from the end"),
        _ => Ok(format!("[{inner}]")),
    }
}

/// The first character that the CRD of `PromotionTask` refuses in the path of a version:
/// `^\$[.\[\]'"0-9a-zA-Z_*?@()]*$`.
pub(super) fn refused_in_version(path: &str) -> Option<char> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "$.[]'\"_*?@()".contains(c);
    path.chars().find(|c| !allowed(*c))
}

/// The path with other keys, which the CRD accepts: `$.app_version` for `$["app-version"]`.
pub(super) fn renamed_for_version(path: &str) -> String {
    let plain = path.replace("[\"", ".").replace("\"]", "");
    plain.chars().map(|c| if refused_in_version(&c.to_string()).is_some() { '_' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_in_the_dialect_if_that_says_the_same() {
        for same in ["$", "$.a", "$..image", "$.a[\"b-c\"].d", "$.list[0].x", "$.a.*", "$.*", "$[\"a.b[0]\"].c"] {
            assert_eq!(path(same), Ok(same.to_owned()));
        }
        assert_eq!(path("$['a-b'][*][ 3 ]"), Ok("$[\"a-b\"].*[3]".to_owned()));
    }

    #[test]
    fn what_codefresh_cannot_read_has_a_place() {
        let cases = [
            ("$.env[?@.name == \"T]\"].value", "[?@.name == \"T]\"]", "a filter", "$.env"),
            ("$.a[1:2].b", "[1:2]", "a slice", "$.a"),
            ("$.a[-1]", "[-1]", "an index from the end", "$.a"),
            ("$.a[0,1]", "[0,1]", "several elements", "$.a"),
            ("$[\"a\",\"b\"]", "[\"a\",\"b\"]", "several names", "$"),
            ("$[\"a\\\"b\"]", "[\"a\\\"b\"]", "a name with a quote or a backslash", "$"),
            ("$[\"a\\\\b\"]", "[\"a\\\\b\"]", "a name with a quote or a backslash", "$"),
            ("$.x..*", "..*", "a wildcard at any depth", "$.x"),
            ("$..[\"a\"].b", "..[\"a\"]", "a bracket at any depth", "$"),
        ];
        for (text, place, what, before) in cases {
            let found = path(text).expect_err(text);
            let found_place = text.get(found.place.clone()).unwrap_or_default();
            assert_eq!((found_place, found.what, found.before.as_str()), (place, what, before));
        }
    }

    #[test]
    fn a_version_has_plain_keys() {
        assert_eq!(refused_in_version("$.appVersion[0][\"a\"]"), None);
        assert_eq!(refused_in_version("$[\"app-version\"]"), Some('-'));
        assert_eq!(refused_in_version("$[\"app version\"]"), Some(' '));
        assert_eq!(refused_in_version("$.größe"), Some('ö'));
        assert_eq!(renamed_for_version("$[\"app-version\"].größe"), "$.app_version.gr__e");
    }
}
