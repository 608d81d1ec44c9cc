//! The HTML page: its frame, and the section of each release.

use std::fmt::Write;

use super::changes::{RepositoryValues, changes};
use super::chart::chart;
use super::clock::InstantFormat;
use super::problems::problems;
use crate::program::Program;
use crate::release::{EnvironmentPlanId, Status, describe};
use crate::simulate::{Claim, Simulation, Tested, Unmet};
use crate::source::markup;
use crate::syntax::literal::Instant;

/// What a page shows besides the simulation itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Page<'a> {
    /// The scenario's name, if one was played.
    pub scenario: Option<&'a str>,
    /// The number of expectations in that scenario.
    pub expectations: usize,
    /// The flow of each release as an SVG element, inserted without escaping; `None` if an earlier release has the same one.
    pub graphs: &'a [Option<String>],
    /// What the repositories have, if it was read; with a scenario, it is another course of events.
    pub values: Option<&'a RepositoryValues>,
    /// The end of a command for the same program, such as ` --project deploy`.
    pub project: &'a str,
}

const STYLE: &str = include_str!("style.css");

/// One self-contained HTML page with all releases of a simulation.
pub(crate) fn page(program: &Program, tested: &Tested, about: &Page<'_>) -> String {
    let mut out = String::new();
    let releases = &tested.played.releases;
    let title = match (about.scenario, releases.first()) {
        (Some(scenario), _) => markup(scenario),
        (None, Some(release)) => name_of(release),
        (None, None) => "no release".to_owned(),
    };
    // A single release is already named by the title.
    let only = releases.first().filter(|_| about.scenario.is_none() && releases.len() == 1);
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title} · simulated by promoc</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
    );
    let _ = writeln!(out, "<header>\n<p class=\"kind\">{}</p>", kind(about));
    let _ = match only {
        Some(release) => writeln!(out, "<h1 id=\"r0\">{title} {}</h1>", badge(release.state.status())),
        None => writeln!(out, "<h1>{title}</h1>"),
    };
    expectations(&mut out, tested, about);
    out.push_str("</header>\n");
    for (nth, release) in releases.iter().enumerate() {
        let heading = match (only, releases.len()) {
            (Some(_), _) => Heading::Title,
            (None, 1) => Heading::Own,
            (None, _) => Heading::Numbered,
        };
        section(&mut out, program, release, (nth, heading), about);
    }
    out.push_str("<footer><p>All times are UTC. This page shows a simulation; nothing was changed.</p></footer>\n");
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// Where a release is named.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heading {
    /// In the title of the page.
    Title,
    /// Above its section.
    Own,
    /// Above its section, with its number.
    Numbered,
}

/// Its product, version and flow, as markup.
fn name_of(release: &Simulation) -> String {
    let version = release.version.as_ref().map(|version| format!(" {}", markup(version))).unwrap_or_default();
    format!("{}{version} via {}", markup(&release.names.product), markup(&release.names.flow))
}

fn kind(about: &Page<'_>) -> &'static str {
    if about.scenario.is_some() { "Scenario" } else { "Simulated release" }
}

/// The verdict of the scenario, and the expectations that were not met.
fn expectations(out: &mut String, tested: &Tested, about: &Page<'_>) {
    if about.scenario.is_none() {
        return;
    }
    let count = about.expectations;
    let unmet: Vec<&Unmet> = tested.unmet.iter().filter(|unmet| unmet.claim == Claim::Expectation).collect();
    let verdict = if tested.unmet.is_empty() { ("succeeded", "passed") } else { ("failed", "failed") };
    let _ = write!(out, "<p><span class=\"badge {}\">{}</span> ", verdict.0, verdict.1);
    if unmet.is_empty() {
        let all = if count == 1 { "The expectation".to_owned() } else { format!("All {count} expectations") };
        let was = if count == 1 { "was" } else { "were" };
        let broken = if tested.unmet.is_empty() { "" } else { ", but a property was broken" };
        let _ = writeln!(out, "{all} {was} met{broken}.</p>");
        return;
    }
    let _ = writeln!(out, "{} of {count} expectations not met:</p>\n<ul>", unmet.len());
    for unmet in unmet {
        let _ = writeln!(out, "<li>{}</li>", with_code(&unmet.message));
    }
    out.push_str("</ul>\n");
}

/// The `never` properties that the release broke.
fn properties(out: &mut String, release: &Simulation) {
    for broken in &release.broken {
        let property = markup(&broken.property);
        let _ = writeln!(
            out,
            "<p><span class=\"badge failed\">broken</span> <code>{property}</code> {}.</p>",
            with_code(&broken.message)
        );
    }
}

/// Markup of a text, with what is in backticks as code.
fn with_code(text: &str) -> String {
    let mut parts = text.split('`');
    let mut out = markup(parts.next().unwrap_or_default());
    while let Some(code) = parts.next() {
        match parts.next() {
            Some(after) => {
                let _ = write!(out, "<code>{}</code>{}", markup(code), markup(after));
            }
            None => {
                let _ = write!(out, "`{}", markup(code));
            }
        }
    }
    out
}

fn section(
    out: &mut String,
    program: &Program,
    release: &Simulation,
    (nth, heading): (usize, Heading),
    about: &Page<'_>,
) {
    let flow = markup(&release.names.flow);
    let _ = writeln!(out, "<section aria-labelledby=\"r{nth}\">");
    let number = if heading == Heading::Numbered { format!("Release {}: ", nth + 1) } else { String::new() };
    if heading != Heading::Title {
        let _ = writeln!(out, "<h2 id=\"r{nth}\">{number}{} {}</h2>", name_of(release), badge(release.state.status()));
    }
    let parts = Parts { level: if heading == Heading::Title { 2 } else { 3 } };
    let (start, begun) = (release.start(), release.state.started().is_some());
    let _ = match (begun, release.state.ended()) {
        (true, Some(ended)) => {
            writeln!(out, "<p>Started {}, ended {}, took {}.</p>", date(start), date(ended), ended.since(start))
        }
        (true, None) => writeln!(out, "<p>Started {} and did not end.</p>", date(start)),
        (false, _) => writeln!(out, "<p>Arrived {} and did not start.</p>", date(release.arrived)),
    };
    properties(out, release);
    problems(out, parts, release);
    if let Some(graph) = about.graphs.get(nth).and_then(Option::as_deref) {
        // The drawing shows its own title; this heading is for screen readers.
        parts.heading(out, "unseen", &format!("Flow {flow}"));
        let _ = writeln!(
            out,
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Flow {flow}\">{graph}</div>"
        );
    }
    parts.heading(out, "part", "Timeline");
    let _ = writeln!(
        out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Timeline\">{}</div>",
        chart(release, nth)
    );
    environments(out, parts, release);
    changes(out, parts, program, release, about);
    events(out, release);
    out.push_str("</section>\n");
}

/// The headings inside a release's section.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    /// One below the heading that names the release.
    level: u8,
}

impl Parts {
    pub(super) fn heading(self, out: &mut String, class: &str, text: &str) {
        let _ = writeln!(out, "<h{0} class=\"{class}\">{text}</h{0}>", self.level);
    }
}

/// More environments than this are folded.
const MOST_ENVIRONMENTS: usize = 24;

/// Starts a table that becomes a list of cards on a narrow screen. The roles keep it a table for screen readers. Returns
/// its end.
pub(super) fn cards(out: &mut String, class: &str, label: &str, heads: &[&str], environments: usize) -> &'static str {
    let folds = environments > MOST_ENVIRONMENTS;
    if folds {
        let _ = write!(out, "<details><summary>{environments} environments</summary>\n");
    }
    let _ = write!(
        out,
        "<div class=\"frame\"><table class=\"cards {class}\" role=\"table\" aria-label=\"{label}\">\n\
         <thead role=\"rowgroup\"><tr role=\"row\">"
    );
    for head in heads {
        let _ = write!(out, "<th scope=\"col\" role=\"columnheader\">{head}</th>");
    }
    out.push_str("</tr></thead>\n");
    if folds { "</table></div>\n</details>\n" } else { "</table></div>\n" }
}

/// A cell of such a table. `head` is the title of its column, which a card shows beside the cell.
pub(super) fn cell(out: &mut String, head: &str, attributes: &str, content: &str) {
    let _ = write!(out, "<td role=\"cell\" data-head=\"{head}\"{attributes}>{content}</td>");
}

fn environments(out: &mut String, parts: Parts, release: &Simulation) {
    parts.heading(out, "part", "Environments");
    let heads = ["Environment", "Status", "Started", "Ended", "Took", "Runs", "Waited for"];
    let [_, status, started, ended, took, runs, waited] = heads;
    let end = cards(out, "environments", "Environments", &heads, release.names.environments.len());
    out.push_str("<tbody role=\"rowgroup\">\n");
    let clock = clock(release);
    for (id, name) in release.plan.environments.ids().zip(&release.names.environments) {
        let view = release.state.environment(id);
        let at = |at: Option<Instant>| at.map_or_else(none, |at| time(&clock, at));
        let begun = release.started(id);
        let length = begun.zip(view.ended).map(|(from, to)| to.since(from).to_string());
        let version = release.versions.get(&release.plan.environments[id].environment);
        let _ = write!(out, "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">{}</th>", markup(name));
        cell(out, status, BRIEF, &badge(view.status));
        cell(out, started, BRIEF, &at(begun));
        cell(out, ended, BRIEF, &at(view.ended));
        cell(out, took, BRIEF, &length.unwrap_or_else(none));
        cell(out, runs, "", &version.map_or_else(none, |version| markup(version)));
        cell(out, waited, " class=\"wide\"", &waited_for(&clock, release, id));
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n");
    out.push_str(end);
}

/// The attributes of a cell that never wraps.
const BRIEF: &str = " class=\"brief\"";

/// The content of an empty cell.
pub(super) fn none() -> String {
    "–".to_owned()
}

/// The clock for all instants in the tables of a release.
fn clock(release: &Simulation) -> InstantFormat {
    let ids = || release.plan.environments.ids();
    let views = ids().flat_map(|id| [release.started(id), release.state.environment(id).ended]);
    let waits = ids().flat_map(|id| release.waits(id)).flat_map(|wait| [wait.until, wait.planned]);
    InstantFormat::new(views.chain(waits).flatten().chain([release.arrived]))
}

fn time(clock: &InstantFormat, at: Instant) -> String {
    format!("<time datetime=\"{at}\">{}</time>", clock.text(at))
}

/// An instant outside the tables, always with its date.
fn date(at: Instant) -> String {
    format!("<time datetime=\"{at}\">{}</time>", describe::instant(at))
}

fn waited_for(clock: &InstantFormat, release: &Simulation, id: EnvironmentPlanId) -> String {
    list(release.waits(id).iter().map(|wait| wait.words(markup, |at| time(clock, at))))
}

/// A list, one item per line. The items are already markup.
pub(super) fn list(items: impl Iterator<Item = String>) -> String {
    let items: String = items.map(|item| format!("<li>{item}</li>")).collect();
    if items.is_empty() { none() } else { format!("<ul>{items}</ul>") }
}

fn events(out: &mut String, release: &Simulation) {
    let list = release.events();
    let (count, noun) = (list.len(), if list.len() == 1 { "event" } else { "events" });
    let _ = writeln!(
        out,
        "<details class=\"log\">\n<summary>{count} {noun}</summary>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" \
         aria-label=\"Events\"><table class=\"events\">"
    );
    out.push_str("<thead><tr>");
    for head in ["Time", "What", "Environment", "Application", "Workflow", "Detail"] {
        let _ = write!(out, "<th scope=\"col\">{head}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    let mut last = None;
    for event in list {
        let text = |word: Option<&str>| markup(word.unwrap_or_default());
        // An instant appears only once, so that events at the same instant are seen as a group.
        let shown = if last == Some(event.at) { String::new() } else { event.at.to_string() };
        let _ = writeln!(
            out,
            "<tr{}><td>{shown}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            if shown.is_empty() { "" } else { " class=\"first\"" },
            event.kind,
            text(event.environment),
            text(event.application),
            text(event.workflow),
            text(event.detail.as_deref()),
        );
        last = Some(event.at);
    }
    out.push_str("</tbody>\n</table></div>\n</details>\n");
}

fn badge(status: Status) -> String {
    format!("<span class=\"badge {0}\">{0}</span>", status.as_str())
}
