//! The words of the project keep to `docs/style.md`, which lists the phrases that are rejected here.
//!
//! `WRITE_WORDS=FILE cargo test --test it words` also writes everything that users read to one file, for somebody who knows
//! only the style guide.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::architecture::{assert_none, files};
use crate::layout::{read, tree};

const STYLE: &str = "docs/style.md";

/// A text that somebody reads, and where it is.
struct Text {
    at: String,
    words: String,
}

impl Text {
    fn new(at: impl Into<String>, words: &str) -> Text {
        Text { at: at.into(), words: words.split_whitespace().collect::<Vec<_>>().join(" ") }
    }
}

/// The phrases in the first column of the table, without the rows that only a person can judge: those with a remark in brackets.
fn rejected() -> Vec<String> {
    let page = read(Path::new(STYLE)).unwrap();
    let (_, table) = page.split_once("## Rejected phrases").expect("the style guide lists rejected phrases");
    let rows = table.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let phrases = rows.skip(1).filter(|row| !row.contains('(')).flat_map(|row| row.split(", "));
    phrases.map(|phrase| phrase.trim().to_lowercase()).collect()
}

/// String literals of the code, without its tests.
fn literals() -> Vec<Text> {
    let of_file = |file: &crate::architecture::File| -> Vec<Text> {
        let prose = |text: &str| text.split_whitespace().filter(|word| word.contains(char::is_alphabetic)).count() > 1;
        let literals = file.source.literals().filter(|(_, text)| prose(text));
        literals.map(|(line, text)| Text::new(format!("{}:{line}", file.path), &text.replace("\\\n", " "))).collect()
    };
    files().iter().flat_map(of_file).collect()
}

/// What every command prints for `--help`.
fn help() -> Vec<Text> {
    fn add(command: &[&str], all: &mut Vec<Text>) {
        let output = Command::new(env!("CARGO_BIN_EXE_promoc")).args(command).arg("--help").output().unwrap();
        let help = String::from_utf8(output.stdout).unwrap();
        let at = format!("promoc {}", [command, &["--help"]].concat().join(" "));
        all.extend(help.lines().filter(|line| !line.trim().is_empty()).map(|line| Text::new(&at, line)));
        let names = help.split("\nCommands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or("");
        for name in names.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()) {
            if !name.is_empty() && name != "help" {
                add(&[command, &[name]].concat(), all);
            }
        }
    }
    let mut all = Vec::new();
    add(&[], &mut all);
    all
}

/// Pages for users and contributors, paragraph by paragraph, without the style guide itself.
fn pages() -> Vec<Text> {
    let pages =
        tree().into_iter().filter(|path| path.extension().is_some_and(|it| it == "md") && path != Path::new(STYLE));
    let paragraphs = |path: std::path::PathBuf| {
        let text = read(&path).unwrap();
        text.split("\n\n").map(|paragraph| Text::new(path.to_string_lossy(), paragraph)).collect::<Vec<_>>()
    };
    pages.flat_map(paragraphs).collect()
}

/// Comments, those on lines of their own in one piece.
fn comments() -> Vec<Text> {
    let mut all = Vec::new();
    for path in tree() {
        let sign = match path.extension().and_then(|extension| extension.to_str()) {
            Some("rs" | "pest") => "//",
            Some("promo" | "py" | "toml" | "yml" | "yaml") => "#",
            _ => continue,
        };
        let text = read(&path).unwrap_or_default();
        let mut comment = String::new();
        for (number, line) in text.lines().chain([""]).enumerate() {
            match line.trim_start().strip_prefix(sign) {
                Some(rest) => comment = format!("{comment} {}", rest.trim_start_matches(['/', '!', '#'])),
                None if !comment.is_empty() => {
                    all.push(Text::new(format!("{}:{number}", path.display()), &std::mem::take(&mut comment)));
                }
                None => {}
            }
            if let Some((code, rest)) = line.split_once(&format!(" {sign} "))
                && !code.trim().is_empty()
            {
                all.push(Text::new(format!("{}:{}", path.display(), number + 1), rest));
            }
        }
    }
    all
}

/// Whether a text has a phrase, as whole words.
fn has(text: &str, phrase: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(phrase)
        .any(|(at, _)| !is_word(text[..at].chars().next_back()) && !is_word(text[at + phrase.len()..].chars().next()))
}

#[test]
fn no_text_has_a_rejected_phrase() {
    let rejected = rejected();
    assert!(rejected.len() > 20, "{rejected:?}");
    let mut wrong = Vec::new();
    for text in [literals(), help(), pages(), comments()].into_iter().flatten() {
        let lower = text.words.to_lowercase();
        let found = rejected.iter().filter(|phrase| has(&lower, phrase));
        wrong.extend(found.map(|phrase| format!("{}: `{phrase}` in: {}", text.at, text.words)));
    }
    assert_none(wrong);
}

#[test]
fn everything_that_users_read_can_be_written_to_one_file() {
    let (literals, help) = (literals(), help());
    assert!(help.iter().any(|text| text.at == "promoc check --help"), "the commands were not found");
    assert!(literals.iter().any(|text| text.words.contains("only one is allowed")));
    let Some(path) = std::env::var_os("WRITE_WORDS") else { return };
    let mut all = String::new();
    for text in help.into_iter().chain(literals) {
        writeln!(all, "{}\t{}", text.at, text.words).unwrap();
    }
    std::fs::write(path, all).unwrap();
}

#[test]
fn doc_comments_add_something_to_the_names() {
    let (mut short, mut all) = (Vec::new(), 0);
    for path in tree().iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")) {
        let text = read(path).unwrap();
        for line in text.lines().filter_map(|line| line.trim_start().strip_prefix("/// ")) {
            all += 1;
            if line.split_whitespace().count() <= 3 {
                short.push(format!("{}: {line}", path.display()));
            }
        }
    }
    assert!(short.len() * 12 < all, "{} of {all} lines are as short as a name:\n{}", short.len(), short.join("\n"));
}
