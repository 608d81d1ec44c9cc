//! Copies values from one text to another, and proves that nothing else changed.

use super::error::EditError;
use super::location::Location;
use super::order::reordered;
use super::pair::{Pair, Pairing, pairs};
use super::source::{Document, Form, Selected};
use super::tree::{DEPTH, Node, Tree};
use super::value::{Misfit, Value, difference, overlay};
use super::want::Want;
use super::{Format, Path, splice, tag, toml};

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

/// For each path the values of the target that [`transfer`] would set, in order: those by which another's change of them
/// is noticed.
///
/// # Errors
/// If a file cannot be read. What [`transfer`] refuses is an error of its path.
pub(crate) fn partners(
    format: Format,
    source_text: &str,
    target_text: &str,
    paths: &[Path],
) -> Result<Vec<Result<Vec<Selected>, EditError>>, EditError> {
    let source = Document::read("the source", format, source_text)?;
    let target = Document::read("the target", format, target_text)?;
    let mut pairing = Pairing::new(&source, &target);
    let mut of_path = |path: &Path| {
        let mut all = Vec::new();
        for pair in pairing.pairs(std::slice::from_ref(path))? {
            let Some(mut selected) = target.selected(&pair.target) else { continue };
            if path.is_tag()
                && let Some(text) = tag::text(&target, &pair.target)
                && let Ok((_, tag)) = tag::tag(text)
            {
                tag.clone_into(&mut selected.source);
            }
            all.push(selected);
        }
        Ok(all)
    };
    Ok(paths.iter().map(&mut of_path).collect())
}

/// Copies the values that `paths` select in the source to their partners in the target.
pub fn transfer(
    format: Format,
    source_text: &str,
    target_text: &str,
    paths: &[Path],
) -> Result<Transferred, EditError> {
    let merged = tag::merged(format, source_text, target_text, paths)?;
    let source = Document::read("the source", format, merged.as_deref().unwrap_or(source_text))?;
    let target = Document::read("the target", format, target_text)?;
    refuse_encrypted(&source, &target)?;
    let pairs = pairs(&source, &target, paths)?;
    let bom = if target_text.starts_with('\u{FEFF}') { "\u{FEFF}" } else { "" };
    let old_text = target_text.strip_prefix('\u{FEFF}').unwrap_or(target_text);
    let values = target.values();
    let text = match (&source.form, &target.form) {
        (Form::Tree(from), Form::Tree(to)) => {
            let wants = wants(values.len(), &pairs, |at| from.find(at));
            let wanted = wanted(values, &wants, |node: &&Node| node.value())?;
            match wanted == values {
                true => None,
                false => Some(splice(format, from, to, &wants, &wanted, DEPTH)?),
            }
        }
        (Form::Toml(from), Form::Toml(to)) => {
            let wants = wants(values.len(), &pairs, |at| from.find(at));
            let wanted = wanted(values, &wants, toml::value)?;
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
    let result = Document::read("the target", format, &text)?;
    confirm(&source, &result, paths)?;
    let changes = changes(&pairs, &target, &result);
    Ok(Transferred { text: format!("{bom}{text}"), changes })
}

/// # Errors
/// If SOPS encrypted one of the files.
pub(super) fn refuse_encrypted(source: &Document<'_>, target: &Document<'_>) -> Result<(), EditError> {
    for (document, which) in [(source, "source"), (target, "target")] {
        if document.values().iter().any(is_encrypted) {
            return Err(EditError::refused(
                format!("SOPS encrypted the {which}, so its values cannot be edited"),
                "copy the whole file, without `at`, or keep the value elsewhere",
            ));
        }
    }
    Ok(())
}

/// Whether SOPS encrypted a document: its `mac` would no longer be that of the values.
fn is_encrypted(value: &Value) -> bool {
    let Value::Map(entries) = value else { return false };
    matches!(entries.get("sops"), Some(Value::Map(sops)) if sops.contains_key("mac"))
}

/// What is wanted of each document of the target.
fn wants<N>(documents: usize, pairs: &[Pair], find: impl Fn(&Location) -> Option<N>) -> Vec<Want<N>> {
    let mut wants: Vec<Want<N>> = (0..documents.max(1)).map(|_| Want::nothing()).collect();
    for pair in pairs {
        if let (Some(want), Some(node)) = (wants.get_mut(pair.target.document), find(&pair.source)) {
            want.add(&pair.target.steps, node);
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

/// The edited text of the target. Lists that are copied whole are put in order first, one level of nesting in each of the
/// `rounds`. Where lines cannot be moved, as those of a block scalar that keeps its blank lines, elements change in place.
fn splice(
    format: Format,
    source: &Tree<'_>,
    target: &Tree<'_>,
    wants: &[Want<&Node>],
    wanted: &[Value],
    rounds: usize,
) -> Result<String, EditError> {
    if rounds > 0
        && let Some(text) = reordered(target, wants)
        && let Ok(Document { form: Form::Tree(ordered), .. }) = Document::read("the target", format, &text)
        && let Ok(edited) = splice(format, source, &ordered, wants, wanted, rounds - 1)
    {
        return Ok(edited);
    }
    edit(format, source, target, wants, wanted)
}

fn edit(
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
        match Document::read("the target", format, &text).map(|read| read.values().to_vec()) {
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

/// Follows the paths once more, in the result: every value of the source is where its partner is.
fn confirm(source: &Document<'_>, result: &Document<'_>, paths: &[Path]) -> Result<(), EditError> {
    for pair in pairs(source, result, paths)? {
        if source.value(&pair.source) != result.value(&pair.target) {
            let message = format!("`{}` would not get the value of the source", pair.place());
            return Err(EditError::refused(message, "change it by hand"));
        }
    }
    Ok(())
}

fn changes(pairs: &[Pair], old: &Document<'_>, new: &Document<'_>) -> Vec<EditedValue> {
    let change = |pair: &Pair| {
        let old = old.selected(&pair.target).map(|selected| selected.source);
        let new = new.selected(&pair.target)?.source;
        (old.as_ref() != Some(&new)).then_some(EditedValue { path: pair.place(), old, new })
    };
    pairs.iter().filter_map(change).collect()
}
