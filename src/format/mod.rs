//! Text to the one canonical layout, comments kept.
//!
//! Two blanks a level, one blank between words, at most one blank line; a block written on one line stays so up to 100
//! columns, else there is one statement a line; lists keep their lines. Line ends become LF and a byte order mark is
//! dropped, as gofmt does: the text of a program is the same on every machine. Statements that were not understood stay as
//! they are written.
//!
//! INVARIANT: the formatted text means the same, or the text is given back unchanged; this is checked each time. Where
//! something is wrong with the text, so are its characters, and that formatting it again changes nothing.
//!
//! ```
//! let formatted = promoc::format::format("flow main{trigger   dev;promote qa}");
//! assert_eq!(formatted.text, "flow main { trigger dev; promote qa }\n");
//! ```

mod printer;
mod same;

use crate::syntax;

/// A formatted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    /// The text; unchanged where there is an error.
    pub text: String,
    /// Why it was left as it was.
    pub error: Option<FormatError>,
}

/// Why a text was left as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// E0106: what is too large or too deep is not parsed.
    #[error("the file is too large or nested too deep to be formatted")]
    Limit,
    /// What stands beside what tells the parser what was meant by a mistake: where moving it would change that, nothing is
    /// moved. A program without mistakes is never refused.
    #[error("the formatted text would not mean the same, so the file is left as it was; correct its mistakes first")]
    Changed,
}

/// Formats a text, also one with mistakes.
pub fn format(text: &str) -> Formatted {
    let unchanged = |error| Formatted { text: text.to_string(), error: Some(error) };
    let Some(layout) = syntax::layout(text) else { return unchanged(FormatError::Limit) };
    let formatted = printer::print(text, &layout);
    if formatted == text {
        return Formatted { text: formatted, error: None };
    }
    let (same, is_wrong) = same::same_meaning(text, &formatted);
    let again = || syntax::layout(&formatted).map(|layout| printer::print(&formatted, &layout));
    // Where something was not understood, its text may be read otherwise once it stands elsewhere.
    let holds = |wrong: bool| !wrong || same::same_characters(text, &formatted) && again().as_ref() == Some(&formatted);
    if same && holds(is_wrong) { Formatted { text: formatted, error: None } } else { unchanged(FormatError::Changed) }
}

#[cfg(test)]
mod tests;
