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
pub type Answer<T> = Result<T, Refusal>;

/// A method that the server handles.
pub struct Feature {
    pub method: &'static str,
    /// The capability that announces it. Methods of one capability share it, and their options are merged.
    provider: &'static str,
    /// The options of the capability; `None` if this editor gets the feature in another way.
    options: fn(&Client) -> Option<Value>,
    pub answer: fn(&mut Server<'_>, Value) -> Answer<Value>,
}

/// Every feature, in the order of docs/editors.md.
pub const FEATURES: &[Feature] = &[
    feature("textDocument/definition", "definitionProvider", always, names::definition),
    feature("textDocument/typeDefinition", "typeDefinitionProvider", always, names::type_definition),
    feature("textDocument/references", "referencesProvider", always, names::references),
    feature("textDocument/documentHighlight", "documentHighlightProvider", always, names::highlights),
    feature("textDocument/rename", "renameProvider", names::rename_options, names::rename),
    feature("textDocument/prepareRename", "renameProvider", names::rename_options, names::prepare_rename),
    feature("textDocument/hover", "hoverProvider", always, writing::hover),
    feature("textDocument/completion", "completionProvider", writing::completion_options, writing::completion),
    feature("completionItem/resolve", "completionProvider", writing::completion_options, writing::resolve),
    feature("textDocument/signatureHelp", "signatureHelpProvider", writing::signature_options, writing::signatures),
    feature("textDocument/documentSymbol", "documentSymbolProvider", always, structure::outline),
    feature("workspace/symbol", "workspaceSymbolProvider", always, structure::search),
    feature("textDocument/foldingRange", "foldingRangeProvider", always, structure::folds),
    feature("textDocument/selectionRange", "selectionRangeProvider", always, structure::selections),
    feature("textDocument/documentLink", "documentLinkProvider", always, structure::links),
    feature("textDocument/formatting", "documentFormattingProvider", always, formatting::whole),
    feature("textDocument/rangeFormatting", "documentRangeFormattingProvider", always, formatting::range),
    feature(
        "textDocument/onTypeFormatting",
        "documentOnTypeFormattingProvider",
        formatting::on_type_options,
        formatting::on_type,
    ),
    feature("textDocument/semanticTokens/full", "semanticTokensProvider", coloring::options, coloring::full),
    feature("textDocument/semanticTokens/full/delta", "semanticTokensProvider", coloring::options, coloring::delta),
    feature("textDocument/semanticTokens/range", "semanticTokensProvider", coloring::options, coloring::range),
    feature("textDocument/prepareCallHierarchy", "callHierarchyProvider", always, hierarchy::prepare),
    feature("callHierarchy/incomingCalls", "callHierarchyProvider", always, hierarchy::incoming),
    feature("callHierarchy/outgoingCalls", "callHierarchyProvider", always, hierarchy::outgoing),
    feature("textDocument/codeAction", "codeActionProvider", acting::action_options, acting::actions),
    feature("textDocument/inlayHint", "inlayHintProvider", always, acting::hints),
    feature("textDocument/codeLens", "codeLensProvider", always, acting::lenses),
    feature("workspace/executeCommand", "executeCommandProvider", acting::command_options, acting::command),
    feature("textDocument/diagnostic", "diagnosticProvider", diagnostics::options, diagnostics::of_document),
    feature("workspace/diagnostic", "diagnosticProvider", diagnostics::options, diagnostics::of_workspace),
];

const fn feature(
    method: &'static str,
    provider: &'static str,
    options: fn(&Client) -> Option<Value>,
    answer: fn(&mut Server<'_>, Value) -> Answer<Value>,
) -> Feature {
    Feature { method, provider, options, answer }
}

/// A capability without options.
fn always(_: &Client) -> Option<Value> {
    Some(json!({}))
}

/// The capabilities that announce the features.
pub fn providers(client: &Client) -> Map<String, Value> {
    let mut all = Map::new();
    for feature in FEATURES {
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
fn read<T: DeserializeOwned>(params: Value) -> Answer<T> {
    serde_json::from_value(params).map_err(|error| Refusal::new(ErrorCode::InvalidParams, error.to_string()))
}

/// The current instant.
#[allow(clippy::disallowed_methods, reason = "an editor shows what will happen from now on")]
fn now() -> Instant {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A result as JSON.
fn shown(result: impl serde::Serialize) -> Answer<Value> {
    serde_json::to_value(result).map_err(|error| Refusal::new(ErrorCode::InternalError, error.to_string()))
}

#[cfg(test)]
mod tests;
