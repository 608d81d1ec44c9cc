//! What helps to write a statement: completion, signatures and hover.

use gen_lsp_types as lsp;
use promoc::ide::{self, OfferKind, OutlineKind, Surroundings};
use serde_json::{Value, json};

use super::{Handled, now, read, shown};
use crate::client::Client;
use crate::server::Server;
use crate::view::View;

pub(super) fn completion_options(_: &Client) -> Option<Value> {
    Some(json!({ "resolveProvider": true, "triggerCharacters": [" ", ",", "\"", "/", "$", "{", ".", "="] }))
}

pub(super) fn completion(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let at = read::<lsp::CompletionParams>(params)?.text_document_position_params;
    let view = server.last(&at.text_document.uri)?;
    let found = ide::completions(view.analysed, view.text, view.offset(at.position), &Beside(&view));
    let range = view.range_in_text(found.replace);
    let item = |(nth, item): (usize, &ide::Offer)| {
        let snippet = item.snippet.as_ref().filter(|_| view.client.snippets);
        json!({
            "label": item.label,
            "kind": item_kind(item.kind),
            "detail": item.detail,
            "sortText": format!("{nth:04}"),
            "insertTextFormat": if snippet.is_some() { 2 } else { 1 },
            "textEdit": { "range": range, "newText": snippet.unwrap_or(&item.label) },
            "data": { "uri": at.text_document.uri, "line": at.position.line, "character": at.position.character },
        })
    };
    let items: Vec<Value> = found.items.iter().enumerate().map(item).collect();
    shown(json!({ "isIncomplete": found.more, "items": items }))
}

/// Adds the documentation of an item.
pub(super) fn resolve(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let mut resolved = params;
    let Some(uri) = resolved.pointer("/data/uri").and_then(Value::as_str).map(lsp::Uri::from) else {
        return Ok(resolved);
    };
    let number = |path| resolved.pointer(path).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    let position = lsp::Position { line: number("/data/line"), character: number("/data/character") };
    let label = resolved.get("label").and_then(Value::as_str).unwrap_or_default().to_owned();
    // the document may have been closed since
    let Ok(view) = server.last(&uri) else { return Ok(resolved) };
    let text = ide::documentation(view.analysed, view.text, view.offset(position), &label, &Beside(&view));
    if let (Some(text), Some(fields)) = (text, resolved.as_object_mut()) {
        fields.insert("documentation".to_owned(), json!({ "kind": "markdown", "value": text }));
    }
    Ok(resolved)
}

fn item_kind(kind: OfferKind) -> lsp::CompletionItemKind {
    match kind {
        OfferKind::Keyword => lsp::CompletionItemKind::Keyword,
        OfferKind::Name(OutlineKind::Workflow) => lsp::CompletionItemKind::Function,
        OfferKind::Name(OutlineKind::Product) => lsp::CompletionItemKind::Module,
        OfferKind::Name(OutlineKind::Flow) => lsp::CompletionItemKind::Class,
        OfferKind::Name(OutlineKind::Template) => lsp::CompletionItemKind::Struct,
        OfferKind::Name(OutlineKind::Window) => lsp::CompletionItemKind::Event,
        OfferKind::Name(_) => lsp::CompletionItemKind::EnumMember,
        OfferKind::Parameter => lsp::CompletionItemKind::Variable,
        OfferKind::Value | OfferKind::Path => lsp::CompletionItemKind::Value,
        OfferKind::File => lsp::CompletionItemKind::File,
    }
}

/// The files beside a document.
struct Beside<'a>(&'a View<'a>);

impl Surroundings for Beside<'_> {
    fn imports(&self) -> Vec<String> {
        let own = &self.0.analysed.sources().file(self.0.file).path;
        let folder = own.rsplit_once('/').map_or("", |(folder, _)| folder);
        let below = |path: &String| match folder {
            "" => Some(path.clone()),
            folder => path.strip_prefix(folder)?.strip_prefix('/').map(str::to_owned),
        };
        self.0.project.files().iter().filter(|path| *path != own).filter_map(below).collect()
    }
}

pub(super) fn signature_options(_: &Client) -> Option<Value> {
    Some(json!({ "triggerCharacters": [" ", ","] }))
}

pub(super) fn signatures(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let at = read::<lsp::SignatureHelpParams>(params)?.text_document_position_params;
    let view = server.last(&at.text_document.uri)?;
    let Some(found) = ide::signatures(view.text, view.offset(at.position)) else { return Ok(Value::Null) };
    let signature = |one: &ide::Signature| {
        // labels are ASCII except for `…`, which is one unit in UTF-16 as well
        let units = |at: usize| one.label.get(..at).map_or(0, |before| before.encode_utf16().count());
        let parameters = one.active.iter().map(|(from, to)| json!({ "label": [units(*from), units(*to)] }));
        json!({ "label": one.label, "parameters": parameters.collect::<Vec<_>>(), "activeParameter": 0 })
    };
    let signatures: Vec<Value> = found.forms.iter().map(signature).collect();
    shown(json!({ "signatures": signatures, "activeSignature": 0, "activeParameter": 0 }))
}

pub(super) fn hover(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let at = read::<lsp::HoverParams>(params)?.text_document_position_params;
    let view = server.current(&at.text_document.uri)?;
    let Some(found) = ide::hover(view.analysed, view.file, view.offset(at.position), now()) else {
        return Ok(Value::Null);
    };
    let kind = if view.client.markdown { "markdown" } else { "plaintext" };
    shown(json!({ "contents": { "kind": kind, "value": found.text }, "range": view.range(found.span) }))
}
