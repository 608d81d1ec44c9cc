//! The location of a value in a file, in the form that users see: `$.buslog.image.tag`, `$.args[0]`, `$["a-b"]`.

use std::fmt;

use serde_json_path::{NormalizedPath, PathElement};

/// One step from a value to a value inside it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// To the value of this key.
    Name(String),
    /// To this item, counted from 0.
    Index(usize),
}

/// A normalized path, and the document (from 0) in which it holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Location {
    /// Counted from 0.
    pub(super) document: usize,
    pub(super) steps: Vec<Step>,
}

impl Location {
    pub(super) fn new(document: usize, path: &NormalizedPath<'_>) -> Location {
        let step = |element: &PathElement<'_>| match element {
            PathElement::Name(name) => Step::Name((*name).to_owned()),
            PathElement::Index(index) => Step::Index(*index),
        };
        Location { document, steps: path.iter().map(step).collect() }
    }

    /// The same as a JSONPath, with every step in brackets.
    pub(super) fn bracketed(&self) -> String {
        let step = |step: &Step| match step {
            Step::Name(name) => format!("[{}]", serde_json::Value::from(name.as_str())),
            Step::Index(index) => format!("[{index}]"),
        };
        std::iter::once("$".to_owned()).chain(self.steps.iter().map(step)).collect()
    }

    /// The place one step down.
    pub(super) fn below(&self, step: Step) -> Location {
        let mut steps = self.steps.clone();
        steps.push(step);
        Location { document: self.document, steps }
    }

    /// The whole of a document.
    pub(super) fn root(document: usize) -> Location {
        Location { document, steps: Vec::new() }
    }
}

/// Whether a name can follow a dot, without brackets and quotes.
pub(super) fn dotted(name: &str) -> bool {
    let start = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
    name.starts_with(start) && name.chars().all(|c| start(c) || c.is_ascii_digit())
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        for step in &self.steps {
            match step {
                Step::Name(name) if dotted(name) => write!(f, ".{name}")?,
                Step::Name(name) => write!(f, "[{}]", serde_json::Value::from(name.as_str()))?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        if self.document > 0 {
            write!(f, " (document {})", self.document + 1)?;
        }
        Ok(())
    }
}
