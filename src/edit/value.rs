//! The values of a file without their notation, for comparing two files and for queries.
//!
//! A plain scalar that some reader may not take for text keeps its spelling (`58.10` is not `58.1`), so equality is
//! stricter than that of numbers. The order of keys is not part of a value.

use indexmap::IndexMap;

use super::location::{Location, Step};
use super::want::Want;

/// A value with aliases and merge keys resolved.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Null in any notation.
    Null,
    /// Text for every reader.
    Text(String),
    /// Any other plain scalar: a number, a boolean, a date, or what only some readers take for one.
    Plain(String),
    /// A value with an explicit tag.
    Tagged(String, Box<Value>),
    List(Vec<Value>),
    Map(IndexMap<String, Value>),
}

impl Value {
    /// The value as JSONPath queries see it.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Null => serde_json::Value::Null,
            Value::Text(text) => text.clone().into(),
            Value::Plain(text) => plain_to_json(text),
            Value::Tagged(_, inner) => inner.to_json(),
            Value::List(items) => items.iter().map(Value::to_json).collect(),
            Value::Map(entries) => entries
                .iter()
                .map(|(name, value)| (name.clone(), value.to_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }

    /// The value further down, if there is one.
    pub(super) fn at(&self, steps: &[Step]) -> Option<&Value> {
        let Some((step, rest)) = steps.split_first() else { return Some(self) };
        match (self, step) {
            (Value::Tagged(_, inner), _) => inner.at(steps),
            (Value::Map(entries), Step::Name(name)) => entries.get(name)?.at(rest),
            (Value::List(elements), Step::Index(index)) => elements.get(*index)?.at(rest),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub(super) fn at_mut(&mut self, steps: &[Step]) -> Option<&mut Value> {
        let Some((step, rest)) = steps.split_first() else { return Some(self) };
        match (self, step) {
            (Value::Tagged(_, inner), _) => inner.at_mut(steps),
            (Value::Map(entries), Step::Name(name)) => entries.get_mut(name)?.at_mut(rest),
            (Value::List(elements), Step::Index(index)) => elements.get_mut(*index)?.at_mut(rest),
            _ => None,
        }
    }

    /// The value without its tags.
    pub(super) fn untagged(&self) -> &Value {
        match self {
            Value::Tagged(_, inner) => inner.untagged(),
            value => value,
        }
    }

    fn noun(&self) -> &'static str {
        match self {
            Value::Map(_) => "a mapping",
            Value::List(_) => "a sequence",
            _ => "a single value",
        }
    }
}

/// An element counted from the start, or from the end if negative.
pub(super) fn nth(elements: &[Value], wanted: i64) -> Option<(usize, &Value)> {
    let length = i64::try_from(elements.len()).ok()?;
    let index = usize::try_from(if wanted < 0 { length.checked_add(wanted)? } else { wanted }).ok()?;
    elements.get(index).map(|element| (index, element))
}

/// The value one step down, if there is one.
pub(super) fn member<'v>(value: Option<&'v Value>, step: &Step) -> Option<&'v Value> {
    value?.at(std::slice::from_ref(step))
}

fn plain_to_json(text: &str) -> serde_json::Value {
    let digits = text.trim_start_matches('+').replace('_', "");
    match text {
        "true" | "True" | "TRUE" => return true.into(),
        "false" | "False" | "FALSE" => return false.into(),
        _ => {}
    }
    let radix =
        |prefix: &str, radix: u32| digits.strip_prefix(prefix).and_then(|rest| u64::from_str_radix(rest, radix).ok());
    if let Some(number) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        return number.into();
    }
    if let Ok(number) = digits.parse::<i64>() {
        return number.into();
    }
    let number = digits
        .starts_with(['-', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
        .then(|| digits.parse::<f64>().ok());
    match number.flatten().and_then(serde_json::Number::from_f64) {
        Some(number) => serde_json::Value::Number(number),
        None => text.into(),
    }
}

/// A wanted value that does not fit into the target.
pub(super) struct Misfit {
    pub(super) at: Location,
    pub(super) message: String,
}

/// `old` with all wanted values: what the edited file must contain.
pub(super) fn overlay<N>(
    old: Option<Value>,
    want: &Want<N>,
    at: &mut Location,
    take: &impl Fn(&N) -> Value,
) -> Result<Value, Misfit> {
    let children = match want {
        Want::Take(node) => return Ok(take(node)),
        Want::Into(children) => children,
    };
    let named = matches!(children.keys().next(), Some(Step::Name(_)));
    let mut whole = match old {
        None | Some(Value::Null) if named => Value::Map(IndexMap::new()),
        None | Some(Value::Null) => Value::List(Vec::new()),
        Some(value) => value,
    };
    for (step, child) in children {
        at.steps.push(step.clone());
        match (&mut whole, step) {
            (Value::Map(entries), Step::Name(name)) => {
                let value = overlay(entries.get(name).cloned(), child, at, take)?;
                entries.insert(name.clone(), value);
            }
            (Value::List(items), Step::Index(index)) => {
                let value = overlay(items.get(*index).cloned(), child, at, take)?;
                let length = items.len();
                match items.get_mut(*index) {
                    Some(item) => *item = value,
                    None if length == *index => items.push(value),
                    None => {
                        let message = format!("the target's sequence has only {length} items");
                        return Err(Misfit { at: at.clone(), message });
                    }
                }
            }
            (other, _) => {
                let source = if named { "a mapping" } else { "a sequence" };
                let message = format!("the source has {source}, but the target has {}", other.noun());
                at.steps.pop();
                return Err(Misfit { at: at.clone(), message });
            }
        }
        at.steps.pop();
    }
    Ok(whole)
}

/// Moves `at` to the first location where two values differ, in the order of `left`, and returns whether there is one.
pub(super) fn difference(left: &Value, right: &Value, at: &mut Location) -> bool {
    match (left, right) {
        (Value::Map(left), Value::Map(right)) => {
            for (name, value) in left {
                at.steps.push(Step::Name(name.clone()));
                if right.get(name).is_none_or(|other| difference(value, other, at)) {
                    return true;
                }
                at.steps.pop();
            }
            match right.keys().find(|name| !left.contains_key(*name)) {
                Some(name) => at.steps.push(Step::Name(name.clone())),
                None => return false,
            }
            true
        }
        (Value::List(left), Value::List(right)) => {
            for (index, value) in left.iter().enumerate() {
                at.steps.push(Step::Index(index));
                if right.get(index).is_none_or(|other| difference(value, other, at)) {
                    return true;
                }
                at.steps.pop();
            }
            if right.len() > left.len() {
                at.steps.push(Step::Index(left.len()));
            }
            right.len() > left.len()
        }
        _ => left != right,
    }
}
