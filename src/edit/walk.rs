//! One path, followed segment by segment in a document of the source and its partner in the target.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::Path;
use super::error::EditError;
use super::identity::{Correspondence, Identity};
use super::location::{Location, Step};
use super::segment::{PathSegment, Selector};
use super::source::Document;
use super::value::{Value, member, nth};

/// How the elements of a list of the source and one of the target correspond.
pub(super) type Lists = HashMap<(Location, Location), Rc<Correspondence>>;

/// The places, and everything above them.
fn on_the_way(places: &[Location]) -> HashSet<Vec<Step>> {
    let mut all = HashSet::new();
    for place in places {
        for end in 0..=place.steps.len() {
            all.extend(place.steps.get(..end).map(<[Step]>::to_vec));
        }
    }
    all
}

/// How far a path was followed.
#[derive(Clone, Debug)]
pub(super) struct Trail {
    pub(super) source: Vec<Step>,
    pub(super) target: Vec<Step>,
    pub(super) identity: Vec<String>,
}

impl Trail {
    fn then(&self, source: Step, target: Step, identity: Option<String>) -> Trail {
        let mut next = self.clone();
        next.source.push(source);
        next.target.push(target);
        next.identity.extend(identity);
        next
    }

    fn of_target(&self) -> Location {
        Location { document: 0, steps: self.target.clone() }
    }

    /// The value of the target that it leads to, inside that of the step before.
    fn inside<'v>(&self, target: Option<&'v Value>) -> Option<&'v Value> {
        self.target.last().and_then(|step| member(target, step))
    }
}

/// One path in one document.
pub(super) struct PathWalk<'p> {
    path: &'p Path,
    /// The numbers of the documents of source and target.
    documents: (usize, usize),
    files: (&'p Document<'p>, &'p Document<'p>),
    on_the_way: HashSet<Vec<Step>>,
    found: Vec<Trail>,
    lists: &'p mut Lists,
}

impl<'p> PathWalk<'p> {
    /// The places are those that the path selects in the document of the source.
    pub(super) fn new(
        path: &'p Path,
        documents: (usize, usize),
        files: (&'p Document<'p>, &'p Document<'p>),
        places: &[Location],
        lists: &'p mut Lists,
    ) -> PathWalk<'p> {
        PathWalk { path, documents, files, on_the_way: on_the_way(places), found: Vec::new(), lists }
    }

    /// Follows the path from the roots to every value that it selects.
    ///
    /// # Errors
    /// If it is not certain which value of the target is meant.
    pub(super) fn run(mut self, source: &Value, target: Option<&Value>) -> Result<Vec<Trail>, EditError> {
        let at = Trail { source: Vec::new(), target: Vec::new(), identity: Vec::new() };
        self.follow(self.path.segments(), source, target, &at)?;
        Ok(self.found)
    }

    fn follow(
        &mut self,
        segments: &[PathSegment],
        source: &Value,
        target: Option<&Value>,
        at: &Trail,
    ) -> Result<(), EditError> {
        let Some((segment, rest)) = segments.split_first() else {
            self.found.push(at.clone());
            return Ok(());
        };
        for selector in &segment.selectors {
            self.select(selector, rest, source, target, at)?;
        }
        if segment.deep {
            // What is further down is reached by name and by identity, and only where the source has something there.
            for (child, inner) in self.children(source, target, at)? {
                self.follow(segments, inner, child.inside(target), &child)?;
            }
        }
        Ok(())
    }

    /// The children of a node that lead to something selected, each with its partner.
    fn children<'v>(
        &mut self,
        source: &'v Value,
        target: Option<&Value>,
        at: &Trail,
    ) -> Result<Vec<(Trail, &'v Value)>, EditError> {
        match source {
            Value::Map(entries) => Ok(entries
                .iter()
                .map(|(name, value)| (at.then(Step::Name(name.clone()), Step::Name(name.clone()), None), value))
                .filter(|(child, _)| self.leads(child))
                .collect()),
            Value::List(elements) => {
                let chosen: Vec<usize> = (0..elements.len()).filter(|index| self.leads_to(at, *index)).collect();
                let pairs = self.by_identity(elements, target, &chosen, None, false, at)?;
                Ok(pairs
                    .into_iter()
                    .filter_map(|(index, partner, words)| {
                        Some((at.then(Step::Index(index), Step::Index(partner), words), elements.get(index)?))
                    })
                    .collect())
            }
            Value::Tagged(_, inner) => self.children(inner, target, at),
            _ => Ok(Vec::new()),
        }
    }

    fn leads(&self, trail: &Trail) -> bool {
        self.on_the_way.contains(&trail.source)
    }

    fn leads_to(&self, at: &Trail, index: usize) -> bool {
        let mut steps = at.source.clone();
        steps.push(Step::Index(index));
        self.on_the_way.contains(&steps)
    }

    fn select(
        &mut self,
        selector: &Selector,
        rest: &[PathSegment],
        source: &Value,
        target: Option<&Value>,
        at: &Trail,
    ) -> Result<(), EditError> {
        match (selector, source) {
            (_, Value::Tagged(_, inner)) => self.select(selector, rest, inner, target, at),
            (Selector::Name(name), Value::Map(entries)) => match entries.get(name) {
                Some(value) => {
                    self.enter(rest, value, target, &at.then(Step::Name(name.clone()), Step::Name(name.clone()), None))
                }
                None => Ok(()),
            },
            (Selector::Every, Value::Map(entries)) => {
                for (name, value) in entries {
                    let step = Step::Name(name.clone());
                    self.enter(rest, value, target, &at.then(step.clone(), step, None))?;
                }
                Ok(())
            }
            (Selector::Filter(_), Value::Map(entries)) => {
                for step in self.matches(selector, &at.source, true) {
                    if let Step::Name(name) = &step
                        && let Some(value) = entries.get(name)
                    {
                        self.enter(rest, value, target, &at.then(step.clone(), step.clone(), None))?;
                    }
                }
                Ok(())
            }
            (Selector::Index(wanted), Value::List(elements)) => {
                let Some((index, value)) = nth(elements, *wanted) else { return Ok(()) };
                if !self.leads_to(at, index) {
                    return Ok(());
                }
                let partner = match target.map(Value::untagged) {
                    Some(Value::List(others)) => nth(others, *wanted).map(|(index, _)| index),
                    _ => None,
                };
                let partner = partner.ok_or_else(|| {
                    EditError::refused(
                        format!("`{}` has no element `[{wanted}]` in the target", at.of_target()),
                        "add it there first, or select elements by their name: `[?@.name == \"…\"]`",
                    )
                })?;
                self.enter(rest, value, target, &at.then(Step::Index(index), Step::Index(partner), None))
            }
            (Selector::Every | Selector::Slice(_) | Selector::Filter(_), Value::List(elements)) => {
                let indices = |steps: Vec<Step>| -> Vec<usize> {
                    let index = |step| if let Step::Index(index) = step { Some(index) } else { None };
                    steps.into_iter().filter_map(index).collect()
                };
                let mut chosen: Vec<usize> = match selector {
                    Selector::Every => (0..elements.len()).collect(),
                    _ => indices(self.matches(selector, &at.source, true)),
                };
                let alone = chosen.len() == 1;
                chosen.retain(|index| self.leads_to(at, *index));
                let in_target =
                    matches!(selector, Selector::Filter(_)).then(|| indices(self.matches(selector, &at.target, false)));
                let pairs = self.by_identity(
                    elements,
                    target,
                    &chosen,
                    in_target.as_deref().map(|matching| (matching, alone)),
                    rest.is_empty(),
                    at,
                )?;
                for (index, partner, words) in pairs {
                    if let Some(value) = elements.get(index) {
                        self.enter(rest, value, target, &at.then(Step::Index(index), Step::Index(partner), words))?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn enter(
        &mut self,
        rest: &[PathSegment],
        value: &Value,
        target: Option<&Value>,
        next: &Trail,
    ) -> Result<(), EditError> {
        if !self.leads(next) {
            return Ok(());
        }
        self.follow(rest, value, next.inside(target), next)
    }

    /// What a slice or filter selects below a place of the source (or of the target).
    fn matches(&self, selector: &Selector, steps: &[Step], in_source: bool) -> Vec<Step> {
        let (Selector::Slice(text) | Selector::Filter(text)) = selector else { return Vec::new() };
        let (file, document) = match in_source {
            true => (self.files.0, self.documents.0),
            false => (self.files.1, self.documents.1),
        };
        file.matching(&Location { document, steps: steps.to_vec() }, text)
    }

    /// The partner of each chosen element, with what tells it apart. Elements that are missing in the target are new
    /// ones at its end where the path ends here (`whole`), and refused otherwise.
    fn by_identity(
        &mut self,
        elements: &[Value],
        target: Option<&Value>,
        chosen: &[usize],
        matching: Option<(&[usize], bool)>,
        whole: bool,
        at: &Trail,
    ) -> Result<Vec<(usize, usize, Option<String>)>, EditError> {
        let none = Vec::new();
        let others = match target.map(Value::untagged) {
            Some(Value::List(others)) => others,
            // The edit itself says what is wrong with the shape.
            Some(Value::Null) | None => &none,
            Some(_) => return Ok(chosen.iter().map(|index| (*index, *index, None)).collect()),
        };
        let lists = (
            Location { document: self.documents.0, steps: at.source.clone() },
            Location { document: self.documents.1, steps: at.target.clone() },
        );
        let known = self.lists.entry(lists).or_insert_with(|| Rc::new(Correspondence::of(elements, others)));
        let known = Rc::clone(known);
        if let (Some(([theirs], true)), [ours]) = (matching, chosen) {
            let words = elements.get(*ours).and_then(|element| known.words(element));
            return Ok(vec![(*ours, *theirs, words)]);
        }
        let matching = matching.map(|(matching, _)| matching);
        let list = at.of_target();
        let by_position = known.identity == Identity::Position && matching.is_none() && elements.len() == others.len();
        let mut pairs = Vec::new();
        let mut new = others.len();
        for index in chosen {
            let Some(element) = elements.get(*index) else { continue };
            let words = known.words(element);
            let partner = if by_position { Some(*index) } else { known.partner(element) };
            let told = words.as_deref().unwrap_or_default();
            match partner {
                Some(partner) if matching.is_none_or(|matching| matching.binary_search(&partner).is_ok()) => {
                    pairs.push((*index, partner, words));
                }
                Some(partner) => {
                    return Err(EditError::refused(
                        format!(
                            "`{told}` is at `{list}[{partner}]` in the target, where `{}` does not select it",
                            self.path
                        ),
                        "select it by a key that both files have, such as `?@.name == \"…\"`",
                    ));
                }
                None if whole
                    && (matches!(known.identity, Identity::Keys(_))
                        || known.identity == Identity::Position && others.is_empty()) =>
                {
                    pairs.push((*index, new, words));
                    new += 1;
                }
                None if matches!(known.identity, Identity::Keys(_)) => {
                    return Err(EditError::refused(
                        format!("`{told}` is not in `{list}` of the target"),
                        "add it there first",
                    ));
                }
                None if others.is_empty() => {
                    return Err(EditError::refused(
                        format!("the target has no elements in `{list}`"),
                        "add them there first, or copy the whole list",
                    ));
                }
                None => return Err(unclear(&list, elements, others)),
            }
        }
        Ok(pairs)
    }
}

fn unclear(list: &Location, elements: &[Value], others: &[Value]) -> EditError {
    let why = match elements.len() == others.len() {
        true => "no key such as `name` tells its elements apart".to_owned(),
        false => format!(
            "no key such as `name` tells its elements apart, and there are {} in the source and {} in the target",
            elements.len(),
            others.len()
        ),
    };
    EditError::refused(
        format!("cannot tell which element of `{list}` is meant: {why}"),
        "give every element of both files a `name`, or copy the whole list",
    )
}
