//! Every feature: its method, what announces it, and the function that answers it.
//!
//! INVARIANT: the server announces and handles exactly this table.

mod acting;
mod coloring;
mod diagnostics;
mod formatting;
mod hierarchy;
mod names;
mod structure;
mod writing;

use std::time::SystemTime;

use lsp_server::ErrorCode;
use promoc::Instant;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::client::Client;
use crate::server::Server;

/// Why a request has no result.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub code: ErrorCode,
    /// For the person who made the request.
    pub message: String,
}

impl Refusal {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Refusal {
        Refusal { code, message: message.into() }
    }
}

/// The result of a request.
pub type Handled<T> = Result<T, Refusal>;

/// A method that the server handles.
pub struct Method {
    pub method: &'static str,
    /// The capability that announces it. Methods of one capability share it, and their options are merged.
    provider: &'static str,
    /// The options of the capability; `None` if this editor gets the feature in another way.
    options: fn(&Client) -> Option<Value>,
    pub answer: fn(&mut Server<'_>, Value) -> Handled<Value>,
}

/// Every feature, in the order of docs/editors.md.
pub const METHODS: &[Method] = &[
    method("textDocument/definition", "definitionProvider", always, names::definition),
    method("textDocument/typeDefinition", "typeDefinitionProvider", always, names::type_definition),
    method("textDocument/references", "referencesProvider", always, names::references),
    method("textDocument/documentHighlight", "documentHighlightProvider", always, names::highlights),
    method("textDocument/rename", "renameProvider", names::rename_options, names::rename),
    method("textDocument/prepareRename", "renameProvider", names::rename_options, names::prepare_rename),
    method("textDocument/hover", "hoverProvider", always, writing::hover),
    method("textDocument/completion", "completionProvider", writing::completion_options, writing::completion),
    method("completionItem/resolve", "completionProvider", writing::completion_options, writing::resolve),
    method("textDocument/signatureHelp", "signatureHelpProvider", writing::signature_options, writing::signatures),
    method("textDocument/documentSymbol", "documentSymbolProvider", always, structure::outline),
    method("workspace/symbol", "workspaceSymbolProvider", always, structure::search),
    method("textDocument/foldingRange", "foldingRangeProvider", always, structure::folds),
    method("textDocument/selectionRange", "selectionRangeProvider", always, structure::selections),
    method("textDocument/documentLink", "documentLinkProvider", always, structure::links),
    method("textDocument/formatting", "documentFormattingProvider", always, formatting::whole),
    method("textDocument/rangeFormatting", "documentRangeFormattingProvider", always, formatting::range),
    method(
        "textDocument/onTypeFormatting",
        "documentOnTypeFormattingProvider",
        formatting::on_type_options,
        formatting::on_type,
    ),
    method("textDocument/semanticTokens/full", "semanticTokensProvider", coloring::options, coloring::full),
    method("textDocument/semanticTokens/full/delta", "semanticTokensProvider", coloring::options, coloring::delta),
    method("textDocument/semanticTokens/range", "semanticTokensProvider", coloring::options, coloring::range),
    method("textDocument/prepareCallHierarchy", "callHierarchyProvider", always, hierarchy::prepare),
    method("callHierarchy/incomingCalls", "callHierarchyProvider", always, hierarchy::incoming),
    method("callHierarchy/outgoingCalls", "callHierarchyProvider", always, hierarchy::outgoing),
    method("textDocument/codeAction", "codeActionProvider", acting::action_options, acting::actions),
    method("textDocument/inlayHint", "inlayHintProvider", always, acting::hints),
    method("textDocument/codeLens", "codeLensProvider", always, acting::lenses),
    method("workspace/executeCommand", "executeCommandProvider", acting::command_options, acting::command),
    method("textDocument/diagnostic", "diagnosticProvider", diagnostics::options, diagnostics::of_document),
    method("workspace/diagnostic", "diagnosticProvider", diagnostics::options, diagnostics::of_workspace),
];

const fn method(
    method: &'static str,
    provider: &'static str,
    options: fn(&Client) -> Option<Value>,
    answer: fn(&mut Server<'_>, Value) -> Handled<Value>,
) -> Method {
    Method { method, provider, options, answer }
}

/// A capability without options.
fn always(_: &Client) -> Option<Value> {
    Some(json!({}))
}

/// The capabilities that announce the features.
pub fn providers(client: &Client) -> Map<String, Value> {
    let mut all = Map::new();
    for feature in METHODS {
        let Some(Value::Object(options)) = (feature.options)(client) else { continue };
        if let Value::Object(known) = all.entry(feature.provider).or_insert_with(|| json!({})) {
            known.extend(options);
        }
    }
    all
}

/// The parameters of a request.
///
/// # Errors
/// If they do not have the form that the protocol asks for.
fn read<T: DeserializeOwned>(params: Value) -> Handled<T> {
    serde_json::from_value(params).map_err(|error| Refusal::new(ErrorCode::InvalidParams, error.to_string()))
}

/// The current instant.
#[allow(clippy::disallowed_methods, reason = "an editor shows what will happen from now on")]
fn now() -> Instant {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A result as JSON.
fn shown(result: impl serde::Serialize) -> Handled<Value> {
    serde_json::to_value(result).map_err(|error| Refusal::new(ErrorCode::InternalError, error.to_string()))
}

#[cfg(test)]
mod tests;
