//! The tokens of a text, without the grammar: words, strings, signs and comments.

/// The tokens of a text of any quality. A string without an end ends with its line.
pub(crate) fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let line = rest.find('\n').unwrap_or(rest.len());
        let length = match first {
            '#' => line,
            _ if rest.starts_with("\"\"\"") => {
                rest.get(3..).and_then(|r| r.find("\"\"\"")).map_or(rest.len(), |at| at + 6)
            }
            '"' => string_length(rest.get(..line).unwrap_or(rest)),
            '\'' => rest.get(1..line).and_then(|inner| inner.find('\'')).map_or(1, |at| at + 2),
            '{' | '}' | ';' | ',' | '=' => 1,
            _ => rest
                .find(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | ';' | ',' | '=' | '#' | '"' | '\''))
                .unwrap_or(rest.len()),
        };
        let (token, behind) = rest.split_at_checked(length.max(1)).unwrap_or((rest, ""));
        found.push(token.trim_end());
        rest = behind.trim_start();
    }
    found
}

/// The length of a string with its quotes; of the whole line if nothing closes it.
fn string_length(line: &str) -> usize {
    let mut escaped = false;
    for (at, character) in line.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_comments_are_single_tokens() {
        let text = "copy \"a b\\\" # c\" at $.x, $[\"y\"]; run \"open # d\n'e f' it's # g\n\"\"\"\nh\n\"\"\"";
        let wanted = [
            "copy",
            "\"a b\\\" # c\"",
            "at",
            "$.x",
            ",",
            "$[",
            "\"y\"",
            "]",
            ";",
            "run",
            "\"open # d",
            "'e f'",
            "it",
            "'",
            "s",
            "# g",
            "\"\"\"\nh\n\"\"\"",
        ];
        assert_eq!(tokens(text), wanted);
    }
}
