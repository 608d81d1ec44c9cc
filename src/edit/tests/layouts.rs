//! Layouts that other readers accept, judged by one of them: libyaml, as serde_yaml uses it.

use proptest::prelude::*;
use serde::Deserialize as _;

use super::*;

/// What libyaml reads; `None` if it reads nothing, or keys that JSON does not have.
fn read(text: &str) -> Option<Vec<serde_json::Value>> {
    let documents = serde_yaml::Deserializer::from_str(text);
    documents.map(|document| json(&serde_yaml::Value::deserialize(document).ok()?)).collect()
}

fn json(value: &serde_yaml::Value) -> Option<serde_json::Value> {
    match value {
        serde_yaml::Value::Sequence(items) => items.iter().map(json).collect(),
        serde_yaml::Value::Mapping(entries) => entries
            .iter()
            .map(|(key, value)| Some((key.as_str()?.to_owned(), json(value)?)))
            .collect::<Option<serde_json::Map<_, _>>>()
            .map(Into::into),
        other => serde_json::to_value(other).ok(),
    }
}

/// Lines made of what begins, continues, and ends values, at any column.
fn lines() -> impl Strategy<Value = String> {
    let tokens = [
        "a: ",
        "b: ",
        "c: ",
        "- ",
        "\n",
        "\n  ",
        "\n    ",
        "\n\t",
        "\r\n",
        "\t",
        "[",
        "]",
        "{",
        "}",
        ", ",
        ",",
        "'x",
        "x'",
        "\"x",
        "x\"",
        "w",
        "w w",
        " # c ]'",
        "k: v",
        "? ",
        "&m ",
        "*m",
        ":\t",
        "-\t",
        "\"x\"",
        "'y'",
        "k: |\n  [t\n",
        "  ",
        "it's",
        "é",
        "]\n",
        "}\n",
        "\"\n",
        "---\n",
    ];
    prop::collection::vec(prop::sample::select(tokens.to_vec()), 0..16).prop_map(|tokens| tokens.concat() + "\n")
}

proptest! {
    /// What libyaml reads is read, as the same.
    #[test]
    fn what_libyaml_reads_is_read(text in lines()) {
        let Some(theirs) = read(&text) else { return Ok(()) };
        let ours = Document::parse(Format::Yaml, &text).map_err(|error| TestCaseError::fail(format!("{error}\n{text:?}")))?;
        let something = |values: &[serde_json::Value]| -> Vec<serde_json::Value> {
            values.iter().filter(|value| !value.is_null()).cloned().collect()
        };
        prop_assert_eq!(something(ours.json()), something(&theirs), "{:?}", text);
    }
}

/// What is edited beside, inside, and in place of such a layout; every other byte stays.
#[test]
fn such_layouts_are_edited() {
    let cases = [
        ("s:\n  k: [\n    a,\n]\n  v: 1 # c\n", "s:\n  k: [\n    a,\n]\n  v: 2 # c\n"),
        ("s:\n  k: {\na: 1, # c ]\n\"b\": [x\ny] }\n  v: 1\n", "s:\n  k: {\na: 1, # c ]\n\"b\": [x\ny] }\n  v: 2\n"),
        ("s:\n  k: \"one\ntwo ]\"\n  v: 1\n", "s:\n  k: \"one\ntwo ]\"\n  v: 2\n"),
        ("s:\n  - 'it''s\n[one'\n  - v: 1\n", "s:\n  - 'it''s\n[one'\n  - v: 2\n"),
        ("é: [\n\ta,\n\tb\n]\ns: {\nk: x,\n\tv: 1\n}\n", "é: [\n\ta,\n\tb\n]\ns: {\nk: x,\n\tv: 2\n}\n"),
        ("s:\t[\r\nx,\r\n{ v:\t1 }\r\n]\r\nk: y\r\n", "s:\t[\r\nx,\r\n{ v:\t2 }\r\n]\r\nk: y\r\n"),
    ];
    for (target, wanted) in cases {
        assert_eq!(yaml(&target.replace('1', "2"), target, "$..v"), wanted);
    }
    assert_eq!(yaml("s: {k: [a, c]}\n", "s:\n  k: [\na,\nb\n]\n  v: 1\n", "$.s.k"), "s:\n  k: [\na,\nc\n]\n  v: 1\n");
    assert_eq!(yaml("s: {k: new}\n", "s:\n  k: \"one\ntwo\" # c\n  v: 1\n", "$.s.k"), "s:\n  k: \"new\" # c\n  v: 1\n");
    assert_eq!(yaml("s:\n  k: [\na,\nb\n]\n", "s:\n  k: 1\n", "$.s.k"), "s:\n  k: [a, b]\n");
}

#[test]
fn a_repair_does_not_hide_what_is_wrong() {
    for text in ["a: [\nb\nc: 1\n", "a:\n  k: one\n  two\n  b: 1\n", "a:\t[x]\n b: 1\n", "a: 'x\ny\n", "a:\n\tb: 1\n"] {
        assert!(read(text).is_none() && Document::parse(Format::Yaml, text).is_err(), "{text:?}");
    }
    let error = Document::parse(Format::Yaml, "é: [\na\n]\nb:\t1\n  c: 2\n").unwrap_err();
    assert!(matches!(error, EditError::Unreadable { line: 5, .. }), "{error}");
}

/// Each tab was once a new attempt to read the file.
#[test]
fn many_tabs_are_read_at_once() {
    let text: String = (0..5000).map(|number| format!("k{number}:\tv\n")).collect();
    assert_eq!(Document::parse(Format::Yaml, &text).unwrap().json()[0].as_object().unwrap().len(), 5000);
}
