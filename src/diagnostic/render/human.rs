//! Renders diagnostics for people: message, labeled source, help.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, MietteDiagnostic};

use super::narrated::narrated;
use super::snippet::picture;
use crate::diagnostic::{Diagnostic, Severity, within};
use crate::source::{SourceMap, harmless};

/// Source lines up to this many columns are never truncated, however narrow the terminal.
const WIDE: usize = 120;

/// How diagnostics are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal. Messages and help are wrapped to them.
    pub width: usize,
    /// Whether to use ANSI colors.
    pub colour: bool,
    /// Whether to write sentences for a screen reader instead of drawing.
    pub narrated: bool,
}

/// Renders diagnostics, each followed by an empty line. Shows a limited number per file and counts the rest.
pub fn human(diagnostics: &[Diagnostic], sources: &SourceMap, style: Style) -> String {
    let mut text = String::new();
    let (shown, rest) = within(diagnostics);
    for diagnostic in shown {
        let drawn = match style.narrated {
            true => narrated(diagnostic, sources),
            // writing to a string does not fail
            false => drawn(diagnostic, sources, style).unwrap_or_else(|_| narrated(diagnostic, sources)),
        };
        text.push_str(&drawn);
        text.push('\n');
    }
    for (file, count) in rest {
        text.push_str(&format!("{}: and {count} more\n\n", harmless(&sources.file(file).path)));
    }
    text
}

/// Draws header, picture and help as separate miette reports, because a single report would lay out the boxes itself.
fn drawn(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> Result<String, fmt::Error> {
    let theme = if style.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let severity = match diagnostic.code.severity() {
        Severity::Error => miette::Severity::Error,
        Severity::Warning => miette::Severity::Warning,
    };
    let handler = GraphicalReportHandler::new_themed(theme.clone()).with_width(style.width).with_links(false);
    let head = MietteDiagnostic::new(harmless(&diagnostic.message))
        .with_code(diagnostic.code.as_str())
        .with_severity(severity);
    let mut text = String::new();
    handler.render_report(&mut text, &head)?;
    text.push_str(&picture(diagnostic, sources, &theme, style.width.max(WIDE))?);
    let mut help = String::new();
    handler.render_report(&mut help, &MietteDiagnostic::new("").with_help(harmless(&diagnostic.help)))?;
    // drop the line of the empty message
    text.push_str(help.split_once('\n').map(|(_, rest)| rest).unwrap_or_default());
    Ok(text)
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
