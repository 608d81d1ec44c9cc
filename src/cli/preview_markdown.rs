//! A preview as markdown, for a pull request or an issue: a mermaid graph of the flow, and a table for each environment.

use crate::edit::change_of_type;
use crate::edit::{FileChangeKind, FileView};
use crate::graph::{Picture, mermaid};
use crate::program::Program;
use crate::run::{EnvironmentPreview, Preview, is_older};

/// How much of a value is shown, in characters.
const WIDEST: usize = 120;

/// The preview of a flow of this program, or of a promotion by hand.
pub(super) fn markdown(preview: &Preview, program: &Program) -> String {
    let version = preview.version.as_ref().map(|version| format!(" {}", code(version))).unwrap_or_default();
    let sha: String = preview.commit.chars().take(10).collect();
    let mut text = format!(
        "### {}{version} via {}\n\nTriggered by commit {}.\n",
        plain(&preview.product),
        plain(&preview.flow),
        code(&sha)
    );
    let picture = picture(preview, program);
    if !picture.is_empty() {
        text.push_str(&format!("\n```mermaid\n{picture}```\n"));
    }
    for environment in &preview.environments {
        text.push_str(&of_environment(environment));
    }
    text
}

/// The flow of a program; for a promotion by hand, its two environments.
fn picture(preview: &Preview, program: &Program) -> String {
    let product = program.product(&preview.product).ok();
    if let Ok(flow) = program.flow(&preview.flow) {
        return mermaid(&Picture::new(program, flow, product));
    }
    let target = preview.environments.first().map(|environment| environment.name.as_str()).unwrap_or_default();
    let from = preview.flow.strip_suffix(&format!("-to-{target}")).unwrap_or_default();
    let (Some(product), Ok(from), Ok(to)) = (product, program.environment(from), program.environment(target)) else {
        return String::new();
    };
    let mut program = program.clone();
    let flow = program.promotion(product, from, to, None, None, None);
    mermaid(&Picture::new(&program, flow, Some(product)))
}

fn of_environment(environment: &EnvironmentPreview) -> String {
    let note = match (environment.incomplete, environment.unchanged) {
        (true, _) => ", cannot be changed",
        (_, true) => ", no changes",
        _ => "",
    };
    let mut text = format!("\n#### {}: {}{note}\n", plain(&environment.name), environment.action.as_str());
    for application in environment.applications.iter().filter(|application| !application.files.is_empty()) {
        text.push_str(&format!(
            "\n{} in {} on {}\n\n| file | value | now | after |\n|---|---|---|---|\n",
            code(&application.name),
            code(&application.repo),
            code(&application.branch)
        ));
        for file in &application.files {
            for row in rows(file) {
                text.push_str(&format!("| {} | {} |\n", code(&file.file), row.join(" | ")));
            }
        }
        for file in &application.files {
            text.push_str(&diff(file));
        }
    }
    text
}

/// The rows of a file: what, now, after.
fn rows(file: &FileView) -> Vec<[String; 3]> {
    let one = |what: &str| vec![[format!("*{what}*"), String::new(), String::new()]];
    let value = |value: Option<&str>| value.map_or_else(|| "*none*".to_owned(), code);
    let rows: Vec<[String; 3]> = file
        .properties
        .iter()
        .map(|property| {
            let (old, new) = (property.old.as_deref(), property.new.as_deref());
            let older = old.zip(new).is_some_and(|(old, new)| is_older(old, new));
            let mut mark = if older { " **older**".to_owned() } else { String::new() };
            if let Some(change) = old.zip(new).and_then(|(old, new)| change_of_type(old, new)) {
                mark.push_str(&format!(" ({change})"));
            }
            [code(&property.path), value(old), format!("{}{mark}", value(new))]
        })
        .collect();
    if !rows.is_empty() {
        return rows;
    }
    match (file.change, &file.lines) {
        (FileChangeKind::Created, _) => one("new file"),
        (FileChangeKind::Removed, _) => one("removed"),
        (_, Some(lines)) => one(&format!("{} lines added, {} removed", lines.added, lines.removed)),
        (_, None) => one("replaced"),
    }
}

/// The changed lines of a file, if its values do not tell what changes.
fn diff(file: &FileView) -> String {
    let Some(lines) = file.lines.as_ref().filter(|lines| !lines.text.is_empty()) else { return String::new() };
    // A line of the file may itself end a fence.
    let longest = lines.text.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let mut text = format!("\n{}\n\n{fence}diff\n{}\n", code(&file.file), lines.text.join("\n"));
    let more = (lines.added + lines.removed).saturating_sub(lines.text.len());
    if more > 0 {
        text.push_str(&format!("… and {more} more lines\n"));
    }
    text + &fence + "\n"
}

/// Text of other people as a code span in a table: one line, nothing in it is markup.
fn code(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line.chars().take(WIDEST).collect();
    let short = if short.len() < line.len() { format!("{short}…") } else { short };
    if short.is_empty() {
        return "*empty*".to_owned();
    }
    let fence = "`".repeat(longest_run(&short) + 1);
    let pad = if short.starts_with('`') || short.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", short.replace('|', "\\|"))
}

/// A name in a heading.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | ' ')).collect()
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_other_people_is_no_markup() {
        assert_eq!(code("1.0"), "`1.0`");
        assert_eq!(code("a|b\nc"), "`a\\|b c`");
        assert_eq!(code("`x``"), "``` `x`` ```");
        assert_eq!(code(" "), "*empty*");
        assert_eq!(code(&"x".repeat(500)).chars().count(), WIDEST + 3);
    }
}
