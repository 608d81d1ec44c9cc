//! `as tag`: of an image reference only the tag is read and written, so that registries may differ between environments.

use std::collections::BTreeMap;

use super::error::EditError;
use super::location::{Location, Step};
use super::pair::{Pair, pairs};
use super::source::{Document, Form};
use super::transfer::refuse_encrypted;
use super::tree::{NodeKind, Tree};
use super::value::Value;
use super::{Format, Path, scalar};

/// An image reference as its name and its tag: what follows the last `:` after the last `/`.
///
/// # Errors
/// If it has no tag, or a digest, which a tag alone would contradict; says why and what to write.
pub(crate) fn tag(reference: &str) -> Result<(&str, &str), String> {
    if reference.contains('@') {
        return Err(format!(
            "the image `{reference}` is pinned by its digest; remove the digest, or remove `as tag` to copy the whole reference"
        ));
    }
    let start = reference.rfind('/').map_or(0, |slash| slash + 1);
    let name = reference.get(start..).unwrap_or_default();
    match name.split_once(':') {
        Some((image, tag)) if !image.is_empty() && !tag.is_empty() && !tag.contains(':') => {
            Ok((reference.strip_suffix(tag).unwrap_or_default(), tag))
        }
        _ => Err(format!(
            "the image `{reference}` has no tag; add one, as in `team/web:1.10`, or remove `as tag` to copy the whole reference"
        )),
    }
}

/// The source with every reference whose tag is copied as it is to be in the target; `None` if no path is `as tag`.
pub(super) fn merged(format: Format, source: &str, target: &str, paths: &[Path]) -> Result<Option<String>, EditError> {
    let tagged: Vec<Path> = paths.iter().filter(|path| path.is_tag()).cloned().collect();
    if tagged.is_empty() {
        return Ok(None);
    }
    let from = Document::read("the source", format, source)?;
    let to = Document::read("the target", format, target)?;
    refuse_encrypted(&from, &to)?;
    let mut references = Vec::new();
    for pair in pairs(&from, &to, &tagged)? {
        let refused = |message: String| match message.split_once("; ") {
            Some((message, help)) => EditError::refused(message, help),
            None => EditError::refused(message, ""),
        };
        let read = |document: &Document<'_>, at| match text(document, at) {
            Some(text) => Ok(text.to_owned()),
            None => Err(EditError::refused(
                format!("`{}` is not an image reference in {}", pair.place(), document.which),
                "add one there first, such as `team/web:1.10`, or remove `as tag`",
            )),
        };
        let (ours, theirs) = (read(&from, &pair.source)?, read(&to, &pair.target)?);
        let in_which = |which, message| refused(format!("`{}` in {which}: {message}", pair.place()));
        let (_, tag_of_source) = tag(&ours).map_err(|message| in_which(from.which, message))?;
        let (name, _) = tag(&theirs).map_err(|message| in_which(to.which, message))?;
        references.push((pair.source, format!("{name}{tag_of_source}")));
    }
    Ok(Some(match &from.form {
        Form::Tree(tree) => {
            let text = rewritten(tree, &references);
            let read = Document::read("the source", format, &text)?;
            alone(&from, &read, &references, &pairs(&from, &to, paths)?)?;
            text
        }
        Form::Toml(read) => {
            let mut document = read.document.clone();
            for (at, reference) in &references {
                let mut item = Some(document.as_item_mut());
                for step in &at.steps {
                    item = item.and_then(|item| match step {
                        Step::Name(name) => item.get_mut(name.as_str()),
                        Step::Index(index) => item.get_mut(*index),
                    });
                }
                if let Some(item) = item {
                    *item = toml_edit::value(reference.as_str());
                }
            }
            document.to_string()
        }
    }))
}

/// The source with these references. Each place gets a value of its own where it is an alias, and so does each alias of a
/// place that is an anchor.
fn rewritten(tree: &Tree<'_>, references: &[(Location, String)]) -> String {
    let quoted = |reference: &str| match !tree.json && scalar::plain_can(reference, true) {
        true => reference.to_owned(),
        false => serde_json::Value::from(reference).to_string(),
    };
    let (mut places, mut anchors) = (BTreeMap::new(), Vec::new());
    for (at, reference) in references {
        let Some(written) = tree.written_at(at) else { continue };
        match &written.kind {
            NodeKind::Scalar(..) => {
                places.insert((written.start, written.outer.end), quoted(reference));
                anchors.extend(written.anchor.as_ref().map(|_| written));
            }
            _ => drop(places.insert((written.outer.start, written.outer.end), quoted(reference))),
        }
    }
    for anchor in anchors {
        for alias in tree.aliases.iter().filter(|alias| alias.target == anchor.outer.start) {
            let value = tree.slice(anchor.start..anchor.outer.end).to_owned();
            places.entry((alias.at, alias.at + 1 + alias.name.len())).or_insert(value);
        }
    }
    let (mut text, mut end) = (String::new(), 0);
    for ((from, to), value) in places {
        text.push_str(tree.slice(end..from));
        text.push_str(&value);
        end = to;
    }
    text + tree.slice(end..tree.text.len())
}

/// Makes sure that no copied path takes a reference that is meant for another place, which an alias of a mapping or a merge
/// key would bring about.
fn alone(
    from: &Document<'_>,
    read: &Document<'_>,
    references: &[(Location, String)],
    pairs: &[Pair],
) -> Result<(), EditError> {
    let mut wanted = from.values().to_vec();
    for (at, reference) in references {
        if let Some(value) = wanted.get_mut(at.document).and_then(|root| root.at_mut(&at.steps)) {
            *value = Value::Text(reference.clone());
        }
    }
    for pair in pairs {
        let value = wanted.get(pair.source.document).and_then(|root| root.at(&pair.source.steps));
        if value != read.value(&pair.source) {
            return Err(EditError::refused(
                format!(
                    "`{}` shares its image with a path that is copied `as tag`, by an alias or a merge key",
                    pair.source
                ),
                "write the value out in the source, or copy both paths `as tag`",
            ));
        }
    }
    Ok(())
}

/// The text at a location.
pub(super) fn text<'d>(document: &'d Document<'_>, at: &Location) -> Option<&'d str> {
    match document.value(at)? {
        Value::Text(text) | Value::Plain(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::tag;

    #[test]
    fn a_tag_follows_the_last_colon_after_the_last_slash() {
        for (reference, wanted) in [
            ("web:1.10", ("web:", "1.10")),
            ("registry.example.com:5000/team/web:v1.2-rc.1", ("registry.example.com:5000/team/web:", "v1.2-rc.1")),
        ] {
            assert_eq!(tag(reference), Ok(wanted));
        }
        for (reference, why) in [
            ("registry.example.com:5000/team/web", "no tag"),
            ("web:", "no tag"),
            (":1.10", "no tag"),
            ("", "no tag"),
            ("team/web:1.10@sha256:abab", "digest"),
        ] {
            assert!(tag(reference).unwrap_err().contains(why), "{reference}");
        }
    }
}
