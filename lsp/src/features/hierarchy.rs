//! The environments before and after one, as a call hierarchy.

use gen_lsp_types as lsp;
use promoc::ide::{self, FlowMember};
use serde_json::{Value, json};

use super::{Handled, read, shown};
use crate::server::Server;
use crate::view::View;

pub(super) fn prepare(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let at = read::<lsp::CallHierarchyPrepareParams>(params)?.text_document_position_params;
    let view = server.current(&at.text_document.uri)?;
    let members = ide::flow_members(view.analysed, view.file, view.offset(at.position));
    shown(members.iter().map(|one| item(&view, &at.text_document.uri, one)).collect::<Vec<_>>())
}

pub(super) fn incoming(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    calls(server, &params, "from", ide::upstream)
}

pub(super) fn outgoing(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    calls(server, &params, "to", ide::downstream)
}

/// The document that was asked about is in the data, because a flow may be in another file of its program.
fn item(view: &View<'_>, uri: &lsp::Uri, member: &FlowMember) -> Value {
    let location = view.location(member.span);
    json!({
        "name": member.name,
        "detail": format!("flow {}", member.flow),
        "kind": lsp::SymbolKind::Method,
        "uri": location.uri,
        "range": location.range,
        "selectionRange": location.range,
        "data": { "uri": uri, "flow": member.flow },
    })
}

fn calls(
    server: &mut Server<'_>,
    params: &Value,
    side: &str,
    of: fn(&promoc::Analysed, &str, &str) -> Vec<FlowMember>,
) -> Handled<Value> {
    let text = |path: &str| params.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (uri, flow) = (lsp::Uri::from(text("/item/data/uri")), text("/item/data/flow"));
    let view = server.current(&uri)?;
    let members = of(view.analysed, &flow, &text("/item/name"));
    let call = |member: &FlowMember| {
        let range = view.range(member.span);
        json!({ side: item(&view, &uri, member), "fromRanges": [range] })
    };
    shown(members.iter().map(call).collect::<Vec<_>>())
}
