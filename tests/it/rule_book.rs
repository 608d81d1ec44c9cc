//! The rule book, `docs/release.md`: its rules and properties are numbered without gaps, and everything that refers to one
//! refers to one that exists.
//!
//! A reference is `rule 7`, `rules 7 and 8`, `rules 7, 9`, `rules 18 to 22`, `rules 18-22` or `V11`, in code, comments, names
//! and documentation, also across the lines of a comment.

use std::collections::BTreeSet;
use std::path::Path;

use crate::architecture::{assert_none, root};
use crate::layout::tree;

const BOOK: &str = include_str!("../../docs/release.md");
const FOLDERS: [&str; 6] = ["src", "lsp", "tests", "benches", "grammar", "docs"];

/// The numbers of the headings that begin so, which are 1, 2, 3 …
fn headings(prefix: &str) -> BTreeSet<u32> {
    let numbers = BOOK.lines().filter_map(|line| line.strip_prefix(prefix)?.split_once(": ")?.0.parse().ok());
    let numbers: Vec<u32> = numbers.collect();
    let expected: Vec<u32> = (1..).take(numbers.len()).collect();
    assert_eq!(numbers, expected, "headings `{prefix}N: …` of docs/release.md");
    numbers.into_iter().collect()
}

/// The numbers in a word: two of `18-22,`, none of `beyond`.
fn numbers(word: &str) -> impl Iterator<Item = u32> {
    let word = word.trim_start_matches('(');
    let of_digits = word.starts_with(|first: char| first.is_ascii_digit());
    word.split(|c: char| !c.is_ascii_digit()).filter(move |_| of_digits).filter_map(|number| number.parse().ok())
}

/// The numbers after each `rule` or `rules` of a text.
fn rules(text: &str) -> BTreeSet<u32> {
    let text = text.to_lowercase().replace('_', " ");
    let words: Vec<&str> =
        text.split_whitespace().filter(|word| word.contains(|c: char| c.is_ascii_alphanumeric())).collect();
    let mut found = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        if !matches!(word.trim_start_matches(|c: char| !c.is_ascii_alphanumeric()), "rule" | "rules") {
            continue;
        }
        let list = words[at + 1..].iter().filter(|word| !matches!(**word, "and" | "or" | "to"));
        // The list ends at the first word that is neither a number nor one of these.
        found.extend(list.take_while(|word| numbers(word).next().is_some()).flat_map(|word| numbers(word)));
    }
    found
}

fn properties(text: &str) -> BTreeSet<u32> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter_map(|word| word.strip_prefix('V')?.parse().ok()).collect()
}

#[test]
fn every_rule_and_property_that_is_named_is_in_the_rule_book() {
    let (known_rules, known_properties) = (headings("### Rule "), headings("### V"));
    assert!(known_rules.len() >= 38 && known_properties.len() >= 13, "{known_rules:?} {known_properties:?}");
    let (mut wrong, mut references) = (Vec::new(), 0);
    for path in tree().iter().filter(|path| FOLDERS.iter().any(|folder| path.starts_with(folder))) {
        let folder = path.strip_prefix("tests/rules").ok().and_then(|path| path.iter().next()?.to_str());
        let Ok(text) = std::fs::read_to_string(root().join(path)) else { continue };
        let mut named = rules(&text);
        named.extend(folder.and_then(|name| name.split_once('-')?.0.parse::<u32>().ok()));
        references += named.len();
        wrong.extend(named.difference(&known_rules).map(|number| says(path, "rule ", *number)));
        wrong.extend(properties(&text).difference(&known_properties).map(|number| says(path, "V", *number)));
    }
    assert!(references > 100, "{references} references");
    assert_none(wrong);
}

fn says(path: &Path, kind: &str, number: u32) -> String {
    format!("{}: `{kind}{number}` is not in docs/release.md", path.display())
}
