//! `as tag`: of an image reference only the tag is read and written, so that registries may differ between environments.

use super::error::EditError;
use super::location::{Location, Step};
use super::pair::pairs;
use super::source::{Document, Form};
use super::transfer::refuse_encrypted;
use super::tree::NodeKind;
use super::value::Value;
use super::{Format, Path};

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
            Some(text) => Ok(text),
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
            let mut patch = super::patch::Patch::default();
            for (at, reference) in &references {
                if let Some(node) = tree.find(at).filter(|node| matches!(node.kind, NodeKind::Scalar(..))) {
                    patch.replace(node.start..node.outer.end, serde_json::Value::from(reference.as_str()).to_string());
                }
            }
            let overlap = || EditError::refused("one anchored value is copied `as tag` twice", "write the values out");
            patch.apply(tree.text).ok_or_else(overlap)?
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

/// The text at a location.
pub(super) fn text(document: &Document<'_>, at: &Location) -> Option<String> {
    match document.values().get(at.document)?.at(&at.steps)? {
        Value::Text(text) | Value::Plain(text) => Some(text.clone()),
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
