//! The segments of a JSONPath (RFC 9535, section 2.5), so that a path can be followed in two files at once.
//!
//! Only the outline is read here: the path is already known to be valid, and filters are left to the library.

use super::location::dotted;

/// One segment of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathSegment {
    /// Whether it is a descendant segment (`..`).
    pub(super) deep: bool,
    /// What it selects, in order.
    pub(super) selectors: Vec<Selector>,
}

/// One selector of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Selector {
    /// A member of a mapping.
    Name(String),
    /// Every member or element.
    Every,
    /// An element; counted from the end if negative.
    Index(i64),
    /// A range of elements, as it is written: `1:3`.
    Slice(String),
    /// A filter, as it is written: `?@.name == "web"`.
    Filter(String),
}

/// The segments of a valid path.
pub(super) fn segments(path: &str) -> Vec<PathSegment> {
    let mut segments = Vec::new();
    let mut rest = path.trim_start().strip_prefix('$').unwrap_or_default().trim_start();
    while !rest.is_empty() {
        let (deep, after) = match rest.strip_prefix("..") {
            Some(after) => (true, after),
            None => (false, rest.strip_prefix('.').unwrap_or(rest)),
        };
        let (selectors, end) = match after.strip_prefix('[') {
            Some(inside) => {
                let parts = split(inside);
                let length: usize = parts.iter().map(|part| part.len() + 1).sum();
                (parts.into_iter().map(|part| selector(part.trim())).collect(), 1 + length)
            }
            None => {
                let end = after.find(['.', '[']).unwrap_or(after.len());
                let name = after.get(..end).unwrap_or_default().trim_end();
                let selector = if name == "*" { Selector::Every } else { Selector::Name(name.to_owned()) };
                (vec![selector], end)
            }
        };
        segments.push(PathSegment { deep, selectors });
        rest = after.get(end..).unwrap_or_default().trim_start();
    }
    segments
}

/// The parts between the commas of a bracket, up to its end.
fn split(inside: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    let (mut quote, mut escaped) = (None, false);
    for (at, c) in inside.char_indices() {
        match quote {
            Some(open) => {
                if !escaped && c == open {
                    quote = None;
                }
                escaped = !escaped && c == '\\';
            }
            None => match c {
                '\'' | '"' => quote = Some(c),
                '[' | '(' => depth += 1,
                ',' | ']' if depth == 0 => {
                    parts.extend(inside.get(start..at));
                    start = at + 1;
                    if c == ']' {
                        break;
                    }
                }
                ']' | ')' => depth = depth.saturating_sub(1),
                _ => {}
            },
        }
    }
    parts
}

fn selector(text: &str) -> Selector {
    match text.chars().next() {
        Some('*') => Selector::Every,
        Some('?') => Selector::Filter(text.to_owned()),
        Some('"' | '\'') => Selector::Name(unquoted(text)),
        _ if text.contains(':') => Selector::Slice(text.to_owned()),
        _ => text.parse().map_or_else(|_| Selector::Name(text.to_owned()), Selector::Index),
    }
}

/// The member and the text of a filter such as `?@.name == "web"`; `None` if it asks for anything else.
pub(super) fn equality(filter: &str) -> Option<(String, String)> {
    let (name, text) = filter.strip_prefix('?')?.trim_start().strip_prefix("@.")?.split_once("==")?;
    let (name, text) = (name.trim_end(), text.trim());
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == quote && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    (dotted(name) && end?.0 + 1 == text.len()).then(|| (name.to_owned(), unquoted(text)))
}

/// The name in quotes. With single quotes only `\'` and an unescaped `"` are not as in JSON.
fn unquoted(text: &str) -> String {
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    let json = match text.starts_with('\'') {
        true => inner.replace("\\'", "'").replace('"', "\\\""),
        false => inner.to_owned(),
    };
    serde_json::from_str(&format!("\"{json}\"")).unwrap_or(json)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_filter_for_one_text_is_known() {
        let asks = |key: &str, text: &str| Some((key.to_owned(), text.to_owned()));
        assert_eq!(equality("?@.name == \"web\""), asks("name", "web"));
        assert_eq!(equality("? @.é=='it\\'s \"x\"'"), asks("é", "it's \"x\""));
        for other in [
            "?@.name != \"web\"",
            "?@.name == \"a\" && @.x == \"b\"",
            "?@.name == 'a' || 'b' == @.x",
            "?@.a.b == \"x\"",
            "?@[\"a\"] == \"x\"",
            "?@.n == 1",
            "?!@.a == \"x\"",
            "?\"x\" == @.a",
        ] {
            assert_eq!(equality(other), None, "{other}");
        }
    }

    use super::Selector::{Every, Filter, Index, Name, Slice};
    use super::*;

    #[test]
    fn a_path_is_divided_into_its_segments() {
        let name = |text: &str| Name(text.to_owned());
        let one = |selector: Selector| PathSegment { deep: false, selectors: vec![selector] };
        let deep = |selector: Selector| PathSegment { deep: true, selectors: vec![selector] };
        let cases = [
            ("$", vec![]),
            ("$.a.b_c", vec![one(name("a")), one(name("b_c"))]),
            ("$..image.tag", vec![deep(name("image")), one(name("tag"))]),
            ("$[\"a-b\"]['c.d'].e", vec![one(name("a-b")), one(name("c.d")), one(name("e"))]),
            ("$['it\\'s \"x\"']", vec![one(name("it's \"x\""))]),
            ("$[\"\\u00e9]\"]", vec![one(name("é]"))]),
            ("$.*[*]..*", vec![one(Every), one(Every), deep(Every)]),
            (
                "$[3][-1][1:3][::2]",
                vec![one(Index(3)), one(Index(-1)), one(Slice("1:3".into())), one(Slice("::2".into()))],
            ),
            (
                "$.env[?@.name == \"a]b\" && @.x[0] > 1].value",
                vec![one(name("env")), one(Filter("?@.name == \"a]b\" && @.x[0] > 1".into())), one(name("value"))],
            ),
            (
                "$[0, 'a', ?search(@, \"x,y\")]",
                vec![PathSegment {
                    deep: false,
                    selectors: vec![Index(0), name("a"), Filter("?search(@, \"x,y\")".into())],
                }],
            ),
            ("$..[0]", vec![deep(Index(0))]),
        ];
        for (path, wanted) in cases {
            assert!(serde_json_path::JsonPath::parse(path).is_ok(), "{path}");
            assert_eq!(segments(path), wanted, "{path}");
        }
    }
}
