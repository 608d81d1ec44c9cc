//! Semantic tokens.

use std::hash::{DefaultHasher, Hash, Hasher};

use gen_lsp_types as lsp;
use promoc::ide::{self, OutlineKind, WordKind};
use serde_json::{Value, json};

use super::{Handled, read, shown};
use crate::client::Client;
use crate::server::Server;
use crate::view::View;

/// The types of the legend, which tokens name by their index.
const TYPES: [&str; 12] = [
    "keyword",
    "enumMember",
    "namespace",
    "function",
    "struct",
    "interface",
    "event",
    "class",
    "parameter",
    "number",
    "string",
    "comment",
];

pub(super) fn options(_: &Client) -> Option<Value> {
    Some(json!({
        "legend": { "tokenTypes": TYPES, "tokenModifiers": ["declaration"] },
        "full": { "delta": true },
        "range": true,
    }))
}

/// The index of a type in the legend.
fn index(kind: WordKind) -> u32 {
    let name = match kind {
        WordKind::Keyword => "keyword",
        WordKind::Name(OutlineKind::Environment | OutlineKind::Group | OutlineKind::Target) => "enumMember",
        WordKind::Name(OutlineKind::Product | OutlineKind::Application | OutlineKind::Source) => "namespace",
        WordKind::Name(OutlineKind::Workflow | OutlineKind::Scenario) => "function",
        WordKind::Name(OutlineKind::Template) => "struct",
        WordKind::Name(OutlineKind::Policy) => "interface",
        WordKind::Name(OutlineKind::Window) => "event",
        WordKind::Name(OutlineKind::Flow) => "class",
        WordKind::Parameter => "parameter",
        WordKind::Number => "number",
        WordKind::Text | WordKind::Path => "string",
        WordKind::Comment => "comment",
    };
    TYPES.iter().position(|one| *one == name).and_then(|at| u32::try_from(at).ok()).unwrap_or(0)
}

/// Five numbers for each token: lines and columns relative to the token before, length, type, modifiers.
fn encoded(view: &View<'_>, within: Option<(u32, u32)>) -> Vec<u32> {
    let mut data = Vec::new();
    let (mut line, mut column) = (0, 0);
    let tokens = ide::tokens(view.analysed, view.file);
    let inside = |token: &&ide::ColoredWord| within.is_none_or(|(from, to)| token.range.0 < to && from < token.range.1);
    for token in tokens.iter().filter(inside) {
        let range = view.range_in_text(token.range);
        let (start, end) = (range.start, range.end);
        let after = if start.line == line { column } else { 0 };
        data.extend([
            start.line - line,
            start.character - after,
            end.character.saturating_sub(start.character),
            index(token.kind),
            u32::from(token.declaration),
        ]);
        (line, column) = (start.line, start.character);
    }
    data
}

fn id(data: &[u32]) -> String {
    let mut hasher = DefaultHasher::new();
    data.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

pub(super) fn full(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::SemanticTokensParams>(params)?;
    let data = encoded(&server.current(&params.text_document.uri)?, None);
    let id = id(&data);
    server.remember_tokens(&params.text_document.uri, (id.clone(), data.clone()));
    shown(json!({ "resultId": id, "data": data }))
}

/// The difference to the last result: one edit, from the first to the last number that differs.
pub(super) fn delta(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::SemanticTokensDeltaParams>(params)?;
    let uri = &params.text_document.uri;
    let data = encoded(&server.current(uri)?, None);
    let id = id(&data);
    let before = server.remember_tokens(uri, (id.clone(), data.clone()));
    let Some((_, before)) = before.filter(|(known, _)| *known == params.previous_result_id) else {
        return shown(json!({ "resultId": id, "data": data }));
    };
    let same = before.iter().zip(&data).take_while(|(old, new)| old == new).count();
    let rest = before.len().min(data.len()) - same;
    let after = before.iter().rev().zip(data.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
    let edits = if before == data {
        Vec::new()
    } else {
        let new: Vec<u32> = data.iter().skip(same).take(data.len() - same - after).copied().collect();
        vec![json!({ "start": same, "deleteCount": before.len() - same - after, "data": new })]
    };
    shown(json!({ "resultId": id, "edits": edits }))
}

pub(super) fn range(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::SemanticTokensRangeParams>(params)?;
    let view = server.current(&params.text_document.uri)?;
    let within = (view.offset(params.range.start), view.offset(params.range.end));
    shown(json!({ "data": encoded(&view, Some(within)) }))
}
