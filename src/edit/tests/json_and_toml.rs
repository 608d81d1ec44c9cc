//! Tests of JSON and TOML.

use proptest::prelude::*;

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
fn json_members_are_added_and_removed_in_the_layout_of_the_target() {
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
fn invalid_json_is_refused() {
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
fn toml_keys_and_tables_are_added_and_removed() {
    assert_eq!(
        toml("[a]\nb = 1\nc = 2\n", "[a]\nb = 1 # x\nd = 3\n\n[e]\nf = 1\n", "$.a"),
        "[a]\nb = 1 # x\nc = 2\n\n[e]\nf = 1\n"
    );
    assert_eq!(toml("[a]\nb = 1\n", "x = 1\n", "$.a.b"), "x = 1\n\n[a]\nb = 1\n");
    assert_eq!(toml("[[p]]\nn = 1\n[[p]]\nn = 2\n", "[[p]]\nn = 0 # c\n", "$.p"), "[[p]]\nn = 1 # c\n\n[[p]]\nn = 2\n");
    assert_eq!(
        toml("[[p]]\nid = 1\nn = 1\n", "[[p]]\nid = 2\nn = 3\n\n[[p]]\nid = 1\nn = 0 # c\n", "$.p[*].n"),
        "[[p]]\nid = 2\nn = 3\n\n[[p]]\nid = 1\nn = 1 # c\n"
    );
    assert_eq!(toml("[a]\nb = 1\n", "a = { b = 2, c = 3 }\n", "$.a"), "a = { b = 1}\n");
    assert_eq!(toml("[a]\nb = 1\n", "a = 5\nz = 1\n", "$.a"), "a = { b = 1 }\nz = 1\n");
}

#[test]
fn invalid_toml_and_edits_that_would_move_keys_are_refused() {
    let error = Document::parse(Format::Toml, "a = 1\na = 2\n").unwrap_err();
    assert!(matches!(error, EditError::Unreadable { line: 2, .. }), "{error}");
    let values = selected(Format::Toml, "[a]\nb = 'x' # c\nl = [1, 2]\n", &["$.a", "$.a.b", "$.a.l[1]"]);
    let values: Vec<&str> = values.iter().map(|(_, source)| source.as_str()).collect();
    assert_eq!(values, ["{b = 'x', l = [1, 2]}", "'x'", "2"]);
}

/// Pieces of a file: the text before a value, the value, the text after it, and its path.
type Pieces = Vec<(String, String, String, String)>;

/// The text of the pieces, with `values` in place of their own values if given.
fn text(pieces: &Pieces, values: Option<&[String]>) -> String {
    let piece = |(index, (before, value, after, _)): (usize, &(String, String, String, String))| {
        let value = values.and_then(|values| values.get(index)).unwrap_or(value);
        format!("{before}{value}{after}")
    };
    pieces.iter().enumerate().map(piece).collect()
}

fn toml_value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[1-9][0-9_]{0,3}[0-9]".prop_filter("one `_` at a time", |text| !text.contains("__") && !text.contains("_.")),
        "[0-9]\\.[0-9]{1,3}",
        "[a-z #=\\[\\]é'.]{0,9}".prop_map(|text| format!("\"{text}\"")),
        prop::sample::select(vec!["true", "1979-05-27", "0x1F", "inf", "\"\\u00e9\\t\"", "[1, [\"a\"]]", "{ x = 1 }"])
            .prop_map(str::to_owned),
    ]
}

fn toml_file() -> impl Strategy<Value = Pieces> {
    let comment = prop::sample::select(vec!["", " # c = 'x'", "\t#é"]);
    prop::collection::vec((0..6_u8, toml_value(), comment, any::<bool>()), 1..7).prop_map(|mut entries| {
        // Keys of the root come before the first table.
        entries.sort_by_key(|(shape, ..)| *shape > 3);
        let piece = |(index, (shape, value, comment, above)): (usize, (u8, String, &str, bool))| {
            let above = if above { "\n# above\n" } else { "" };
            let (before, after, path) = match shape {
                0 => (format!("k{index} = "), String::new(), format!("$.k{index}")),
                1 => (format!("d{index}.x . \"y z\"= "), String::new(), format!("$.d{index}.x[\"y z\"]")),
                2 => (format!("i{index} = {{ b = 1, a = "), " }".to_owned(), format!("$.i{index}.a")),
                3 => (
                    format!("r{index} = [ # r\n  0, # zero\n  "),
                    ", # one\n  2\n]".to_owned(),
                    format!("$.r{index}[1]"),
                ),
                4 => (format!("[t{index}.u]  # t\n  a="), "\nb = '''\nx\n'''".to_owned(), format!("$.t{index}.u.a")),
                _ => (
                    format!("[[l{index}]]\na = 0 # l\n\n  [[l{index}]] # m\n  a = "),
                    "\n  c.d = 1".to_owned(),
                    format!("$.l{index}[1].a"),
                ),
            };
            let after = match after.split_once('\n') {
                _ if shape == 3 => format!("{after}{comment}\n"),
                Some((first, rest)) => format!("{first}{comment}\n{rest}\n"),
                None => format!("{after}{comment}\n"),
            };
            (format!("{above}{before}"), value, after, path)
        };
        entries.into_iter().enumerate().map(piece).collect()
    })
}

fn json_file() -> impl Strategy<Value = Pieces> {
    let value = prop_oneof![
        "-?[1-9][0-9]{0,3}(\\.[0-9]{1,3})?(e[0-9])?",
        "[a-z \\[{:,é/]{0,9}".prop_map(|text| format!("\"{text}\"")),
        prop::sample::select(vec!["null", "true", "\"\\u00e9\\\"\\\\\"", "[ 1, [] ]", "{\"x\" :1 }"])
            .prop_map(str::to_owned),
    ];
    let blank = prop::sample::select(vec!["", " ", "\n\t", "\n    "]);
    prop::collection::vec((0..3_u8, value, blank), 1..7).prop_map(|entries| {
        let last = entries.len() - 1;
        let piece = |(index, (shape, value, blank)): (usize, (u8, String, &str))| {
            let (open, close) = (if index == 0 { "{" } else { "" }, if index == last { "}\n" } else { "," });
            let (before, after, path) = match shape {
                0 => (format!("\"k\\u0031{index}\"{blank}: "), "", format!("$.k1{index}")),
                1 => (format!("\"a b{index}\":{blank}[0,{blank}"), " , {}]", format!("$[\"a b{index}\"][1]")),
                _ => (format!("\"o{index}\" :{{\"b\":[],{blank}\"a\":"), "}", format!("$.o{index}.a")),
            };
            (format!("{open}{blank}{before}"), value, format!("{blank}{after}{blank}{close}"), path)
        };
        entries.into_iter().enumerate().map(piece).collect()
    })
}

/// Copies all values. The text around them must stay, byte for byte.
fn only_values_change(format: Format, target: &Pieces, source: &[String], crlf: bool) -> Result<(), TestCaseError> {
    let ends = |text: String| if crlf { text.replace('\n', "\r\n") } else { text };
    let paths: Vec<Path> = target.iter().map(|(.., path)| Path::parse(path).unwrap()).collect();
    let (old, new) = (ends(text(target, None)), text(target, Some(source)));
    let outcome = transfer(format, &new, &old, &paths)
        .map_err(|error| TestCaseError::fail(format!("{error}\n{new}\n--\n{old}")))?;
    prop_assert_eq!(outcome.text, ends(new));
    Ok(())
}

proptest! {
    #[test]
    fn a_toml_edit_touches_only_its_values(target in toml_file(), source in prop::collection::vec(toml_value(), 7), crlf: bool) {
        only_values_change(Format::Toml, &target, &source, crlf)?;
    }

    #[test]
    fn a_json_edit_touches_only_its_values(target in json_file(), other in json_file()) {
        let source: Vec<String> = other.into_iter().map(|(_, value, ..)| value).collect();
        only_values_change(Format::Json, &target, &source, false)?;
    }
}
