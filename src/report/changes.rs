//! What the release would change: for each application which files are copied from where to where, how, and who approves.

use std::fmt::Write;

use super::page::{Parts, cards, cell, list, none};
use crate::program::{Application, Product, Program, PromotedContent, Source};
use crate::release::{EnvironmentPlanId, Names};
use crate::simulate::Simulation;
use crate::source::markup;
use crate::syntax::ast::Action;

/// Adds the section, unless the flow has no target.
pub(super) fn changes(out: &mut String, parts: Parts, program: &Program, release: &Simulation) {
    let Some(product) = program.products.find(release.product) else { return };
    let targets: Vec<EnvironmentPlanId> = release.plan.environments.ids().skip(1).collect();
    if targets.is_empty() {
        return;
    }
    parts.heading(out, "part", "What would change");
    let _ = writeln!(
        out,
        "<p class=\"note\">These are the files and paths that the program copies; <code>promoc preview {} --product \
         {}</code> reads the repositories and shows the values.</p>",
        markup(&release.names.flow),
        markup(&release.names.product)
    );
    let with_version = release.version.is_some();
    let heads: Vec<&str> = HEADS.into_iter().filter(|head| with_version || *head != VERSION).collect();
    cards(out, "changes", "What would change", &heads);
    for id in targets {
        environment(out, product, release, id, with_version);
    }
    out.push_str("</table></div>\n");
}

const HOW: &str = "How";
const VERSION: &str = "Version";
const APPLICATION: &str = "Application";
const FILES: &str = "Files and paths";
const HEADS: [&str; 5] = ["Environment", HOW, VERSION, APPLICATION, FILES];

fn environment(out: &mut String, product: &Product, release: &Simulation, id: EnvironmentPlanId, with_version: bool) {
    let plan = &release.plan.environments[id];
    let applications: Vec<_> =
        plan.applications.iter().map(|application| &release.plan.applications[*application]).collect();
    let rows = applications.len().max(1);
    let name = markup(release.names.environment(id));
    let span = if rows > 1 { format!(" rowspan=\"{rows}\"") } else { String::new() };
    let _ = write!(
        out,
        "<tbody role=\"rowgroup\">\n<tr role=\"row\"><th scope=\"rowgroup\" role=\"rowheader\"{span}>{name}</th>"
    );
    cell(out, HOW, &span, &how(release, id));
    if with_version {
        cell(out, VERSION, &span, &version(release, id));
    }
    for (nth, planned) in applications.iter().enumerate() {
        if nth > 0 {
            out.push_str("<tr role=\"row\">");
        }
        let found = product.applications.find(planned.application).zip(product.applications.find(planned.origin));
        let Some((target, origin)) = found else { continue };
        let copied = if plan.action == Action::None {
            "nothing; the pre-action makes the change".to_owned()
        } else {
            copied(product, origin, target)
        };
        cell(out, APPLICATION, "", &markup(&target.name));
        cell(out, FILES, " class=\"wide\"", &copied);
        out.push_str("</tr>\n");
    }
    if applications.is_empty() {
        cell(out, APPLICATION, "", &none());
        cell(out, FILES, " class=\"wide\"", &none());
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n");
}

/// The action and its gates.
fn how(release: &Simulation, id: EnvironmentPlanId) -> String {
    let Names { windows, .. } = &release.names;
    let plan = &release.plan.environments[id];
    let mut lines = vec![match plan.action {
        Action::Commit => "commit".to_owned(),
        Action::PullRequest => "pull request".to_owned(),
        Action::None => "no commit".to_owned(),
    }];
    lines.extend((0..).zip(&plan.approvals).map(|(nth, _)| release.names.approval(&release.plan, id, nth)));
    lines.extend(plan.windows.iter().filter_map(|window| Some(format!("in window {}", windows.get(window.index())?))));
    let not_started = release.started(id).is_none();
    let faint = not_started.then(|| "<span class=\"faint\">not started in this simulation</span>".to_owned());
    list(lines.iter().map(|line| markup(line)).chain(faint))
}

/// The version before and after.
fn version(release: &Simulation, id: EnvironmentPlanId) -> String {
    let before = release.before.get(&release.plan.environments[id].environment);
    match (before, &release.version) {
        (_, None) => none(),
        (Some(before), Some(version)) if before == version => format!("{} already", markup(version)),
        (Some(before), Some(version)) => format!("{} → {}", markup(before), markup(version)),
        (None, Some(version)) => format!("→ {}", markup(version)),
    }
}

/// Each source of the origin that has files to copy: from where to where, and which files.
fn copied(product: &Product, origin: &Application, target: &Application) -> String {
    let mut text = String::new();
    for from in &origin.sources {
        let files = files(&product.content, origin, from);
        let Some(to) = target.source(from.name.as_deref()).filter(|_| !files.is_empty()) else { continue };
        let place = |source: &Source| {
            let branch = source.branch.as_ref().map(|branch| format!(" on {branch}")).unwrap_or_default();
            format!("{} in {}{branch}", directory(source), source.repo)
        };
        // Two directories of one repository and branch differ only in their paths.
        let way = match (from.repo == to.repo, from.branch == to.branch) {
            (true, true) => format!("{} → {}", directory(from), place(to)),
            _ => format!("{} → {}", place(from), place(to)),
        };
        let _ = write!(text, "<p>{}</p>{}", markup(&way), list(files.into_iter()));
    }
    if text.is_empty() { none() } else { text }
}

fn directory(source: &Source) -> &str {
    if source.path.is_empty() { "/" } else { &source.path }
}

/// The files that are copied from a source of an application.
fn files(content: &PromotedContent, application: &Application, from: &Source) -> Vec<String> {
    if content.copies.is_empty() {
        return vec!["the whole directory".to_owned()];
    }
    let mine = content.copies.iter().filter(|copy| application.means(copy.source.as_deref(), from));
    mine.map(|copy| {
        let paths: Vec<String> =
            copy.paths.iter().map(|path| format!("<code>{}</code>", markup(&path.text()))).collect();
        let file = format!("<code>{}</code>", markup(&copy.file.value));
        if paths.is_empty() { format!("{file}, the whole file") } else { format!("{file} at {}", paths.join(", ")) }
    })
    .collect()
}
