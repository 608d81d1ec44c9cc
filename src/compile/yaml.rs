//! Writes values as YAML. No other module writes YAML.
//!
//! The output parses to the same value in YAML 1.2 *and* 1.1. Tools disagree on words such as `yes` or `2024-01-01`, so a
//! string has no quotes only if every parser reads it as a string. Multi-line strings become literal blocks, so that a
//! script in a manifest looks like the script in the program.
//!
//! This file knows no kind of manifest.

use serde_json::{Map, Value};

/// Words that some YAML parser reads as a boolean or null, in lowercase.
const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/// A value as a YAML document that ends with a newline; keys keep their order.
pub(super) fn document(value: &Value) -> String {
    let mut out = String::new();
    match layout(value) {
        ValueLayout::Mapping(map) => mapping(map, 0, &mut out),
        ValueLayout::Sequence(items) => sequence(items, 0, &mut out),
        ValueLayout::Line(value) => {
            out.push_str(&inline(value));
            out.push('\n');
        }
    }
    out
}

/// How a value is laid out. Empty mappings and sequences are on one line.
enum ValueLayout<'v> {
    Mapping(&'v Map<String, Value>),
    Sequence(&'v [Value]),
    Line(&'v Value),
}

fn layout(value: &Value) -> ValueLayout<'_> {
    match value {
        Value::Object(map) if !map.is_empty() => ValueLayout::Mapping(map),
        Value::Array(items) if !items.is_empty() => ValueLayout::Sequence(items),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            ValueLayout::Line(value)
        }
    }
}

fn mapping(map: &Map<String, Value>, indent: usize, out: &mut String) {
    for (at, (key, value)) in map.iter().enumerate() {
        // The first key of a mapping inside a sequence is on the line of the dash.
        if at > 0 || indent == 0 || out.ends_with('\n') {
            pad(indent, out);
        }
        out.push_str(&string(key));
        out.push(':');
        match layout(value) {
            ValueLayout::Mapping(inner) => {
                out.push('\n');
                mapping(inner, indent + 2, out);
            }
            ValueLayout::Sequence(items) => {
                out.push('\n');
                sequence(items, indent + 2, out);
            }
            ValueLayout::Line(scalar) => leaf(scalar, indent + 2, out),
        }
    }
}

fn sequence(items: &[Value], indent: usize, out: &mut String) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 || indent == 0 || out.ends_with('\n') {
            pad(indent, out);
        }
        out.push('-');
        match layout(item) {
            ValueLayout::Mapping(inner) => {
                out.push(' ');
                mapping(inner, indent + 2, out);
            }
            ValueLayout::Sequence(inner) => {
                out.push(' ');
                sequence(inner, indent + 2, out);
            }
            ValueLayout::Line(scalar) => leaf(scalar, indent + 2, out),
        }
    }
}

fn leaf(value: &Value, indent: usize, out: &mut String) {
    out.push(' ');
    if let Value::String(text) = value
        && fits_a_block(text)
    {
        block(text, indent, out);
    } else {
        out.push_str(&inline(value));
        out.push('\n');
    }
}

fn inline(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => string(text),
        Value::Array(_) => "[]".to_owned(),
        Value::Object(_) => "{}".to_owned(),
    }
}

/// A string on one line: plain if every parser reads it as a string, otherwise in quotes.
fn string(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// The first character decides: text that starts with a letter, `$` or `/` and is not one of [`WORDS`] is never a number,
/// a date or an indicator.
fn is_plain(text: &str) -> bool {
    let body = |c: char| c.is_ascii_alphanumeric() || " _-./@+,()$".contains(c) || c == ':' || c == '*';
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '$' || c == '/')
        && text.chars().all(body)
        && !text.contains(": ")
        && !text.ends_with([' ', ':'])
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

fn quoted(text: &str) -> String {
    // Single quotes have no escapes, so text with double quotes or backslashes is easier to read in them.
    if text.contains(['"', '\\']) && text.chars().all(|c| is_printable(c) && c != '\'') {
        return format!("'{text}'");
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_printable(c) => out.push(c),
            c if (c as u32) < 0x1_0000 => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push_str(&format!("\\U{:08X}", c as u32)),
        }
    }
    out.push('"');
    out
}

/// Whether every parser keeps the character: no control character, no YAML 1.1 line break except LF, no byte order mark.
pub(super) fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Whether a literal block keeps the text byte for byte without an indentation indicator.
fn fits_a_block(text: &str) -> bool {
    let last = text.trim_end_matches('\n').rsplit('\n').next().unwrap_or_default();
    text.contains('\n')
        && !text.starts_with([' ', '\t', '\n'])
        && !last.trim_matches([' ', '\t']).is_empty()
        && text.chars().all(|c| c == '\n' || c == '\t' || is_printable(c))
}

fn block(text: &str, indent: usize, out: &mut String) {
    let content = text.trim_end_matches('\n');
    out.push_str(match text.len() - content.len() {
        0 => "|-\n",
        1 => "|\n",
        _ => "|+\n",
    });
    for line in content.split('\n') {
        if !line.is_empty() {
            pad(indent, out);
            out.push_str(line);
        }
        out.push('\n');
    }
    for _ in 1..text.len() - content.len() {
        out.push('\n');
    }
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// Strings that some parser would not read as the same string without quotes, one of each kind.
    const AMBIGUOUS: &[&str] = &[
        "yes",
        "Yes",
        "NO",
        "on",
        "Off",
        "y",
        "N",
        "true",
        "False",
        "null",
        "Null",
        "~",
        "",
        "1",
        "-1",
        "+1",
        "1_000",
        "0755",
        "0o755",
        "0x1F",
        "0b11",
        "1.0",
        "3.0",
        ".5",
        "1e3",
        "1.e+3",
        ".inf",
        "-.INF",
        ".nan",
        "12:30:45",
        "1:20",
        "190:20:30.15",
        "2024-01-01",
        "2024-01-01T00:00:00Z",
        "=",
        "<<",
        " lead",
        "trail ",
        "\ttab",
        "a: b",
        "a:",
        "a #b",
        "#b",
        "- a",
        "-",
        "?",
        "? a",
        "[a",
        "]",
        "{a",
        "}",
        "{{x}}",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "'a'",
        "\"a\"",
        "a\nb",
        "---",
        "...",
        "caf\u{e9}",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "a\r\nb",
        "*",
        "1.2.3",
        "_1",
        "1_",
        "0",
        "-",
        "--",
    ];

    fn round(value: &Value) -> Value {
        let text = document(value);
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
    }

    #[test]
    fn ambiguous_strings_are_quoted_as_key_and_as_value() {
        for text in AMBIGUOUS {
            let one = json!({ *text: *text });
            let written = document(&one);
            assert_eq!(round(&one), one, "{written}");
            let plain = |part: &str| !part.starts_with(['"', '\'', '|']);
            let key = written.split(": ").next().unwrap_or_default();
            assert!(!plain(key), "key {text:?} is not quoted: {written}");
            let value = written.rsplit(": ").next().unwrap_or_default();
            assert!(!plain(value) || text.contains(": "), "value {text:?} is not quoted: {written}");
        }
    }

    #[test]
    fn names_and_paths_are_not_quoted() {
        let value = json!({"name": "billing-dev", "path": "$.appVersion", "image": "curlimages/curl:8.10.1", "say": "Three regions, then asia-2"});
        assert_eq!(
            document(&value),
            "name: billing-dev\npath: $.appVersion\nimage: curlimages/curl:8.10.1\nsay: Three regions, then asia-2\n"
        );
    }

    #[test]
    fn nested_values_have_the_usual_layout() {
        let value = json!({"steps": [{"environment": "qa", "dependsOn": ["dev"], "nothing": {}}, [[1, "x"], []]], "source": "a\n  b\n\nc\n"});
        assert_eq!(
            document(&value),
            "steps:\n  - environment: qa\n    dependsOn:\n      - dev\n    nothing: {}\n  - - - 1\n      - x\n    - []\nsource: |\n  a\n    b\n\n  c\n"
        );
        assert_eq!(round(&value), value);
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            proptest::sample::select(AMBIGUOUS).prop_map(str::to_owned),
            "[a-z0-9 :#\\-_.\"'{}$*\n\t]{0,24}",
            "\\PC{0,12}",
            proptest::collection::vec(any::<char>(), 0..8).prop_map(|chars| chars.into_iter().collect()),
            "[a-c ]{1,4}(\n[ a-c]{0,4}){0,4}\n{0,3}",
        ]
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            text().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            Just(Value::Null)
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec((text(), inner), 0..4)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_output_parses_to_the_same_value(value in value()) {
            let text = document(&value);
            let read: Result<Value, _> = serde_yaml::from_str(&text);
            prop_assert!(read.is_ok(), "{:?}\n{}", read, text);
            prop_assert_eq!(read.ok(), Some(value), "{}", text);
        }

        #[test]
        fn a_plain_string_starts_with_a_letter_and_is_not_ambiguous(text in text()) {
            let written = string(&text);
            if !written.starts_with(['"', '\'']) {
                prop_assert!(written.starts_with(|c: char| c.is_ascii_alphabetic() || c == '$' || c == '/'));
                prop_assert!(!AMBIGUOUS.contains(&written.as_str()));
            }
        }
    }
}
