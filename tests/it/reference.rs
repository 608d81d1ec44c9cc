//! The programs in the documentation parse and have the canonical layout, and its tables are complete.

use std::path::PathBuf;

use promoc::analyse;
use promoc::diagnostic::{CODES, Code};
use promoc::git::Author;
use promoc::program::MemoryFiles;
use promoc::project::{self, Settings};
use promoc::source::SourceMap;
use promoc::syntax::keywords::KEYWORDS;

fn document(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The fenced blocks of one language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<Option<String>> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => found.extend(open.take().flatten()),
            (Some(Some(text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (Some(None) | None, None) => {}
            (None, Some(info)) => open = Some((info == language).then(String::new)),
        }
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

#[test]
fn every_program_in_the_reference_parses_and_has_the_canonical_layout() {
    let mut count = 0;
    for page in ["language.md", "running.md", "settings.md", "json.md"] {
        for text in blocks(&document(page), "promo") {
            count += 1;
            let mut map = SourceMap::default();
            let parsed = promoc::syntax::parse(map.add("main.promo", text.clone()), &text);
            assert_eq!(parsed.diagnostics, [], "{page}:\n{text}");
            assert_eq!(promoc::format::format(&text).text, text, "{page}");
        }
    }
    assert!(count >= 10, "{count} programs");
}

#[test]
fn the_first_program_of_the_reference_has_no_diagnostics() {
    let text = blocks(&document("language.md"), "promo").swap_remove(0);
    let files = MemoryFiles([("main.promo".to_owned(), text)].into());
    let analysed = analyse(&files, "main.promo").expect("it is there");
    assert_eq!(analysed.diagnostics(), []);
}

#[test]
fn the_reference_shows_every_statement() {
    let page = document("language.md");
    let programs = blocks(&page, "promo").join("\n");
    let begins = |line: &str, word: &str| {
        line.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-'))
    };
    for keyword in KEYWORDS {
        let shown =
            programs.lines().flat_map(|line| line.split(['{', ';'])).any(|part| begins(part.trim(), keyword.word));
        assert!(shown, "`{}` of {:?} is in no program", keyword.word, keyword.block);
    }
}

#[test]
fn the_table_of_codes_is_complete() {
    let page = document("language.md");
    let rows: Vec<&str> = page.lines().filter(|line| is_row_of_a_code(line)).collect();
    let wanted = CODES.iter().map(|code| {
        let mut meanings = rows.iter().filter_map(|row| row.strip_prefix(&format!("| {code} | ")));
        let meaning = meanings.next().and_then(|rest| rest.split_once(" | ")).map_or("", |(_, meaning)| meaning);
        assert!(!meaning.is_empty(), "{code} is not in the table");
        format!("| {code} | {} | {meaning}", code.title())
    });
    let wanted: Vec<String> = wanted.collect();
    if std::env::var("UPDATE_EXPECT").is_ok_and(|value| value == "1") && rows.len() == wanted.len() {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/language.md");
        std::fs::write(path, page.replace(&rows.join("\n"), &wanted.join("\n"))).expect("the page is writable");
        return;
    }
    assert_eq!(rows, wanted, "UPDATE_EXPECT=1 corrects the titles");
}

fn is_row_of_a_code(line: &str) -> bool {
    let cell = line.strip_prefix("| ").and_then(|rest| rest.split_once(" |"));
    cell.is_some_and(|(code, _)| code.len() == 5 && Code::parse(code).is_some())
}

#[test]
fn the_grammar_on_the_page_has_every_keyword() {
    let grammar = include_str!("../../grammar/promo.pest");
    let page = document("language.md");
    let shown = blocks(&page, "text").join("\n");
    let shown: Vec<&str> = shown.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
    let rules = grammar.lines().filter(|line| line.starts_with("k_"));
    let words: Vec<&str> = rules.filter_map(|line| line.split('"').nth(1)).collect();
    assert!(words.len() > 80);
    for word in words {
        assert!(shown.contains(&word), "`{word}` is not in the grammar of the page");
    }
}

/// The key and the default in each row of the table of settings.
fn settings() -> Vec<(String, String)> {
    let cells = |line: &str| -> Vec<String> { line.split('|').map(|cell| cell.trim().to_owned()).collect() };
    let page = document("settings.md");
    let rows = page.lines().filter(|line| line.starts_with("| `")).map(cells);
    rows.map(|row| (row[1].trim_matches('`').to_owned(), row[2].clone())).collect()
}

#[test]
fn every_setting_is_on_its_page_in_order() {
    let keys: Vec<String> = settings().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, project::keys());
}

#[test]
fn the_defaults_on_the_page_are_the_defaults() {
    let mut shown = 0;
    for (key, default) in settings() {
        // The last quoted word is the default if git has no value either.
        let Some(value) = default.split('`').rfind(|part| part.starts_with('"')) else { continue };
        let mut settings = Settings::default();
        settings.read(&format!("{key} = {value}\n")).unwrap_or_else(|error| panic!("{key}: {error}"));
        // if neither the file nor git names an author, it is promoc itself
        let of_author = [&mut settings.author_name, &mut settings.author_email];
        let author = of_author.map(Option::take).into_iter().flatten().next();
        let promoc = Author::default();
        assert!(author.is_none_or(|author| author == promoc.name || author == promoc.email), "{key}");
        assert_eq!(settings, Settings::default(), "{key}");
        shown += 1;
    }
    assert_eq!(shown, 8);
}

#[test]
fn every_promo_toml_in_the_docs_is_valid() {
    let pages = ["settings.md", "running.md"];
    let texts: Vec<String> = pages.iter().flat_map(|page| blocks(&document(page), "toml")).collect();
    assert!(texts.len() >= 2);
    for text in texts {
        Settings::default().read(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    }
}

#[test]
fn links_between_pages_lead_somewhere() {
    let docs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs");
    for page in ["language.md", "cookbook.md", "running.md", "settings.md", "json.md"] {
        let text = document(page);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { docs.join(page) } else { docs.join(path) };
            assert!(target.exists(), "{page}: {link}");
            if !heading.is_empty() {
                let text = std::fs::read_to_string(&target).expect("a page");
                let anchors = text.lines().filter(|line| line.starts_with('#'));
                let anchors = anchors.map(|line| line.trim_matches(['#', ' ']).to_lowercase());
                let mut anchors = anchors.map(|heading| heading.replace(' ', "-").replace(',', ""));
                assert!(anchors.any(|anchor| anchor == heading), "{page}: {link}");
            }
        }
    }
}
