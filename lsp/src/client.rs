//! What the editor can do, as it said when the session began.

use promoc::source::Encoding;
use serde_json::Value;

/// The capabilities of the editor that the server depends on.
#[derive(Clone, Debug)]
pub struct Client {
    /// What columns count.
    pub encoding: Encoding,
    /// Whether it reports changes on disk.
    pub watches: bool,
    /// Whether it asks for diagnostics. Then none are pushed.
    pub pulls: bool,
    /// Whether it can be told to ask for diagnostics again.
    pub refreshes_diagnostics: bool,
    /// Whether it can be told to ask for code lenses again.
    pub refreshes_lenses: bool,
    /// Whether it shows related information, the description of codes, and tags of diagnostics.
    pub related: bool,
    pub code_description: bool,
    pub tags: bool,
    /// Whether it inserts snippets.
    pub snippets: bool,
    /// Whether it shows documents as trees of symbols.
    pub hierarchical_symbols: bool,
    /// Whether it shows Markdown.
    pub markdown: bool,
    /// Whether it accepts code actions, rather than commands only.
    pub literal_actions: bool,
    /// Whether edits may say which version of a document they change.
    pub document_changes: bool,
}

impl Client {
    /// Reads the parameters of `initialize`. Whatever is missing, the editor cannot do.
    pub fn new(params: &Value) -> Client {
        let at = |path: &str| params.pointer(&format!("/capabilities/{path}"));
        let can = |path: &str| at(path).and_then(Value::as_bool).unwrap_or(false);
        let lists = |path: &str, word: &str| {
            at(path).and_then(Value::as_array).is_some_and(|list| list.iter().any(|one| one == word))
        };
        let offered = |word| lists("general/positionEncodings", word);
        Client {
            // bytes need no conversion
            encoding: if offered("utf-8") {
                Encoding::Utf8
            } else if offered("utf-32") && !offered("utf-16") {
                Encoding::Utf32
            } else {
                Encoding::Utf16
            },
            watches: can("workspace/didChangeWatchedFiles/dynamicRegistration"),
            pulls: at("textDocument/diagnostic").is_some_and(Value::is_object),
            refreshes_diagnostics: can("workspace/diagnostics/refreshSupport"),
            refreshes_lenses: can("workspace/codeLens/refreshSupport"),
            related: can("textDocument/publishDiagnostics/relatedInformation")
                || can("textDocument/diagnostic/relatedInformation"),
            code_description: can("textDocument/publishDiagnostics/codeDescriptionSupport")
                || can("textDocument/diagnostic/codeDescriptionSupport"),
            tags: at("textDocument/publishDiagnostics/tagSupport").is_some()
                || at("textDocument/diagnostic/tagSupport").is_some(),
            snippets: can("textDocument/completion/completionItem/snippetSupport"),
            hierarchical_symbols: can("textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            markdown: lists("textDocument/hover/contentFormat", "markdown"),
            literal_actions: at("textDocument/codeAction/codeActionLiteralSupport").is_some(),
            document_changes: can("workspace/workspaceEdit/documentChanges"),
        }
    }

    /// The name of the encoding in the protocol.
    pub fn encoding_name(&self) -> &'static str {
        match self.encoding {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16 => "utf-16",
            Encoding::Utf32 => "utf-32",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_encoding_is_one_that_the_editor_offers() {
        let encoding = |offered: Value| {
            Client::new(&json!({ "capabilities": { "general": { "positionEncodings": offered } } })).encoding_name()
        };
        assert_eq!(encoding(json!(["utf-16", "utf-8"])), "utf-8");
        assert_eq!(encoding(json!(["utf-32"])), "utf-32");
        assert_eq!(encoding(json!(["utf-32", "utf-16"])), "utf-16");
        assert_eq!(encoding(json!(null)), "utf-16");
        assert_eq!(Client::new(&Value::Null).encoding_name(), "utf-16");
    }
}
