//! Statements in the notations of other languages: each is one mistake, underlined exactly, and the help can be pasted.

use promoc::check::{Analysed, check};
use promoc::diagnostic::Code;
use promoc::program::{MemoryFiles, load};

/// A program without diagnostics, with every kind of statement.
const PROGRAM: &str = include_str!("../fixtures/notations.promo");

/// The diagnostics of a program.
fn checked(text: &str) -> Analysed {
    let files = MemoryFiles([("main.promo".to_owned(), text.to_owned())].into());
    check(load(&files, "main.promo").expect("the file is there"))
}

/// Asserts that the program with `written` in place of `statement` has one diagnostic, which underlines `marked`, and that
/// the text its help says to write, there or in place of the statement, leaves none, except for what may be wrong with any
/// statement of the right form, such as a policy that matches nothing.
fn one(statement: &str, written: &str, marked: &str, right: &str) -> Result<(), String> {
    if !PROGRAM.contains(statement) {
        return Err(format!("no `{statement}`"));
    }
    let text = PROGRAM.replacen(statement, written, 1);
    let analysis = checked(&text);
    let [diagnostic] = analysis.diagnostics() else {
        let said: Vec<_> = analysis.diagnostics().iter().map(|d| (&d.message, &d.help)).collect();
        return Err(format!("`{written}`: {said:#?}"));
    };
    let at = diagnostic.primary().expect("a diagnostic has a primary label");
    if analysis.sources().text(at) != marked || !diagnostic.help.contains(&format!("`{right}`")) {
        return Err(format!(
            "`{written}`: [{}] {} | {}",
            analysis.sources().text(at),
            diagnostic.message,
            diagnostic.help
        ));
    }
    let whole = PROGRAM.replacen(statement, right, 1);
    let mut there = text;
    there.replace_range(at.start as usize..at.end as usize, right);
    let is_right =
        |text: &String| checked(text).diagnostics().iter().all(|d| matches!(d.code, Code::W0503 | Code::E0506));
    let is_clean = [whole, there].iter().any(is_right);
    if is_clean { Ok(()) } else { Err(format!("`{right}` is not right either")) }
}

#[test]
fn the_program_itself_is_clean() {
    assert_eq!(checked(PROGRAM).diagnostics(), []);
}

#[test]
fn each_notation_is_one_mistake_with_a_help_that_can_be_pasted() {
    let table = include_str!("../fixtures/notations.txt");
    let wrong: Vec<String> = table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| {
            let columns: Vec<&str> = line.split(" => ").collect();
            match columns.as_slice() {
                [statement, written, marked, right] => one(statement, written, marked, right).err(),
                _ => Some(format!("four columns are needed: {line}")),
            }
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
