//! Properties of every text: it has a tree, its spans are inside it, the damage of a mistake is bounded, and the work
//! is linear.

use super::facts::{facts, lost};
use super::{ORDERS, parsed};
use crate::source::LineIndex;
use crate::syntax::{concrete, node};
use proptest::prelude::*;
use proptest::sample::select;

/// Tokens for every rule of the grammar, and some that match no rule.
const SOUP: &[&str] = &[
    "environment",
    "group",
    "workflow",
    "template",
    "policy",
    "window",
    "product",
    "flow",
    "scenario",
    "import",
    "promote",
    "trigger",
    "after",
    "soak",
    "one by one",
    "any of",
    "2 of",
    "in",
    "at",
    "as tag",
    "when",
    "fails",
    "release",
    "given",
    "expect",
    "takes",
    "on failure",
    "with",
    "run",
    "copy",
    "version from",
    "application",
    "source",
    "label",
    "dev",
    "qa",
    "US_East",
    "30m",
    "1%",
    "mon..fri",
    "09:00..17:00",
    "2026-12-20",
    "2026-11-23T08:00Z",
    "$.a.b",
    "$[",
    "$[\"x",
    "$.a-b",
    "\"x\"",
    "\"",
    "'",
    "'y'",
    "\"\"\"",
    "\"\"\"\n",
    "\\",
    "\"\\q\"",
    "{",
    "}",
    "{environment}",
    "[",
    "]",
    ",",
    ";",
    "=",
    ":",
    "->",
    "//",
    "#",
    "# c",
    "\n",
    "\r\n",
    "\t",
    "\u{a0}",
    "é",
    "𝕏",
    "\u{FEFF}",
    "@",
    "-",
    "...",
    "\0",
];

fn soup() -> impl Strategy<Value = String> {
    let token = (select(SOUP), select(&["", " ", " ", " ", "\n"][..]));
    prop::collection::vec(token, 0..120).prop_map(|tokens| tokens.into_iter().flat_map(|(a, b)| [a, b]).collect())
}

/// The realistic program with pieces removed, replaced or inserted.
pub(crate) fn mutated() -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), 0usize..40, select(SOUP), 0..3u8);
    prop::collection::vec(change, 1..5).prop_map(|changes| {
        let mut text = ORDERS.to_string();
        for (at, length, token, kind) in changes {
            let border = |mut at: usize, text: &str| {
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                at
            };
            let start = border(at.index(text.len() + 1), &text);
            let end = border((start + length).min(text.len()), &text).max(start);
            match kind {
                0 => text.replace_range(start..end, ""),
                1 => text.replace_range(start..end, token),
                _ => text.insert_str(start, &format!(" {token} ")),
            }
        }
        text
    })
}

fn check(text: &str) {
    let parsed = parsed(text);
    let spans = parsed.diagnostics.iter().flat_map(|diagnostic| {
        assert!(!diagnostic.help.is_empty() && !diagnostic.message.is_empty(), "{diagnostic:?}");
        assert!(!diagnostic.message.ends_with('.') && !diagnostic.message.contains('\n'), "{diagnostic:?}");
        let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits).map(|(span, _)| *span);
        diagnostic.labels.iter().map(|label| label.span).chain(edits).collect::<Vec<_>>()
    });
    for span in spans {
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} in {text:?}");
    }
    let tree = format!("{:?}", parsed.tree);
    for place in tree.split("file: #0, start: ").skip(1) {
        let (start, rest) = place.split_once(", end: ").unwrap();
        let end = rest.split_once(' ').unwrap().0;
        let (start, end): (usize, usize) = (start.parse().unwrap(), end.parse().unwrap());
        assert!(text.get(start..end).is_some(), "{start}..{end} in {text:?}");
    }
    let repeated = super::parsed(text);
    assert_eq!(format!("{:?}", repeated.tree), tree);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parsing_is_total(text in soup()) {
        check(&text);
    }

    #[test]
    fn parsing_damaged_programs_is_total(text in mutated()) {
        check(&text);
    }

    #[test]
    fn every_byte_is_in_a_token_a_comment_or_between_them(text in soup()) {
        if let Ok(concrete) = concrete(&text) {
            let mut covered = vec![false; text.len()];
            let mut stack = vec![&concrete.root];
            while let Some(node) = stack.pop() {
                if node.children.is_empty() {
                    covered[node.start as usize..node.end as usize].fill(true);
                }
                stack.extend(&node.children);
            }
            for (start, end) in &concrete.comments {
                covered[*start as usize..*end as usize].fill(true);
            }
            let between: String = text.char_indices().filter(|(at, _)| !covered[*at]).map(|(_, c)| c).collect();
            let rest: String = between.chars().filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n' | ';' | '\u{FEFF}')).collect();
            // the lines of a multi-line string are not tokens
            prop_assert!(rest.is_empty() || text.contains("\"\"\""), "{rest:?} of {text:?}");
        }
    }
}

/// The damage of deleting one character.
struct Cost {
    character: char,
    line: u32,
    statements: usize,
    /// The lines with diagnostics.
    lines: Vec<u32>,
    what: String,
}

fn costs() -> Vec<Cost> {
    let before = facts(&parsed(ORDERS).tree);
    let index = LineIndex::new(ORDERS);
    ORDERS
        .char_indices()
        .map(|(at, character)| {
            let mut text = ORDERS.to_string();
            text.remove(at);
            let parsed = parsed(&text);
            let after = LineIndex::new(&text);
            let line = index.line(at as u32).0;
            let lines =
                parsed.diagnostics.iter().map(|diagnostic| after.line(diagnostic.primary().unwrap().start).0).collect();
            let around: String = ORDERS.lines().nth(line as usize).unwrap_or_default().to_string();
            let said: Vec<&str> = parsed.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
            let statements = lost(&before, &facts(&parsed.tree));
            Cost { character, line, statements, lines, what: format!("{character:?} of {around:?}: {said:?}") }
        })
        .collect()
}

#[test]
fn deleting_one_character_does_little_damage() {
    let (mut letters, mut structural, mut quotes) = (0, 0, 0);
    let mut failures = Vec::new();
    let mut inside_text = false;
    for cost in costs() {
        let line = ORDERS.lines().nth(cost.line as usize).unwrap_or_default();
        let fence = line.trim_end().ends_with("\"\"\"");
        inside_text = if line.trim() == "\"\"\"" { false } else { inside_text || fence };
        let (said, here) = (cost.lines.len(), cost.lines.iter().all(|line| *line == cost.line));
        let (allowed, told) = match cost.character {
            // a multi-line string: bounded by the declaration
            '"' | '\n' if inside_text || fence => (8, 3),
            // a comment that includes the next line includes the head of a block
            '\n' if line.contains("# ") => (8, 8),
            // bounded by its line
            '"' => (2 + line.matches(';').count(), 2),
            ' ' | '\n' | ',' | '{' | '}' | '=' | ';' | '#' => (2, 2),
            _ => (1, 1),
        };
        match cost.character {
            '"' => quotes += 1,
            ' ' | '\n' | ',' | '{' | '}' | '=' | ';' | '#' => structural += 1,
            _ => letters += 1,
        }
        if cost.statements > allowed || said > told || allowed == 1 && !here && !inside_text {
            failures.push(format!("{} statements: {}", cost.statements, cost.what));
        }
    }
    assert!(failures.is_empty(), "{} fail:\n{}", failures.len(), failures.join("\n"));
    assert!(
        letters > 1500 && structural > 500 && quotes > 70,
        "{letters} letters, {structural} structural, {quotes} quotes"
    );
}

/// The number of nodes of the tree, and the number of bytes of the diagnostics; both grow with the work.
fn size(text: &str) -> (usize, usize) {
    let mut nodes = 0;
    if let Ok(concrete) = concrete(text) {
        let mut stack: Vec<&node::Node> = vec![&concrete.root];
        while let Some(node) = stack.pop() {
            nodes += 1;
            stack.extend(&node.children);
        }
    }
    (nodes, format!("{:?}", parsed(text).diagnostics).len())
}

#[test]
fn work_for_hostile_texts_is_linear() {
    let pieces = [
        "\"",
        "}",
        "{}",
        "{ ",
        "a ",
        "/",
        "//",
        "[",
        "$[",
        "$[\"",
        "'",
        ",",
        "a,",
        "a,\n",
        "=",
        "-> ",
        "\"\"\"",
        "\"\"\"\n",
        "environment ",
        "flow x {\n",
        "flow f { promote a\n",
        "promote qa\n",
        "soak 30m\n",
        "flw x { promte y }\n",
        "# c\n",
        "copy \"a\" at $.a[",
        "\u{a0}",
        "\\",
        "{environment}",
        "x = [",
        "group g = a,\n",
        "run \"\"\"x\n",
        "product p { copy }\n",
    ];
    for piece in pieces {
        let (nodes, said) = size(&piece.repeat(200));
        let (more_nodes, more_said) = size(&piece.repeat(1600));
        assert!(more_nodes <= nodes * 10 + 100, "{piece:?}: {nodes} nodes, then {more_nodes}");
        assert!(more_said <= said * 14 + 4000, "{piece:?}: {said} bytes of messages, then {more_said}");
    }
}

#[test]
fn a_text_that_is_not_a_program_has_a_bounded_number_of_diagnostics() {
    let said = parsed(&"x\n".repeat(30_000)).diagnostics.len();
    assert!((5_000..=20_000).contains(&said), "{said}");
}
