//! Which document of a YAML file is which of another.

use super::error::EditError;
use super::value::Value;

/// What tells a document apart: `kind` and `metadata.name`; then also `apiVersion` and `metadata.namespace`.
type Mark = [Option<String>; 4];

/// How the documents of two files correspond.
pub(super) struct DocumentPairing {
    by: Pairs,
}

enum Pairs {
    /// The mark of each document of the source and of the target; `None` for a document that holds nothing.
    Name(Vec<Option<Mark>>, Vec<Option<Mark>>),
    /// The documents of each that hold something, and whether those that correspond are of one `kind`.
    Position(Vec<usize>, Vec<usize>, Vec<bool>),
    /// The target holds nothing, and begins with what it gets.
    Begin,
}

impl DocumentPairing {
    pub(super) fn new(source: &[Value], target: &[Value]) -> DocumentPairing {
        let something = |values: &[Value]| -> Vec<usize> {
            values.iter().enumerate().filter(|(_, value)| !matches!(value, Value::Null)).map(|(at, _)| at).collect()
        };
        let (from, to) = (something(source), something(target));
        let marks = |values: &[Value], all: bool| -> Vec<Option<Mark>> {
            values.iter().map(|value| mark(value, all)).collect()
        };
        let named =
            !from.is_empty() && from.iter().all(|at| source.get(*at).is_some_and(|value| mark(value, false).is_some()));
        let by = match (named, from.len(), to.len()) {
            (_, 0..=1, 0) => Pairs::Begin,
            (true, _, _) => {
                let all = !apart(&marks(source, false)) || !apart(&marks(target, false));
                Pairs::Name(marks(source, all), marks(target, all))
            }
            (false, _, _) => {
                let kind = |values: &[Value], at: &usize| values.get(*at).and_then(kind);
                let alike =
                    from.iter().zip(&to).map(|(ours, theirs)| kind(source, ours) == kind(target, theirs)).collect();
                Pairs::Position(from, to, alike)
            }
        };
        DocumentPairing { by }
    }

    /// The document of the target for one of the source.
    ///
    /// # Errors
    /// If there is none, or it is not certain which one is meant.
    pub(super) fn partner(&self, source: usize) -> Result<usize, EditError> {
        match &self.by {
            Pairs::Begin => Ok(0),
            Pairs::Name(from, to) => {
                let wanted = from.get(source).cloned().flatten();
                let words = wanted.as_ref().map(describe).unwrap_or_default();
                let same = |marks: &[Option<Mark>]| -> Vec<usize> {
                    marks.iter().enumerate().filter(|(_, mark)| **mark == wanted).map(|(at, _)| at).collect()
                };
                match (same(from).len(), same(to).as_slice()) {
                    (1, [one]) => Ok(*one),
                    (1, []) => Err(EditError::refused(
                        format!("{words} is not in the target"),
                        "add that document there first",
                    )),
                    _ => Err(EditError::refused(
                        format!("cannot tell which document is meant: {words} appears twice"),
                        "give each document of a file its own `kind` and `metadata.name`",
                    )),
                }
            }
            Pairs::Position(from, to, alike) if from.len() == to.len() => {
                let at = from.iter().position(|at| *at == source);
                if at.and_then(|at| alike.get(at)) == Some(&false) && from.len() > 1 {
                    return Err(EditError::refused(
                        format!("document {} has one `kind` in the source and another in the target", source + 1),
                        "put the documents of the two files into the same order by hand first",
                    ));
                }
                Ok(at.and_then(|at| to.get(at)).copied().unwrap_or(source))
            }
            Pairs::Position(from, to, _) => Err(EditError::refused(
                format!("the source has {} YAML documents, but the target has {}", from.len(), to.len()),
                "give every document a `kind` and a `metadata.name`, or the files the same number of documents",
            )),
        }
    }
}

fn apart(marks: &[Option<Mark>]) -> bool {
    let mut seen = std::collections::HashSet::new();
    marks.iter().flatten().all(|mark| seen.insert(mark))
}

fn kind(value: &Value) -> Option<String> {
    match value {
        Value::Map(entries) => entries.get("kind").and_then(text),
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) | Value::Plain(text) => Some(text.clone()),
        _ => None,
    }
}

fn mark(value: &Value, all: bool) -> Option<Mark> {
    let Value::Map(entries) = value else { return None };
    let text = |value: Option<&Value>| value.and_then(text);
    let Some(Value::Map(metadata)) = entries.get("metadata") else { return None };
    let also = |value: Option<String>| value.filter(|_| all);
    Some([
        Some(text(entries.get("kind"))?),
        Some(text(metadata.get("name"))?),
        also(text(entries.get("apiVersion"))),
        also(text(metadata.get("namespace"))),
    ])
}

/// ``Deployment `web` ``, with `apiVersion` and namespace where these count.
fn describe([kind, name, version, namespace]: &Mark) -> String {
    let kind = kind.as_deref().unwrap_or_default();
    let name = name.as_deref().unwrap_or_default();
    let more: Vec<&str> = [version, namespace].into_iter().flatten().map(String::as_str).collect();
    match more.as_slice() {
        [] => format!("{kind} `{name}`"),
        more => format!("{kind} `{name}` ({})", more.join(", ")),
    }
}
