//! JSONPaths (RFC 9535), with errors that say where the mistake is and what to write instead.

use std::fmt;

use serde_json_path::JsonPath;

use super::location::dotted;
use super::segment::{PathSegment, segments};

/// How deep brackets may nest. This bounds the recursion of the parser.
const NESTING: usize = 16;
/// The maximum length of a path, in bytes.
const LENGTH: usize = 4096;

/// A JSONPath with its original text.
#[derive(Clone, Debug)]
pub struct Path {
    text: String,
    query: JsonPath,
    segments: Vec<PathSegment>,
    tag: bool,
}

/// Why a text is not a JSONPath.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PathError {
    /// The byte offset of the mistake, from 0.
    pub position: usize,
    /// The mistake, with the text of the path.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl Path {
    /// Parses a path such as `$..image` or `$["rollout-canary"].image.tag`.
    pub fn parse(text: &str) -> Result<Path, PathError> {
        let fail =
            |position: usize, message: String, help: &str| PathError { position, message, help: help.to_owned() };
        if text.len() > LENGTH {
            return Err(fail(
                LENGTH,
                format!("this JSONPath is longer than {LENGTH} bytes"),
                "write several shorter paths",
            ));
        }
        let outside = Outside::new(text);
        if let Some((position, _)) = outside.clone().find(|(_, depth)| *depth > NESTING) {
            return Err(fail(
                position,
                "the brackets in this JSONPath are nested too deeply".to_owned(),
                "write a simpler filter",
            ));
        }
        match JsonPath::parse(text) {
            Ok(query) => Ok(Path { text: text.to_owned(), query, segments: segments(text), tag: false }),
            Err(error) => Err(explain(text, error.position())),
        }
    }

    pub(super) fn query(&self) -> &JsonPath {
        &self.query
    }

    /// The same path `as tag`: of the image references that it selects, only the tag is meant.
    pub(crate) fn with_tag_only(self) -> Path {
        Path { tag: true, ..self }
    }

    /// Whether only the tag is meant.
    pub(super) fn is_tag(&self) -> bool {
        self.tag
    }

    /// Its segments.
    pub(super) fn segments(&self) -> &[PathSegment] {
        &self.segments
    }

    /// The path as it is written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The parents of this path, from the nearest up, made by dropping the last steps.
    pub(super) fn parents(&self) -> impl Iterator<Item = JsonPath> + '_ {
        let mut cuts: Vec<usize> = Outside::new(&self.text)
            .zip(self.text.chars())
            .filter(|((_, depth), c)| *depth == 0 && *c == '.' || *depth == 1 && *c == '[')
            .map(|((position, _), _)| position)
            .collect();
        cuts.reverse();
        cuts.into_iter().filter_map(|cut| JsonPath::parse(self.text.get(..cut)?.trim_end_matches('.')).ok())
    }

    /// The last name in the text, for "did you mean".
    pub(super) fn last_name(&self) -> &str {
        let part = self.text.trim_end_matches([']', '"', '\'']);
        part.rsplit(['.', '[', '"', '\'']).next().unwrap_or_default()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The characters of a path outside quotes, with their position and the number of open brackets.
#[derive(Clone)]
struct Outside<'t> {
    rest: std::str::CharIndices<'t>,
    depth: usize,
    quote: Option<char>,
    escaped: bool,
}

impl<'t> Outside<'t> {
    fn new(text: &'t str) -> Outside<'t> {
        Outside { rest: text.char_indices(), depth: 0, quote: None, escaped: false }
    }
}

impl Iterator for Outside<'_> {
    /// The position and the number of open brackets. A closing bracket counts as still open, and a position inside
    /// quotes as one deeper, so that neither looks like a step.
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        let (position, c) = self.rest.next()?;
        if let Some(quote) = self.quote {
            if !self.escaped && c == quote {
                self.quote = None;
            }
            self.escaped = !self.escaped && c == '\\';
            return Some((position, self.depth.max(2)));
        }
        match c {
            '\'' | '"' => self.quote = Some(c),
            '[' | '(' => self.depth += 1,
            ']' | ')' => {
                self.depth = self.depth.saturating_sub(1);
                return Some((position, self.depth + 1));
            }
            _ => {}
        }
        Some((position, self.depth))
    }
}

fn explain(text: &str, position: usize) -> PathError {
    let mut position = position.min(text.len());
    while !text.is_char_boundary(position) {
        position -= 1;
    }
    let found = text.get(position..).and_then(|rest| rest.chars().next());
    let (message, help) = if !text.starts_with('$') {
        position = 0;
        let fixed = format!("$.{}", text.trim_start_matches('.'));
        let help = JsonPath::parse(&fixed).map(|_| format!("write `{fixed}`")).ok();
        (format!("a JSONPath starts with `$`, but `{text}` does not"), help)
    } else if let Some(fixed) = bracketed(text) {
        (
            format!("in `{text}`, a name after a dot may contain only letters, digits and `_`"),
            Some(format!("write `{fixed}`")),
        )
    } else {
        let message = match found {
            Some(c) => format!("unexpected `{c}` in the JSONPath `{text}`"),
            None => format!("the JSONPath `{text}` is incomplete"),
        };
        (message, None)
    };
    let help = help.unwrap_or_else(|| {
        "write a JSONPath such as `$.image.tag`, `$..image` or `$[\"rollout-canary\"].env[0]`".to_owned()
    });
    PathError { position, message, help }
}

/// The path with brackets around every dotted name that needs them; `None` if that does not make it valid.
fn bracketed(text: &str) -> Option<String> {
    let mut fixed = String::from("$");
    let mut rest = text.strip_prefix('$')?;
    while let Some(first) = rest.chars().next() {
        if first == '[' {
            let end =
                Outside::new(rest).zip(rest.char_indices()).find(|((_, depth), (_, c))| *c == ']' && *depth == 1)?.0.0
                    + 1;
            fixed.push_str(rest.get(..end)?);
            rest = rest.get(end..)?;
            continue;
        }
        let dots = if rest.starts_with("..") { ".." } else { "." };
        rest = rest.strip_prefix(dots)?;
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let name = rest.get(..end)?;
        rest = rest.get(end..)?;
        match name {
            "" => fixed.push_str(dots),
            _ if name == "*" || dotted(name) => fixed.extend([dots, name]),
            _ => {
                fixed.push_str(dots.strip_prefix('.').map_or("", |more| if more.is_empty() { "" } else { dots }));
                fixed.push_str(&format!("[{}]", serde_json::Value::from(name)));
            }
        }
    }
    JsonPath::parse(&fixed).ok().map(|_| fixed)
}
