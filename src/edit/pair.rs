//! Which values of the target are meant: every path is followed in source and target at once.
//!
//! A path is never evaluated in the source alone and replayed by position in the target, because the lists of two
//! environments differ in order and length.

use std::collections::{HashMap, HashSet};

use super::Path;
use super::error::EditError;
use super::identity::Identity;
use super::location::{Location, Step};
use super::segment::{PathSegment, Selector};
use super::source::Document;
use super::value::{Value, member, nth};

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
    let (from, to) = (source.values(), target.values());
    let json = source.json();
    let mut documents = super::documents::Pairing::new(&from, &to);
    let mut all: Vec<Pair> = Vec::new();
    let mut known: HashMap<Location, Location> = HashMap::new();
    for path in paths {
        let selected = source.places(&json, path);
        if selected.is_empty() {
            return Err(source.nothing(&json, path));
        }
        for (number, value) in from.iter().enumerate() {
            let places: Vec<&Location> = selected.iter().filter(|at| at.document == number).collect();
            if places.is_empty() || from.len() > 1 && matches!(value, Value::Null) {
                continue;
            }
            let partner = documents.partner(number)?;
            let mut walk = PathWalk {
                path,
                roots: (json.get(number), to.get(partner).map(Value::to_json)),
                on_the_way: on_the_way(&places),
                found: Vec::new(),
            };
            let at = Trail { source: Vec::new(), target: Vec::new(), identity: Vec::new() };
            walk.follow(path.segments(), value, to.get(partner), &at)?;
            for trail in walk.found {
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

/// The places, and everything above them.
fn on_the_way(places: &[&Location]) -> HashSet<Vec<Step>> {
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
struct Trail {
    source: Vec<Step>,
    target: Vec<Step>,
    identity: Vec<String>,
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
}

/// One path in one document.
struct PathWalk<'p> {
    path: &'p Path,
    roots: (Option<&'p serde_json::Value>, Option<serde_json::Value>),
    on_the_way: HashSet<Vec<Step>>,
    found: Vec<Trail>,
}

impl PathWalk<'_> {
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
            for (child, inner, partner) in self.children(source, target, at)? {
                let inside = partner.and_then(|step| member(target, &step));
                self.follow(segments, inner, inside, &child)?;
            }
        }
        Ok(())
    }

    /// The children of a node that lead to something selected, each with its partner.
    #[expect(clippy::type_complexity, reason = "used once")]
    fn children<'v>(
        &self,
        source: &'v Value,
        target: Option<&Value>,
        at: &Trail,
    ) -> Result<Vec<(Trail, &'v Value, Option<Step>)>, EditError> {
        match source {
            Value::Map(entries) => Ok(entries
                .iter()
                .map(|(name, value)| (at.then(Step::Name(name.clone()), Step::Name(name.clone()), None), value, name))
                .filter(|(child, _, _)| self.leads(child))
                .map(|(child, value, name)| (child, value, Some(Step::Name(name.clone()))))
                .collect()),
            Value::List(elements) => {
                let chosen: Vec<usize> = (0..elements.len()).filter(|index| self.leads_to(at, *index)).collect();
                let pairs = self.by_identity(elements, target, &chosen, None, false, at)?;
                Ok(pairs
                    .into_iter()
                    .filter_map(|(index, partner, words)| {
                        let child = at.then(Step::Index(index), Step::Index(partner), words);
                        Some((child, elements.get(index)?, Some(Step::Index(partner))))
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
        let inside = next.target.last().and_then(|step| member(target, step));
        self.follow(rest, value, inside, next)
    }

    /// What a slice or filter selects below a place of the source (or of the target).
    fn matches(&self, selector: &Selector, steps: &[Step], in_source: bool) -> Vec<Step> {
        let (Selector::Slice(text) | Selector::Filter(text)) = selector else { return Vec::new() };
        let root = if in_source { self.roots.0 } else { self.roots.1.as_ref() };
        let at = Location { document: 0, steps: steps.to_vec() };
        let query = Path::parse(&format!("{}[{text}]", at.bracketed()));
        let (Some(root), Ok(query)) = (root, query) else { return Vec::new() };
        let located = query.query().query_located(root);
        located.locations().filter_map(|path| Location::new(0, path).steps.pop()).collect()
    }

    /// The partner of each chosen element, with what tells it apart. Elements that are missing in the target are new
    /// ones at its end where the path ends here (`whole`), and refused otherwise.
    fn by_identity(
        &self,
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
        let identity = Identity::of(elements, others);
        if let (Some(([theirs], true)), [ours]) = (matching, chosen) {
            let words = elements.get(*ours).and_then(|element| identity.words(element));
            return Ok(vec![(*ours, *theirs, words)]);
        }
        let matching = matching.map(|(matching, _)| matching);
        let list = at.of_target();
        let by_position = identity == Identity::Position && matching.is_none() && elements.len() == others.len();
        let mut pairs = Vec::new();
        let mut new = others.len();
        for index in chosen {
            let Some(element) = elements.get(*index) else { continue };
            let words = identity.words(element);
            let partner = match by_position {
                true => Some(*index),
                false => identity.partner(element, others),
            };
            let told = words.clone().unwrap_or_else(|| format!("element {} of the source", index + 1));
            match partner {
                Some(partner) if matching.is_none_or(|matching| matching.contains(&partner)) => {
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
                    && identity != Identity::Unknown
                    && (identity != Identity::Position || others.is_empty()) =>
                {
                    pairs.push((*index, new, words));
                    new += 1;
                }
                None if matches!(identity, Identity::Keys(_)) => {
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
