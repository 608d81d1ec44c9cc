//! Finds positions in YAML text that the spans of the parser do not give, with a few bounded scans over bytes.

/// Skips blanks, line breaks, and comments, and also commas if `commas` is set.
pub(super) fn skip(text: &str, from: usize, commas: bool) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    let mut blank = from == 0 || bytes.get(from - 1).is_some_and(u8::is_ascii_whitespace);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => blank = true,
            b',' if commas => blank = false,
            b'#' if blank => {
                at += bytes.iter().skip(at).take_while(|byte| **byte != b'\n').count();
                continue;
            }
            _ => break,
        }
        at += 1;
    }
    at
}

/// The position of the `|` or `>` of a block scalar.
pub(super) fn header(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = skip(text, from, false);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'|' | b'>' => break,
            b'&' | b'!' => at += bytes.iter().skip(at).take_while(|byte| !byte.is_ascii_whitespace()).count(),
            _ => at += 1,
        }
        at = skip(text, at, false);
    }
    at.min(text.len())
}

/// The end of a quoted scalar. The span of the parser extends to the next token.
pub(super) fn quote_end(text: &str, start: usize) -> usize {
    let mut bytes = text.as_bytes().iter().enumerate().skip(start);
    let quote = bytes.next().map(|(_, byte)| *byte);
    let mut bytes = bytes.peekable();
    while let Some((at, byte)) = bytes.next() {
        let next_is_quote = bytes.peek().is_some_and(|(_, next)| Some(**next) == quote);
        match byte {
            b'\\' if quote == Some(b'"') => drop(bytes.next()),
            b'\'' if quote == Some(b'\'') && next_is_quote => drop(bytes.next()),
            byte if Some(*byte) == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The end of a block scalar: after its last character, or with `+`, before the last line break that belongs to it.
pub(super) fn block_end(text: &str, header: usize, end: usize) -> usize {
    let written = text.get(header..end.max(header)).unwrap_or_default();
    let keeps = written.chars().take_while(|c| !c.is_whitespace()).any(|c| c == '+');
    let mut kept = written.trim_end_matches(' ');
    while let Some((before, last)) = kept.rsplit_once('\n') {
        if !last.trim_matches([' ', '\t', '\r']).is_empty() {
            break;
        }
        kept = before;
        if keeps {
            break;
        }
    }
    let blank = written.get(kept.len()..).unwrap_or_default();
    // Spaces at the end of the last line are part of the text.
    let blank = if blank.starts_with(' ') { blank.find(['\n', '\r']).unwrap_or(blank.len()) } else { 0 };
    header + kept.len() + blank - usize::from(blank == 0 && kept.ends_with('\r'))
}

/// The text of a block scalar whose last line may end the file without a line break, which the parser adds.
pub(super) fn ended(file: &str, end: usize, mut text: String) -> String {
    if file.get(end..).is_some_and(|rest| rest.trim().is_empty()) {
        let breaks = |text: &str| {
            let blank = text.len() - text.trim_end_matches([' ', '\t', '\r', '\n']).len();
            text.bytes().rev().take(blank).filter(|byte| *byte == b'\n').count()
        };
        let added = breaks(&text).saturating_sub(breaks(file));
        let kept = text.len() - added.min(text.len() - text.trim_end_matches('\n').len());
        text.truncate(kept);
    }
    text
}
