//! A product as a `Product`. Its applications already exist in Argo CD, so nothing is written for them.

use serde_json::Value;

use super::template::{self, content};
use super::{Emitter, cannot, configuration};
use crate::compile::manifests::{list, object};
use crate::program::{Concurrency, FlowRef, FlowStart, Product};
use crate::syntax::ast::ConditionKey;

/// The path of a product's manifest.
pub(super) fn path(name: &str) -> String {
    configuration("products", name)
}

/// Writes the manifest of a product.
pub(super) fn emit(emitter: &mut Emitter<'_>, product: &Product) {
    let program = emitter.program;
    let path = path(&product.name.value);
    let template = product.template.and_then(|id| program.templates.find(id));
    let content_path = template.map_or_else(|| path.clone(), |template| template::path(&template.name.value));
    let Some((version_source, promotion)) = content(emitter, &product.content, &content_path) else {
        not_written(emitter, product);
        return;
    };
    let inline = match template {
        None => object([("versionSource", version_source), ("promotion", promotion)]),
        Some(_) => Value::Null,
    };
    let flows: Vec<Value> = product.flows.iter().filter_map(|listed| flow(emitter, listed)).collect();
    let concurrency = concurrency(product.concurrency);
    let version = if concurrency.is_null() { "codefresh.io/v1beta1" } else { "codefresh.io/v1beta2" };
    let spec = object([
        ("promotionTemplateRef", template.map(|template| template.name.value.clone()).into()),
        ("promotionTemplate", inline),
        ("promotionFlows", list(flows)),
        ("concurrency", concurrency),
    ]);
    let description = product.decl.description.as_ref().map(|text| text.value.clone());
    let annotations = object([("description", description.into())]);
    emitter.out.file(
        path,
        object([
            ("apiVersion", version.into()),
            ("kind", "Product".into()),
            ("metadata", object([("name", product.name.value.clone().into()), ("annotations", annotations)])),
            ("spec", spec),
        ]),
    );
}

/// Reports that a product with nothing left to copy has no manifest. Without `--allow-loss` nothing is written anyway.
fn not_written(emitter: &mut Emitter<'_>, product: &Product) {
    if !emitter.options.allow_loss {
        return;
    }
    let name = &product.name.value;
    let message = format!(
        "no `copy` of `{name}` is left, and without one Codefresh copies every file, so `{name}` has no manifest"
    );
    let help = "Write a `copy` that Codefresh can express.";
    emitter.out.lose(&path(name), cannot(message, product.name.span, "not written", help));
}

/// A flow in the product's list; `None` if it is only started by hand.
fn flow(emitter: &Emitter<'_>, listed: &FlowRef) -> Option<Value> {
    let conditions = match &listed.start {
        FlowStart::When(conditions) => conditions,
        FlowStart::ByHand => return None,
    };
    let name = emitter.program.flows.find(listed.flow)?.name.value.clone();
    let selectors = conditions.iter().map(|(key, excludes, patterns)| {
        let key = match key {
            ConditionKey::Message => "commitMessage",
            ConditionKey::Revision => "gitRevision",
        };
        let operator = if *excludes { "NotIn" } else { "In" };
        object([("key", key.into()), ("operator", operator.into()), ("values", list(patterns.iter().cloned()))])
    });
    Some(object([("name", name.into()), ("gitTriggerSelectors", list(selectors))]))
}

fn concurrency(concurrency: Concurrency) -> Value {
    match concurrency {
        Concurrency::Queue { written: false, limit: _ } => Value::Null,
        Concurrency::Queue { written: true, limit: _ } => "queue".into(),
        Concurrency::Terminate => "terminate".into(),
    }
}
