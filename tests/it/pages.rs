//! The pages of `docs/errors`: each code has one, its wrong program causes the code, its right program has no
//! diagnostics, and the fix that promoc offers turns the wrong program into the right one.

use std::collections::BTreeMap;

use promoc::analyse;
use promoc::compile;
use promoc::diagnostic::{CODES, Code, Diagnostic, Severity};
use promoc::program::{Analysis, MemoryFiles};

const MAIN: &str = "main.promo";

/// Codes of compile targets, not of the checker.
const OF_THE_COMPILER: [Code; 2] = [Code::E0801, Code::W0802];

/// A warning that never appears without another one.
const TOGETHER: [(Code, Code); 1] = [(Code::W0409, Code::W0405)];

/// Pages whose fix differs from the right program, because the right program shows what is usually meant.
const FIXED_IN_ANOTHER_WAY: [Code; 0] = [];

/// Codes whose wrong program has no fix, and what only its author can decide.
const WITHOUT_FIX: [(Code, &str); 37] = [
    (Code::E0103, "where the text ends; if that is obvious, the fix closes it"),
    (Code::E0106, "how to divide the program"),
    (Code::E0107, "which of the two is meant; if they are equal, the fix removes the second"),
    (Code::E0109, "which of the possible blocks is meant"),
    (Code::E0202, "which name of the right kind is meant"),
    (Code::E0203, "which of the two to remove or rename"),
    (Code::W0205, "whether to remove it or to use it"),
    (Code::E0301, "which edge is wrong"),
    (Code::E0302, "which place is meant; in one list, the fix removes the second"),
    (Code::E0303, "where a release begins"),
    (Code::E0304, "where a release goes"),
    (Code::E0305, "whether to promote there or not to wait for it"),
    (Code::E0306, "whether the number or the group is wrong"),
    (Code::E0308, "what to roll back"),
    (Code::E0309, "what undoes the work"),
    (Code::E0401, "whether an application is missing or an environment is superfluous"),
    (Code::E0402, "where the repository is"),
    (Code::E0403, "which of the two moves"),
    (Code::W0405, "what to copy"),
    (Code::E0407, "which application it follows"),
    (Code::W0408, "which branch is meant"),
    (Code::W0409, "which directory moves"),
    (Code::W0410, "which flow promotes it"),
    (Code::W0411, "where the version is written"),
    (Code::E0501, "what does the work"),
    (Code::E0502, "which policy wins"),
    (Code::W0503, "where the policy should hold"),
    (Code::E0504, "what it should set"),
    (Code::E0601, "what provides it; the fix corrects a misspelled `needs`"),
    (Code::E0701, "which hours are meant"),
    (Code::E0703, "what to shorten"),
    (Code::W0704, "how long is long enough"),
    (Code::E0801, "what may be lost"),
    (Code::W0802, "whether that is good enough"),
    (Code::E0901, "what the scenario is about"),
    (Code::E0902, "what is expected of it"),
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

/// Parses a page. The error says how it deviates from the form.
fn read(code: Code) -> Result<Page, String> {
    let text = code.page();
    let head = format!("# {code}: {}\n\n", code.title());
    let rest = text.strip_prefix(&head).ok_or_else(|| format!("the page does not begin with `{}`", head.trim()))?;
    let (prose, rest) = rest.split_once("\n\n## Wrong\n\n").ok_or("there is no `## Wrong` after a blank line")?;
    let (wrong, right) = rest.split_once("\n\n## Right\n\n").ok_or("there is no `## Right` after a blank line")?;
    if prose.trim().is_empty() || prose.contains("```") || prose.contains("\n#") {
        return Err("only sentences are allowed between the title and `## Wrong`".to_owned());
    }
    let sentences = prose.replace('\n', " ").split(". ").count();
    if sentences > 7 {
        return Err(format!("{sentences} sentences are too many"));
    }
    if let Some(line) = prose.lines().find(|line| line.chars().count() > 120) {
        return Err(format!("a line of the text is longer than 120 characters: {line}"));
    }
    let right = right.strip_suffix('\n').ok_or("the page does not end with a line end")?;
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
            None => return Err(format!("`{info}` after `promo`: only ` file=PATH` may follow")),
        };
        let (text, after) = match block.split_once("\n```\n\n") {
            Some((text, after)) => (text, after),
            None => (block.strip_suffix("\n```").ok_or("a block has no end, or is not the last of its part")?, ""),
        };
        let last = path == MAIN;
        if files.insert(path, format!("{text}\n")).is_some() {
            return Err("a file appears twice".to_owned());
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

/// All diagnostics of a program, including those of the compiler if the code is one of them.
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

/// The program after all fixes.
fn fixed(files: &Program, analysis: &Analysis, diagnostics: &[Diagnostic]) -> Program {
    let mut edits: Vec<_> = diagnostics.iter().filter_map(|d| d.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|(span, _)| *span);
    let mut files = files.clone();
    for (span, new) in edits.into_iter().rev() {
        let text = files.get_mut(&analysis.sources.file(span.file).path).expect("what is fixed was read");
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
            "{}: a sentence ends with a full stop",
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
fn a_wrong_program_causes_its_code_and_no_other() {
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
fn an_additional_code_is_a_warning() {
    assert!(TOGETHER.iter().all(|(_, other)| other.severity() == Severity::Warning));
}

#[test]
fn a_right_program_has_no_diagnostics_and_the_canonical_layout() {
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
fn a_fixed_program_is_right() {
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
