//! Which document of a YAML file is which of another.

use std::collections::HashMap;

use super::error::EditError;
use super::value::Value;

/// What tells a document apart: `kind` and `metadata.name`; then also `apiVersion` and `metadata.namespace`.
type Mark = [Option<String>; 4];

/// How the documents of two files correspond.
pub(super) struct DocumentPairing {
    by: Pairs,
}

enum Pairs {
    /// The mark of each document of the source, and what the documents of source and target are found by.
    Name(Vec<Option<Mark>>, Named, Named),
    /// The documents of each that hold something, and whether those that correspond are of one `kind`.
    Position(Vec<usize>, Vec<usize>, Vec<bool>),
    /// The target holds nothing, and begins with what it gets.
    Begin,
}

/// The documents of a file, by what tells them apart.
struct Named {
    by_mark: HashMap<Mark, Vec<usize>>,
    /// The name is often that of the environment: `web-staging` and `web-production`.
    by_kind: HashMap<String, Vec<usize>>,
}

impl Named {
    fn of(values: &[Value], all: bool) -> Named {
        let mut named = Named { by_mark: HashMap::new(), by_kind: HashMap::new() };
        for (at, value) in values.iter().enumerate() {
            if let Some(mark) = mark(value, all) {
                named.by_mark.entry(mark).or_default().push(at);
            }
            if let Some(kind) = kind(value) {
                named.by_kind.entry(kind).or_default().push(at);
            }
        }
        named
    }

    fn with(&self, mark: &Mark) -> &[usize] {
        self.by_mark.get(mark).map_or(&[], Vec::as_slice)
    }

    /// The only document of the kind of a mark.
    fn only(&self, mark: &Mark) -> Option<usize> {
        match self.by_kind.get(mark.first()?.as_ref()?)?.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }
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
            (true, ours, theirs) if (ours, theirs) != (1, 1) => {
                let all = !apart(&marks(source, false)) || !apart(&marks(target, false));
                Pairs::Name(marks(source, all), Named::of(source, all), Named::of(target, all))
            }
            _ => {
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
            Pairs::Name(marks, from, to) => {
                let Some(wanted) = marks.get(source).and_then(Option::as_ref) else { return Ok(source) };
                let words = describe(wanted);
                match (from.with(wanted), to.with(wanted)) {
                    ([_], [one]) => Ok(*one),
                    ([_], []) => from.only(wanted).and_then(|_| to.only(wanted)).ok_or_else(|| {
                        EditError::refused(format!("{words} is not in the target"), "add that document there first")
                    }),
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
