//! The content to copy: a template as a `PromotionTemplate`, or the same inside a product.

use serde_json::{Map, Value};

use super::{Emitter, configuration};
use crate::compile::feature::Feature;
use crate::compile::manifests::{list, object};
use crate::program::{PromotedContent, TemplateId, VersionSource};

/// Writes the manifest of a template. One that no product uses would select nothing, so it has no manifest.
pub(super) fn emit(emitter: &mut Emitter<'_>, id: TemplateId) {
    let program = emitter.program;
    let Some(template) = program.templates.find(id) else { return };
    let users = program.products.values().filter(|product| product.template == Some(id));
    let users = list(users.map(|product| product.name.value.clone()));
    if users.is_null() {
        return;
    }
    let path = configuration("promotion-templates", &template.name.value);
    let expression = object([("key", "codefresh.io/product".into()), ("operator", "In".into()), ("values", users)]);
    let (version, promotion) = content(emitter, &template.content);
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

/// The values of `versionSource` and `promotion`.
pub(super) fn content(emitter: &Emitter<'_>, content: &PromotedContent) -> (Value, Value) {
    let is_written = |source: &&VersionSource| {
        let feature = Feature::VersionFrom { file: &source.file, path: &source.path.path.value };
        source.path.tag.is_none() && !emitter.loses(&feature)
    };
    let version = content.version.as_ref().filter(is_written).map(|source| {
        object([("file", source.file.clone().into()), ("jsonPath", source.path.path.value.clone().into())])
    });
    let mut files: Map<String, Value> = Map::new();
    for copy in content.copies.iter().filter(|copy| !emitter.loses(&Feature::Copy(&copy.file.value))) {
        // A path whose tag is meant is lost; a `copy` of nothing else must not become one of the whole file.
        let mut paths = copy.paths.iter().filter(|path| path.tag.is_none()).peekable();
        if paths.peek().is_some() || copy.paths.is_empty() {
            add(&mut files, &copy.file.value, paths.map(|path| path.path.value.as_str()));
        }
    }
    let promotion = if files.is_empty() { Value::Null } else { Value::Object(files) };
    (version.unwrap_or_default(), promotion)
}

/// Adds a file with its paths. A `copy` of the whole file becomes `*`, whatever other paths it has.
fn add<'c>(files: &mut Map<String, Value>, file: &str, paths: impl Iterator<Item = &'c str>) {
    let known = files.get(file).and_then(|entry| entry.get("jsonPaths")).and_then(Value::as_array);
    let mut all: Vec<Value> = known.cloned().unwrap_or_default();
    let whole = Value::from("*");
    let before = all.len();
    for path in paths {
        if !all.contains(&Value::from(path)) {
            all.push(path.into());
        }
    }
    if all.contains(&whole) || all.len() == before {
        all = vec![whole];
    }
    files.insert(file.to_owned(), object([("jsonPaths", Value::Array(all))]));
}
