//! Estimates the width of text, because the font is unknown until a picture is displayed.
//!
//! INVARIANT: estimates err on the wide side, so that text stays in its box in common system fonts.

/// The width of a text in pixels at a font size in pixels.
pub(super) fn width(text: &str, size: i64) -> i64 {
    let thousandths: i64 = text.chars().map(of).sum();
    (thousandths * size).div_euclid(1000) + 1
}

/// The width of a character in thousandths of the font size.
fn of(character: char) -> i64 {
    match character {
        'i' | 'j' | 'l' | '\'' | '|' | '.' | ',' | ':' | ';' | '!' | ' ' => 320,
        'f' | 't' | 'r' | 'I' | '(' | ')' | '[' | ']' | '/' | '-' => 430,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 960,
        'A'..='Z' | '#' | '&' | '+' | '=' | '~' | '…' | '→' => 740,
        ' '..='~' => 620,
        // Scripts with square characters.
        '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{FFDC}' | '\u{1F000}'.. => 1050,
        _ => 720,
    }
}

/// The text, shortened to at most `most` pixels with `…` at the end.
pub(super) fn cut(text: &str, size: i64, most: i64) -> String {
    if width(text, size) <= most {
        return text.to_string();
    }
    let mut short = String::new();
    for character in text.chars() {
        short.push(character);
        if width(&short, size) + width("…", size) > most {
            short.pop();
            break;
        }
    }
    format!("{}…", short.trim_end())
}

/// The text in lines of at most `most` pixels, broken at spaces; a wider word is shortened.
pub(super) fn wrapped(text: &str, size: i64, most: i64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let longer = lines.last().map(|line| format!("{line} {word}")).filter(|line| width(line, size) <= most);
        match (longer, lines.last_mut()) {
            (Some(longer), Some(line)) => *line = longer,
            _ => lines.push(cut(word, size, most)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_and_wrapped_to_its_width() {
        assert_eq!(cut("staging", 13, 200), "staging");
        let short = cut("a-name-that-is-much-too-long-for-its-box", 13, 100);
        assert!(short.starts_with("a-name") && short.ends_with('…') && width(&short, 13) <= 100, "{short}");
        let lines = wrapped("rollback one, two, three when four fails", 13, 120);
        assert_eq!(lines.join(" "), "rollback one, two, three when four fails");
        assert!(lines.len() > 1 && lines.iter().all(|line| width(line, 13) <= 120), "{lines:?}");
        assert!(width("環境", 13) > width("ab", 13));
    }
}
