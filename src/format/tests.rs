//! The layout: single cases, then generated and damaged programs.

use super::{FormatError, format, same::same_meaning};
use proptest::prelude::*;
use proptest::sample::select;

const ORDERS: &str = include_str!("../../tests/fixtures/orders.promo");

/// Formats a text, and asserts that this keeps its meaning and that formatting again changes nothing.
fn formatted(text: &str) -> String {
    let formatted = format(text);
    assert_eq!(formatted.error, None, "{text}");
    assert_eq!(format(&formatted.text).text, formatted.text, "twice: {text}");
    assert!(same_meaning(text, &formatted.text).0, "{text}\n{}", formatted.text);
    formatted.text
}

#[test]
fn the_canonical_program_stays_as_it_is() {
    assert_eq!(formatted(ORDERS), ORDERS);
}

#[test]
fn whitespace_and_comments_are_normalized() {
    assert_eq!(
        formatted("\u{FEFF}\r\n\r\n# a  \r\nenvironment   dev ,qa# b\r\n\r\n\r\n\r\ngroup g=dev\r\n# end"),
        "# a\r\nenvironment dev, qa  # b\r\n\r\ngroup g = dev\r\n# end\r\n"
    );
    assert_eq!(
        formatted("flow f {   # open\n\n\ttrigger dev\n\n\n  # own\n promote qa   # behind\n\n}  # close\n"),
        "flow f {  # open\n  trigger dev\n\n  # own\n  promote qa  # behind\n}  # close\n"
    );
    assert_eq!(formatted(""), "");
    assert_eq!(formatted("\n\n  \n"), "");
    assert_eq!(formatted("# only"), "# only\n");
}

#[test]
fn line_endings_are_kept_and_mixed_ones_become_lf() {
    let unix = "workflow w {\n  run \"\"\"\n      echo a\n\n      echo b\n    \"\"\"\n}\n";
    let windows = unix.replace('\n', "\r\n");
    assert_eq!(formatted(unix), unix);
    assert_eq!(formatted(&windows), windows);
    assert_eq!(formatted(&windows.replace("  run", "run")), windows);
    assert_eq!(formatted(&windows.replacen("\r\n", "\n", 1)), unix);
    let (unix, windows) = (program_of(unix), program_of(&windows));
    assert_eq!(unix, windows, "the script is the same, whatever the line endings");
}

/// The tree of a text without its spans.
fn program_of(text: &str) -> String {
    let tree = format!("{:?}", crate::syntax::parse(crate::source::SourceMap::default().add("", ""), text).tree);
    tree.split("Span {").map(|part| part.split_once('}').map_or(part, |(_, rest)| rest)).collect()
}

#[test]
fn blocks_on_one_line_stay_up_to_100_columns() {
    assert_eq!(
        formatted("flow f{trigger dev;promote qa{soak 1m}promote b}"),
        "flow f { trigger dev; promote qa { soak 1m }; promote b }\n"
    );
    assert_eq!(formatted("environment a; environment b { }"), "environment a\nenvironment b {}\n");
    let long = "product p { repo \"https://git.example.com/acme/a-long-name-of-a-repository.git\"; branch main; flow a; flow b; flow c }\n";
    assert!(long.len() > 101);
    assert_eq!(
        formatted(long),
        "product p {\n  repo \"https://git.example.com/acme/a-long-name-of-a-repository.git\"\n  branch main\n  flow a\n  flow b\n  flow c\n}\n"
    );
    let edge = format!("environment {} {{ kind production }}\n", "a".repeat(68));
    assert_eq!(edge.len(), 101);
    assert_eq!(format(&edge).text, edge);
    let over = format!("environment {} {{ kind production }}\n", "a".repeat(69));
    assert_eq!(format(&over).text.lines().count(), 3);
    assert_eq!(formatted("flow f {\n  trigger dev; promote qa }"), "flow f {\n  trigger dev\n  promote qa\n}\n");
}

#[test]
fn properties_have_one_space_between_words() {
    assert_eq!(
        formatted("flow f{never   a ,b failed   while c started  and release   running}"),
        "flow f { never a, b failed while c started and release running }\n"
    );
}

#[test]
fn lists_keep_their_line_breaks() {
    assert_eq!(
        formatted("environment a,\n  b,  # why\n\n # own\n c\nflow f {\n promote a,\n   b after\tc\n}"),
        "environment a,\n    b,  # why\n\n    # own\n    c\nflow f {\n  promote a,\n      b after c\n}\n"
    );
}

#[test]
fn values_that_are_names_lose_their_quotes_and_no_others() {
    assert_eq!(
        formatted(
            "product p { branch \"main\"; description \"main\"; label a = \"b\"; runtime \"a b\" }\nflow f { promote q { approval 2 of \"leads\"; approval \"Team A\" } }"
        ),
        "product p { branch main; description \"main\"; label a = b; runtime \"a b\" }\nflow f { promote q { approval 2 of leads; approval \"Team A\" } }\n"
    );
}

#[test]
fn lines_of_a_multi_line_string_move_together() {
    assert_eq!(
        formatted("workflow w {\nrun \"\"\"\n\t  a\n\n\t    b {\n\t  \"\"\"\n}"),
        "workflow w {\n  run \"\"\"\n    a\n\n      b {\n    \"\"\"\n}\n"
    );
    assert_eq!(formatted("workflow w {\nrun \"\"\"\n\"\"\"\n}"), "workflow w {\n  run \"\"\"\n    \"\"\"\n}\n");
}

#[test]
fn statements_with_syntax_errors_are_unchanged() {
    assert_eq!(
        formatted("flow   f {\n     trigger:   dev\n  prmote   qa {  soak   1m }\n   promote    b\n}"),
        "flow f {\n  trigger:   dev\n  prmote   qa {  soak   1m }\n  promote b\n}\n"
    );
    assert_eq!(formatted("flow f {\n   trigger   dev\n"), "flow f {\n   trigger   dev\n");
    assert_eq!(
        formatted("workflow w {\n    description   \"open\n    run   \"x\"\n}"),
        "workflow w {\n  description   \"open\n  run \"x\"\n}\n"
    );
}

#[test]
fn a_text_nested_too_deep_is_returned_unchanged() {
    let text = "x {".repeat(100);
    let refused = format(&text);
    assert_eq!((refused.text, refused.error), (text, Some(FormatError::Limit)));
}

#[test]
fn a_program_with_one_mistake_is_almost_always_formatted() {
    let (mut tried, mut refused) = (0, Vec::new());
    for (at, _) in ORDERS.char_indices().step_by(13) {
        let mut text = ORDERS.to_string();
        text.remove(at);
        tried += 1;
        if format(&text).error.is_some() {
            refused.push(text.lines().find(|line| !ORDERS.contains(line)).map(str::to_string));
        }
    }
    assert!(tried > 200 && refused.len() * 50 <= tried, "{} of {tried}: {refused:?}", refused.len());
}

fn comments(text: &str) -> Vec<String> {
    // no string of the program contains `  #` or `# `
    let mut found: Vec<String> = text
        .lines()
        .filter_map(|line| line.find("# ").and_then(|at| line.get(at..)).map(|comment| comment.trim_end().to_string()))
        .collect();
    found.sort();
    found
}

/// The canonical program in another layout: other spaces and line ends, and comments wherever a line may end.
fn shuffled() -> impl Strategy<Value = String> {
    let line = (
        select(&["", " ", "   ", "\t"][..]),
        select(&["", "  # note", "#x # y", "\n", "\n\n\n# own\n"][..]),
        select(&["\n", "\r\n"][..]),
    );
    prop::collection::vec(line, ORDERS.lines().count()).prop_map(|lines| {
        let mut text = String::new();
        let mut inside = false;
        for (written, (before, behind, end)) in ORDERS.lines().zip(lines) {
            let closes = written.trim() == "\"\"\"";
            if inside {
                text.push_str(written);
                text.push_str(end);
                inside = !closes;
                continue;
            }
            inside = written.ends_with("\"\"\"");
            text.push_str(before);
            text.push_str(&if written.contains(['"', '#', '$']) {
                written.to_string()
            } else {
                written.trim().replace(' ', "  ").replace("; ", ";")
            });
            if !inside && !written.contains('#') {
                text.push_str(behind);
            }
            text.push_str(end);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn formatting_keeps_comments_and_meaning(text in shuffled()) {
        let once = formatted(&text);
        prop_assert_eq!(comments(&text), comments(&once));
        let lf = once.replace("\r\n", "\n");
        let whole = once == lf || once == lf.replace('\n', "\r\n");
        let tidy = whole && !lf.contains("\n\n\n") && lf.ends_with('\n') && !lf.ends_with("\n\n");
        prop_assert!(tidy, "{}", once);
    }

    #[test]
    fn formatting_damaged_programs_is_idempotent_and_loses_nothing(text in crate::syntax::mutated()) {
        let once = format(&text);
        if once.error.is_some() {
            prop_assert_eq!(&once.text, &text);
        }
        let twice = format(&once.text);
        prop_assert_eq!(&twice.text, &once.text);
        if once.error.is_none() {
            let dense = |text: &str| text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ';' | '"' | '\u{FEFF}')).collect::<String>();
            prop_assert_eq!(dense(&text), dense(&once.text));
        }
    }
}
