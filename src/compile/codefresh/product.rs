//! A product as a `Product`. Its applications already exist in Argo CD, so nothing is written for them.

use serde_json::Value;

use super::template::content;
use super::{Emitter, configuration};
use crate::compile::manifests::{list, object};
use crate::program::{Concurrency, FlowRef, FlowStart, Product};
use crate::syntax::ast::ConditionKey;

/// Writes the manifest of a product.
pub(super) fn emit(emitter: &mut Emitter<'_>, product: &Product) {
    let program = emitter.program;
    let path = configuration("products", &product.name.value);
    let template = product.template.and_then(|id| program.templates.find(id));
    let inline = if template.is_none() {
        let (version, promotion) = content(emitter, &product.content, &path);
        object([("versionSource", version), ("promotion", promotion)])
    } else {
        Value::Null
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
