//! `promoc release ID`

use std::path::PathBuf;

use super::preview::lines;
use super::project::{failure, project};
use super::releases::{aligned, short, status, to_continue};
use super::{Answer, Failure, Format, Out};
use crate::api::ReleaseDocument;
use crate::release::Outcome;
use crate::run::{EffectView, EnvironmentView, ReleaseView, release};

/// Show a release: its environments, workflows, commits and errors
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Show a release that `promoc releases` lists" => "promoc release main-2db2de49c4",
    "Show a release whose ID several products have" => "promoc release shop/main-2db2de49c4",
})]
pub(super) struct Release {
    /// ID of the release, from `promoc releases`, or PRODUCT/ID
    id: String,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Folder of the project, or its program file
    #[arg(long, value_name = "PATH", default_value = ".")]
    project: PathBuf,
}

impl Release {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let root = project(&self.project)?;
        let view = release(&root, &self.id).map_err(failure)?;
        match self.format {
            Format::Json => out.json(&ReleaseDocument::from(&view))?,
            Format::Human => {
                out.result(&text(&view))?;
                if let Some(name) = &view.release.interrupted {
                    out.note(&to_continue(name));
                }
            }
        }
        Ok(Answer::Yes)
    }
}

fn text(view: &ReleaseView) -> String {
    let of = &view.release;
    let version = if of.version.is_empty() { String::new() } else { format!(" {}", of.version) };
    let mut text = format!("{}: {}{version} via {}, {}\n", of.id, of.product, of.flow, status(of));
    if let Some(commit) = &view.commit {
        let sha: String = commit.sha.chars().take(10).collect();
        text.push_str(&format!(
            "triggered by commit {sha} ({}): {}\n",
            commit.author,
            commit.message.lines().next().unwrap_or_default()
        ));
    }
    if let Some(started) = &of.started {
        let ended = of.ended.as_deref().map(|ended| format!(", ended {}", short(ended))).unwrap_or_default();
        text.push_str(&format!("started {}{ended}\n", short(started)));
    }
    for environment in &view.environments {
        text.push_str(&environment_lines(environment));
    }
    text.push_str(&hooks(&view.workflows));
    for issue in &view.issues {
        text.push_str(&format!("\n! {issue}"));
    }
    if !view.issues.is_empty() {
        text.push('\n');
    }
    text
}

fn environment_lines(environment: &EnvironmentView) -> String {
    let waits = match environment.waits_for.as_slice() {
        [] => String::new(),
        things => format!(", waits for: {}", things.join("; ")),
    };
    let times = match (&environment.started, &environment.ended) {
        (Some(started), Some(ended)) => format!(" ({} to {})", short(started), short(ended)),
        (Some(started), None) => format!(" (since {})", short(started)),
        _ => String::new(),
    };
    let mut text = format!("\n{}: {}{waits}{times}\n", environment.name, environment.status.as_str());
    text.push_str(&workflows(&environment.workflows));
    for commit in &environment.commits {
        let sha: String = commit.sha.chars().take(10).collect();
        text.push_str(&format!("  commit {sha} in {}\n", commit.repository));
    }
    for file in &environment.files {
        text.push_str(&lines(file, ""));
    }
    text
}

fn hooks(effects: &[EffectView]) -> String {
    let lines = workflows(effects);
    if lines.is_empty() { lines } else { format!("\nrelease\n{lines}") }
}

/// A line for each workflow and for each other effect that failed or found nothing to change, with errors and output.
fn workflows(effects: &[EffectView]) -> String {
    let tells = |outcome| matches!(outcome, Some(Outcome::Failed | Outcome::Unchanged));
    let told = effects.iter().filter(|effect| effect.workflow.is_some() || tells(effect.outcome));
    let mut text = String::new();
    for effect in told {
        let outcome = match effect.outcome {
            None => "in progress",
            Some(Outcome::Failed) => "failed",
            Some(Outcome::Stopped) => "stopped",
            Some(Outcome::Unchanged) => "unchanged",
            Some(_) => "done",
        };
        let row = [[
            format!("  {}", effect.stage),
            effect.workflow.clone().unwrap_or_default(),
            effect.application.clone().unwrap_or_default(),
            outcome.to_string(),
            effect.log.clone().unwrap_or_default(),
        ]];
        text.push_str(&aligned(&row));
        if let Some(error) = &effect.error {
            text.push_str(&format!("    {error}\n"));
        }
        for line in &effect.output {
            text.push_str(&format!("    | {line}\n"));
        }
    }
    text
}
