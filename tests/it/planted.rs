//! Twelve planted mistakes in a flow: each is found on the line where it is. The benchmark uses the same twelve to
//! compare promoc with YAML validators.

#[path = "../../benches/planted.rs"]
mod mistakes;

use mistakes::{PLANTED, PROMO, YAML};
use promoc::program::MemoryFiles;

/// The reported codes, each with its line.
fn said(text: &str) -> Vec<(String, u32)> {
    let files = MemoryFiles([("main.promo".to_owned(), text.to_owned())].into());
    let analysed = promoc::analyse(&files, "main.promo").expect("there is a main file");
    let line = |diagnostic: &promoc::diagnostic::Diagnostic| {
        let at = diagnostic.primary().expect("a place");
        text.get(..at.start as usize).map_or(0, |before| before.matches('\n').count() as u32)
    };
    analysed.diagnostics().iter().map(|diagnostic| (diagnostic.code.to_string(), line(diagnostic))).collect()
}

#[test]
fn each_of_twelve_planted_mistakes_is_found_on_its_line() {
    assert_eq!(said(PROMO), [], "the program without mistakes has no diagnostics");
    for planted in &PLANTED {
        let (right, wrong) = planted.promo;
        assert_eq!((PROMO.matches(right).count(), YAML.matches(planted.yaml.0).count()), (1, 1), "{}", planted.what);
        let line = PROMO.split(right).next().unwrap_or_default().matches('\n').count() as u32;
        let found = said(&PROMO.replace(right, wrong));
        assert!(found.contains(&(planted.code.to_owned(), line)), "{}: {found:?}, expected line {line}", planted.what);
    }
}
