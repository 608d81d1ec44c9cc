//! The content to copy: a template as a `PromotionTemplate`, or the same inside a product.

use std::ops::Range;

use serde_json::{Map, Value};

use super::paths::{self, UnreadablePath};
use super::{Emitter, cannot, configuration};
use crate::compile::feature::Feature;
use crate::compile::manifests::{list, object};
use crate::program::{Copy, PromotedContent, TemplateId, VersionSource};
use crate::source::Span;
use crate::syntax::ast::{PathText, ValuePath};

/// The path of a template's manifest.
pub(super) fn path(name: &str) -> String {
    configuration("promotion-templates", name)
}

/// Writes the manifest of a template. One that no product uses would select nothing, so it has no manifest.
pub(super) fn emit(emitter: &mut Emitter<'_>, id: TemplateId) {
    let program = emitter.program;
    let Some(template) = program.templates.find(id) else { return };
    let users = program.products.values().filter(|product| product.template == Some(id));
    let users = list(users.map(|product| product.name.value.clone()));
    if users.is_null() {
        return;
    }
    let path = path(&template.name.value);
    let expression = object([("key", "codefresh.io/product".into()), ("operator", "In".into()), ("values", users)]);
    let Some((version, promotion)) = content(emitter, &template.content, &path) else { return };
    let spec = object([
        ("applicationSourceSelector", object([("matchExpressions", list([expression]))])),
        ("priority", 0.into()),
        ("versionSource", version),
        ("promotion", promotion),
    ]);
    emitter.out.file(
        path,
        object([
            ("apiVersion", "codefresh.io/v1beta1".into()),
            ("kind", "PromotionTemplate".into()),
            ("metadata", object([("name", template.name.value.clone().into())])),
            ("spec", spec),
        ]),
    );
}

/// The values of `versionSource` and `promotion`; `path` is the file that contains them. `None` if every `copy` is lost:
/// without `promotion`, Codefresh would copy every file.
pub(super) fn content(emitter: &mut Emitter<'_>, content: &PromotedContent, path: &str) -> Option<(Value, Value)> {
    let version = content.version.as_ref().and_then(|source| version(emitter, source, path));
    let mut files: Map<String, Value> = Map::new();
    for copy in &content.copies {
        // A path that is lost must not make a `copy` of nothing else one of the whole file.
        let paths: Vec<Option<String>> = copy.paths.iter().map(|value| copied(emitter, copy, value, path)).collect();
        let mut paths = paths.into_iter().flatten().peekable();
        let is_written = paths.peek().is_some() || copy.paths.is_empty();
        if is_written && !emitter.loses(&Feature::Copy(&copy.file.value)) {
            add(&mut files, &copy.file.value, paths);
        }
    }
    if files.is_empty() && !content.copies.is_empty() {
        return None;
    }
    let promotion = if files.is_empty() { Value::Null } else { Value::Object(files) };
    Some((version.unwrap_or_default(), promotion))
}

/// The version; `None` if it is lost.
fn version(emitter: &mut Emitter<'_>, source: &VersionSource, path: &str) -> Option<Value> {
    let written = &source.path.path;
    let read = match paths::path(&written.value) {
        Ok(read) => read,
        Err(unreadable) => {
            let help = "Read the version from a value that has a path of its own, such as `$.appVersion`.";
            lose_path(emitter, written, &unreadable, help, path);
            return None;
        }
    };
    if let Some(refused) = paths::refused_in_version(&read) {
        let at = written.value.find(refused).unwrap_or_default();
        let length = refused.len_utf8();
        let refused = if refused == ' ' { "a blank".to_owned() } else { format!("`{refused}`") };
        let message = format!("Codefresh does not read a version from a path with {refused}");
        let help = format!(
            "Write the version to a key of letters, digits and `_` as well, and read it there: `version from \"{}\" at {}`.",
            source.file,
            paths::renamed_for_version(&read)
        );
        let place = within(written, at..at + length);
        emitter.out.lose(path, cannot(message, place, "not allowed in the path of a version", &help));
        return None;
    }
    let feature = Feature::VersionFrom { file: &source.file, path: &written.value };
    let is_written = source.path.tag.is_none() && !emitter.loses(&feature);
    is_written.then(|| object([("file", source.file.clone().into()), ("jsonPath", read.into())]))
}

/// A path of a `copy`; `None` if it is lost.
fn copied(emitter: &mut Emitter<'_>, copy: &Copy, value: &ValuePath, path: &str) -> Option<String> {
    match paths::path(&value.path.value) {
        Ok(read) => value.tag.is_none().then_some(read),
        Err(unreadable) => {
            let file = &copy.file.value;
            let help = match unreadable.before.as_str() {
                "$" => format!("Copy the whole file: `copy \"{file}\"`."),
                before => format!("Copy the value that contains it: `copy \"{file}\" at {before}`."),
            };
            lose_path(emitter, &value.path, &unreadable, &help, path);
            None
        }
    }
}

/// E0801 at the part of a path that Codefresh cannot read.
fn lose_path(emitter: &mut Emitter<'_>, written: &PathText, unreadable: &UnreadablePath, help: &str, path: &str) {
    let UnreadablePath { place, what, before: _ } = unreadable;
    let message = format!("Codefresh cannot read {what} in the path `{}`", written.value);
    emitter.out.lose(path, cannot(message, within(written, place.clone()), what, help));
}

/// The place of some bytes of a path.
fn within(written: &PathText, bytes: Range<usize>) -> Span {
    let Span { file, start, end } = written.span;
    let offset = |at: usize| u32::try_from(at).map_or(end, |at| start.saturating_add(at)).min(end);
    Span::new(file, offset(bytes.start), offset(bytes.end))
}

/// Adds a file with its paths. A `copy` of the whole file becomes `*`, whatever other paths it has.
fn add(files: &mut Map<String, Value>, file: &str, paths: impl Iterator<Item = String>) {
    let known = files.get(file).and_then(|entry| entry.get("jsonPaths")).and_then(Value::as_array);
    let mut all: Vec<Value> = known.cloned().unwrap_or_default();
    let whole = Value::from("*");
    let mut any = false;
    for path in paths {
        any = true;
        let path = Value::from(path);
        if !all.contains(&path) {
            all.push(path);
        }
    }
    if all.contains(&whole) || !any {
        all = vec![whole];
    }
    files.insert(file.to_owned(), object([("jsonPaths", Value::Array(all))]));
}
