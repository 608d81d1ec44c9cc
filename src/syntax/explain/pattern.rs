//! The patterns of [`super::phrases`]: whether a statement fits one, and what it captures.

use crate::syntax::foreign;
use crate::syntax::value;

/// The parts of a statement that a pattern captures, as positions of tokens; `None` if it does not fit.
///
/// Words in lower case stand for themselves, `a|b` for one of them; a `?` after either makes it optional. `…` stands for
/// any tokens, and other words in capital letters for a token of a kind. These are captured, and so is `(a|b)`.
pub(super) fn matched(pattern: &[&str], words: &[&str]) -> Option<Vec<(usize, usize)>> {
    let mut parts = Vec::new();
    fits(pattern, words, 0, &mut parts).then_some(parts)
}

fn fits(pattern: &[&str], words: &[&str], at: usize, parts: &mut Vec<(usize, usize)>) -> bool {
    let Some((part, rest)) = pattern.split_first() else { return at == words.len() };
    let known = parts.len();
    if *part == "…" {
        let ends = if rest.is_empty() { words.len()..=words.len() } else { at..=words.len() };
        for end in ends {
            parts.push((at, end));
            if fits(rest, words, end, parts) {
                return true;
            }
            parts.truncate(known);
        }
        return false;
    }
    if *part == "WORDS" {
        parts.push((at, words.len()));
        return words.get(at).is_some_and(|word| word.starts_with(|c: char| c.is_alphanumeric() || "./@".contains(c)));
    }
    if *part == "CALL" {
        let length = call(words.get(at..).unwrap_or_default());
        parts.push((at, at + length));
        return length > 0 && fits(rest, words, at + length, parts);
    }
    let (part, optional) = match part.strip_suffix('?') {
        Some(part) if !part.is_empty() => (part, true),
        _ => (*part, false),
    };
    let inner = part.strip_prefix('(').and_then(|part| part.strip_suffix(')'));
    let captures = inner.is_some() || part.starts_with(|c: char| c.is_ascii_uppercase());
    if words.get(at).is_some_and(|word| is_kind(inner.unwrap_or(part), word)) {
        parts.extend(captures.then_some((at, at + 1)));
        if fits(rest, words, at + 1, parts) {
            return true;
        }
        parts.truncate(known);
    }
    parts.extend((captures && optional).then_some((at, at)));
    optional && fits(rest, words, at, parts)
}

/// The number of words before the workflow of a statement that calls one.
fn call(words: &[&str]) -> usize {
    match words {
        ["on", ..] if words.len() > 1 => 2,
        ["require", "pre-action" | "post-action", ..] => 2,
        ["pre-action" | "post-action" | "rollback-action", ..] => 1,
        _ => 0,
    }
}

fn is_kind(part: &str, word: &str) -> bool {
    let named = |c: char| c.is_alphanumeric() || "-_./@{}".contains(c);
    match part {
        "X" => true,
        "NAME" => word.starts_with(|c: char| c.is_alphanumeric()) && word.chars().all(named) && !is_joining(word),
        "NUM" => foreign::number(word).is_some(),
        "D" => value::duration(word).is_some() || value::duration_in_words(word).is_some(),
        "PCT" => word.ends_with('%'),
        "TEXT" => word.starts_with(['"', '\'']),
        "PATH" => word.starts_with('$'),
        "DATE" => value::date(word).is_some(),
        "TIME" => value::clock(word).is_some(),
        "TIMEZ" => word.strip_suffix('Z').is_some_and(|time| value::clock(time).is_some()),
        "TIMES" => value::times(word).is_some(),
        "INSTANT" => value::instant(word).is_ok(),
        "PARAM" => {
            word.starts_with(|c: char| c.is_ascii_uppercase())
                && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        }
        _ => {
            let plain = word.to_lowercase().replace('_', "-");
            part.split('|').any(|part| part == plain || part == "PIPE" && matches!(word, "|" | "||"))
        }
    }
}

/// A word that joins others, and so is no name here.
fn is_joining(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "or"
            | "of"
            | "after"
            | "with"
            | "in"
            | "at"
            | "is"
            | "to"
            | "by"
            | "when"
            | "unless"
            | "not"
            | "approval"
    )
}

/// The text of a phrase with the captured parts: `\1` as it is written, `\n1` as a number, `\q1` in quotes, and `\c1`,
/// `\s1`, `\e1` as a pattern that contains it, starts or ends with it.
pub(super) fn filled(right: &str, parts: &[String]) -> String {
    let mut out = String::new();
    let mut rest = right.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        let mut how = rest.next().unwrap_or_default();
        let digit =
            if how.is_ascii_digit() { std::mem::replace(&mut how, ' ') } else { rest.next().unwrap_or_default() };
        let number_of_part = digit.to_digit(10).map_or(0, |digit| digit as usize);
        let part = number_of_part.checked_sub(1).and_then(|at| parts.get(at)).map_or("", String::as_str);
        let bare = part.trim_matches(['"', '\'', '/', '$']);
        match how {
            'n' => out.push_str(&foreign::number(part).unwrap_or_else(|| part.to_string())),
            'b' => out.push_str(bare),
            'q' => out.push_str(&format!("\"{}\"", part.trim_matches(['"', '\'']))),
            'c' => out.push_str(&format!("\"*{}*\"", bare.trim_matches('*'))),
            's' => out.push_str(&format!("\"{}*\"", bare.trim_end_matches('*'))),
            'e' => out.push_str(&format!("\"*{}\"", bare.trim_start_matches('*'))),
            'u' => out.push_str(&bare.to_uppercase().replace('-', "_")),
            _ => out.push_str(part),
        }
    }
    let out = out.replace(" 1 times", " 1 time");
    let mut tidy = String::new();
    // an empty part leaves two blanks
    for piece in out.split(' ').filter(|piece| !piece.is_empty()) {
        if !tidy.is_empty() && !piece.starts_with([',', ';']) {
            tidy.push(' ');
        }
        tidy.push_str(piece);
    }
    tidy
}

/// The tokens of a statement as byte ranges; `None` if it has a comment or a multi-line string.
pub(super) fn tokens(text: &str) -> Option<Vec<(usize, usize)>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next()?;
        let length = match first {
            ' ' | '\t' | '\n' | '\r' => {
                at += 1;
                continue;
            }
            '#' => return None,
            _ if rest.starts_with("\"\"\"") => return None,
            '"' | '\'' => {
                let line = rest.lines().next().unwrap_or_default();
                let end = line
                    .char_indices()
                    .skip(1)
                    .find(|(at, c)| *c == first && !line.get(..*at).is_some_and(|before| before.ends_with('\\')));
                end.map_or(1, |(at, _)| at + 1)
            }
            '$' => path_length(rest),
            _ => word_length(rest),
        };
        found.push((at, at + length));
        at += length;
    }
    Some(found)
}

fn path_length(text: &str) -> usize {
    let mut depth = 0usize;
    let mut quote = None;
    let end = text.char_indices().find(|(_, c)| {
        match (quote, *c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') if depth > 0 => quote = Some(*c),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') if depth > 0 => depth -= 1,
            (None, ' ' | '\t' | ',' | ';' | '}' | ']' | ')') if depth == 0 => return true,
            (_, '\n') => return true,
            _ => {}
        }
        false
    });
    end.map_or(text.len(), |(at, _)| at.max(1))
}

fn word_length(text: &str) -> usize {
    const PAIRS: [&str; 8] = ["->", "<-", "=>", "==", "!=", "&&", "||", ":="];
    if PAIRS.iter().any(|pair| text.starts_with(pair)) {
        return 2;
    }
    let is_sign = |c: char| "()[],=;!&|~<>".contains(c);
    let first = text.chars().next().unwrap_or_default();
    if is_sign(first) || first == ':' {
        return first.len_utf8();
    }
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let c = rest.chars().next().unwrap_or_default();
        let next = rest.chars().nth(1);
        if c == '{' {
            // `{environment}` belongs to its word
            let inside = rest.get(1..).unwrap_or_default();
            let end = inside.find(|c: char| !c.is_alphanumeric() && !"-._".contains(c)).unwrap_or(inside.len());
            if end > 0 && inside.get(end..).is_some_and(|rest| rest.starts_with('}')) {
                at += end + 2;
                continue;
            }
        }
        let ends = match c {
            ':' => next.is_none_or(|next| next.is_whitespace() || "\"'[({$".contains(next)),
            '-' => next == Some('>') && at > 0,
            _ => c.is_whitespace() || is_sign(c) || "\"'{};#".contains(c),
        };
        if ends {
            break;
        }
        at += c.len_utf8();
    }
    if at == 0 { first.len_utf8() } else { at }
}
