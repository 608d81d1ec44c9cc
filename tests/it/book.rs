//! The book in `docs/`: every page is in the summary, every link leads somewhere, and every code is in the list of codes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use promoc::diagnostic::CODES;

use crate::architecture::{assert_none, root};

fn docs() -> PathBuf {
    root().join("docs")
}

fn read(page: &str) -> String {
    std::fs::read_to_string(docs().join(page)).unwrap_or_else(|error| panic!("docs/{page}: {error}"))
}

/// The pages below a folder of `docs/`, with their paths from `docs/`.
fn pages(folder: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(docs().join(folder)).unwrap() {
        let path = Path::new(folder).join(entry.unwrap().file_name()).display().to_string();
        if docs().join(&path).is_dir() {
            found.extend(pages(&path));
        } else if path.ends_with(".md") {
            found.insert(path);
        }
    }
    found
}

/// The links of a page, without code blocks and links to other sites.
fn links(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    let links = prose.flat_map(|prose| prose.split("](").skip(1)).filter_map(|rest| rest.split(')').next());
    links.filter(|link| !link.contains("://")).collect()
}

/// The anchor that GitHub and mdBook make of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_matches(['#', ' ']).to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_page_is_in_the_summary() {
    let mut pages = pages("");
    pages.remove("SUMMARY.md");
    let summary = read("SUMMARY.md");
    let listed: BTreeSet<String> = links(&summary).into_iter().map(str::to_owned).collect();
    assert_eq!(listed, pages);
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    for page in pages("").into_iter().chain(["README", "CONTRIBUTING", "SECURITY"].map(|name| format!("../{name}.md")))
    {
        let text = read(&page);
        for link in links(&text) {
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let from = docs().join(&page);
            let target = if path.is_empty() { from } else { from.parent().unwrap().join(path) };
            let known = heading.is_empty() || {
                let text = std::fs::read_to_string(&target).unwrap_or_default();
                text.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line) == heading)
            };
            if !target.exists() || !known {
                broken.push(format!("{page}: {link}"));
            }
        }
    }
    assert_none(broken);
}

/// `UPDATE_EXPECT=1` rewrites the titles; a new code needs a line of its own in `docs/errors.md`.
#[test]
fn every_code_is_in_the_list_of_codes() {
    let update = std::env::var("UPDATE_EXPECT").is_ok_and(|value| value == "1");
    let mut page = read("errors.md");
    let mut problems = Vec::new();
    for code in CODES {
        let title = read(&format!("errors/{code}.md")).lines().next().unwrap_or_default().to_owned();
        let link = format!("- [{code}](errors/{code}.md): ");
        let wanted = format!("{link}{}", title.trim_start_matches(&format!("# {code}: ")));
        match page.lines().find(|line| line.starts_with(&link)).map(str::to_owned) {
            Some(line) if line == wanted => {}
            Some(line) if update => page = page.replace(&line, &wanted),
            _ => problems.push(format!("docs/errors.md has no line `{wanted}`")),
        }
    }
    if update {
        std::fs::write(docs().join("errors.md"), page).unwrap();
    }
    assert_none(problems);
}
