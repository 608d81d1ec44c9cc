//! A program as a request sees it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gen_lsp_types as lsp;
use promoc::Analysed;
use promoc::diagnostic::Diagnostic;
use promoc::source::{FileId, LineIndex, SourceFile, Span};
use serde_json::{Value, json};

use crate::client::Client;
use crate::convert::{self, Shown};
use crate::documents::Documents;
use crate::project::OpenProject;

/// A program and one of its files, which is open.
pub struct View<'a> {
    pub analysed: &'a Analysed,
    /// The document that the request is about.
    pub file: FileId,
    /// The text of the document, which can be newer than the program.
    pub text: &'a str,
    /// The root of the project.
    pub root: PathBuf,
    pub project: &'a OpenProject,
    pub documents: &'a Documents,
    pub client: &'a Client,
}

impl View<'_> {
    /// The offset of a position in the text of the document.
    pub fn offset(&self, position: lsp::Position) -> u32 {
        let lines = LineIndex::new(self.text);
        lines.offset(self.text, position.line, position.character, self.client.encoding)
    }

    /// The range of a span of the program.
    pub fn range(&self, span: Span) -> lsp::Range {
        convert::range(self.analysed.sources(), span, self.client.encoding)
    }

    /// The location of a span of the program.
    pub fn location(&self, span: Span) -> lsp::Location {
        let uri = |file: &SourceFile| self.uri(file);
        Shown { uri: &uri, client: self.client }.location(self.analysed.sources(), span)
    }

    /// A diagnostic as the editor has it.
    pub fn diagnostic(&self, diagnostic: &Diagnostic) -> Option<lsp::Diagnostic> {
        let uri = |file: &SourceFile| self.uri(file);
        Shown { uri: &uri, client: self.client }.diagnostic(self.analysed.sources(), diagnostic)
    }

    /// The URI of a file of the program.
    pub fn uri(&self, file: &SourceFile) -> lsp::Uri {
        self.documents.uri(&self.root.join(&file.path))
    }

    /// The range of two offsets of the text of the document.
    pub fn range_in_text(&self, (start, end): (u32, u32)) -> lsp::Range {
        let lines = LineIndex::new(self.text);
        let position = |offset| {
            let (line, character) = lines.column(self.text, offset, self.client.encoding);
            lsp::Position { line, character }
        };
        lsp::Range { start: position(start), end: position(end) }
    }

    /// Edits of the program, file by file.
    pub fn workspace_edit(&self, edits: &[(Span, String)]) -> Value {
        let mut files: BTreeMap<String, (Option<i32>, Vec<Value>)> = BTreeMap::new();
        for (span, text) in edits {
            let file = self.analysed.sources().file(span.file);
            let version = self.documents.get(&self.root.join(&file.path)).map(|document| document.version);
            let edit = json!({ "range": self.range(*span), "newText": text });
            files.entry(self.uri(file).0).or_insert_with(|| (version, Vec::new())).1.push(edit);
        }
        if self.client.document_changes {
            let change = |(uri, (version, edits)): (&String, &(Option<i32>, Vec<Value>))| json!({ "textDocument": { "uri": uri, "version": version }, "edits": edits });
            return json!({ "documentChanges": files.iter().map(change).collect::<Vec<_>>() });
        }
        let changes: BTreeMap<&String, &Vec<Value>> = files.iter().map(|(uri, (_, edits))| (uri, edits)).collect();
        json!({ "changes": changes })
    }
}
