//! Every feature: its method, what announces it, and the function that answers it.
//!
//! INVARIANT: the server announces and handles exactly this table.

mod diagnostics;
mod names;

use lsp_server::ErrorCode;
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

/// Every feature, in the order of the protocol.
pub const FEATURES: &[Feature] = &[
    Feature {
        method: "textDocument/definition",
        provider: "definitionProvider",
        options: always,
        answer: names::definition,
    },
    Feature {
        method: "textDocument/references",
        provider: "referencesProvider",
        options: always,
        answer: names::references,
    },
    Feature {
        method: "textDocument/documentHighlight",
        provider: "documentHighlightProvider",
        options: always,
        answer: names::highlights,
    },
    Feature {
        method: "textDocument/diagnostic",
        provider: "diagnosticProvider",
        options: diagnostics::options,
        answer: diagnostics::of_document,
    },
    Feature {
        method: "workspace/diagnostic",
        provider: "diagnosticProvider",
        options: diagnostics::options,
        answer: diagnostics::of_workspace,
    },
];

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

/// A result as JSON.
fn shown(result: impl serde::Serialize) -> Answer<Value> {
    serde_json::to_value(result).map_err(|error| Refusal::new(ErrorCode::InternalError, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_announced_and_listed_once() {
        let full = json!({ "capabilities": { "textDocument": { "diagnostic": {} } } });
        let announced = providers(&Client::new(&full));
        for (nth, feature) in FEATURES.iter().enumerate() {
            assert!(announced.contains_key(feature.provider), "{}", feature.method);
            assert!(FEATURES.iter().skip(nth + 1).all(|other| other.method != feature.method), "{}", feature.method);
        }
        for provider in announced.keys() {
            assert!(FEATURES.iter().any(|feature| feature.provider == provider), "{provider}");
        }
    }
}
