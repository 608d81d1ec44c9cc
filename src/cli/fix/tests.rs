//! A fix never changes the meaning of a program.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use super::program::FixableProgram;
use super::{Analysed, Fixer};
use crate::diagnostic::{CODES, tokens};
use crate::program::MemoryFiles;

const MAIN: &str = "main.promo";

type Program = BTreeMap<String, String>;

/// The correct programs of the error pages.
fn programs() -> Vec<Program> {
    let right = CODES.iter().map(|code| code.page().split_once("## Right\n\n").unwrap().1);
    let blocks = right.map(|right| {
        let blocks = right.split("```promo").skip(1).map(|block| {
            let (info, text) = block.split_once('\n').unwrap();
            let path = info.strip_prefix(" file=").unwrap_or(MAIN).to_owned();
            (path, format!("{}\n", text.split("\n```").next().unwrap()))
        });
        blocks.collect::<Program>()
    });
    blocks.filter(|files| files.contains_key(MAIN)).collect()
}

fn candidate(files: &Program) -> FixableProgram {
    let folder = PathBuf::from("/nowhere");
    FixableProgram::new(Box::new(MemoryFiles(files.clone())), folder, MAIN.to_owned(), String::new()).unwrap()
}

/// The texts after all fixes, and what each fix changed.
fn fixed(files: &Program) -> (Program, String) {
    let mut fixer = Fixer::new(vec![candidate(files)]);
    fixer.run();
    let mut after = files.clone();
    for (path, text) in &fixer.texts {
        let path = path.strip_prefix("/nowhere").unwrap().to_string_lossy().into_owned();
        after.insert(path, text.clone());
    }
    let changes = fixer.done.iter().flat_map(|(_, changes)| changes);
    (after, changes.map(|change| format!("{} → {}", change.old, change.new)).collect::<Vec<_>>().join("; "))
}

/// The trees without their spans, and the codes of the diagnostics.
fn meaning(analysed: &Analysed) -> (String, Vec<String>) {
    let mut trees = String::new();
    for file in &analysed.analysis().files {
        let tree = format!("{:?}", file.tree);
        let mut rest = tree.as_str();
        while let Some((before, behind)) = rest.split_once("Span { file: #") {
            trees.push_str(before);
            rest = behind.split_once('}').unwrap().1;
        }
        trees.push_str(rest);
    }
    (trees, analysed.diagnostics().iter().map(|diagnostic| diagnostic.code.to_string()).collect())
}

/// A text with one mistake: a character or token that is missing, wrong, twice, or swapped with the next one of its line.
fn mutated(text: &str, random: &mut u64) -> String {
    let mut next = |below: usize| {
        *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*random >> 33) as usize % below.max(1)
    };
    let kind = next(9);
    if kind < 5 {
        let mut letters: Vec<char> = text.chars().collect();
        let at = next(letters.len() - 1);
        let letter = ['a', 'e', 't', '-', '_', '1', ' ', ',', '"', ':', '=', '.', '}'][next(13)];
        match kind {
            0 => drop(letters.remove(at)),
            1 if letters[at] != '\n' => letters[at] = letter,
            1 => letters.insert(at, letter),
            2 => letters.insert(at, letter),
            3 => letters.insert(at, letters[at]),
            // over the end of a line, that would be two mistakes
            _ if letters[at] == '\n' || letters[at + 1] == '\n' => drop(letters.remove(at)),
            _ => letters.swap(at, at + 1),
        }
        return letters.into_iter().collect();
    }
    let start = |token: &str| token.as_ptr() as usize - text.as_ptr() as usize;
    let all: Vec<&str> = tokens(text).into_iter().filter(|token| !token.starts_with('#')).collect();
    let at = next(all.len() - 1);
    let (one, two) = (all[at], all[at + 1]);
    let (from, to) = (start(one), start(two) + two.len());
    let gap = text.get(from + one.len()..start(two)).unwrap();
    let new = match kind {
        5 => format!("{gap}{two}"),
        6 => format!("{two}{gap}{one}"),
        7 => format!("{one}{gap}{}", two.trim_matches('"')),
        _ => format!("{one} {one}{gap}{two}"),
    };
    format!("{}{new}{}", text.get(..from).unwrap(), text.get(to..).unwrap())
}

#[test]
fn a_fix_restores_the_meaning_or_leaves_the_file_alone() {
    let (mut problems, mut count) = (String::new(), 0);
    let mut random = std::env::var("SEED").map_or(1, |seed| seed.parse().unwrap());
    let times = std::env::var("TIMES").map_or(20, |times| times.parse().unwrap());
    for files in programs() {
        let (tree, _) = meaning(&candidate(&files).analysed);
        for _ in 0..times {
            let mut wrong = files.clone();
            wrong.insert(MAIN.to_owned(), mutated(&files[MAIN], &mut random));
            let (after, changes) = fixed(&wrong);
            if after == wrong {
                continue;
            }
            count += 1;
            let (now, _) = meaning(&candidate(&after).analysed);
            // where a declaration was misspelled, its uses may follow
            let mut renamed = now.clone();
            for (old, new) in changes.split("; ").filter_map(|change| change.split_once(" → ")) {
                renamed = renamed.replace(&format!("{new:?}"), &format!("{old:?}"));
            }
            // a word with other signs around it still means what it says
            let bare = |text: &str| {
                let letters =
                    |token: &str| token.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect::<String>();
                tokens(text).into_iter().map(letters).filter(|token| !token.is_empty()).collect::<Vec<_>>()
            };
            if now != tree && renamed != tree && bare(&after[MAIN]) != bare(&wrong[MAIN]) {
                let lines = |text: &str| text.lines().map(String::from).collect::<Vec<_>>();
                let (was, is, right) = (lines(&wrong[MAIN]), lines(&after[MAIN]), lines(&files[MAIN]));
                let differs = right.iter().zip(&is).position(|(right, is)| right != is).unwrap_or(right.len());
                let line = |of: &[String]| of.get(differs).cloned().unwrap_or_default();
                let _ = writeln!(
                    problems,
                    "── {changes}\n  right {}\n  wrong {}\n  fixed {}",
                    line(&right),
                    line(&was),
                    line(&is)
                );
            }
        }
    }
    assert!(problems.is_empty(), "{problems}\n{count} files were fixed");
    assert!(count > 200, "only {count} files were fixed");
}
