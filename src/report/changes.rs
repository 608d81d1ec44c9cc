//! What the release would change: for each application which files are copied from where to where, how, and who approves.
//! If the repositories were read, also each value before and after.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::page::{Page, Parts, cards, cell, list, none};
use crate::program::{Application, Product, Program, PromotedContent, Source};
use crate::release::{EnvironmentPlanId, Names};
use crate::simulate::Simulation;
use crate::source::markup;
use crate::syntax::ast::Action;

/// What repositories have and would have, so that a page can show it. This module reads none.
#[derive(Clone, Debug, Default)]
pub(crate) struct RepositoryValues {
    /// The commit that would be promoted.
    pub commit: String,
    /// The lines of each application, by environment and application; absent if they are not known.
    pub lines: BTreeMap<(String, String), Vec<ValueLine>>,
}

/// A value that would change, or a file that would change as a whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct ValueLine {
    /// The path from the root of the repository.
    pub file: String,
    /// The JSONPath of the value; `None` for the whole file.
    pub path: Option<String>,
    /// The value before; `None` if there is none.
    pub old: Option<String>,
    /// The value after; `None` if there is none.
    pub new: Option<String>,
    /// What else is to be said, such as `new file`.
    pub note: String,
}

/// More lines than this are folded.
const MOST_LINES: usize = 8;

/// Adds the section, unless the flow has no target.
pub(super) fn changes(out: &mut String, parts: Parts, program: &Program, release: &Simulation, about: &Page<'_>) {
    let Some(product) = program.products.find(release.product) else { return };
    let targets: Vec<EnvironmentPlanId> = release.plan.environments.ids().skip(1).collect();
    if targets.is_empty() {
        return;
    }
    parts.heading(out, "part", "What would change");
    let names = &release.names;
    let preview = format!("promoc preview {} --product {}{}", names.flow, names.product, about.project);
    let preview = format!("<code>{}</code>", markup(&preview));
    let _ = match about.values {
        Some(values) => writeln!(
            out,
            "<p class=\"note\">These are the values that the repositories had when this page was written, with what is \
             promoted read at commit <code>{}</code>; {preview} shows the current ones.</p>",
            markup(&values.commit)
        ),
        None => writeln!(
            out,
            "<p class=\"note\">These are the files and paths that the program copies; if the repositories are local, \
             {preview} shows their values.</p>"
        ),
    };
    let with_version = release.version.is_some();
    let heads: Vec<&str> = HEADS.into_iter().filter(|head| with_version || *head != VERSION).collect();
    let end = cards(out, "changes", "What would change", &heads, targets.len());
    for id in targets {
        environment(out, product, release, id, (with_version, about.values));
    }
    out.push_str(end);
}

const HOW: &str = "How";
const VERSION: &str = "Version";
const APPLICATION: &str = "Application";
const FILES: &str = "Files and paths";
const HEADS: [&str; 5] = ["Environment", HOW, VERSION, APPLICATION, FILES];

fn environment(
    out: &mut String,
    product: &Product,
    release: &Simulation,
    id: EnvironmentPlanId,
    (with_version, values): (bool, Option<&RepositoryValues>),
) {
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
            let key = (release.names.environment(id).to_owned(), target.name.clone());
            copied(product, origin, target, values.and_then(|values| values.lines.get(&key)))
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

/// Each source of the origin that has files to copy: from where to where, and which files, or the values if they are known.
fn copied(product: &Product, origin: &Application, target: &Application, known: Option<&Vec<ValueLine>>) -> String {
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
        let files = if known.is_none() { list(files.into_iter()) } else { String::new() };
        let _ = write!(text, "<p>{}</p>{files}", markup(&way));
    }
    match known {
        _ if text.is_empty() => none(),
        Some(lines) => text + &values(lines),
        None => text,
    }
}

/// A list of values, folded if it is long.
fn values(lines: &[ValueLine]) -> String {
    if lines.is_empty() {
        return "<p class=\"faint\">no changes</p>".to_owned();
    }
    let code = |text: &str| format!("<code>{}</code>", markup(text));
    let value = |value: &Option<String>| value.as_deref().map_or_else(|| "(none)".to_owned(), code);
    let items = list(lines.iter().map(|line| {
        let change =
            line.path.as_ref().map(|path| format!(" at {}: {} → {}", code(path), value(&line.old), value(&line.new)));
        let note = if line.note.is_empty() { String::new() } else { format!(" ({})", markup(&line.note)) };
        format!("{}{}{note}", code(&line.file), change.unwrap_or_default())
    }));
    if lines.len() > MOST_LINES {
        format!("<details><summary>{} changes</summary>{items}</details>", lines.len())
    } else {
        items
    }
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
