//! The page: its structure, and that nothing from a program escapes into it.

mod timeline;

use super::*;
use crate::check::{Analysed, recorded};
use crate::program::MemoryFiles;
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

fn analysis() -> Analysed {
    let files = MemoryFiles([("main.promo".to_string(), PROGRAM.to_string())].into());
    let analysis = crate::analyse(&files, "main.promo").unwrap();
    assert!(analysis.checked().is_some(), "{:?}", analysis.diagnostics());
    analysis
}

fn tested() -> Tested {
    let analysis = analysis();
    test(analysis.checked().unwrap(), analysis.program().scenario("shown").unwrap())
}

fn shown() -> String {
    let about =
        Page { scenario: Some("shown"), expectations: 1, graphs: &[Some("<svg><title>flow</title></svg>".to_owned())] };
    page(analysis().program(), &tested(), &about)
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let page = shown();
    for forbidden in ["<script", "<link", "<img", "<iframe", "http://", "url(h", "@import", "src=", "href="] {
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
fn what_would_change_says_what_goes_where_how_and_who_agrees() {
    let page = shown();
    let (_, table) = page.split_once("<h3>What would change</h3>").unwrap();
    let rows: Vec<&str> = table.split("</table>").next().unwrap().split("<tbody>").skip(1).collect();
    assert_eq!(rows.len(), 2, "the trigger is where it comes from");
    let row = |nth: usize| rows[nth].replace('\n', "");
    let copied = |to: &str| {
        format!("<td>shop-{to}</td><td><p>dev → {to} in https:&#47;&#47;example.com/x.git</p><ul><li><code>values.yaml</code>, the whole file</li></ul></td></tr></tbody>")
            .replace("&#47;", "/")
    };
    assert!(row(0).starts_with("<tr><th scope=\"rowgroup\">qa</th><td>commit</td><td>→ &lt;script&gt;"), "{}", row(0));
    assert!(row(0).contains(&copied("qa")), "{}", row(0));
    let how = "<th scope=\"rowgroup\">us</th><td>commit<br>approval by people<br>in window afternoon</td>";
    assert!(row(1).contains(how) && row(1).contains(&copied("us")), "{}", row(1));
}

#[test]
fn versions_sources_and_what_was_not_begun_are_told_apart() {
    let program = PROGRAM
        .replace("template all { version from \"Chart.yaml\" at $.version; copy \"values.yaml\" }", "template all { version from \"Chart.yaml\" at $.version; copy \"values.yaml\" at $.a, $[\"b\"]; copy \"*.tgz\" in charts }")
        .replace("  application shop-{environment} in dev, qa, us { path \"{environment}\" }", "  application shop-{environment} in dev, qa, us {\n source main { path \"{environment}\" }\n source charts { repo \"./charts\"; branch stable; path \"c/{environment}\" }\n }\n  application web-{environment} in dev, qa { path \"web\" }")
        .replace("promote us {", "promote us {\n action pull-request\n")
        .replace("version \"<script>alert('1')</script>\\\"&\\u{202e}\"", "version \"2\"\n  given us at version \"1\"\n  given smoke in qa fails");
    let files = MemoryFiles([("main.promo".to_string(), program)].into());
    let analysis = crate::analyse(&files, "main.promo").unwrap();
    let tested = test(recorded(analysis.analysis()), analysis.program().scenario("shown").unwrap());
    let page = page(analysis.program(), &tested, &Page::default());
    let us = page.split("<th scope=\"rowgroup\">us</th>").nth(1).unwrap();
    assert!(us.starts_with("<td>pull request<br>approval by people<br>in window afternoon</td><td>1 → 2<br><span class=\"faint\">not begun in this play</span></td>"), "{us}");
    assert!(
        us.contains("<li><code>values.yaml</code> at <code>$.a</code>, <code>$[&quot;b&quot;]</code></li>"),
        "{us}"
    );
    assert!(
        us.contains("<p>c/dev → c/us in ./charts on stable</p><ul><li><code>*.tgz</code>, the whole file</li></ul>"),
        "{us}"
    );
    assert!(page.contains("<th scope=\"rowgroup\" rowspan=\"2\">qa</th>"), "two applications");
}

#[test]
fn a_release_of_no_length_is_drawn() {
    let mut tested = tested();
    for release in &mut tested.played.releases {
        release.entries.clear();
    }
    let page = page(analysis().program(), &tested, &Page::default());
    assert!(!page.contains("NaN") && !page.contains("inf"));
}
