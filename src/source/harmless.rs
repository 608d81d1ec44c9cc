//! Makes untrusted text safe to print: no control character reaches a terminal.

use std::borrow::Cow;

/// Replaces every control character and every character that changes the text direction with a visible one of the same
/// number of bytes, so that offsets stay valid. Line ends and tabs stay.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let safe = |character: char| match (is_harmful(character), character.len_utf8()) {
        (false, _) => character,
        (true, 1) => '?',
        (true, 2) => '\u{BF}',
        (true, _) => '\u{FFFD}',
    };
    Cow::Owned(text.chars().map(safe).collect())
}

/// Whether a character moves the cursor, changes colors, is invisible, or changes the text direction.
pub(crate) fn is_harmful(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        // miette handles the `\r` of CRLF, but a lone one moves the cursor
        '\r' => true,
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}' => true,
        _ => character.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_overrides_become_visible_and_keep_their_length() {
        let text = "a\u{1b}[31mb\u{9b}c\u{202e}d\te\n";
        let safe = harmless(text);
        assert_eq!(safe, "a?[31mb\u{BF}c\u{FFFD}d\te\n");
        assert_eq!(safe.len(), text.len());
    }
}
