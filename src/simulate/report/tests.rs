//! The page: its structure, and that nothing from a program escapes into it.

use super::*;
use crate::program::{MemoryFiles, load};
use crate::simulate::{Tested, test};

const PROGRAM: &str = r#"
environment dev, qa
environment us { kind production }
workflow smoke { takes 5m }
window afternoon { open mon..fri 12:00..17:00 }
template all { version from "Chart.yaml" at $.version; copy "values.yaml" }
product shop {
  template all
  repo "https://example.com/x.git"
  application shop-{environment} in dev, qa, us { path "{environment}" }
  flow ship by hand
}
flow ship {
  trigger dev
  promote qa { post-action smoke }
  promote us { approval people; window afternoon; soak 1h; post-action smoke }
}
scenario shown {
  release shop via ship version "<script>alert('1')</script>\"&\u{202e}"
  given approval in us takes 30m
  expect release failed
}
"#;

fn tested() -> Tested {
    let files = MemoryFiles([("main.promo".to_string(), PROGRAM.to_string())].into());
    let analysis = load(&files, "main.promo").unwrap();
    assert!(analysis.diagnostics.is_empty(), "{:?}", analysis.diagnostics);
    test(&analysis.program, analysis.program.scenario("shown").unwrap())
}

fn shown() -> String {
    let about =
        Page { scenario: Some("shown"), expectations: 1, graphs: &[Some("<svg><title>flow</title></svg>".to_owned())] };
    page(&tested(), &about)
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let page = shown();
    for forbidden in ["<script", "<link", "<img", "<iframe", "http://", "https://", "@import", "src=", "href="] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("default-src 'none'") && page.contains("prefers-color-scheme: dark"));
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">") && page.ends_with("</html>\n"));
}

#[test]
fn what_a_program_says_is_text() {
    let page = shown();
    assert!(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;\u{FFFD}"));
    assert!(page.contains("<svg><title>flow</title></svg>") && !page.contains('\u{202e}'));
}

#[test]
fn every_element_that_is_opened_is_closed() {
    let page = shown();
    for element in
        ["html", "head", "body", "main", "header", "section", "table", "tr", "td", "details", "svg", "g", "ul"]
    {
        let opened = page.matches(&format!("<{element}>")).count() + page.matches(&format!("<{element} ")).count();
        assert_eq!(opened, page.matches(&format!("</{element}>")).count(), "{element}");
        assert!(opened > 0, "{element}");
    }
}

#[test]
fn stages_and_waits_are_told_apart_and_in_words_too() {
    let page = shown();
    for class in ["bar workflow", "bar soak", "bar approval", "bar window"] {
        assert!(page.contains(class), "{class}");
    }
    assert!(
        page.contains("us: window afternoon opens Mon 12:00 UTC, 2026-01-05T10:35Z to 2026-01-05T12:00Z"),
        "{page}"
    );
    assert!(page.contains("failed</span> 1 of 1 expectations did not come true"));
    let rows = page.matches("<th scope=\"row\">").count();
    assert_eq!(rows, 3, "an environment a row");
    let events = tested().played.releases[0].entries.len();
    assert!(page.contains(&format!("Events ({events})")));
}

#[test]
fn a_release_of_no_length_is_drawn() {
    let mut tested = tested();
    for release in &mut tested.played.releases {
        release.entries.clear();
    }
    let page = page(&tested, &Page::default());
    assert!(!page.contains("NaN") && !page.contains("inf"));
}
