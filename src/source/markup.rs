//! Escapes untrusted text for XML and HTML.

use super::harmless;

/// Escapes text for use between tags and in quoted attributes. Control characters, and characters that XML does not
/// allow, become visible ones.
pub(crate) fn markup(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in harmless(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\u{FFFE}' | '\u{FFFF}' => safe.push('\u{FFFD}'),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_ends_a_tag_an_attribute_or_the_document() {
        assert_eq!(markup("<a b=\"c\" d='e'>&\n\t"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;\n\t");
        assert_eq!(markup("a\u{1b}b\u{0}c\u{FFFE}d\u{202e}e"), "a?b?c\u{FFFD}d\u{FFFD}e");
    }
}
