//! Where a name is declared and used, and how it is changed.

use gen_lsp_types as lsp;
use lsp_server::ErrorCode;
use promoc::ide::{self, Role};
use serde_json::{Value, json};

use super::{Handled, Refusal, read, shown};
use crate::client::Client;
use crate::server::Server;

pub(super) fn definition(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let at = read::<lsp::DefinitionParams>(params)?.text_document_position_params;
    let view = server.current(&at.text_document.uri)?;
    let found = ide::definitions(view.analysed, view.file, view.offset(at.position));
    shown(found.into_iter().map(|span| view.location(span)).collect::<Vec<_>>())
}

pub(super) fn references(server: &mut Server<'_>, params: Value) -> Handled<Value> {
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

pub(super) fn highlights(server: &mut Server<'_>, params: Value) -> Handled<Value> {
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

pub(super) fn type_definition(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let at = read::<lsp::TypeDefinitionParams>(params)?.text_document_position_params;
    let view = server.current(&at.text_document.uri)?;
    let found = ide::type_definitions(view.analysed, view.file, view.offset(at.position));
    shown(found.into_iter().map(|span| view.location(span)).collect::<Vec<_>>())
}

pub(super) fn rename_options(_: &Client) -> Option<Value> {
    Some(json!({ "prepareProvider": true }))
}

pub(super) fn prepare_rename(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let at = read::<lsp::PrepareRenameParams>(params)?.text_document_position_params;
    let view = server.current(&at.text_document.uri)?;
    let found = ide::renamed(view.analysed, view.file, view.offset(at.position)).map_err(refused)?;
    let placeholder = view.analysed.sources().text(found.span).trim_matches(['"', '\'']).to_owned();
    shown(json!({ "range": view.range(found.span), "placeholder": placeholder }))
}

pub(super) fn rename(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::RenameParams>(params)?;
    let at = params.text_document_position_params;
    let view = server.current(&at.text_document.uri)?;
    let edits = ide::rename(view.analysed, view.file, view.offset(at.position), &params.new_name).map_err(refused)?;
    shown(view.workspace_edit(&edits))
}

fn refused(error: ide::RenameError) -> Refusal {
    Refusal::new(ErrorCode::RequestFailed, error.to_string())
}
