//! What a path selects in a file. A file may have hundreds of paths such as `$.env[?@.name == "PORT"].value`, so a filter
//! that asks for one text looks it up instead of asking every element.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use serde_json::Value as Json;

use super::Path;
use super::location::{Location, Step};
use super::segment::{PathSegment, Selector, equality};
use super::source::Document;

/// The elements of a list by a text that they have.
type ByText = Rc<HashMap<String, Vec<usize>>>;

/// For each list and key that a filter asked for, the elements by the text of that member.
#[derive(Debug, Default)]
pub(super) struct Lookups {
    of_list: RefCell<HashMap<(Location, String), ByText>>,
}

impl Lookups {
    /// The elements of a list that a filter selects; `None` if the filter asks for more than one text.
    fn equal(&self, at: &Location, elements: &[Json], filter: &str) -> Option<Vec<usize>> {
        let (key, text) = equality(filter)?;
        let mut of_list = self.of_list.borrow_mut();
        let by_text = of_list.entry((at.clone(), key.clone())).or_insert_with(|| {
            let mut by_text: HashMap<String, Vec<usize>> = HashMap::new();
            for (index, element) in elements.iter().enumerate() {
                if let Some(Json::String(text)) = element.get(&key) {
                    by_text.entry(text.clone()).or_default().push(index);
                }
            }
            Rc::new(by_text)
        });
        Some(by_text.get(&text).cloned().unwrap_or_default())
    }
}

impl Document<'_> {
    /// The locations that a path selects.
    pub(super) fn places(&self, path: &Path) -> Vec<Location> {
        let mut places = Vec::new();
        for (document, value) in self.json().iter().enumerate() {
            match self.looked_up(path.segments(), document, value) {
                Some(found) => places.extend(found),
                None => places
                    .extend(path.query().query_located(value).locations().map(|path| Location::new(document, path))),
            }
        }
        places
    }

    /// What a slice or filter selects below a place.
    pub(super) fn matching(&self, at: &Location, selector: &str) -> Vec<Step> {
        let Some(root) = self.json().get(at.document) else { return Vec::new() };
        let below = at.steps.iter().try_fold(root, |value, step| match step {
            Step::Name(name) => value.get(name),
            Step::Index(index) => value.get(*index),
        });
        if let Some(Json::Array(elements)) = below
            && let Some(found) = self.lookups.equal(at, elements, selector)
        {
            return found.into_iter().map(Step::Index).collect();
        }
        let Ok(query) = Path::parse(&format!("{}[{selector}]", at.bracketed())) else { return Vec::new() };
        let located = query.query().query_located(root);
        located.locations().filter_map(|path| Location::new(0, path).steps.pop()).collect()
    }

    /// What names and filters for one text select; `None` if there is anything else on the way.
    fn looked_up(&self, segments: &[PathSegment], document: usize, root: &Json) -> Option<Vec<Location>> {
        let mut found = vec![(Location::root(document), root)];
        for segment in segments {
            let [selector] = segment.selectors.as_slice() else { return None };
            if segment.deep {
                return None;
            }
            let mut next = Vec::new();
            for (at, value) in found {
                match (selector, value) {
                    (Selector::Name(name), value) => {
                        next.extend(value.get(name).map(|inner| (at.below(Step::Name(name.clone())), inner)));
                    }
                    (Selector::Filter(filter), Json::Array(elements)) => {
                        for index in self.lookups.equal(&at, elements, filter)? {
                            next.extend(elements.get(index).map(|inner| (at.below(Step::Index(index)), inner)));
                        }
                    }
                    _ => return None,
                }
            }
            found = next;
        }
        Some(found.into_iter().map(|(at, _)| at).collect())
    }
}
