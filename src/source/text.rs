//! Prepares external text for messages: system errors, and untrusted text.
//!
//! Unlike [`harmless`](super::harmless()), which keeps offsets valid, these functions escape control characters.

use std::io::ErrorKind;

use super::is_harmful;

/// Escapes every character that moves the cursor, changes colors or changes the text direction, as in `\u{1b}`. Line
/// ends are escaped too, and tabs become spaces.
pub(crate) fn escaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => result.push(' '),
            _ if character == '\n' || is_harmful(character) => result.extend(character.escape_unicode()),
            _ => result.push(character),
        }
    }
    result
}

/// The text on one line, safe for a terminal.
pub(crate) fn one_line(text: &str) -> String {
    escaped(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The text with its lines, safe for a terminal.
pub(crate) fn lines(text: &str) -> String {
    text.lines().map(escaped).collect::<Vec<_>>().join("\n")
}

/// A system error in words, without its number.
pub(crate) fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::NotADirectory => "part of its path is not a folder".to_owned(),
        ErrorKind::AlreadyExists => "a file of that name already exists".to_owned(),
        ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error ").next().unwrap_or(&text).to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_controls_are_escaped() {
        assert_eq!(escaped("a\tb\u{1b}[31mred\u{9b}\u{202e}é\u{7}"), "a b\\u{1b}[31mred\\u{9b}\\u{202e}é\\u{7}");
    }

    #[test]
    fn control_characters_do_not_pass() {
        assert_eq!(one_line("a\u{1b}[31mred\n\tb"), "a\\u{1b}[31mred b");
        assert_eq!(lines("a\u{7}\r\nb\n"), "a\\u{7}\nb");
    }
}
