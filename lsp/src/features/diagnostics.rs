//! Diagnostics for editors that ask for them.

use std::hash::{DefaultHasher, Hash, Hasher};

use gen_lsp_types as lsp;
use serde_json::{Value, json};

use super::{Handled, read, shown};
use crate::client::Client;
use crate::server::Server;

pub(super) fn options(client: &Client) -> Option<Value> {
    let options = json!({ "identifier": "promoc", "interFileDependencies": true, "workspaceDiagnostics": true });
    client.pulls.then_some(options)
}

pub(super) fn of_document(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::DocumentDiagnosticParams>(params)?;
    let list = server.diagnostics_of(&params.text_document.uri);
    shown(report(&list, params.previous_result_id.as_deref()))
}

pub(super) fn of_workspace(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::WorkspaceDiagnosticParams>(params)?;
    let known = |uri: &str| {
        let before = params.previous_result_ids.iter().find(|before| before.uri.0 == uri);
        before.map(|before| before.value.as_str())
    };
    let mut all = server.all_diagnostics();
    // files whose diagnostics the editor still shows
    for before in &params.previous_result_ids {
        all.entry(before.uri.0.clone()).or_default();
    }
    let items = all.iter().map(|(uri, list)| {
        let mut report = report(list, known(uri));
        if let Some(fields) = report.as_object_mut() {
            fields.insert("uri".to_owned(), json!(uri));
            fields.insert("version".to_owned(), json!(server.version(uri)));
        }
        report
    });
    shown(json!({ "items": items.collect::<Vec<_>>() }))
}

/// A full report, or a note that nothing has changed since the last one.
fn report(list: &[lsp::Diagnostic], before: Option<&str>) -> Value {
    let items = json!(list);
    let mut hasher = DefaultHasher::new();
    items.to_string().hash(&mut hasher);
    let id = format!("{:016x}", hasher.finish());
    if before == Some(id.as_str()) {
        return json!({ "kind": "unchanged", "resultId": id });
    }
    json!({ "kind": "full", "resultId": id, "items": items })
}
