//! The page itself.

use std::fmt::Write;

use super::changes::changes;
use super::chart::chart;
use crate::program::Program;
use crate::release::{EnvironmentPlanId, Status, describe};
use crate::simulate::{Claim, Simulation, Tested, Unmet};
use crate::source::markup;

/// What a page shows beside the simulation itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Page<'a> {
    /// The scenario's name, where one was played.
    pub scenario: Option<&'a str>,
    /// How many expectations it has.
    pub expectations: usize,
    /// The flow of each release as an SVG element, put in as it is; `None` where it was drawn for an earlier one.
    pub graphs: &'a [Option<String>],
}

const STYLE: &str = include_str!("style.css");

/// One self-contained page.
pub(crate) fn page(program: &Program, tested: &Tested, about: &Page<'_>) -> String {
    let mut out = String::new();
    let title = match (about.scenario, tested.played.releases.first()) {
        (Some(scenario), _) => scenario.to_owned(),
        (None, Some(release)) => format!("{} via {}", release.names.product, release.names.flow),
        (None, None) => "no release".to_owned(),
    };
    let title = markup(&title);
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title} · simulated by promoc</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
    );
    let _ = writeln!(out, "<header>\n<p class=\"kind\">{}</p>\n<h1>{title}</h1>", kind(about));
    expectations(&mut out, tested, about);
    out.push_str("</header>\n");
    for (nth, release) in tested.played.releases.iter().enumerate() {
        let several = tested.played.releases.len() > 1;
        section(&mut out, program, release, (nth, several), about.graphs.get(nth).and_then(Option::as_deref));
    }
    out.push_str(
        "<footer><p>All times are UTC. Nothing was touched: this is what the release would do.</p></footer>\n",
    );
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn kind(about: &Page<'_>) -> &'static str {
    if about.scenario.is_some() { "Scenario" } else { "Simulated release" }
}

/// What was expected and did not come true.
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
        let broken = if tested.unmet.is_empty() { "" } else { ", and a property was broken" };
        let _ = writeln!(out, "{all} came true{broken}.</p>");
        return;
    }
    let _ = writeln!(out, "{} of {count} expectations did not come true:</p>\n<ul>", unmet.len());
    for unmet in unmet {
        let _ = writeln!(out, "<li>{}</li>", with_code(&unmet.message));
    }
    out.push_str("</ul>\n");
}

/// The properties that the release has broken.
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

/// Text in which what stands in backticks is code.
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
    (nth, several): (usize, bool),
    graph: Option<&str>,
) {
    let status = release.state.status();
    let number = if several { format!("Release {}: ", nth + 1) } else { String::new() };
    let (product, flow) = (markup(&release.names.product), markup(&release.names.flow));
    let version = release.version.as_ref().map(|version| format!(" {}", markup(version))).unwrap_or_default();
    let _ = writeln!(out, "<section aria-labelledby=\"r{nth}\">");
    let _ = writeln!(out, "<h2 id=\"r{nth}\">{number}{product}{version} via {flow} {}</h2>", badge(status));
    let begun = release.state.started().is_some();
    let (start, end) = (release.start(), release.end());
    let _ = match (begun, release.state.ended()) {
        (true, Some(ended)) => {
            writeln!(
                out,
                "<p>{} to {}: {}.</p>",
                describe::instant(start),
                describe::instant(ended),
                ended.since(start)
            )
        }
        (true, None) => writeln!(out, "<p>From {}; it has no end.</p>", describe::instant(start)),
        (false, _) => writeln!(out, "<p>It never began; it arrived at {}.</p>", describe::instant(release.arrived)),
    };
    properties(out, release);
    if let Some(graph) = graph {
        let _ = writeln!(
            out,
            "<h3>Flow</h3>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Flow {flow}\">{graph}</div>"
        );
    }
    let _ = writeln!(
        out,
        "<h3>Timeline</h3>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Timeline\">{}</div>",
        chart(release, nth)
    );
    environments(out, release);
    changes(out, program, release);
    events(out, release, end.since(start).0 > 0);
    out.push_str("</section>\n");
}

fn environments(out: &mut String, release: &Simulation) {
    out.push_str("<h3>Environments</h3>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Environments\"><table>\n<thead><tr>");
    for head in ["Environment", "Status", "Started", "Ended", "Took", "Runs", "Waited for"] {
        let _ = write!(out, "<th scope=\"col\">{head}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for (id, name) in release.plan.environments.ids().zip(&release.names.environments) {
        let view = release.state.environment(id);
        let time = |at: Option<_>| at.map_or_else(|| "–".to_owned(), describe::instant);
        let took = view.started.zip(view.ended).map(|(from, to)| to.since(from).to_string());
        let version = release.versions.get(&release.plan.environments[id].environment);
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            markup(name),
            badge(view.status),
            time(view.started),
            time(view.ended),
            took.as_deref().unwrap_or("–"),
            version.map_or_else(|| "–".to_owned(), |version| markup(version)),
            waited_for(release, id),
        );
    }
    out.push_str("</tbody>\n</table></div>\n");
}

/// Each thing on a line of its own.
fn waited_for(release: &Simulation, id: EnvironmentPlanId) -> String {
    let waits: Vec<String> = release.waits(id).iter().map(|wait| markup(&wait.words())).collect();
    if waits.is_empty() { "–".to_owned() } else { waits.join("<br>") }
}

fn events(out: &mut String, release: &Simulation, several_instants: bool) {
    let list = release.events();
    let _ = writeln!(
        out,
        "<details{}>\n<summary>Events ({})</summary>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" \
         aria-label=\"Events\"><table class=\"events\">",
        if list.len() <= 200 && several_instants { " open" } else { "" },
        list.len()
    );
    out.push_str("<thead><tr>");
    for head in ["Time", "What", "Environment", "Application", "Workflow", "Detail"] {
        let _ = write!(out, "<th scope=\"col\">{head}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    let mut last = None;
    for event in list {
        let text = |word: Option<&str>| markup(word.unwrap_or_default());
        // An instant is written once, so that one sees what happens together.
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
