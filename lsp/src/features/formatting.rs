//! Formatting.

use gen_lsp_types as lsp;
use lsp_server::ErrorCode;
use promoc::ide;
use serde_json::{Value, json};

use super::{Handled, Refusal, read, shown};
use crate::client::Client;
use crate::server::Server;
use crate::view::View;

pub(super) fn whole(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::DocumentFormattingParams>(params)?;
    edits(&server.last(&params.text_document.uri)?, None)
}

pub(super) fn range(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::DocumentRangeFormattingParams>(params)?;
    let view = server.last(&params.text_document.uri)?;
    let within = (view.offset(params.range.start), view.offset(params.range.end));
    edits(&view, Some(within))
}

pub(super) fn on_type_options(_: &Client) -> Option<Value> {
    Some(json!({ "firstTriggerCharacter": "}", "moreTriggerCharacter": [";"] }))
}

/// Formats the line in which a statement or a block was just ended.
pub(super) fn on_type(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::DocumentOnTypeFormattingParams>(params)?;
    let view = server.last(&params.text_document.uri)?;
    let at = view.offset(params.position);
    let start = view.text.get(..at as usize).and_then(|text| text.rfind('\n')).map_or(0, |line| line as u32 + 1);
    // while a person types, a text that cannot be formatted is not worth a message
    edits(&view, Some((start, at))).or(Ok(Value::Null))
}

fn edits(view: &View<'_>, within: Option<(u32, u32)>) -> Handled<Value> {
    let edits = ide::formatting(view.text, within);
    let edits = edits.map_err(|error| Refusal::new(ErrorCode::RequestFailed, error.to_string()))?;
    let edit = |edit: &ide::TextEdit| json!({ "range": view.range_in_text(edit.range), "newText": edit.text });
    shown(edits.iter().map(edit).collect::<Vec<_>>())
}
