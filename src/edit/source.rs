//! A parsed file: the values that a path selects, and how they are written.

use std::cell::OnceCell;

use super::error::EditError;
use super::location::Location;
use super::query::Lookups;
use super::scalar;
use super::toml::Toml;
use super::tree::{Node, NodeKind, Tree};
use super::value::Value;
use super::{Format, Path, json, yaml};

/// A parsed text.
#[derive(Debug)]
pub(crate) struct Document<'t> {
    pub(super) which: &'static str,
    pub(super) form: Form<'t>,
    /// Made when they are first asked for: a file may have many paths.
    values: OnceCell<Vec<Value>>,
    json: OnceCell<Vec<serde_json::Value>>,
    pub(super) lookups: Lookups,
}

/// The representation of each format.
#[derive(Debug)]
pub(super) enum Form<'t> {
    /// YAML or JSON.
    Tree(Tree<'t>),
    Toml(Toml),
}

/// A value that a path selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Selected {
    /// Its location, such as `$.buslog.image.tag`. Locations in the second and later documents of a file end with
    /// ` (document 2)` or the like.
    pub path: String,
    /// How it is written: a scalar unchanged, a collection on one line with the text of each scalar, so that comments
    /// and layout make no difference.
    pub source: String,
    /// Whether it is a scalar, not a collection.
    pub scalar: bool,
}

impl<'t> Document<'t> {
    /// Parses a text. A text that is invalid, has a duplicate key, or is a template is an error.
    pub(crate) fn parse(format: Format, text: &'t str) -> Result<Document<'t>, EditError> {
        Document::read("the file", format, text)
    }

    pub(super) fn read(which: &'static str, format: Format, text: &'t str) -> Result<Document<'t>, EditError> {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let form = match format {
            Format::Yaml => yaml::read(text).map(Form::Tree),
            Format::Json => json::read(text).map(Form::Tree),
            Format::Toml => Toml::read(text).map(Form::Toml),
        };
        let form = form.map_err(|error| EditError::unreadable(which, format, text, error))?;
        Ok(Document { which, form, values: OnceCell::new(), json: OnceCell::new(), lookups: Lookups::default() })
    }

    /// The values that a path selects, in order.
    pub(crate) fn select(&self, path: &Path) -> Vec<Selected> {
        let places = self.places(path);
        places.iter().filter_map(|at| self.selected(at)).collect()
    }

    /// The documents as JSON, which is what queries run on.
    pub(super) fn json(&self) -> &[serde_json::Value] {
        self.json.get_or_init(|| self.values().iter().map(Value::to_json).collect())
    }

    /// The value of each document.
    pub(super) fn values(&self) -> &[Value] {
        self.values.get_or_init(|| match &self.form {
            Form::Tree(tree) => tree.documents.iter().map(|root| root.value()).collect(),
            Form::Toml(toml) => vec![toml.value()],
        })
    }

    /// The value at a location.
    pub(super) fn value(&self, at: &Location) -> Option<&Value> {
        self.values().get(at.document)?.at(&at.steps)
    }

    pub(super) fn selected(&self, at: &Location) -> Option<Selected> {
        let (source, scalar) = match &self.form {
            Form::Tree(tree) => {
                let node = tree.find(at)?;
                (written(tree, node), matches!(node.kind, NodeKind::Scalar(..)))
            }
            Form::Toml(toml) => toml.written(at)?,
        };
        Some(Selected { path: at.to_string(), source, scalar })
    }

    /// The error for a path that selects nothing in this file.
    pub(super) fn nothing(&self, path: &Path) -> EditError {
        let nodes = |value| {
            path.parents().find_map(|parent| {
                let found: Vec<&serde_json::Value> = parent.query(value).all();
                (!found.is_empty()).then_some(found)
            })
        };
        let mut keys: Vec<String> = Vec::new();
        for value in self.json() {
            for found in nodes(value).unwrap_or_default() {
                gather(found, path.as_str().contains(".."), &mut keys);
            }
        }
        let last = path.last_name();
        keys.sort_by_key(|key| strsim::damerau_levenshtein(&key.to_lowercase(), &last.to_lowercase()));
        keys.truncate(5);
        let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        let help = match keys.as_slice() {
            [] => "there are no keys there".to_owned(),
            keys => format!("the nearest keys are {}", keys.join(", ")),
        };
        EditError::NothingSelected { which: self.which, path: path.to_string(), help }
    }
}

/// Collects the distinct keys of a value; with `deep`, also those of the values inside it.
fn gather(value: &serde_json::Value, deep: bool, keys: &mut Vec<String>) {
    let mut known: std::collections::BTreeSet<String> = keys.iter().cloned().collect();
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        let inner: Vec<&serde_json::Value> = match value {
            serde_json::Value::Object(entries) => {
                keys.extend(entries.keys().filter(|key| known.insert((*key).clone())).cloned());
                entries.values().collect()
            }
            serde_json::Value::Array(items) => items.iter().collect(),
            _ => continue,
        };
        if deep {
            waiting.extend(inner);
        }
    }
}

/// How a value is written, without comments, anchors, and layout.
pub(super) fn written(tree: &Tree<'_>, node: &Node) -> String {
    let node = node.resolved();
    let tag = match &node.tag {
        Some((_, tag)) => format!("{tag} "),
        None => String::new(),
    };
    let members = |open: char, members: Vec<String>, close: char| format!("{tag}{open}{}{close}", members.join(", "));
    match &node.kind {
        NodeKind::Scalar(style, text) if style.is_block() => format!("{tag}{}", scalar::double(text)),
        NodeKind::Scalar(..) => format!("{tag}{}", tree.slice(node.start..node.outer.end)),
        NodeKind::List(items) => members('[', items.iter().map(|item| written(tree, &item.value)).collect(), ']'),
        NodeKind::Map(_) => {
            let key = |name: &str| if super::location::dotted(name) { name.to_owned() } else { scalar::double(name) };
            let entries = node.entries();
            members(
                '{',
                entries.iter().map(|(name, _, value)| format!("{}: {}", key(name), written(tree, value))).collect(),
                '}',
            )
        }
        NodeKind::Alias(..) => String::new(),
    }
}
