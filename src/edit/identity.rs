//! Which element of one list is which of another.

use std::collections::{HashMap, HashSet};

use super::value::Value;

/// The keys that tell elements apart, in the order in which they are tried.
const KEYS: [&str; 8] = ["name", "id", "key", "alias", "releaseName", "namespace", "host", "kind"];

/// Which element of a list of the target corresponds to one of the source.
pub(super) struct Correspondence {
    pub(super) identity: Identity,
    /// The place of each element of the target, by what its keys say.
    places: HashMap<Vec<Option<String>>, usize>,
}

impl Correspondence {
    pub(super) fn of(source: &[Value], target: &[Value]) -> Correspondence {
        let identity = Identity::of(source, target);
        let places = match &identity {
            Identity::Keys(keys) => target.iter().enumerate().map(|(at, element)| (tell(element, keys), at)).collect(),
            Identity::Position | Identity::Unknown => HashMap::new(),
        };
        Correspondence { identity, places }
    }

    /// The place in the target of the element that corresponds to one of the source.
    pub(super) fn partner(&self, element: &Value) -> Option<usize> {
        let Identity::Keys(keys) = &self.identity else { return None };
        self.places.get(&tell(element, keys)).copied()
    }

    /// How people tell an element: `web`, or `(postgresql, orders)` by two keys; nothing without keys.
    pub(super) fn words(&self, element: &Value) -> Option<String> {
        let Identity::Keys(keys) = &self.identity else { return None };
        let told: Vec<String> = tell(element, keys).into_iter().flatten().collect();
        Some(told.join(", "))
    }
}

/// How the elements of two lists correspond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// By the values of these keys, one or two.
    Keys(Vec<&'static str>),
    /// By position: no element has any of the keys.
    Position,
    /// Some element has one of the keys, and yet they do not tell all elements apart.
    Unknown,
}

impl Identity {
    /// Judged over the whole lists: the shortest list of keys that tells the elements of each list apart.
    fn of(source: &[Value], target: &[Value]) -> Identity {
        let lists = [source, target];
        let every = || source.iter().chain(target);
        if !every().any(|element| KEYS.iter().any(|key| scalar(element, key).is_some())) {
            return Identity::Position;
        }
        // Of a single key every element must have one; of two keys one may be absent, but not both.
        let apart = |keys: &[&'static str]| {
            let told = |element: &Value| match element {
                Value::Map(entries) => {
                    keys.iter().all(|key| !entries.contains_key(*key) || scalar(element, key).is_some())
                        && keys.iter().any(|key| entries.contains_key(*key))
                }
                _ => false,
            };
            every().all(told)
                && lists.iter().all(|list| {
                    let mut seen = HashSet::new();
                    list.iter().all(|element| seen.insert(tell(element, keys)))
                })
        };
        let single = KEYS.iter().map(|key| vec![*key]);
        let pairs = KEYS
            .iter()
            .enumerate()
            .flat_map(|(nth, first)| KEYS.iter().skip(nth + 1).map(move |second| vec![*first, *second]));
        single.chain(pairs).find(|keys| apart(keys)).map_or(Identity::Unknown, Identity::Keys)
    }
}

/// What the keys of an element say.
fn tell(element: &Value, keys: &[&'static str]) -> Vec<Option<String>> {
    keys.iter().map(|key| scalar(element, key)).collect()
}

fn scalar(element: &Value, key: &str) -> Option<String> {
    match element {
        Value::Map(entries) => match entries.get(key)? {
            Value::Text(text) | Value::Plain(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}
