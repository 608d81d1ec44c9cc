//! Checks the size of a text and the nesting of its braces and brackets before pest parses it (E0106).
//!
//! It is a single linear scan that skips strings and comments as the grammar does. If the two differ for a hostile
//! text, pest's own stack guard stops the parser, and that is reported as E0106 too.

use super::node::TextRange;

/// In bytes.
pub(super) const MAX_SIZE: usize = 4 * 1024 * 1024;
pub(super) const MAX_DEPTH: u32 = 64;

/// The greatest depth of the text, and the first brace or bracket beyond the limit, if there is one.
pub(super) fn nesting(text: &str) -> (u32, Option<TextRange>) {
    let bytes = text.as_bytes();
    let at = |i: usize| bytes.get(i).copied().unwrap_or(b'\n');
    let (mut braces, mut brackets, mut deepest) = (0u32, 0u32, 0u32);
    let mut i = 0;
    while i < bytes.len() {
        match at(i) {
            b'\n' => brackets = 0,
            b'#' if brackets == 0 => i = line_end(bytes, i),
            b'"' => {
                i = string_end(text, i);
                continue;
            }
            open @ (b'{' | b'[') => {
                if open == b'{' {
                    braces += 1;
                } else {
                    brackets += 1;
                }
                deepest = deepest.max(braces + brackets);
                if braces + brackets > MAX_DEPTH {
                    return (deepest, Some((i as u32, i as u32 + 1)));
                }
            }
            b'}' => braces = braces.saturating_sub(1),
            b']' => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        i += 1;
    }
    (deepest, None)
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    // one byte before the line end, so that the loop sees the line end
    rest.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |n| (from + n).saturating_sub(1).max(from))
}

/// The offset after the string that begins at `from`.
fn string_end(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    if rest.starts_with("\"\"\"") {
        let mut at = from;
        for (number, line) in rest.split_inclusive('\n').enumerate() {
            at += line.len();
            let content = line.trim();
            if number == 0 && content != "\"\"\"" || number > 0 && content == "\"\"\"" {
                return at;
            }
            if number > 0 && is_head(line) {
                return at - line.len();
            }
        }
        return at;
    }
    let mut escaped = false;
    for (n, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            b'\n' => return from + n,
            b'"' if !escaped => return from + n + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// Whether a line is a declaration head in column 0, which ends a multi-line string that was never closed.
fn is_head(line: &str) -> bool {
    let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
    let (Some(word), Some(next)) = (words.next(), words.next()) else { return false };
    let name = next.starts_with(|c: char| c.is_ascii_alphanumeric());
    match word {
        "import" => next.starts_with('"'),
        "environment" | "group" | "workflow" | "policy" | "scenario" | "product" => name,
        "flow" | "template" | "window" => name && line.contains('{'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_comments_do_not_nest() {
        assert_eq!(nesting("a { \"{{{\" # {{{\n b { } }\n"), (2, None));
        assert_eq!(nesting("run \"\"\"\n{{{{\n\"\"\"\n{"), (1, None));
        assert_eq!(nesting("run \"\"\"\n{{{{\nflow x {\n"), (1, None), "an open block string ends at a head");
        assert_eq!(nesting("\"a \\\" { \" {"), (1, None));
    }

    #[test]
    fn the_brace_that_goes_too_deep_is_the_65th() {
        assert_eq!(nesting(&"{".repeat(64)), (64, None));
        assert_eq!(nesting(&"{".repeat(5000)), (65, Some((64, 65))));
        assert_eq!(nesting(&format!("copy \"a\" at ${}", "[".repeat(100))).1, Some((77, 78)));
    }
}
