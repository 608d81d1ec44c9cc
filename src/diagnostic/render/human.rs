//! Diagnostics for people, drawn by miette: the source, every label, the help.

use std::fmt;
use std::sync::Arc;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents,
};

use super::narrated::narrated;
use crate::diagnostic::{Diagnostic, Severity, within};
use crate::source::{SourceMap, harmless};

/// How diagnostics are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// Whether with colour.
    pub colour: bool,
    /// Whether as sentences, for a screen reader, instead of a drawing.
    pub narrated: bool,
}

/// Diagnostics as text, with an empty line after each. Of each file no more than somebody reads, the rest counted.
pub fn human(diagnostics: &[Diagnostic], sources: &SourceMap, style: Style) -> String {
    let map = Arc::new(Map::new(sources));
    let mut text = String::new();
    let (shown, rest) = within(diagnostics);
    for diagnostic in shown {
        if style.narrated {
            text.push_str(&narrated(diagnostic, sources));
            text.push('\n');
            continue;
        }
        let report = RenderedDiagnostic { diagnostic, map: Arc::clone(&map) };
        // writing to a string fails only where a span does not lie in its file: then the message alone is shown
        if draw(&report, style, &mut text).is_err() {
            text.push_str(&format!("{}: {}\n  help: {}\n", diagnostic.code, diagnostic.message, diagnostic.help));
        }
        text.push('\n');
    }
    for (file, count) in rest {
        text.push_str(&format!("{}: and {count} more\n\n", harmless(&sources.file(file).path)));
    }
    text
}

fn draw(report: &RenderedDiagnostic<'_>, style: Style, out: &mut String) -> fmt::Result {
    let theme = if style.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_context_lines(1)
        .with_links(false)
        .render_report(out, report)
}

/// All files one after the other, so that one report can show labels of several.
#[derive(Debug)]
struct Map {
    files: Vec<(usize, String, String)>,
}

impl Map {
    fn new(sources: &SourceMap) -> Map {
        let mut base = 0;
        let files = sources
            .iter()
            .map(|(_, file)| {
                let text = harmless(&file.text.replace("\r\n", " \n")).into_owned();
                let entry = (base, file.path.clone(), text);
                base += file.text.len() + 1;
                entry
            })
            .collect();
        Map { files }
    }

    fn offset(&self, span: crate::source::Span) -> SourceSpan {
        let base = self.files.get(span.file.index()).map_or(0, |file| file.0);
        SourceSpan::new((base + span.start as usize).into(), (span.end - span.start) as usize)
    }
}

impl SourceCode for Map {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let nth = self.files.partition_point(|(base, _, _)| *base <= span.offset()).saturating_sub(1);
        let (base, path, text) = self.files.get(nth).ok_or(MietteError::OutOfBounds)?;
        let local = SourceSpan::new((span.offset() - base).into(), span.len());
        // a span over the border of two files is refused, so that miette never draws them as one
        let contents = text.read_span(&local, before, after)?;
        let place = SourceSpan::new((contents.span().offset() + base).into(), contents.span().len());
        Ok(Box::new(MietteSpanContents::new_named(
            path.clone(),
            contents.data(),
            place,
            contents.line(),
            contents.column(),
            contents.line_count(),
        )))
    }
}

struct RenderedDiagnostic<'a> {
    diagnostic: &'a Diagnostic,
    map: Arc<Map>,
}

impl fmt::Debug for RenderedDiagnostic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl fmt::Display for RenderedDiagnostic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&harmless(&self.diagnostic.message))
    }
}

impl std::error::Error for RenderedDiagnostic<'_> {}

impl miette::Diagnostic for RenderedDiagnostic<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.diagnostic.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.code.severity() {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(harmless(&self.diagnostic.help)))
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.diagnostic.labels.iter().enumerate().map(|(nth, label)| {
            let text = (!label.message.is_empty()).then(|| harmless(&label.message).into_owned());
            let span = self.map.offset(label.span);
            if nth == 0 {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            }
        })))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&*self.map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, SHOWN_A_FILE};
    use crate::source::Span;

    const PLAIN: Style = Style { width: 100, colour: false, narrated: false };

    fn two_files() -> (SourceMap, Vec<Diagnostic>) {
        let mut sources = SourceMap::default();
        let a = sources.add("flows.promo", "flow main {\r\n  promote qa, stagin\r\n}\r\n");
        let b = sources.add("environments.promo", "environment dev, qa, staging\n");
        let diagnostic = Diagnostic::new(
            Code::E0201,
            "no environment is called `stagin`",
            Span::new(a, 27, 33),
            "did you mean `staging`?",
        )
        .label(Span::new(b, 21, 28), "declared here")
        .help("Write `staging`.");
        (sources, vec![diagnostic])
    }

    #[test]
    fn labels_of_two_files_are_shown_each_under_its_own_name() {
        let (sources, diagnostics) = two_files();
        insta::assert_snapshot!(human(&diagnostics, &sources, PLAIN));
    }

    #[test]
    fn a_screen_reader_gets_sentences() {
        let (sources, diagnostics) = two_files();
        insta::assert_snapshot!(human(&diagnostics, &sources, Style { narrated: true, ..PLAIN }));
    }

    #[test]
    fn what_is_too_much_of_a_file_is_counted() {
        let (sources, diagnostics) = two_files();
        let many = vec![diagnostics[0].clone(); SHOWN_A_FILE + 12];
        let text = human(&many, &sources, PLAIN);
        assert_eq!(text.matches("no environment is called").count(), SHOWN_A_FILE);
        assert!(text.ends_with("flows.promo: and 12 more\n\n"), "{text}");
    }

    #[test]
    fn an_escape_sequence_in_a_program_does_not_reach_the_terminal() {
        let mut sources = SourceMap::default();
        let file = sources.add("a.promo", "promote \u{1b}[2Jqa\n");
        let diagnostic =
            Diagnostic::new(Code::E0101, "found `\u{1b}`", Span::new(file, 8, 9), "here").help("Delete it.");
        for style in [PLAIN, Style { narrated: true, ..PLAIN }] {
            assert!(!human(std::slice::from_ref(&diagnostic), &sources, style).contains('\u{1b}'));
        }
    }
}
