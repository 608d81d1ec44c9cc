//! Mutates each correct program: drops a token, swaps two, misspells a word, repeats a line. promoc must not panic,
//! must report each mistake, and must not report too much.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use promoc::diagnostic::{CODES, Diagnostic};
use promoc::program::{Analysis, MemoryFiles};
use promoc::{Analysed, analyse};

const MAIN: &str = "main.promo";

/// The maximum number of messages for one mutation. Of 8,900 mutations, 95 % cause one or two, and 30 cause more than
/// three. A repeated line that declares five environments causes one for each of them.
const MOST: usize = 5;

type Program = BTreeMap<String, String>;

/// The correct programs of the error pages, and the examples.
fn programs() -> Vec<(String, Program)> {
    let mut all = Vec::new();
    for code in CODES {
        let Some((_, right)) = code.page().split_once("## Right\n\n") else { panic!("{code} has no right program") };
        let mut files = Program::new();
        for block in right.split("```promo").skip(1) {
            let (info, text) = block.split_once('\n').expect("a block has lines");
            let text = text.split("\n```").next().unwrap_or_default();
            files.insert(info.strip_prefix(" file=").unwrap_or(MAIN).to_owned(), format!("{text}\n"));
        }
        all.push((code.to_string(), files));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut examples: Vec<_> =
        std::fs::read_dir(folder).expect("the examples").flatten().map(|entry| entry.path().join(MAIN)).collect();
    examples.sort();
    for path in examples {
        let folder = path.parent().expect("an example has a folder");
        let mut files = Program::new();
        for name in [MAIN, "platform/environments.promo"] {
            if let Ok(text) = std::fs::read_to_string(folder.join(name)) {
                files.insert(name.to_owned(), text);
            }
        }
        all.push((path.display().to_string(), files));
    }
    all
}

/// The tokens of a correct program: words, strings, and signs, but no comments.
fn tokens(text: &str) -> Vec<(usize, usize)> {
    let mut tokens = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if first.is_whitespace() {
            continue;
        }
        if first == '#' {
            while rest.next_if(|(_, c)| *c != '\n').is_some() {}
            continue;
        }
        let mut end = start + first.len_utf8();
        if text.get(start..).is_some_and(|text| text.starts_with("\"\"\"")) {
            let length = text.get(start + 3..).and_then(|rest| rest.find("\"\"\"")).map_or(3, |at| at + 6);
            end = start + length;
            while rest.next_if(|(at, _)| *at < end).is_some() {}
        } else if first == '"' {
            while let Some((at, c)) = rest.next() {
                end = at + c.len_utf8();
                if c == '\\' {
                    rest.next();
                } else if c == '"' {
                    break;
                }
            }
        } else if !"{};,=".contains(first) {
            while let Some((at, c)) = rest.next_if(|(_, c)| !c.is_whitespace() && !"{};,=#\"".contains(*c)) {
                end = at + c.len_utf8();
            }
        }
        tokens.push((start, end));
    }
    tokens
}

struct Mutation {
    what: String,
    text: String,
}

/// All mutations of a text.
fn mutations(text: &str) -> Vec<Mutation> {
    let mut all = Vec::new();
    let of = |(start, end): (usize, usize)| text.get(start..end).unwrap_or_default();
    let mut replaced = |(start, end): (usize, usize), with: &str, what: String| {
        let (before, behind) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
        all.push(Mutation { what, text: format!("{before}{with}{behind}") });
    };
    let tokens = tokens(text);
    for (at, token) in tokens.iter().enumerate() {
        let word = of(*token);
        replaced(*token, "", format!("without `{word}`"));
        if let Some(next) = tokens.get(at + 1).filter(|next| of(**next) != word) {
            let with = format!("{}{}{word}", of(*next), of((token.1, next.0)));
            replaced((token.0, next.1), &with, format!("`{word}` behind `{}`", of(*next)));
        }
        if word.len() > 3 && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) {
            let misspelt: String = word.chars().take(2).chain(word.chars().skip(3)).collect();
            replaced(*token, &misspelt, format!("`{misspelt}` for `{word}`"));
        }
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let statement = line.trim();
        let alone = !statement.is_empty() && !statement.starts_with('#') && statement.matches('"').count() % 2 == 0;
        if alone && statement.matches('{').count() == statement.matches('}').count() && !statement.ends_with(',') {
            replaced((start, end), &format!("{line}{line}"), format!("twice `{statement}`"));
        }
        start = end;
    }
    all
}

/// The trees of a program without their spans.
fn trees(analysis: &Analysis) -> String {
    let mut out = String::new();
    for file in &analysis.files {
        let tree = format!("{:?}", file.tree);
        let mut rest = tree.as_str();
        while let Some((before, behind)) = rest.split_once("Span { file: #") {
            out.push_str(before);
            rest = behind.split_once('}').map_or("", |(_, behind)| behind);
        }
        let _ = writeln!(out, "{rest}");
    }
    out
}

fn words(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().fold(String::new(), |mut out, d| {
        let _ = writeln!(out, "  {} {}", d.code, d.message);
        out
    })
}

fn said(files: &Program) -> Analysed {
    analyse(&MemoryFiles(files.clone()), MAIN).expect("there is a main file")
}

/// Whether a mutation repeats or drops something that may be repeated or dropped.
fn says_nothing_new(mutation: &str) -> bool {
    ["without `;`", "without `,`", "`}` behind `;`", "`;` behind `}`", "twice `import"]
        .iter()
        .any(|what| mutation.starts_with(what))
}

#[test]
fn each_mistake_is_reported_with_few_messages() {
    let mut seen = BTreeSet::new();
    let mut costs: BTreeMap<usize, usize> = BTreeMap::new();
    let mut problems = String::new();
    for (name, files) in programs() {
        let Some(main) = files.get(MAIN) else { continue };
        let before = said(&files);
        let already = before.diagnostics().len();
        let tree = trees(before.analysis());
        for mutation in mutations(main) {
            if !seen.insert(mutation.text.clone()) {
                continue;
            }
            let mut damaged = files.clone();
            damaged.insert(MAIN.to_owned(), mutation.text);
            let after = said(&damaged);
            let more = after.diagnostics().len().saturating_sub(already);
            *costs.entry(more).or_default() += 1;
            if more > MOST {
                let _ =
                    writeln!(problems, "{name}, {}: {more} messages\n{}", mutation.what, words(after.diagnostics()));
            }
            let silent = after.diagnostics().is_empty();
            if silent && !says_nothing_new(&mutation.what) && trees(after.analysis()) == tree {
                let _ = writeln!(problems, "{name}, {}: no diagnostic says that it means nothing", mutation.what);
            }
            if silent && after.analysis().files.iter().any(|file| file.tree.damaged) {
                let _ = writeln!(problems, "{name}, {}: not understood, and no diagnostic says so", mutation.what);
            }
        }
    }
    println!("messages: mutations {costs:?}");
    assert!(problems.is_empty(), "{problems}");
    assert!(costs.values().sum::<usize>() > 5_000, "too few mutations: {costs:?}");
}
