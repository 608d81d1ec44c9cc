//! Decides which plain scalars are text for every YAML reader.
//!
//! YAML 1.1 and 1.2 disagree on `yes`, `0755`, `12:30:45`, or `2024-01-01`, and both kinds of readers read the files
//! that are edited here. A scalar that either version reads as anything but text is never quoted or unquoted.

/// Whether some reader takes this plain scalar for null.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Whether every reader takes this plain scalar for text.
pub(super) fn is_text(text: &str) -> bool {
    !is_null(text) && !is_word(text) && !is_number(text) && !is_date(text) && !matches!(text, "=" | "<<")
}

/// What a value became, if it is of another type than before: `text to number`. Both are source texts, as in a preview.
pub(crate) fn change_of_type(old: &str, new: &str) -> Option<String> {
    let kind = |text: &str| match text.chars().next() {
        Some('"' | '\'') => "text",
        Some('[') => "list",
        Some('{') => "mapping",
        _ if is_null(text) => "null",
        _ if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") => "boolean",
        _ if is_number(text) => "number",
        _ => "text",
    };
    let (old, new) = (kind(old), kind(new));
    (old != new).then(|| format!("{old} to {new}"))
}

fn is_word(text: &str) -> bool {
    const WORDS: [&str; 8] = ["true", "false", "yes", "no", "on", "off", "y", "n"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let all =
        |digits: &str, allowed: &str| !digits.is_empty() && digits.chars().all(|c| c == '_' || allowed.contains(c));
    if let Some(rest) = unsigned.strip_prefix("0x") {
        return all(rest, "0123456789abcdefABCDEF");
    }
    if let Some(rest) = unsigned.strip_prefix("0o") {
        return all(rest, "01234567");
    }
    if let Some(rest) = unsigned.strip_prefix("0b") {
        return all(rest, "01");
    }
    if unsigned.strip_prefix('.').is_some_and(|rest| ["inf", "nan"].iter().any(|word| rest.eq_ignore_ascii_case(word)))
    {
        return true;
    }
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || !unsigned.contains(|c: char| c.is_ascii_digit())
    {
        return false;
    }
    if let Some((hours, rest)) = unsigned.split_once(':') {
        let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit() || matches!(c, '_' | '.'));
        return all(hours, "0123456789") && rest.split(':').all(part);
    }
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == '_');
    let exponent = exponent.is_none_or(|e| all(e.strip_prefix(['-', '+']).unwrap_or(e), "0123456789"));
    digits(whole) && digits(fraction) && exponent
}

fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let digits = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let Some((day, time)) = rest.split_at_checked(end) else { return false };
    let time = time.strip_prefix(['t', 'T']).unwrap_or_else(|| time.trim_start());
    year.len() == 4
        && digits(year, 4)
        && digits(month, 2)
        && digits(day, 2)
        && (time.is_empty() || time.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_type_is_told() {
        let told = |old, new| change_of_type(old, new);
        assert_eq!(told("\"58.9\"", "58.10").as_deref(), Some("text to number"));
        assert_eq!(told("true", "'true'").as_deref(), Some("boolean to text"));
        assert_eq!(told("~", "{a: 1}").as_deref(), Some("null to mapping"));
        for (old, new) in [("'1.2'", "v1.3"), ("1", "2.5"), ("[1]", "[]")] {
            assert_eq!(told(old, new), None, "{old} {new}");
        }
    }

    #[test]
    fn what_some_reader_takes_for_more_is_not_text() {
        for word in
            ["", "~", "null", "yes", "No", "ON", "y", "true", "1", "-1", "+1", "1_000", "0755", "0o755", "0x1F", "0b11"]
        {
            assert!(!is_text(word), "{word}");
        }
        for word in ["1.10", ".5", "1.", "1e3", "1.5E-3", ".inf", "-.INF", ".nan", "12:30", "12:30:45", "190:20:30.15"]
        {
            assert!(!is_text(word), "{word}");
        }
        for word in ["2024-01-01", "2024-1-1", "2024-01-01T00:00:00Z", "2024-01-01 10:00:00", "=", "<<"] {
            assert!(!is_text(word), "{word}");
        }
    }

    #[test]
    fn versions_digests_and_names_are_text() {
        for word in [
            "1.2.3",
            "v1",
            "1.2.3-rc.1",
            "latest",
            "8.10.1",
            "1a",
            "0xZZ",
            "sha256:12ab",
            "nginx:1.25",
            "10.0.0.0/8",
            "yess",
            ".",
            "-",
            "2024-01",
            "2024-01-01x",
            "1e",
            "e3",
        ] {
            assert!(is_text(word), "{word}");
        }
    }
}
