//! Copies values from one text to another, and proves that nothing else changed.

use super::error::EditError;
use super::location::{Location, Step};
use super::source::{Document, Form};
use super::tree::{Node, Tree};
use super::value::{Misfit, Value, difference, overlay};
use super::want::Want;
use super::{Format, Path, splice, toml};

/// The result of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transferred {
    /// The new text of the target.
    pub text: String,
    /// The values that changed; empty exactly if the text is unchanged.
    pub changes: Vec<EditedValue>,
}

/// A selected location whose value changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedValue {
    /// The location, such as `$.image.tag`.
    pub path: String,
    /// The old value as source text; `None` if there was none.
    pub old: Option<String>,
    /// The new value as source text of the target.
    pub new: String,
}

/// Copies the values that `paths` select in the source to the same locations in the target.
pub fn transfer(
    format: Format,
    source_text: &str,
    target_text: &str,
    paths: &[Path],
) -> Result<Transferred, EditError> {
    let source = Document::read("the source", format, source_text)?;
    let target = Document::read("the target", format, target_text)?;
    let places = all_places(&source, paths)?;
    pair_documents(&source, &target)?;
    let bom = if target_text.starts_with('\u{FEFF}') { "\u{FEFF}" } else { "" };
    let old_text = target_text.strip_prefix('\u{FEFF}').unwrap_or(target_text);
    let (values, documents) = (target.values(), source.values().len());
    let text = match (&source.form, &target.form) {
        (Form::Tree(from), Form::Tree(to)) => {
            let wants = wants(documents, &places, |at| from.find(at));
            let wanted = wanted(&values, &wants, |node: &&Node| node.value())?;
            match wanted == values {
                true => None,
                false => Some(splice(format, from, to, &wants, &wanted)?),
            }
        }
        (Form::Toml(from), Form::Toml(to)) => {
            let wants = wants(documents, &places, |at| from.find(at));
            let wanted = wanted(&values, &wants, toml::value)?;
            match wanted == values {
                true => None,
                false => Some(toml::splice(old_text, to, wants.first(), &wanted)?),
            }
        }
        _ => None,
    };
    let Some(text) = text.filter(|text| text != old_text) else {
        return Ok(Transferred { text: target_text.to_owned(), changes: Vec::new() });
    };
    let changes = changes(&places, &target, &Document::read("the target", format, &text)?);
    Ok(Transferred { text: format!("{bom}{text}"), changes })
}

/// Each location that the paths select, once. If two are nested, the outer one.
fn all_places(source: &Document<'_>, paths: &[Path]) -> Result<Vec<Location>, EditError> {
    let json = source.json();
    let mut all: indexmap::IndexSet<(usize, Vec<Step>)> = indexmap::IndexSet::new();
    for path in paths {
        let places = source.places(&json, path);
        if places.is_empty() {
            return Err(source.nothing(&json, path));
        }
        all.extend(places.into_iter().map(|at| (at.document, at.steps)));
    }
    let inner = |(document, steps): &(usize, Vec<Step>)| {
        (0..steps.len()).any(|end| steps.get(..end).is_some_and(|outer| all.contains(&(*document, outer.to_vec()))))
    };
    let outer = all.iter().filter(|place| !inner(place));
    Ok(outer.map(|(document, steps)| Location { document: *document, steps: steps.clone() }).collect())
}

fn pair_documents(source: &Document<'_>, target: &Document<'_>) -> Result<(), EditError> {
    let (source, target) = (source.values(), target.values());
    if target.is_empty() && source.len() <= 1 {
        return Ok(());
    }
    let help = "put the documents of the two files in the same order by hand first";
    if source.len() != target.len() {
        let message = format!("the source has {} YAML documents, but the target has {}", source.len(), target.len());
        return Err(EditError::refused(message, help));
    }
    let kind = |value: &Value| match value {
        Value::Map(entries) => entries.get("kind").cloned(),
        _ => None,
    };
    for (index, (source, target)) in source.iter().zip(&target).enumerate().filter(|_| source.len() > 1) {
        if kind(source) != kind(target) {
            let message = format!("document {} has one `kind` in the source and another in the target", index + 1);
            return Err(EditError::refused(message, help));
        }
    }
    Ok(())
}

fn wants<N>(documents: usize, places: &[Location], find: impl Fn(&Location) -> Option<N>) -> Vec<Want<N>> {
    let mut wants: Vec<Want<N>> = (0..documents).map(|_| Want::nothing()).collect();
    for at in places {
        if let (Some(want), Some(node)) = (wants.get_mut(at.document), find(at)) {
            want.add(&at.steps, node);
        }
    }
    wants
}

/// The values that the documents of the target must have afterwards.
fn wanted<N>(values: &[Value], wants: &[Want<N>], take: impl Fn(&N) -> Value) -> Result<Vec<Value>, EditError> {
    let mut wanted = values.to_vec();
    for (document, want) in wants.iter().enumerate().filter(|(_, want)| !want.is_nothing()) {
        let value = overlay(values.get(document).cloned(), want, &mut Location::root(document), &take);
        let value = value.map_err(|Misfit { at, message }| {
            EditError::refused(format!("`{at}`: {message}"), "give the two files the same structure by hand first")
        })?;
        match wanted.get_mut(document) {
            Some(old) => *old = value,
            None => wanted.push(value),
        }
    }
    Ok(wanted)
}

fn splice(
    format: Format,
    source: &Tree<'_>,
    target: &Tree<'_>,
    wants: &[Want<&Node>],
    wanted: &[Value],
) -> Result<String, EditError> {
    let apply = |tree: &Tree<'_>, detach: bool| -> Result<(String, Vec<Value>), EditError> {
        let (patch, orphan) = splice::plan(tree, source, wants, detach)?;
        let overlap =
            || EditError::refused("two of the changed values overlap in the text", "change these values by hand");
        let text = patch.apply(tree.text).ok_or_else(overlap)?;
        let unsound = || EditError::refused("the edited text could not be parsed", "change these values by hand");
        match Document::read("the target", format, &text).map(|read| read.values()) {
            Ok(values) => Ok((text, values)),
            Err(_) => Err(orphan.unwrap_or_else(unsound)),
        }
    };
    let (mut text, mut got) = match apply(target, false) {
        Err(_) if !target.aliases.is_empty() => apply(target, true)?,
        first => first?,
    };
    if got != wanted && !target.aliases.is_empty() {
        let half = text.clone();
        if let Form::Tree(tree) = Document::read("the target", format, &half)?.form {
            (text, got) = apply(&tree, true)?;
        }
    }
    if got == wanted {
        return Ok(text);
    }
    Err(side_effect(target, wanted, &got))
}

/// The error for an edit that would change something else.
fn side_effect(target: &Tree<'_>, wanted: &[Value], got: &[Value]) -> EditError {
    for (document, (wanted, got)) in wanted.iter().zip(got).enumerate() {
        let mut at = Location::root(document);
        if !difference(wanted, got, &mut at) {
            continue;
        }
        return match target.alias_on_the_way(&at) {
            Some((name, line)) => EditError::refused(
                format!("`{at}` would change too, because of the alias `*{name}` at line {line}"),
                "copy that path too, or replace the alias with its value",
            ),
            None => EditError::refused(
                format!("`{at}` cannot be changed without changing something else"),
                "change it by hand",
            ),
        };
    }
    EditError::refused("the number of documents in the target would change", "change these values by hand")
}

fn changes(places: &[Location], old: &Document<'_>, new: &Document<'_>) -> Vec<EditedValue> {
    let change = |at: &Location| {
        let (old, new) = (old.selected(at).map(|selected| selected.source), new.selected(at)?);
        (old.as_ref() != Some(&new.source)).then_some(EditedValue { path: new.path, old, new: new.source })
    };
    places.iter().filter_map(change).collect()
}
