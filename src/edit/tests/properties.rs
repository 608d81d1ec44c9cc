//! Properties that must hold for generated files.

use proptest::prelude::*;

use super::*;

/// A scalar in any style, with the text before and after it.
fn scalar() -> impl Strategy<Value = String> {
    let word = "[a-z0-9.é𝕏-]{1,8}";
    prop_oneof![
        4 => word.prop_map(|text| format!("{text}x")),
        1 => "[0-9]{1,3}(\\.[0-9]{1,2})?",
        1 => prop_oneof![Just("true"), Just("yes"), Just("~"), Just("0755"), Just("2024-01-01"), Just("[a, {b: c}]"), Just("{a: 1, b: [2]}")]
            .prop_map(str::to_owned),
        2 => "[a-z #:,'é]{0,8}".prop_map(|text| format!("'{}'", text.replace('\'', "''"))),
        2 => "[a-z #:,'{}é]{0,8}".prop_map(|text| format!("\"{text}\\n\\\"\"")),
    ]
}

fn around() -> impl Strategy<Value = (String, String, String)> {
    let comment = prop_oneof![3 => Just(""), 1 => Just(" # c: 'é"), 1 => Just("   #x")].prop_map(str::to_owned);
    let before = prop_oneof![4 => Just(""), 1 => Just("# above\n"), 1 => Just("\n"), 1 => Just("  # odd\n\n")]
        .prop_map(str::to_owned);
    let anchor = prop_oneof![4 => Just(""), 1 => Just("&anchor "), 1 => Just("!tag ")].prop_map(str::to_owned);
    (before, anchor, comment)
}

/// Values of `k0`, `k1.a`, `k2.a[0]` … in different shapes, as pieces: the text before the value, the value, the text
/// after.
fn file() -> impl Strategy<Value = Vec<(String, String, String)>> {
    prop::collection::vec((0..5_u8, scalar(), around()), 1..8).prop_map(|entries| {
        entries
            .into_iter()
            .enumerate()
            .map(|(index, (shape, value, (above, anchor, comment)))| {
                let name = format!("k{index}");
                let (before, after) = match shape {
                    0 => (format!("{name}: "), String::new()),
                    1 => (format!("{name}:\n    b: 1\n    a: "), "\n    c: z".to_owned()),
                    2 => (format!("{name}:\n- "), "\n- z # z".to_owned()),
                    3 => (format!("{name}: {{b: 1, a: "), " , c: [1]}".to_owned()),
                    _ => (format!("{name}:\n  - b: |\n      text\n    a: "), "\n    c: >-\n      z".to_owned()),
                };
                let anchor = anchor.replace("anchor", &name);
                let bracket = matches!(shape, 3);
                let (near, far) = if bracket { (after, comment) } else { (comment, after) };
                (format!("{above}{before}{anchor}"), value, format!("{near}{far}\n"))
            })
            .collect()
    })
}

fn selectors(file: &[(String, String, String)]) -> Vec<String> {
    let one = |(index, (before, _, _)): (usize, &(String, String, String))| match () {
        () if before.contains("- b:") => format!("$.k{index}[0].a"),
        () if before.contains("a: ") => format!("$.k{index}.a"),
        () if before.contains("- ") => format!("$.k{index}[0]"),
        () => format!("$.k{index}"),
    };
    file.iter().enumerate().map(one).collect()
}

fn text(file: &[(String, String, String)], crlf: bool, end: bool) -> String {
    let text: String = file.iter().map(|(before, value, after)| format!("{before}{value}{after}")).collect();
    let text = if end { text } else { text.trim_end_matches('\n').to_owned() };
    if crlf { text.replace('\n', "\r\n") } else { text }
}

fn read(text: &str) -> serde_yaml::Value {
    let text = text.replace("!tag ", "").replace("\r\n", "\n");
    serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

proptest! {
    /// All bytes outside the values stay in place, and the values are those of the source.
    #[test]
    fn an_edit_touches_only_its_values(target in file(), values in prop::collection::vec(scalar(), 8), crlf: bool, end: bool) {
        let selectors = selectors(&target);
        let paths: Vec<Path> = selectors.iter().map(|text| Path::parse(text).unwrap()).collect();
        let mut wanted = target.clone();
        for (entry, value) in wanted.iter_mut().zip(&values) {
            entry.0 = entry.0.replace("!tag ", "");
            entry.1 = value.clone();
        }
        let old = text(&target, crlf, end);
        let source = text(&wanted, false, true);
        let outcome = transfer(Format::Yaml, &source, &old, &paths);
        let outcome = outcome.map_err(|error| TestCaseError::fail(format!("{error}\n{source}\n--\n{old}")))?;
        // The text around the values must be found again, in order.
        let mut rest = outcome.text.as_str();
        for (index, (before, _, after)) in target.iter().enumerate() {
            let last = index + 1 == target.len();
            let before = if crlf { before.replace('\n', "\r\n") } else { before.clone() };
            let after = if crlf { after.replace('\n', "\r\n") } else { after.clone() };
            let after = if last && !end { after.trim_end().to_owned() } else { after };
            let (bare, tagged) = (before.replace("!tag ", ""), rest.strip_prefix(&before));
            let inner = tagged.or_else(|| rest.strip_prefix(&bare));
            let Some(inner) = inner else { return Err(TestCaseError::fail(format!("{before:?} not in {rest:?}\n{old}"))) };
            let next = target.get(index + 1).map(|(next, _, _)| if crlf { next.replace('\n', "\r\n") } else { next.clone() });
            let at = match next {
                Some(next) => {
                    let (with, without) = (format!("{after}{next}"), format!("{after}{}", next.replace("!tag ", "")));
                    inner.find(&with).or_else(|| inner.find(&without))
                }
                None => inner.strip_suffix(after.as_str()).map(str::len),
            };
            let Some(at) = at else { return Err(TestCaseError::fail(format!("{after:?} not in {inner:?}\n{old}"))) };
            prop_assert!(at < 40, "{:?}", inner);
            rest = inner.split_at(at + after.len()).1;
        }
        prop_assert_eq!(read(&outcome.text), read(&source));
        let again = transfer(Format::Yaml, &source, &outcome.text, &paths).unwrap();
        prop_assert_eq!(&again.text, &outcome.text);
        prop_assert!(again.changes.is_empty());
    }

    /// Copied collections are equal to those of the source, whatever the layout of either file.
    #[test]
    fn collections_become_equal(source in tree(), target in tree(), crlf: bool) {
        let wrap = |body: &str| format!("a: 1 # c\nv:{body}\nz: [x] # d\n");
        let (source, target) = (wrap(&source), wrap(&target));
        let target = if crlf { target.replace('\n', "\r\n") } else { target };
        let outcome = transfer(Format::Yaml, &source, &target, &[Path::parse("$.v").unwrap()]);
        let outcome = outcome.map_err(|error| TestCaseError::fail(format!("{error}\n{source}\n--\n{target}")))?;
        prop_assert_eq!(read(&outcome.text), read(&source));
        let end = if crlf { "\r\n" } else { "\n" };
        let around = outcome.text.starts_with("a: 1 # c") && outcome.text.ends_with(&format!("{end}z: [x] # d{end}"));
        prop_assert!(around, "{}", outcome.text);
        prop_assert_eq!(crlf, outcome.text.contains('\r'));
        prop_assert_eq!(outcome.text.matches('\n').count(), outcome.text.matches(end).count());
    }

    /// No input causes a panic, and an accepted text is read back unchanged.
    #[test]
    fn no_input_panics(source in soup(), target in soup(), path in "\\$(\\.\\.?[ab*]|\\[0\\]|\\[\\*\\]|\\[\"a\"\\]){0,3}") {
        let Ok(path) = Path::parse(&path) else { return Ok(()) };
        for format in [Format::Yaml, Format::Json, Format::Toml] {
            if let Ok(outcome) = transfer(format, &source, &target, std::slice::from_ref(&path)) {
                prop_assert_eq!(outcome.changes.is_empty(), outcome.text == target, "{:?} {:?} {:?}", source, target, outcome);
                let again = transfer(format, &source, &outcome.text, std::slice::from_ref(&path));
                prop_assert_eq!(again.map(|again| again.text), Ok(outcome.text));
            }
        }
    }

    #[test]
    fn no_path_panics(text in "\\PC{0,40}", tokens in prop::collection::vec(prop::sample::select(vec!["$", ".", "..", "[", "]", "\"", "'", "a-b", "é", "*", "?", "@", "(", ")", "!", "=="]), 0..12)) {
        for text in [text, tokens.concat(), format!("${}", tokens.concat())] {
            if let Err(error) = Path::parse(&text) {
                prop_assert!(text.is_char_boundary(error.position));
            }
        }
    }
}

/// Values in block and flow style, as they follow `v:`.
fn tree() -> impl Strategy<Value = String> {
    node().prop_map(|node| node.written(2, false))
}

#[derive(Clone, Debug)]
enum Shape {
    Scalar(String),
    Block(String),
    List(Vec<Shape>, bool),
    Map(Vec<Shape>, bool, u8),
}

fn node() -> impl Strategy<Value = Shape> {
    let block = prop_oneof![Just("|\n@a\n@ b"), Just(">-\n@a\n\n@b"), Just("|+\n@a\n"), Just("|-\n@é # no")]
        .prop_map(str::to_owned);
    let leaf = prop_oneof![6 => scalar().prop_map(Shape::Scalar), 1 => block.prop_map(Shape::Block)];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..4), any::<bool>())
                .prop_map(|(items, flow)| Shape::List(items, flow)),
            (prop::collection::vec(inner, 0..4), any::<bool>(), 0..3_u8)
                .prop_map(|(items, flow, from)| Shape::Map(items, flow, from)),
        ]
    })
}

impl Shape {
    fn written(&self, column: usize, flow: bool) -> String {
        let indent = " ".repeat(column);
        match self {
            Shape::Scalar(text) => format!(" {text}"),
            Shape::Block(_) if flow => " \"b\"".to_owned(),
            Shape::Block(text) => format!(" {}", text.replace('@', &indent)),
            Shape::List(items, inline) if *inline || flow || items.is_empty() => {
                format!(" [{}]", items.iter().map(|item| item.written(0, true)).collect::<Vec<_>>().join(", "))
            }
            Shape::Map(items, inline, from) if *inline || flow || items.is_empty() => {
                let items = items
                    .iter()
                    .enumerate()
                    .map(|(i, item)| format!("k{}:{}", i + *from as usize, item.written(0, true)));
                format!(" {{{}}}", items.collect::<Vec<_>>().join(", "))
            }
            Shape::List(items, _) => {
                items.iter().map(|item| format!("\n{indent}-{}", item.written(column + 2, false))).collect()
            }
            Shape::Map(items, _, from) => {
                let entry = |(i, item): (usize, &Shape)| {
                    format!("\n{indent}k{}:{}", i + *from as usize, item.written(column + 2, false))
                };
                items.iter().enumerate().map(entry).collect()
            }
        }
    }
}

/// Random characters, and random tokens of the formats.
fn soup() -> impl Strategy<Value = String> {
    let tokens = vec![
        "a",
        "b",
        ": ",
        ":",
        "- ",
        "-",
        "\n",
        "\n  ",
        "\r\n",
        "? ",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "&x ",
        "*x",
        "!t ",
        "!!str ",
        "|\n",
        ">-\n",
        "|+\n  ",
        "'",
        "\"",
        "# c",
        " #c\n",
        "---\n",
        "...\n",
        "<<: ",
        "1",
        "a: 1\n",
        "a:\n",
        "  b: 2\n",
        "- a\n",
        "\t",
        "é",
        "\u{FEFF}",
        "%YAML 1.2\n",
        "a = 1\n",
        "[a]\n",
        "\"a\":",
        "{{",
        "~",
        "\u{85}",
        "\u{2028}",
        "\0",
        "a: &x 1\n",
        "b: *x\n",
        "  ",
        "\\",
    ];
    prop_oneof![
        prop::collection::vec(prop::sample::select(tokens), 0..24).prop_map(|tokens| tokens.concat()),
        "(?s).{0,40}",
    ]
}

/// Another library makes the same edit with the same result.
#[test]
fn another_editor_agrees() {
    use std::str::FromStr as _;
    let target = "# top\nimage:\n  tag: 'old' # c\n  list: [a, b]\nports:\n- &p 80\n- 443\nplain: x\n";
    for (value, source) in
        [("new", "new"), ("1.10", "\"1.10\""), ("yes", "'yes'"), ("a: b # c", "\"a: b # c\""), ("é𝕏", "é𝕏")]
    {
        for (keys, path) in [(vec!["image", "tag"], "$.image.tag"), (vec!["plain"], "$.plain")] {
            let source = match keys.as_slice() {
                [outer, inner] => format!("{outer}: {{{inner}: {source}}}\n"),
                _ => format!("plain: {source}\n"),
            };
            let ours = yaml(&source, target, path);
            let file = yaml_edit::YamlFile::from_str(target).unwrap();
            let mut map = file.document().unwrap().as_mapping().unwrap();
            for key in &keys[..keys.len() - 1] {
                map = map.get_mapping(*key).unwrap();
            }
            map.set(keys[keys.len() - 1], yaml_edit::ScalarValue::double_quoted(value));
            assert_eq!(read(&ours), read(&file.to_string()), "{ours}\n{file}");
        }
    }
}

/// The cost grows linearly with the file: 1,000 values among 10,000 lines.
#[test]
fn a_large_file_is_edited_quickly() {
    let file = |value: &str| {
        (0..1000).map(|i| format!("svc{i}:\n  # c\n  image:\n    tag: {value}{i}\n    repo: r\n  env:\n  - a\n  - b: 1\n  x: 'é'\n  y: 2\n")).collect::<String>()
    };
    let outcome = transfer(Format::Yaml, &file("new"), &file("old"), &paths(&["$..image.tag"])).unwrap();
    assert_eq!((outcome.text == file("new"), outcome.changes.len()), (true, 1000));
}
