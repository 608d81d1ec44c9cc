//! Text from elsewhere, made fit for a message: errors of the system, and what strangers wrote.
//!
//! Unlike [`harmless`](super::harmless), which keeps every offset, these write out what a terminal would obey.

use std::io::ErrorKind;

use super::is_harmful;

/// The text with everything that moves the cursor, changes colours or turns the direction of writing as `\u{1b}`. Tabs
/// become a blank; a line end is written out too.
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

/// A text on one line, harmless to a terminal.
pub(crate) fn one_line(text: &str) -> String {
    escaped(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A text of several lines, harmless to a terminal.
pub(crate) fn lines(text: &str) -> String {
    text.lines().map(escaped).collect::<Vec<_>>().join("\n")
}

/// What the system says, in words and without its number.
pub(crate) fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::NotADirectory => "a part of its path is no folder".to_owned(),
        ErrorKind::AlreadyExists => "there is a file of that name".to_owned(),
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
    fn what_would_move_the_terminal_is_written_out() {
        assert_eq!(escaped("a\tb\u{1b}[31mred\u{9b}\u{202e}é\u{7}"), "a b\\u{1b}[31mred\\u{9b}\\u{202e}é\\u{7}");
    }

    #[test]
    fn control_characters_do_not_pass() {
        assert_eq!(one_line("a\u{1b}[31mred\n\tb"), "a\\u{1b}[31mred b");
        assert_eq!(lines("a\u{7}\r\nb\n"), "a\\u{7}\nb");
    }
}
