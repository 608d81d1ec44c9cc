//! Which values of the target are meant: every path is followed in source and target at once.
//!
//! A path is never evaluated in the source alone and replayed by position in the target, because the lists of two
//! environments differ in order and length.

use std::collections::HashMap;

use super::Path;
use super::documents::DocumentPairing;
use super::error::EditError;
use super::location::Location;
use super::source::Document;
use super::value::Value;
use super::walk::{Lists, PathWalk};

/// A value of the source and its partner in the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// A value that a path selects.
    pub(super) source: Location,
    /// Where it goes. Nothing may be there yet.
    pub(super) target: Location,
    /// What tells the elements on the way apart, for people: `web`.
    pub(super) identity: Vec<String>,
}

impl Pair {
    /// The place in the target with its identity: `$.images[1].newTag (web)`.
    pub(super) fn place(&self) -> String {
        match self.identity.as_slice() {
            [] => self.target.to_string(),
            identity => format!("{} ({})", self.target, identity.join(" / ")),
        }
    }
}

/// Every value that the paths select in the source, the outermost where they nest, with its partner in the target.
///
/// # Errors
/// If a path selects nothing, or it is not certain which value of the target is meant.
pub(super) fn pairs(source: &Document<'_>, target: &Document<'_>, paths: &[Path]) -> Result<Vec<Pair>, EditError> {
    Pairing::new(source, target).pairs(paths)
}

/// Two files, and what is known of their lists from the paths before.
pub(super) struct Pairing<'d> {
    source: &'d Document<'d>,
    target: &'d Document<'d>,
    documents: DocumentPairing,
    lists: Lists,
}

impl<'d> Pairing<'d> {
    pub(super) fn new(source: &'d Document<'d>, target: &'d Document<'d>) -> Pairing<'d> {
        let documents = DocumentPairing::new(source.values(), target.values());
        Pairing { source, target, documents, lists: HashMap::new() }
    }

    /// As [`pairs`].
    pub(super) fn pairs(&mut self, paths: &[Path]) -> Result<Vec<Pair>, EditError> {
        let (from, to) = (self.source.values(), self.target.values());
        let mut all: Vec<Pair> = Vec::new();
        let mut known: HashMap<Location, Location> = HashMap::new();
        for path in paths {
            let selected = self.source.places(path);
            if selected.is_empty() {
                return Err(self.source.nothing(path));
            }
            // In the order of the documents.
            for places in selected.chunk_by(|one, next| one.document == next.document) {
                let number = places.first().map_or(0, |at| at.document);
                let Some(value) = from.get(number).filter(|value| from.len() == 1 || !matches!(value, Value::Null))
                else {
                    continue;
                };
                let partner = self.documents.partner(number)?;
                let files = (self.source, self.target);
                let walk = PathWalk::new(path, (number, partner), files, places, &mut self.lists);
                for trail in walk.run(value, to.get(partner))? {
                    let source = Location { document: number, steps: trail.source };
                    let target = Location { document: partner, steps: trail.target };
                    match known.get(&target) {
                        None => {
                            known.insert(target.clone(), source.clone());
                            all.push(Pair { source, target, identity: trail.identity });
                        }
                        Some(other) if *other == source => {}
                        Some(other) => {
                            return Err(EditError::refused(
                                format!("`{other}` and `{source}` of the source are both meant for `{target}`"),
                                "write a path that selects only one of them",
                            ));
                        }
                    }
                }
            }
        }
        let inner = |pair: &Pair| {
            let steps = &pair.target.steps;
            (0..steps.len())
                .filter_map(|end| steps.get(..end))
                .any(|outer| known.contains_key(&Location { document: pair.target.document, steps: outer.to_vec() }))
        };
        Ok(all.iter().filter(|pair| !inner(pair)).cloned().collect())
    }
}
