//! The tests of the language: each heading in the files of `tests/language` is a case.
//!
//! `promo` blocks are the files of the case. The first one is the program (`main.promo` if the block has no path). A
//! comment `# error: [E0301]` or `# warning: [W0405]` expects a diagnostic on its own line or, if it is alone there, on
//! the next line. No other line may have one. An `output` block has the rendered diagnostics; `UPDATE_EXPECT=1`
//! rewrites it. A `fixed` block has the program after all fixes, which must have no diagnostics.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use promoc::check::check;
use promoc::diagnostic::Diagnostic;
use promoc::program::{Analysis, MemoryFiles, load};
use promoc::source::Span;

/// A fenced block: its words, its text, and the lines of its contents in the page, counted from 0.
struct Block {
    word: String,
    path: Option<String>,
    text: String,
    lines: std::ops::Range<usize>,
}

struct Case {
    heading: String,
    blocks: Vec<Block>,
}

fn cases(page: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in page.lines().enumerate() {
        match &mut open {
            Some(block) if line.trim_end() == "```" => {
                block.lines.end = number;
                cases.last_mut().expect("a block stands below a heading").blocks.extend(open.take());
            }
            Some(block) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            None if line.starts_with('#') => {
                cases.push(Case { heading: line.trim_start_matches('#').trim().to_owned(), blocks: Vec::new() });
            }
            None => {
                if let Some(info) = line.strip_prefix("```") {
                    let mut words = info.split_whitespace();
                    let word = words.next().unwrap_or_default().to_owned();
                    let path = words.next().map(String::from);
                    open = Some(Block { word, path, text: String::new(), lines: number + 1..number + 1 });
                }
            }
        }
    }
    assert!(open.is_none(), "a block is not closed");
    cases.retain(|case| !case.blocks.is_empty());
    cases
}

fn path_of(block: &Block) -> String {
    block.path.clone().unwrap_or_else(|| "main.promo".to_owned())
}

fn analyse(files: &[(String, String)]) -> Analysis {
    let root = files.first().expect("a case has a file").0.clone();
    load(&MemoryFiles(files.iter().cloned().collect()), &root).expect("the root is there")
}

fn place(analysis: &Analysis, span: Span) -> String {
    let file = analysis.sources.file(span.file);
    let position = file.lines.position(&file.text, span.start);
    format!("{}:{}:{}", file.path, position.line, position.column)
}

fn underlined(analysis: &Analysis, span: Span) -> String {
    let text = analysis.sources.text(span);
    match text.split_once('\n') {
        Some((first, _)) => format!("{first} …"),
        None => text.to_owned(),
    }
}

fn render(analysis: &Analysis, diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let at = diagnostic.primary().map(|span| place(analysis, span)).unwrap_or_default();
        let _ = writeln!(text, "{} {at} {}", diagnostic.code, diagnostic.message);
        for label in &diagnostic.labels {
            let _ = writeln!(
                text,
                "  {} [{}] {}",
                place(analysis, label.span),
                underlined(analysis, label.span),
                label.message
            );
        }
        let _ = writeln!(text, "  help: {}", diagnostic.help);
        if let Some(fix) = &diagnostic.fix {
            let _ = writeln!(text, "  fix: {}", fix.title);
        }
    }
    text
}

/// The codes that the comments expect, by file and line.
fn expected(files: &[(String, String)]) -> BTreeMap<(String, u32), Vec<String>> {
    let mut expected: BTreeMap<(String, u32), Vec<String>> = BTreeMap::new();
    for (path, text) in files {
        let mut pending: Vec<String> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let (before, codes) = comment(line);
            if before.trim().is_empty() && !codes.is_empty() {
                pending.extend(codes);
                continue;
            }
            let here: Vec<String> = pending.drain(..).chain(codes).collect();
            if !here.is_empty() {
                expected.entry((path.clone(), number as u32 + 1)).or_default().extend(here);
            }
        }
        assert!(pending.is_empty(), "{path}: nothing follows an expectation");
    }
    expected.values_mut().for_each(|codes| codes.sort());
    expected
}

/// The text before an expectation, and the codes in it.
fn comment(line: &str) -> (&str, Vec<String>) {
    let at = ["# error: ", "# warning: "].iter().filter_map(|word| line.find(word)).min();
    let Some(at) = at else { return (line, Vec::new()) };
    let (before, comment) = line.split_at(at);
    let codes = comment.split('[').skip(1).filter_map(|rest| rest.split_once(']')).map(|(code, _)| code.to_owned());
    (before, codes.collect())
}

fn found(analysis: &Analysis, diagnostics: &[Diagnostic]) -> BTreeMap<(String, u32), Vec<String>> {
    let mut found: BTreeMap<(String, u32), Vec<String>> = BTreeMap::new();
    for diagnostic in diagnostics {
        let span = diagnostic.primary().expect("a diagnostic has a place");
        let file = analysis.sources.file(span.file);
        let line = file.lines.position(&file.text, span.start).line;
        found.entry((file.path.clone(), line)).or_default().push(diagnostic.code.to_string());
    }
    found.values_mut().for_each(|codes| codes.sort());
    found
}

/// The program after all fixes.
fn fixed(analysis: &Analysis, diagnostics: &[Diagnostic]) -> String {
    let root = &analysis.files.first().expect("a root").id;
    let mut edits: Vec<_> = diagnostics.iter().filter_map(|d| d.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
    edits.retain(|(span, _)| span.file == *root);
    edits.sort_by_key(|(span, _)| std::cmp::Reverse((span.start, span.end)));
    edits.dedup();
    let mut text = analysis.sources.file(*root).text.to_string();
    for (span, new) in edits {
        text.replace_range(span.start as usize..span.end as usize, new);
    }
    text
}

/// A range of lines of a page, and its new text.
type Rewrite = (std::ops::Range<usize>, String);

/// The problems of a case. With `rewrite`, a block that differs is not a problem but is collected for rewriting.
fn run(case: &Case, rewrite: &mut Option<Vec<Rewrite>>) -> Vec<String> {
    let files: Vec<(String, String)> = case
        .blocks
        .iter()
        .filter(|block| block.word == "promo")
        .map(|block| (path_of(block), block.text.clone()))
        .collect();
    let (analysis, diagnostics) = check(analyse(&files)).into_parts();
    let mut problems = Vec::new();
    let (wanted, got) = (expected(&files), found(&analysis, &diagnostics));
    let rendered = render(&analysis, &diagnostics);
    if wanted != got {
        problems.push(format!("expected {wanted:?}\nfound {got:?}\n{rendered}"));
    }
    if let Some(diagnostic) = diagnostics.iter().find(|diagnostic| diagnostic.help.is_empty()) {
        problems.push(format!("no help: {}", diagnostic.message));
    }
    for block in &case.blocks {
        let now = match block.word.as_str() {
            "output" => rendered.clone(),
            "fixed" => fixed(&analysis, &diagnostics),
            _ => continue,
        };
        if now != block.text {
            match rewrite {
                Some(rewrite) => rewrite.push((block.lines.clone(), now.clone())),
                None => problems.push(format!("`{}` differs:\n{now}", block.word)),
            }
        }
        if block.word == "fixed" {
            let mut right = files.clone();
            right[0].1 = now;
            let (analysis, left) = check(analyse(&right)).into_parts();
            if !left.is_empty() {
                problems.push(format!("still wrong after the fix:\n{}", render(&analysis, &left)));
            }
        }
    }
    problems
}

fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder of cases");
    let mut pages: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    pages
}

#[test]
fn every_case_has_the_expected_diagnostics() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language");
    let update = std::env::var("UPDATE_EXPECT").is_ok_and(|value| value == "1");
    let mut failures = String::new();
    let mut count = 0;
    for path in pages(&folder) {
        let page = std::fs::read_to_string(&path).expect("a readable page");
        let mut rewrite = update.then(Vec::new);
        for case in cases(&page) {
            count += 1;
            for problem in run(&case, &mut rewrite) {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let _ = writeln!(failures, "── {name}: {}\n{problem}", case.heading);
            }
        }
        if let Some(rewrite) = rewrite.filter(|rewrite| !rewrite.is_empty()) {
            let mut lines: Vec<String> = page.lines().map(String::from).collect();
            for (range, text) in rewrite.into_iter().rev() {
                lines.splice(range, text.lines().map(String::from));
            }
            std::fs::write(&path, lines.join("\n") + "\n").expect("the page can be written");
        }
    }
    assert!(count > 0, "no case was found");
    assert!(failures.is_empty(), "\n{failures}");
}

/// A consequence of a reported mistake is not reported: if syntax or names report a missing letter, the checks add
/// nothing.
#[test]
fn a_missing_letter_is_reported_once() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language");
    let mut failures = String::new();
    for path in pages(&folder) {
        let page = std::fs::read_to_string(&path).expect("a readable page");
        for case in cases(&page) {
            let files: Vec<(String, String)> =
                case.blocks.iter().filter(|b| b.word == "promo").map(|b| (path_of(b), b.text.clone())).collect();
            if !check(analyse(&files)).diagnostics().is_empty() {
                continue;
            }
            let text = files[0].1.clone();
            let letters = text.char_indices().filter(|(_, letter)| letter.is_ascii_alphanumeric());
            // Every fifth letter is enough to hit each word on some page.
            for (at, _) in letters.step_by(5) {
                let mut broken = files.clone();
                broken[0].1.remove(at);
                let (analysis, said) = check(analyse(&broken)).into_parts();
                if !analysis.diagnostics.is_empty() && said.len() > analysis.diagnostics.len() {
                    let line = text[..at].matches('\n').count() + 1;
                    let _ = writeln!(failures, "{}, line {line}:\n{}", case.heading, render(&analysis, &said));
                }
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}
