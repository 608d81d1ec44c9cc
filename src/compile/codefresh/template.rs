//! What is copied: a template as a `PromotionTemplate`, or the same inside a product.

use serde_json::{Map, Value};

use super::{Emitter, cannot, configuration};
use crate::compile::manifests::{list, object};
use crate::program::{PromotedContent, TemplateId};
use crate::source::Span;

/// The manifest of a template. One that no product uses selects nothing, and is not written.
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
    let (version, promotion) = content(emitter, &template.content, &path);
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

/// `versionSource` and `promotion`.
pub(super) fn content(emitter: &mut Emitter<'_>, content: &PromotedContent, path: &str) -> (Value, Value) {
    let mut version = Value::Null;
    if let Some(source) = &content.version {
        refuse_source(emitter, source.source.as_deref(), source.span, path);
        version = object([("file", source.file.clone().into()), ("jsonPath", source.path.value.clone().into())]);
    }
    let mut files: Map<String, Value> = Map::new();
    for copy in &content.copies {
        refuse_source(emitter, copy.source.as_deref(), copy.span, path);
        if copy.file.value.contains(['*', '?', '[', '{']) {
            let message = format!("Codefresh copies files by their names, and `{}` is a pattern", copy.file.value);
            let help = "Write a `copy` for each file.";
            emitter.out.lose(path, cannot(message, copy.file.span, "a pattern", help));
            continue;
        }
        add(&mut files, &copy.file.value, copy.paths.iter().map(|path| path.value.as_str()));
    }
    let promotion = if files.is_empty() { Value::Null } else { Value::Object(files) };
    (version, promotion)
}

/// A file that is copied whole is written `*`, whatever else is said of it.
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

fn refuse_source(emitter: &mut Emitter<'_>, source: Option<&str>, span: Span, path: &str) {
    if let Some(source) = source {
        let message = format!("Codefresh does not tell an application's sources apart, and `in {source}` chooses one");
        let help = "Take `in` out if the file's name is enough to find it.";
        emitter.out.lose(path, cannot(message, span, "chosen here", help));
    }
}
