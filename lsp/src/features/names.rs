//! Where a name is declared and used.

use gen_lsp_types as lsp;
use promoc::ide::{self, Role};
use serde_json::Value;

use super::{Answer, read, shown};
use crate::server::Server;

pub(super) fn definition(server: &mut Server<'_>, params: Value) -> Answer<Value> {
    let at = read::<lsp::DefinitionParams>(params)?.text_document_position_params;
    let view = server.current(&at.text_document.uri)?;
    let found = ide::definitions(view.analysed, view.file, view.offset(at.position));
    shown(found.into_iter().map(|span| view.location(span)).collect::<Vec<_>>())
}

pub(super) fn references(server: &mut Server<'_>, params: Value) -> Answer<Value> {
    let params = read::<lsp::ReferenceParams>(params)?;
    let at = params.text_document_position_params;
    let view = server.current(&at.text_document.uri)?;
    let Some(name) = ide::occurrence_at(view.analysed, view.file, view.offset(at.position)) else {
        return Ok(Value::Null);
    };
    let all = ide::occurrences_of(view.analysed, &name.symbol);
    let wanted = all.iter().filter(|one| params.context.include_declaration || one.role != Role::Declaration);
    shown(wanted.map(|one| view.location(one.span)).collect::<Vec<_>>())
}

pub(super) fn highlights(server: &mut Server<'_>, params: Value) -> Answer<Value> {
    let at = read::<lsp::DocumentHighlightParams>(params)?.text_document_position_params;
    let view = server.current(&at.text_document.uri)?;
    let Some(name) = ide::occurrence_at(view.analysed, view.file, view.offset(at.position)) else {
        return Ok(Value::Null);
    };
    let all = ide::occurrences_of(view.analysed, &name.symbol);
    let here = all.iter().filter(|one| one.span.file == view.file).map(|one| lsp::DocumentHighlight {
        range: view.range(one.span),
        kind: Some(match one.role {
            Role::Declaration => lsp::DocumentHighlightKind::Write,
            _ => lsp::DocumentHighlightKind::Read,
        }),
    });
    shown(here.collect::<Vec<_>>())
}
