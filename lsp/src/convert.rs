//! Converts positions and diagnostics of promoc to those of the protocol.

use gen_lsp_types as lsp;
use promoc::diagnostic::{Diagnostic, Severity};
use promoc::source::{SourceFile, SourceMap, Span};

/// The URI of a file.
pub type UriOf<'a> = &'a dyn Fn(&SourceFile) -> lsp::Uri;

/// The range of a span in UTF-16 code units.
pub fn range(sources: &SourceMap, span: Span) -> lsp::Range {
    let file = sources.file(span.file);
    let position = |offset| {
        let (line, character) = file.lines.utf16(&file.text, offset);
        lsp::Position { line, character }
    };
    lsp::Range { start: position(span.start), end: position(span.end) }
}

/// Converts a diagnostic: the primary label is the range, the other labels are related information, and the help is
/// part of the message.
pub fn diagnostic(sources: &SourceMap, diagnostic: &Diagnostic, uri: UriOf<'_>) -> Option<lsp::Diagnostic> {
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
    let related = others.iter().map(|label| lsp::DiagnosticRelatedInformation {
        location: lsp::Location { uri: uri(sources.file(label.span.file)), range: range(sources, label.span) },
        message: if label.message.is_empty() { "here".to_string() } else { label.message.clone() },
    });
    let related: Vec<_> = related.collect();
    Some(lsp::Diagnostic {
        range: range(sources, first.span),
        severity: Some(severity),
        code: Some(lsp::Code::String(diagnostic.code.to_string())),
        code_description: None,
        source: Some("promoc".to_string()),
        message: lsp::Message::String(message),
        tags: None,
        related_information: (!related.is_empty()).then_some(related),
        data: None,
    })
}
