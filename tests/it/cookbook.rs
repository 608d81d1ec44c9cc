//! The recipes of `docs/cookbook.md`: nothing is to be said of them, they are in the canonical layout, and their scenarios
//! come true.

use std::collections::BTreeMap;
use std::path::PathBuf;

use promoc::program::MemoryFiles;
use promoc::report::TimelineOptions;
use promoc::simulate::test;
use promoc::{analyse, format};

const MAIN: &str = "main.promo";

/// A recipe: its heading, its files, and the last of them, with which its program begins.
struct Recipe {
    heading: String,
    files: BTreeMap<String, String>,
    main: String,
}

fn recipes() -> Vec<Recipe> {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/cookbook.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let parts = page.split("\n## ").skip(1);
    let recipe = |part: &str| {
        let heading = part.lines().next().unwrap_or_default().to_owned();
        let mut recipe = Recipe { heading, files: BTreeMap::new(), main: String::new() };
        for block in part.split("\n```promo").skip(1) {
            let (info, rest) = block.split_once('\n').expect("a block has lines");
            let (text, _) = rest.split_once("\n```\n").expect("a block has an end");
            recipe.main = info.strip_prefix(" file=").unwrap_or(MAIN).to_owned();
            recipe.files.insert(recipe.main.clone(), format!("{text}\n"));
        }
        recipe
    };
    parts.map(recipe).collect()
}

#[test]
fn every_recipe_is_right_and_its_scenarios_come_true() {
    let recipes = recipes();
    assert!(recipes.len() >= 6, "{} recipes", recipes.len());
    for Recipe { heading, files, main } in recipes {
        for (path, text) in &files {
            assert_eq!(&format::format(text).text, text, "{heading}: {path}");
        }
        let analysed = analyse(&MemoryFiles(files), &main).unwrap_or_else(|error| panic!("{heading}: {error:?}"));
        assert_eq!(analysed.diagnostics(), [], "{heading}");
        let program = analysed.program();
        assert!(program.scenarios.len() >= 2, "{heading} has no bad nights");
        for (id, scenario) in program.scenarios.iter() {
            let tested = test(analysed.checked().unwrap(), id);
            let told = |unmet| tested.explain(unmet, &TimelineOptions { width: 100, ascii: true });
            let unmet: Vec<String> = tested.unmet.iter().map(|it| format!("{}\n{}", it.message, told(it))).collect();
            assert_eq!(unmet, Vec::<String>::new(), "{heading}: {}", scenario.name.value);
            let idle = tested.played.idle(program, &scenario.decl.givens);
            assert_eq!(idle, [], "{heading}: {}", scenario.name.value);
        }
    }
}
