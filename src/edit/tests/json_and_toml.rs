//! The other two formats.

use super::*;

fn json(source: &str, target: &str, path: &str) -> String {
    edit(Format::Json, source, target, path)
}

fn toml(source: &str, target: &str, path: &str) -> String {
    edit(Format::Toml, source, target, path)
}

#[test]
fn json_scalars_are_copied_as_text_and_the_rest_stays() {
    assert_eq!(json("{\"v\":1.10}", "{ \"v\" : 1.1 ,\t\"w\":2}", "$.v"), "{ \"v\" : 1.10 ,\t\"w\":2}");
    assert_eq!(json("{\"v\":\"\\u00e9\\/\"}", "{\"v\":\"x\"}\r\n", "$.v"), "{\"v\":\"\\u00e9\\/\"}\r\n");
    assert_eq!(json("{\"v\":\"\\u0061\"}", "{\"v\":\"a\"}", "$.v"), "{\"v\":\"a\"}");
    assert_eq!(json("{\"v\":\"\\ud83d\\ude00\"}", "{\"v\":null}", "$.v"), "{\"v\":\"\\ud83d\\ude00\"}");
    assert_eq!(json("{\"v\":\"1\"}", "{\"v\":1}", "$.v"), "{\"v\":\"1\"}");
}

#[test]
fn json_members_come_and_go_in_the_targets_layout() {
    assert_eq!(json("{\"a\":1,\"b\":[1,2]}", "{\n    \"a\": 1\n}\n", "$.b"), "{\n    \"a\": 1,\n    \"b\": [1,2]\n}\n");
    assert_eq!(
        json("{\"a\":{\"b\":\n{\"c\":[]}}}", "{\n  \"x\": 1\n}\n", "$.a"),
        "{\n  \"x\": 1,\n  \"a\": {\n    \"b\": {\"c\":[]}\n  }\n}\n"
    );
    assert_eq!(json("{\"a\":{\"c\":2}}", "{\"a\":{\"b\":1,\"c\":2}}", "$.a"), "{\"a\":{\"c\":2}}");
    assert_eq!(json("[1,2,3]", "[1, 3]", "$"), "[1, 2, 3]");
    assert_eq!(json("{\"a\":{\"b\":1}}", "{}", "$.a.b"), "{\n  \"a\": {\n    \"b\": 1\n  }\n}");
    assert_eq!(json("{\"a-b\":1}", "{\"x\":1}", "$.*"), "{\"x\":1, \"a-b\": 1}");
}

#[test]
fn what_is_not_json_is_refused() {
    for (text, line) in [("{\"a\":1,\n}", 2), ("", 1), ("{\"a\":1,\n\"a\":2}", 2), ("// c\n{}", 1)] {
        let error = Document::parse(Format::Json, text).unwrap_err();
        assert!(matches!(error, EditError::Unreadable { line: at, .. } if at == line), "{text}: {error}");
    }
}

#[test]
fn toml_values_change_and_comments_stay() {
    let target = "# top\r\n[image] # c\r\n tag = \"1.9\"  # v\r\nrepo = 'x'\n\r\n[other]\r\na.b = 1\r\n";
    let source = "image = { tag = '1.10', repo = \"y\" }\n";
    assert_eq!(toml(source, target, "$.image"), target.replace("1.9", "1.10").replace("'x'", "'y'"));
    assert_eq!(toml("v = 1_000\n", "v = 1000", "$.v"), "v = 1_000");
    assert_eq!(toml("v = \"1\"\n", "\u{FEFF}v = 1 # c\n", "$.v"), "\u{FEFF}v = \"1\" # c\n");
    assert_eq!(toml("v = 1\n", "", "$.v"), "v = 1\n");
    assert_eq!(toml("v = 1979-05-27\n", "v = 1980-05-27\n", "$.v"), "v = 1979-05-27\n");
    assert_eq!(toml("v = [1, 2, 3]\n", "v = [\n  1, # one\n  2,\n]\n", "$.v"), "v = [\n  1, # one\n  2,\n  3,\n]\n");
}

#[test]
fn toml_keys_and_tables_come_and_go() {
    assert_eq!(
        toml("[a]\nb = 1\nc = 2\n", "[a]\nb = 1 # x\nd = 3\n\n[e]\nf = 1\n", "$.a"),
        "[a]\nb = 1 # x\nc = 2\n\n[e]\nf = 1\n"
    );
    assert_eq!(toml("[a]\nb = 1\n", "x = 1\n", "$.a.b"), "x = 1\n\n[a]\nb = 1\n");
    assert_eq!(toml("[[p]]\nn = 1\n[[p]]\nn = 2\n", "[[p]]\nn = 0 # c\n", "$.p"), "[[p]]\nn = 1 # c\n\n[[p]]\nn = 2\n");
    assert_eq!(
        toml("[[p]]\nn = 1\n", "[[p]]\nn = 0 # c\n\n[[p]]\nn = 3\n", "$.p[*].n"),
        "[[p]]\nn = 1 # c\n\n[[p]]\nn = 3\n"
    );
    assert_eq!(toml("[a]\nb = 1\n", "a = { b = 2, c = 3 }\n", "$.a"), "a = { b = 1}\n");
    assert_eq!(toml("[a]\nb = 1\n", "a = 5\nz = 1\n", "$.a"), "a = { b = 1 }\nz = 1\n");
}

#[test]
fn what_is_not_toml_or_would_move_is_refused() {
    let error = Document::parse(Format::Toml, "a = 1\na = 2\n").unwrap_err();
    assert!(matches!(error, EditError::Unreadable { line: 2, .. }), "{error}");
    let values =
        values_at(Format::Toml, "[a]\nb = 'x' # c\nl = [1, 2]\n", &paths(&["$.a", "$.a.b", "$.a.l[1]"])).unwrap();
    let values: Vec<&str> = values.iter().map(|(_, source)| source.as_str()).collect();
    assert_eq!(values, ["{b = 'x', l = [1, 2]}", "'x'", "2"]);
}
