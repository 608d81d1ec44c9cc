//! Diagnostics as workflow commands of GitHub Actions, which become annotations of the changed files.
//!
//! ```text
//! ::error file=main.promo,line=5,col=15,endLine=5,endColumn=21,title=E0201::no environment is called `stagin`%0AWrite `staging`.
//! ```

use crate::diagnostic::{Diagnostic, Severity, within};
use crate::source::SourceMap;

/// A command a line. Of each file no more than are shown to people, the rest counted.
pub fn github(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let (shown, rest) = within(diagnostics);
    let mut text: String = shown.iter().filter_map(|diagnostic| command(diagnostic, sources)).collect();
    for (file, count) in rest {
        let path = property(&sources.file(file).path);
        text.push_str(&format!("::notice file={path},title=promoc::and {count} more in this file\n"));
    }
    text
}

fn command(diagnostic: &Diagnostic, sources: &SourceMap) -> Option<String> {
    let span = diagnostic.primary()?;
    let file = sources.file(span.file);
    let (start, end) = (file.lines.position(&file.text, span.start), file.lines.position(&file.text, span.end));
    let level = match diagnostic.code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    // GitHub takes columns only where both are of one line
    let place = if start.line == end.line {
        format!("line={},col={},endLine={},endColumn={}", start.line, start.column, end.line, end.column)
    } else {
        format!("line={},endLine={}", start.line, end.line)
    };
    let message = match diagnostic.help.as_str() {
        "" => diagnostic.message.clone(),
        help => format!("{}\n{help}", diagnostic.message),
    };
    Some(format!("::{level} file={},{place},title={}::{}\n", property(&file.path), diagnostic.code, data(&message)))
}

/// What stands behind `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, SHOWN_A_FILE};
    use crate::source::Span;

    #[test]
    fn a_command_is_escaped_and_counts_scalars() {
        let mut sources = SourceMap::default();
        let file = sources.add("a,b:c%.promo", "# é𝕏\n/* 𝕏é */ stagin\n");
        let at = Span::new(file, 22, 28);
        assert_eq!(sources.text(at), "stagin");
        let diagnostics = [
            Diagnostic::new(Code::E0201, "100% `x`: a,\nb", at, "").help("Write `staging`."),
            Diagnostic::new(Code::W0205, "over two lines", Span::new(file, 0, 13), ""),
        ];
        assert_eq!(
            github(&diagnostics, &sources),
            "::error file=a%2Cb%3Ac%25.promo,line=2,col=10,endLine=2,endColumn=16,title=E0201::100%25 `x`: a,%0Ab%0AWrite `staging`.\n\
             ::warning file=a%2Cb%3Ac%25.promo,line=1,endLine=2,title=W0205::over two lines\n"
        );
    }

    #[test]
    fn what_is_too_much_of_a_file_is_counted() {
        let mut sources = SourceMap::default();
        let file = sources.add("a.promo", "stagin\n");
        let one = Diagnostic::new(Code::E0201, "no", Span::new(file, 0, 6), "");
        let text = github(&vec![one; SHOWN_A_FILE + 12], &sources);
        assert_eq!(text.lines().count(), SHOWN_A_FILE + 1);
        assert_eq!(text.lines().last(), Some("::notice file=a.promo,title=promoc::and 12 more in this file"));
    }
}
