//! Converts positions and diagnostics of promoc to those of the protocol.

use gen_lsp_types as lsp;
use promoc::diagnostic::{Code, Diagnostic, Severity};
use promoc::source::{Encoding, SourceFile, SourceMap, Span};

use crate::client::Client;

/// The URI of a file.
pub type UriOf<'a> = &'a dyn Fn(&SourceFile) -> lsp::Uri;

/// The range of a span.
pub fn range(sources: &SourceMap, span: Span, encoding: Encoding) -> lsp::Range {
    let file = sources.file(span.file);
    let position = |offset| {
        let (line, character) = file.lines.column(&file.text, offset, encoding);
        lsp::Position { line, character }
    };
    lsp::Range { start: position(span.start), end: position(span.end) }
}

/// How results are shown to an editor.
pub struct Shown<'a> {
    pub uri: UriOf<'a>,
    pub client: &'a Client,
}

impl Shown<'_> {
    /// The location of a span.
    pub fn location(&self, sources: &SourceMap, span: Span) -> lsp::Location {
        let range = range(sources, span, self.client.encoding);
        lsp::Location { uri: (self.uri)(sources.file(span.file)), range }
    }

    /// Converts a diagnostic: the primary label is the range, the other labels are related information, and the help is
    /// part of the message.
    pub fn diagnostic(&self, sources: &SourceMap, diagnostic: &Diagnostic) -> Option<lsp::Diagnostic> {
        let (first, others) = diagnostic.labels.split_first()?;
        let severity = match diagnostic.code.severity() {
            Severity::Error => lsp::DiagnosticSeverity::Error,
            Severity::Warning => lsp::DiagnosticSeverity::Warning,
        };
        let mut message = diagnostic.message.clone();
        if !first.message.is_empty() {
            message.push_str(&format!("\n{}", first.message));
        }
        if !diagnostic.help.is_empty() {
            message.push_str(&format!("\nhelp: {}", diagnostic.help));
        }
        let related = others.iter().filter(|_| self.client.related).map(|label| lsp::DiagnosticRelatedInformation {
            location: self.location(sources, label.span),
            message: if label.message.is_empty() { "here".to_string() } else { label.message.clone() },
        });
        let related: Vec<_> = related.collect();
        let code = diagnostic.code;
        Some(lsp::Diagnostic {
            range: range(sources, first.span, self.client.encoding),
            severity: Some(severity),
            code: Some(lsp::Code::String(code.to_string())),
            code_description: self
                .client
                .code_description
                .then(|| lsp::CodeDescription { href: lsp::Uri::from(code.url()) }),
            source: Some("promoc".to_string()),
            message: lsp::Message::String(message),
            tags: (self.client.tags && code == Code::W0205).then(|| vec![lsp::DiagnosticTag::Unnecessary]),
            related_information: (!related.is_empty()).then_some(related),
            data: None,
        })
    }
}
