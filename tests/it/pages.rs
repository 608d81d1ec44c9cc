//! The pages of `docs/errors`: every code has one, its wrong program raises the code, its right program raises nothing, and
//! the fix that promoc offers turns the wrong program into the right one.

use std::collections::BTreeMap;

use promoc::analyse;
use promoc::compile;
use promoc::diagnostic::{CODES, Code, Diagnostic, Severity};
use promoc::program::{Analysis, MemoryFiles};

const MAIN: &str = "main.promo";

/// Codes that `compile` reports, not `check`.
const OF_THE_COMPILER: [Code; 2] = [Code::E0801, Code::W0802];

/// Warnings that never occur without another one.
const TOGETHER: [(Code, Code); 1] = [(Code::W0409, Code::W0405)];

/// Pages whose fix differs from the right program, which shows what is usually meant.
const FIXED_IN_ANOTHER_WAY: [Code; 0] = [];

/// Codes whose wrong program has no fix, and what only its author knows.
const WITHOUT_FIX: [(Code, &str); 42] = [
    (Code::E0103, "where the string should end"),
    (Code::E0106, "how to split the program"),
    (Code::E0107, "which of the two to keep; an identical duplicate is removed"),
    (Code::E0109, "which block to move it to"),
    (Code::E0202, "which name of the right kind is meant"),
    (Code::E0203, "which of the two to remove or rename"),
    (Code::W0205, "whether to use it or remove it"),
    (Code::W0207, "which label is wrong, or which environment lacks it"),
    (Code::E0301, "which dependency is wrong"),
    (Code::E0302, "which of the places to keep; in one list the second is removed"),
    (Code::E0303, "where a release starts"),
    (Code::E0304, "which environments are targets"),
    (Code::E0305, "whether to promote there or to stop waiting"),
    (Code::E0306, "whether the number or the group is wrong"),
    (Code::E0308, "what to roll back"),
    (Code::E0309, "what undoes the work"),
    (Code::E0401, "whether to add an application or remove an environment"),
    (Code::E0402, "where the repository is"),
    (Code::E0403, "which of the two to move"),
    (Code::W0405, "what to copy"),
    (Code::E0407, "which one to follow"),
    (Code::W0408, "which branch is meant"),
    (Code::W0409, "which directory to move"),
    (Code::W0410, "which flow promotes it"),
    (Code::W0411, "where the version is stored"),
    (Code::W0412, "whether the message is meant exactly"),
    (Code::E0501, "what does the work"),
    (Code::E0502, "which policy should win"),
    (Code::W0503, "where the policy should apply"),
    (Code::E0504, "what to set"),
    (Code::E0505, "whether the flow or the policy is right"),
    (Code::E0506, "whether the flow or the policy is right"),
    (Code::W0507, "which environments are meant"),
    (Code::E0601, "what provides it; a misspelled name in `needs` is corrected"),
    (Code::E0701, "which hours are meant"),
    (Code::E0703, "what to shorten"),
    (Code::W0704, "how long the timeout should be"),
    (Code::E0801, "what can be left out"),
    (Code::W0802, "whether the difference matters"),
    (Code::E0901, "what the scenario is about"),
    (Code::E0902, "what to expect"),
    (Code::E0903, "what must never happen"),
];

type Program = BTreeMap<String, String>;

#[derive(Debug)]
struct Page {
    code: Code,
    prose: String,
    wrong: Program,
    right: Program,
}

/// Reads a page, or reports where it deviates from the form.
fn read(code: Code) -> Result<Page, String> {
    let text = code.page();
    let head = format!("# {code}: {}\n\n", code.title());
    let rest = text.strip_prefix(&head).ok_or_else(|| format!("the page does not start with `{}`", head.trim()))?;
    let (prose, rest) = rest.split_once("\n\n## Wrong\n\n").ok_or("`## Wrong` after a blank line is missing")?;
    let (wrong, right) = rest.split_once("\n\n## Right\n\n").ok_or("`## Right` after a blank line is missing")?;
    if prose.trim().is_empty() || prose.contains("```") || prose.contains("\n#") {
        return Err("only sentences are allowed between the title and `## Wrong`".to_owned());
    }
    let sentences = prose.replace('\n', " ").split(". ").count();
    if sentences > 7 {
        return Err(format!("{sentences} sentences; at most 7 are allowed"));
    }
    if let Some(line) = prose.lines().find(|line| line.chars().count() > 120) {
        return Err(format!("a line is longer than 120 characters: {line}"));
    }
    let right = right.strip_suffix('\n').ok_or("the page does not end with a newline")?;
    Ok(Page { code, prose: prose.to_owned(), wrong: program(wrong)?, right: program(right)? })
}

/// The fenced blocks of a part: other files first, `main.promo` last.
fn program(part: &str) -> Result<Program, String> {
    let mut files = Program::new();
    let mut rest = part;
    loop {
        let block =
            rest.strip_prefix("```promo").ok_or_else(|| format!("only `promo` blocks are allowed here: {rest:.40}"))?;
        let (info, block) = block.split_once('\n').ok_or("a block has no end")?;
        let path = match info.strip_prefix(" file=") {
            Some(path) => path.to_owned(),
            None if info.is_empty() => MAIN.to_owned(),
            None => return Err(format!("unexpected `{info}` after `promo`; only ` file=PATH` is allowed")),
        };
        let (text, after) = match block.split_once("\n```\n\n") {
            Some((text, after)) => (text, after),
            None => (block.strip_suffix("\n```").ok_or("a block has no end, or is not the last one of its part")?, ""),
        };
        let last = path == MAIN;
        if files.insert(path, format!("{text}\n")).is_some() {
            return Err("duplicate file".to_owned());
        }
        match (last, after) {
            (true, "") => return Ok(files),
            (false, "") | (true, _) => return Err(format!("`{MAIN}` must be the last block of a part")),
            (false, after) => rest = after,
        }
    }
}

fn pages() -> Vec<Page> {
    CODES.iter().map(|code| read(*code).unwrap_or_else(|error| panic!("{code}: {error}"))).collect()
}

/// Every diagnostic of a program, including those of the compiler if the code is one of its own.
fn said(code: Code, files: &Program) -> (Analysis, Vec<Diagnostic>) {
    let analysed = analyse(&MemoryFiles(files.clone()), MAIN).expect("a page has a main file");
    let by_compiler = analysed.checked().filter(|_| OF_THE_COMPILER.contains(&code)).map(|program| {
        match compile::compile(program, &compile::TARGETS[0], &compile::CompileOptions::default()) {
            Ok(compiled) => compiled.diagnostics,
            Err(refused) => refused,
        }
    });
    let (analysis, diagnostics) = analysed.into_parts();
    let diagnostics = by_compiler.filter(|_| diagnostics.is_empty()).unwrap_or(diagnostics);
    (analysis, diagnostics)
}

fn words(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics.iter().map(|diagnostic| format!("{} {}", diagnostic.code, diagnostic.message)).collect()
}

/// The program with every fix applied.
fn fixed(files: &Program, analysis: &Analysis, diagnostics: &[Diagnostic]) -> Program {
    let mut edits: Vec<_> = diagnostics.iter().filter_map(|d| d.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|(span, _)| *span);
    let mut files = files.clone();
    for (span, new) in edits.into_iter().rev() {
        let text = files.get_mut(&analysis.sources.file(span.file).path).expect("a fixed file was read");
        text.replace_range(span.start as usize..span.end as usize, new);
    }
    files
}

#[test]
fn every_code_has_a_page_in_the_right_form() {
    let wrong: Vec<String> =
        CODES.iter().filter_map(|code| read(*code).err().map(|error| format!("{code}: {error}"))).collect();
    assert_eq!(wrong, Vec::<String>::new());
    for page in pages() {
        assert!(
            page.prose.ends_with('.') || page.prose.ends_with(".)"),
            "{}: the last sentence has no full stop",
            page.code
        );
        assert_ne!(page.wrong, page.right, "{}", page.code);
    }
}

#[test]
fn every_page_has_a_code() {
    let mut names: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors"))
        .expect("the folder of the pages")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let mut wanted: Vec<String> = CODES.iter().map(|code| format!("{code}.md")).collect();
    wanted.sort();
    assert_eq!(names, wanted);
}

#[test]
fn a_wrong_program_raises_its_code_and_nothing_else() {
    let mut problems = Vec::new();
    for page in pages() {
        let (_, diagnostics) = said(page.code, &page.wrong);
        let own = diagnostics.iter().any(|diagnostic| diagnostic.code == page.code);
        let other = |diagnostic: &&Diagnostic| {
            diagnostic.code != page.code && !TOGETHER.contains(&(page.code, diagnostic.code))
        };
        if !own || diagnostics.iter().any(|diagnostic| other(&diagnostic)) {
            problems.push((page.code, words(&diagnostics)));
        }
    }
    assert_eq!(problems, []);
}

#[test]
fn only_warnings_may_come_together() {
    assert!(TOGETHER.iter().all(|(_, other)| other.severity() == Severity::Warning));
}

#[test]
fn a_right_program_raises_nothing_and_is_in_the_canonical_layout() {
    let mut problems = Vec::new();
    for page in pages() {
        let (_, diagnostics) = said(page.code, &page.right);
        if !diagnostics.is_empty() {
            problems.push((page.code, words(&diagnostics)));
        }
        for text in page.right.values() {
            assert_eq!(promoc::format::format(text).text, *text, "{}", page.code);
        }
    }
    assert_eq!(problems, []);
}

#[test]
fn a_fix_makes_the_wrong_program_right() {
    let mut in_another_way = Vec::new();
    let mut with_fix = Vec::new();
    for page in pages() {
        let (analysis, mut own) = said(page.code, &page.wrong);
        own.retain(|diagnostic| diagnostic.code == page.code && diagnostic.fix.is_some());
        if own.is_empty() {
            continue;
        }
        with_fix.push(page.code);
        let fixed = fixed(&page.wrong, &analysis, &own);
        let (_, mut left) = said(page.code, &fixed);
        left.retain(|diagnostic| diagnostic.code == page.code);
        assert_eq!(words(&left), Vec::<String>::new(), "{}: after its fix\n{}", page.code, fixed[MAIN]);
        if fixed[MAIN] != page.right[MAIN] {
            in_another_way.push(page.code);
        }
    }
    let without: Vec<Code> = CODES.iter().copied().filter(|code| !with_fix.contains(code)).collect();
    assert_eq!(without, WITHOUT_FIX.map(|(code, _)| code));
    assert_eq!(in_another_way, FIXED_IN_ANOTHER_WAY);
}
