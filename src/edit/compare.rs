//! The values that differ between two versions of a file, with the elements of lists paired as an edit pairs them.

use std::collections::HashSet;

use super::Format;
use super::documents::DocumentPairing;
use super::error::EditError;
use super::identity::{Correspondence, Identity};
use super::location::{Location, Step};
use super::source::Document;
use super::value::Value;

/// A scalar or an empty collection that is not the same in both versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ComparedValue {
    /// Its place, in the new version if it is there, with what tells the elements on the way apart.
    pub path: String,
    /// The old value as source text; `None` if there was none.
    pub old: Option<String>,
    /// The new value as source text; `None` if it is gone.
    pub new: Option<String>,
    /// Of a `value`, the `name` beside it, in each version that has one.
    pub named: Vec<String>,
}

/// What differs between two versions of a file: what the new one has in its order, then what is gone.
///
/// # Errors
/// If one of them cannot be read.
pub(crate) fn compare(format: Format, old: &str, new: &str) -> Result<Vec<ComparedValue>, EditError> {
    let old = Document::read("the old file", format, old)?;
    let new = Document::read("the new file", format, new)?;
    let (before, after) = (old.values().len(), new.values().len());
    let pairing = DocumentPairing::new(new.values(), old.values());
    let mut partners: Vec<Option<usize>> = (0..after).map(|number| pairing.partner(number).ok()).collect();
    if partners.iter().all(Option::is_none) {
        partners = (0..after).map(|number| (number < before).then_some(number)).collect();
    }
    let mut walk = Comparison { old: &old, new: &new, there: Vec::new(), gone: Vec::new() };
    for (number, partner) in partners.iter().enumerate() {
        walk.visit(partner.map(Location::root), Some(Location::root(number)), &[]);
    }
    let stay: HashSet<usize> = partners.iter().flatten().copied().collect();
    for number in (0..before).filter(|number| !stay.contains(number)) {
        walk.visit(Some(Location::root(number)), None, &[]);
    }
    walk.there.extend(walk.gone);
    Ok(walk.there)
}

struct Comparison<'d> {
    old: &'d Document<'d>,
    new: &'d Document<'d>,
    there: Vec<ComparedValue>,
    gone: Vec<ComparedValue>,
}

impl Comparison<'_> {
    /// Compares what is at two places, of which one may not be there.
    fn visit(&mut self, old: Option<Location>, new: Option<Location>, identity: &[String]) {
        let value = |document: &'_ Document<'_>, at: &Option<Location>| {
            at.as_ref().and_then(|at| document.value(at).map(|value| value.untagged().clone()))
        };
        match (value(self.old, &old), value(self.new, &new)) {
            (Some(Value::Map(before)), Some(Value::Map(after))) if !before.is_empty() && !after.is_empty() => {
                for name in after.keys() {
                    let step = Step::Name(name.clone());
                    let old = old.as_ref().filter(|_| before.contains_key(name)).map(|old| old.below(step.clone()));
                    self.visit(old, new.as_ref().map(|new| new.below(step)), identity);
                }
                for name in before.keys().filter(|name| !after.contains_key(*name)) {
                    self.visit(old.as_ref().map(|old| old.below(Step::Name(name.clone()))), None, identity);
                }
            }
            (Some(Value::List(before)), Some(Value::List(after))) if !before.is_empty() && !after.is_empty() => {
                let known = Correspondence::of(&after, &before);
                let partners = partners(&known, &before, &after);
                let mut told = |element: Option<&Value>, old: Option<Location>, new: Option<Location>| {
                    let words = element.and_then(|element| known.words(element));
                    let identity: Vec<String> = identity.iter().cloned().chain(words).collect();
                    self.visit(old, new, &identity);
                };
                let at = |list: &Option<Location>, index| list.as_ref().map(|list| list.below(Step::Index(index)));
                for (index, partner) in partners.iter().enumerate() {
                    told(after.get(index), partner.and_then(|partner| at(&old, partner)), at(&new, index));
                }
                let stay: HashSet<usize> = partners.iter().flatten().copied().collect();
                for index in (0..before.len()).filter(|index| !stay.contains(index)) {
                    told(before.get(index), at(&old, index), None);
                }
            }
            (before, after) => self.leaves(old.filter(|_| before.is_some()), new.filter(|_| after.is_some()), identity),
        }
    }

    /// Two places of which at least one is a leaf, or not there.
    fn leaves(&mut self, old: Option<Location>, new: Option<Location>, identity: &[String]) {
        let inside = |document: &Document<'_>, at: &Location| -> Vec<Step> {
            match document.value(at).map(Value::untagged) {
                Some(Value::Map(entries)) => entries.keys().cloned().map(Step::Name).collect(),
                Some(Value::List(elements)) => (0..elements.len()).map(Step::Index).collect(),
                _ => Vec::new(),
            }
        };
        let below_old = old.as_ref().map_or(Vec::new(), |old| inside(self.old, old));
        let below_new = new.as_ref().map_or(Vec::new(), |new| inside(self.new, new));
        let (old, more_old) =
            old.map_or((None, None), |at| if below_old.is_empty() { (Some(at), None) } else { (None, Some(at)) });
        let (new, more_new) =
            new.map_or((None, None), |at| if below_new.is_empty() { (Some(at), None) } else { (None, Some(at)) });
        self.leaf(old, new, identity);
        for (at, step) in more_new.iter().flat_map(|at| below_new.iter().map(move |step| (at, step))) {
            self.visit(None, Some(at.below(step.clone())), identity);
        }
        for (at, step) in more_old.iter().flat_map(|at| below_old.iter().map(move |step| (at, step))) {
            self.visit(Some(at.below(step.clone())), None, identity);
        }
    }

    fn leaf(&mut self, old: Option<Location>, new: Option<Location>, identity: &[String]) {
        let text = |document: &Document<'_>, at: &Option<Location>| {
            at.as_ref().and_then(|at| document.selected(at)).map(|selected| selected.source)
        };
        let (before, after) = (text(self.old, &old), text(self.new, &new));
        let Some(place) = new.as_ref().or(old.as_ref()).filter(|_| before != after) else { return };
        let path = match identity {
            [] => place.to_string(),
            identity => format!("{place} ({})", identity.join(" / ")),
        };
        let named =
            [(self.old, &old), (self.new, &new)].into_iter().filter_map(|(document, at)| named(document, at.as_ref()?));
        let compared = ComparedValue { path, old: before, new: after, named: named.collect() };
        if new.is_some() { self.there.push(compared) } else { self.gone.push(compared) }
    }
}

/// The `name` beside a `value`.
fn named(document: &Document<'_>, at: &Location) -> Option<String> {
    let (last, above) = at.steps.split_last()?;
    if *last != Step::Name("value".to_owned()) {
        return None;
    }
    let beside = Location { document: at.document, steps: above.to_vec() };
    match document.value(&beside.below(Step::Name("name".to_owned())))? {
        Value::Text(text) | Value::Plain(text) => Some(text.clone()),
        _ => None,
    }
}

/// For each element of the new list its partner in the old one: by identity; otherwise the next equal one, and the one at
/// the same place where neither has one.
fn partners(known: &Correspondence, before: &[Value], after: &[Value]) -> Vec<Option<usize>> {
    if matches!(known.identity, Identity::Keys(_)) {
        return after.iter().map(|element| known.partner(element)).collect();
    }
    let says = |values: &[Value]| values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>();
    let mut free: std::collections::HashMap<String, Vec<usize>> = std::collections::HashMap::new();
    for (at, said) in says(before).into_iter().enumerate().rev() {
        free.entry(said).or_default().push(at);
    }
    let mut partners: Vec<Option<usize>> =
        says(after).iter().map(|said| free.get_mut(said).and_then(Vec::pop)).collect();
    let mut left: Vec<usize> = free.into_values().flatten().collect();
    left.sort_unstable();
    for (index, partner) in partners.iter_mut().enumerate() {
        if partner.is_none() && left.binary_search(&index).is_ok() {
            *partner = Some(index);
        }
    }
    partners
}
