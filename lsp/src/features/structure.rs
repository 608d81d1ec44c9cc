//! The outline of a file, folds, selections, links, and the search for a name.

use std::collections::BTreeSet;

use gen_lsp_types as lsp;
use promoc::ide::{self, Outline, OutlineKind};
use promoc::source::Span;
use serde_json::{Value, json};

use super::{Handled, read, shown};
use crate::server::Server;
use crate::view::View;

pub(super) fn outline(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::DocumentSymbolParams>(params)?;
    let view = server.current(&params.text_document.uri)?;
    let all = ide::outline(view.analysed, view.file);
    if view.client.hierarchical_symbols {
        return shown(all.iter().map(|one| nested(&view, one)).collect::<Vec<_>>());
    }
    let mut flat = Vec::new();
    all.iter().for_each(|one| flatten(&view, one, None, &mut flat));
    shown(flat)
}

fn nested(view: &View<'_>, outline: &Outline) -> Value {
    json!({
        "name": outline.name,
        "kind": symbol_kind(outline.kind),
        "range": view.range(outline.span),
        "selectionRange": view.range(outline.name_span),
        "children": outline.children.iter().map(|child| nested(view, child)).collect::<Vec<_>>(),
    })
}

fn flatten(view: &View<'_>, outline: &Outline, container: Option<&str>, flat: &mut Vec<Value>) {
    flat.push(json!({
        "name": outline.name,
        "kind": symbol_kind(outline.kind),
        "location": view.location(outline.span),
        "containerName": container,
    }));
    outline.children.iter().for_each(|child| flatten(view, child, Some(&outline.name), flat));
}

fn symbol_kind(kind: OutlineKind) -> lsp::SymbolKind {
    match kind {
        OutlineKind::Environment => lsp::SymbolKind::Enum,
        OutlineKind::Group => lsp::SymbolKind::Array,
        OutlineKind::Workflow => lsp::SymbolKind::Function,
        OutlineKind::Template => lsp::SymbolKind::Struct,
        OutlineKind::Policy => lsp::SymbolKind::Interface,
        OutlineKind::Window => lsp::SymbolKind::Event,
        OutlineKind::Product => lsp::SymbolKind::Package,
        OutlineKind::Application => lsp::SymbolKind::Object,
        OutlineKind::Source => lsp::SymbolKind::File,
        OutlineKind::Flow => lsp::SymbolKind::Class,
        OutlineKind::Target => lsp::SymbolKind::Method,
        OutlineKind::Scenario => lsp::SymbolKind::Constant,
    }
}

pub(super) fn search(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::WorkspaceSymbolParams>(params)?;
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for view in server.all_current() {
        for one in ide::declared(view.analysed, &params.query) {
            let location = view.location(one.span);
            let key =
                (location.uri.0.clone(), location.range.start.line, location.range.start.character, one.name.clone());
            if seen.insert(key) {
                found.push(json!({
                    "name": one.name,
                    "kind": symbol_kind(OutlineKind::of(one.definition)),
                    "location": location,
                }));
            }
        }
    }
    shown(found)
}

pub(super) fn folds(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::FoldingRangeParams>(params)?;
    let view = server.last(&params.text_document.uri)?;
    let fold = |fold: &ide::Fold| {
        let range = view.range_in_text(fold.range);
        // the line of the closing brace stays visible
        let closes = view.text.get(fold.range.1 as usize..).is_some_and(|rest| rest.starts_with('}'));
        let end = range.end.line.saturating_sub(u32::from(closes)).max(range.start.line);
        json!({
            "startLine": range.start.line,
            "endLine": end,
            "kind": if fold.comment { "comment" } else { "region" },
        })
    };
    shown(ide::folds(view.text).iter().map(fold).collect::<Vec<_>>())
}

pub(super) fn selections(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::SelectionRangeParams>(params)?;
    let view = server.last(&params.text_document.uri)?;
    let selection = |position: &lsp::Position| {
        let ranges = ide::enclosing(view.text, view.offset(*position));
        ranges.iter().rev().fold(Value::Null, |parent, range| {
            let range = view.range_in_text(*range);
            if parent.is_null() { json!({ "range": range }) } else { json!({ "range": range, "parent": parent }) }
        })
    };
    shown(params.positions.iter().map(selection).collect::<Vec<_>>())
}

pub(super) fn links(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::DocumentLinkParams>(params)?;
    let view = server.current(&params.text_document.uri)?;
    let files = view.analysed.analysis().files.iter().filter(|file| file.id == view.file);
    let imports = files.flat_map(|file| &file.imports).filter_map(|import| Some((import.written.span, import.file?)));
    let link = |(span, file): (Span, _)| json!({ "range": view.range(span), "target": view.uri(view.analysed.sources().file(file)) });
    shown(imports.map(link).collect::<Vec<_>>())
}
