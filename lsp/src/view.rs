//! A program as a request sees it.

use std::path::PathBuf;

use gen_lsp_types as lsp;
use promoc::Analysed;
use promoc::source::{FileId, LineIndex, SourceFile, Span};

use crate::client::Client;
use crate::convert::{self, Shown};
use crate::documents::Documents;

/// A program and one of its files, which is open.
pub struct View<'a> {
    pub analysed: &'a Analysed,
    /// The document that the request is about.
    pub file: FileId,
    /// The text of the document, which can be newer than the program.
    pub text: &'a str,
    /// The root of the project.
    pub root: PathBuf,
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

    /// The URI of a file of the program.
    pub fn uri(&self, file: &SourceFile) -> lsp::Uri {
        self.documents.uri(&self.root.join(&file.path))
    }
}
