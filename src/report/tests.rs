//! The page: its structure and content, and that text from a program is escaped.

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

fn report_of(program: &str, about: &Page<'_>) -> String {
    let files = MemoryFiles([("main.promo".to_string(), program.to_string())].into());
    let analysis = crate::analyse(&files, "main.promo").unwrap();
    let tested = test(recorded(analysis.analysis()), analysis.program().scenario("shown").unwrap());
    page(analysis.program(), &tested, about)
}

fn shown() -> String {
    let about = Page {
        scenario: Some("shown"),
        expectations: 1,
        graphs: &[Some("<svg><title>flow</title></svg>".to_owned())],
        ..Page::default()
    };
    page(analysis().program(), &tested(), &about)
}

#[test]
fn the_page_is_self_contained() {
    let page = shown();
    for forbidden in ["<script", "<link", "<img", "<iframe", "http://", "url(h", "@import", "src=", "href="] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("default-src 'none'") && page.contains("prefers-color-scheme: dark"));
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">") && page.ends_with("</html>\n"));
}

#[test]
fn text_from_a_program_is_escaped() {
    let page = shown();
    assert!(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;\u{FFFD}"));
    assert!(page.contains("<svg><title>flow</title></svg>") && !page.contains('\u{202e}'));
}

#[test]
fn every_open_element_is_closed() {
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
fn activities_have_distinct_classes_and_are_described_in_words() {
    let page = shown();
    for class in ["bar workflow", "bar soak", "bar approval", "bar window"] {
        assert!(page.contains(class), "{class}");
    }
    assert!(
        page.contains("us: window afternoon opens Mon 12:00 UTC, 2026-01-05T10:35Z to 2026-01-05T12:00Z"),
        "{page}"
    );
    assert!(page.contains("failed</span> 1 of 1 expectations not met"));
    let rows = page.matches("<th scope=\"row\" ").count();
    assert_eq!(rows, 3, "one row per environment");
}

#[test]
fn waits_are_listed_with_dates_only_if_the_release_takes_days() {
    let wide = |page: &str, environment: &str| {
        let (_, row) = page.split_once(&format!("role=\"rowheader\">{environment}</th>")).unwrap();
        let (_, cell) = row.split_once("data-head=\"Waited for\" class=\"wide\">").unwrap();
        cell.split("</td>").next().unwrap().to_owned()
    };
    let of_us = |instants: [(&str, &str); 3]| {
        let [qa, soak, approval] =
            instants.map(|(at, text)| format!("until <time datetime=\"{at}\">{text}</time></li><li>"));
        format!(
            "<ul><li>qa {qa}its soak {soak}approval by people {approval}window afternoon opens Mon 12:00 UTC</li></ul>"
        )
    };
    let short =
        [("2026-01-05T09:05:00Z", "09:05"), ("2026-01-05T10:05:00Z", "10:05"), ("2026-01-05T10:35:00Z", "10:35")];
    assert_eq!(wide(&shown(), "us"), of_us(short));
    assert_eq!(wide(&shown(), "dev"), "–");
    let program = PROGRAM.replace("takes 30m", "takes 2d").replace("flow ship {", "flow ship {\n timeout 30d");
    let long = report_of(&program, &Page::default());
    assert!(wide(&long, "us").contains(">Jan 05 09:05</time>"), "{long}");
    assert!(
        wide(&long, "us")
            .contains("approval by people until <time datetime=\"2026-01-07T10:05:00Z\">Jan 07 10:05</time>")
    );
}

#[test]
fn events_are_folded_and_counted() {
    let page = shown();
    let events = tested().played.releases[0].entries.len();
    assert!(page.contains(&format!("<details class=\"log\">\n<summary>{events} events</summary>")), "{page}");
}

#[test]
fn what_went_wrong_is_said_in_order_and_only_if_something_did() {
    assert!(!shown().contains("What went wrong"));
    let rolled_back = PROGRAM.replace("flow ship {", "flow ship {\n  rollback qa when us fails").replace(
        "given approval",
        "given qa at version \"1\"\n  given us becomes degraded\n  given smoke in us takes 10m\n  given approval",
    );
    let page = report_of(&rolled_back, &Page::default());
    let (_, list) = page.split_once("What went wrong</h2>\n<ul>").unwrap();
    let item = |at: &str, words: &str| {
        format!("<li><time datetime=\"2026-01-05T{at}:00Z\">2026-01-05T{at}Z</time> {words}</li>")
    };
    let wanted = [
        item("12:00", "shop-us in us did not become healthy"),
        item("12:00", "us has failed"),
        item("12:00", "qa is rolled back"),
    ];
    assert!(list.starts_with(&format!("{}</ul>", wanted.concat())), "{list}");
}

#[test]
fn a_denied_override_is_said_to_be_one() {
    let program = PROGRAM
        .replace("window afternoon;", "window afternoon unless approval 2 of duty-managers;")
        .replace("given approval in us takes 30m", "given override in us is denied");
    let page = report_of(&program, &Page::default());
    let wanted = "an override in us was denied (afternoon, 2 of duty-managers)</li></ul>";
    assert!(page.contains(wanted) && !page.contains("the change to"), "{page}");
}

#[test]
fn a_release_is_named_once() {
    let headings = |page: &str| {
        let parts = page.split("<h").skip(1).filter(|part| part.starts_with(|first: char| first.is_ascii_digit()));
        let text = |part: &str| part.split_once('>').unwrap().1.split("</h").next().unwrap().to_owned();
        parts.map(|part| format!("{} {}", part.chars().take(1).collect::<String>(), text(part))).collect::<Vec<_>>()
    };
    let parts =
        |level: u8| ["Timeline", "Environments", "What would change"].map(|part| format!("{level} {part}")).to_vec();
    let program = PROGRAM.replace("<script>alert('1')</script>\\\"&\\u{202e}", "2");
    let release = "shop 2 via ship <span class=\"badge succeeded\">succeeded</span>";
    let alone = headings(&report_of(&program, &Page::default()));
    assert_eq!(alone, [vec![format!("1 {release}")], parts(2)].concat());
    let of_a_scenario = headings(&report_of(&program, &Page { scenario: Some("shown"), ..Page::default() }));
    assert_eq!(of_a_scenario, [vec!["1 shown".to_owned(), format!("2 {release}")], parts(3)].concat());
}

#[test]
fn changes_show_action_gates_version_and_files_of_each_target() {
    let page = shown();
    let (_, section) = page.split_once("What would change</h3>").unwrap();
    assert!(section.starts_with("\n<p class=\"note\">These are the files and paths that the program copies; if the repositories are local, <code>promoc preview ship --product shop</code> shows their values.</p>"));
    let rows = rows(section);
    assert_eq!(rows.len(), 2, "the trigger receives nothing");
    let copied = |to: &str| {
        format!(
            "Application: shop-{to}|Files and paths: <p>dev → {to} in https://example.com/x.git</p><ul><li><code>values.yaml</code>, the whole file</li></ul>"
        )
    };
    assert!(rows[0].starts_with("qa|How: <ul><li>commit</li></ul>|Version: → &lt;script&gt;"), "{}", rows[0]);
    assert!(rows[0].ends_with(&copied("qa")), "{}", rows[0]);
    let how = "us|How: <ul><li>commit</li><li>approval by people</li><li>in window afternoon</li></ul>|";
    assert!(rows[1].starts_with(how) && rows[1].ends_with(&copied("us")), "{}", rows[1]);
}

/// The environments of the first table in `section`, each as its name and `|head: cell` for every cell.
fn rows(section: &str) -> Vec<String> {
    let table = section.split("</table>").next().unwrap().replace('\n', "");
    let bodies = table.split("<tbody role=\"rowgroup\">").skip(1);
    let row = |body: &str| {
        let name = body.split_once("role=\"rowheader\"").unwrap().1.split_once('>').unwrap().1;
        let cells = body.split("data-head=\"").skip(1).map(|cell| {
            let (head, rest) = cell.split_once('"').unwrap();
            format!("|{head}: {}", rest.split_once('>').unwrap().1.split("</td>").next().unwrap())
        });
        name.split("</th>").next().unwrap().to_owned() + &cells.collect::<String>()
    };
    bodies.map(row).collect()
}

#[test]
fn changes_show_versions_named_sources_and_targets_that_did_not_start() {
    let program = PROGRAM
        .replace("template all { version from \"Chart.yaml\" at $.version; copy \"values.yaml\" }", "template all { version from \"Chart.yaml\" at $.version; copy \"values.yaml\" at $.a, $[\"b\"]; copy \"*.tgz\" in charts }")
        .replace("  application shop-{environment} in dev, qa, us { path \"{environment}\" }", "  application shop-{environment} in dev, qa, us {\n source main { path \"{environment}\" }\n source charts { repo \"./charts\"; branch stable; path \"c/{environment}\" }\n }\n  application web-{environment} in dev, qa { path \"web\" }")
        .replace("promote us {", "promote us {\n action pull-request\n")
        .replace("version \"<script>alert('1')</script>\\\"&\\u{202e}\"", "version \"2\"\n  given us at version \"1\"\n  given smoke in qa fails");
    let page = report_of(&program, &Page::default());
    let (_, section) = page.split_once("What would change</h2>").unwrap();
    let rows = rows(section);
    let us = &rows[1];
    assert!(us.starts_with("us|How: <ul><li>pull request</li><li>approval by people</li><li>in window afternoon</li><li><span class=\"faint\">not started in this simulation</span></li></ul>|Version: 1 → 2|"), "{us}");
    assert!(
        us.contains("<li><code>values.yaml</code> at <code>$.a</code>, <code>$[&quot;b&quot;]</code></li>"),
        "{us}"
    );
    assert!(
        us.contains("<p>c/dev → c/us in ./charts on stable</p><ul><li><code>*.tgz</code>, the whole file</li></ul>"),
        "{us}"
    );
    assert!(page.contains("role=\"rowheader\" rowspan=\"2\">qa</th>"), "two applications");
    let without = program.replace("version \"2\"\n  given us at version \"1\"", "");
    assert!(!report_of(&without, &Page::default()).contains("data-head=\"Version\""), "the version is unknown");
}

#[test]
fn a_fleet_is_folded() {
    let of = |stores: usize| {
        let program = PROGRAM
            .replace("environment dev, qa\n", &format!("environment dev, qa, store-01..store-{stores:02}\n"))
            .replace("promote qa {", &format!("promote store-01..store-{stores:02} after dev\n promote qa {{"));
        let program = program.replace("in dev, qa, us {", &format!("in dev, qa, us, store-01..store-{stores:02} {{"));
        report_of(&program, &Page::default())
    };
    let names = |page: &str| page.matches("<text class=\"name").count();
    let (few, many) = (of(3), of(40));
    assert_eq!((names(&few), few.matches("<details>").count()), (1 + 3 + 3, 0), "each environment has a row");
    assert_eq!((names(&many), many.matches("<details>").count()), (1 + 3 + 1, 2), "{many}");
    assert!(many.contains("store-01 and 39 equal</text>"), "{many}");
    assert!(many.contains("<details><summary>43 environments</summary>"), "{many}");
    assert!(many.contains("<title>store-01 and 39 equal: succeeded at "), "{many}");
}

#[test]
fn a_release_that_takes_no_time_is_drawn() {
    let mut tested = tested();
    for release in &mut tested.played.releases {
        release.entries.clear();
    }
    let page = page(analysis().program(), &tested, &Page::default());
    assert!(!page.contains("NaN") && !page.contains("inf"));
}
