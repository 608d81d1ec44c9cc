//! Formats a program in the one canonical layout, and keeps its comments.
//!
//! Two spaces per level, one space between words, at most one blank line. A block written on one line stays on one line
//! up to 100 columns; otherwise each statement gets a line. Lists keep their line breaks. A file keeps its line endings,
//! LF or CRLF; mixed ones become LF. A byte order mark is dropped. Statements with syntax errors are left unchanged.
//!
//! INVARIANT: the formatted text has the same meaning, or the text is returned unchanged; every call checks this. For a
//! text with errors it also checks that no character is lost, and that formatting again changes nothing.
//!
//! ```
//! let formatted = promoc::format::format("flow main{trigger   dev;promote qa}");
//! assert_eq!(formatted.text, "flow main { trigger dev; promote qa }\n");
//! ```

mod printer;
mod same;

use crate::syntax;

/// The result of formatting a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    /// The formatted text, or the original text if there is an error.
    pub text: String,
    /// Why the text is unchanged; `None` if it was formatted.
    pub error: Option<FormatError>,
}

/// Why a text was not formatted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The text is too large or nested too deep to be parsed (E0106).
    #[error("the file is too large or too deeply nested to format")]
    Limit,
    /// Formatting would change how the parser interprets a mistake, because it interprets mistakes by their neighbors.
    /// This never happens to a program without mistakes.
    #[error("formatting would change the meaning of this file; correct its syntax errors first")]
    Changed,
}

/// Formats a text. Syntax errors do not prevent that.
pub fn format(text: &str) -> Formatted {
    let unchanged = |error| Formatted { text: text.to_string(), error: Some(error) };
    let Some(layout) = syntax::layout(text) else { return unchanged(FormatError::Limit) };
    let formatted = printer::print(text, &layout);
    let ended = |formatted: String| if has_crlf(text) { formatted.replace('\n', "\r\n") } else { formatted };
    if formatted == text {
        return Formatted { text: formatted, error: None };
    }
    let (same, is_wrong) = same::same_meaning(text, &formatted);
    let again = || syntax::layout(&formatted).map(|layout| printer::print(&formatted, &layout));
    // Text with a syntax error may be parsed differently in another place.
    let holds = |wrong: bool| !wrong || same::same_characters(text, &formatted) && again().as_ref() == Some(&formatted);
    if same && holds(is_wrong) {
        Formatted { text: ended(formatted), error: None }
    } else {
        unchanged(FormatError::Changed)
    }
}

/// Whether every line ends with CRLF.
fn has_crlf(text: &str) -> bool {
    let (all, crlf) = (text.matches('\n').count(), text.matches("\r\n").count());
    all > 0 && all == crlf
}

#[cfg(test)]
mod tests;
