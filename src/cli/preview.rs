//! `promoc preview FLOW --product P`, `promoc preview PRODUCT --from E --to E`

use std::path::PathBuf;

use super::preview_markdown::markdown;
use super::project::Opened;
use super::write::write;
use super::{Answer, Failure, Out};
use crate::api::PreviewDocument;
use crate::edit::{FileChangeKind, FileView, change_of_type};
use crate::run::{Preview as Previewed, Promotion, ReleaseSpec, is_older, preview_and_save};

/// Show the changes to every file without making them
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Preview a release of a flow" => "promoc preview main",
    "Preview one promotion" => "promoc preview shop --from dev --to qa",
    "Comment on a pull request" => "promoc preview main --format markdown",
    "Save the plan, to run it later" => "promoc preview main --out plan.json",
})]
pub(super) struct Preview {
    /// Flow to preview; with `--from` and `--to`, the product
    name: String,
    /// Product to promote [default: the only product that lists the flow]
    #[arg(long, conflicts_with = "from")]
    product: Option<String>,
    /// Environment to promote from
    #[arg(long, value_name = "ENVIRONMENT", requires = "to")]
    from: Option<String>,
    /// Environment to promote to
    #[arg(long, value_name = "ENVIRONMENT", requires = "from")]
    to: Option<String>,
    /// Read what is promoted at this commit of the trigger's repository [default: the head of its branch]
    #[arg(long, value_name = "COMMIT", value_parser = super::habits::commit)]
    at: Option<String>,
    /// Save the plan to this file, to run exactly this later with `promoc run --plan FILE`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: PreviewFormat,
    /// Program file, or the folder that contains it
    #[arg(long, value_name = "PATH", default_value = ".")]
    project: PathBuf,
}

/// Output formats of a preview.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum PreviewFormat {
    /// Text for people
    #[default]
    Human,
    /// One JSON document
    Json,
    /// Tables and a mermaid graph, for a pull request
    Markdown,
}

impl Preview {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let project = Opened::open(&self.project)?;
        let (product, spec) = match (&self.from, &self.to) {
            (Some(from), Some(to)) => {
                let promotion = Promotion { from: from.clone(), to: to.clone(), ..Promotion::default() };
                (self.name.clone(), ReleaseSpec::Promotion(promotion))
            }
            _ => {
                let flow = project.flow(&self.name)?;
                let product = project.product(self.product.as_deref(), flow)?;
                let name = project.program().products[product].name.value.clone();
                (name, ReleaseSpec::Flow { flow: self.name.clone() })
            }
        };
        let checked = project.checked(out)?;
        let (shown, plan) = preview_and_save(&project.inner.root, checked, &product, &spec, self.at.as_deref())
            .map_err(|error| project.failed(error, out))?;
        // A script gets all or nothing; a person sees what is not concerned, too.
        let tells = plan.is_ok() || shown.environments.iter().any(|environment| !environment.incomplete);
        match self.format {
            PreviewFormat::Json if plan.is_ok() => out.json(&PreviewDocument::from(&shown))?,
            PreviewFormat::Human if tells => out.result(&text(&shown))?,
            PreviewFormat::Markdown if tells => out.result(&markdown(&shown, project.program()))?,
            _ => {}
        }
        let plan = plan.map_err(|error| project.failed(error, out))?;
        if let Some(file) = &self.out {
            write(file, &plan.text())?;
            out.note(&format!("saved the plan; to run it, run `promoc run --plan {}`", file.display()));
        }
        Ok(Answer::Yes)
    }
}

fn text(preview: &Previewed) -> String {
    let commit: String = preview.commit.chars().take(10).collect();
    let version = preview.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let mut text = format!("{}{version} via {}, at commit {commit}\n", preview.product, preview.flow);
    for environment in &preview.environments {
        let note = match (environment.incomplete, environment.unchanged) {
            (true, _) => " (cannot be changed, see the problems below)",
            (_, true) => " (no changes)",
            _ => "",
        };
        text.push_str(&format!("\n{}: {}{note}\n", environment.name, environment.action.as_str()));
        for application in environment.applications.iter().filter(|application| !application.files.is_empty()) {
            text.push_str(&format!("  {} in {} on {}\n", application.name, application.repo, application.branch));
            for file in &application.files {
                text.push_str(&lines(file, &application.path));
            }
        }
    }
    text
}

/// The first line of a value.
pub(super) fn brief(value: &str) -> String {
    value.lines().next().map_or_else(String::new, |first| {
        if value.lines().count() > 1 { format!("{first} …") } else { first.to_string() }
    })
}

/// The lines about a file: its path, then its changed properties in columns. `folder` is the prefix of a relative path.
pub(super) fn lines(file: &FileView, folder: &str) -> String {
    let path = if folder.is_empty() || file.file.starts_with(folder) {
        file.file.clone()
    } else {
        format!("{folder}/{}", file.file)
    };
    let what = match file.change {
        FileChangeKind::Edited => "",
        FileChangeKind::Created => "  (new)",
        // Older releases did not record what changed.
        FileChangeKind::Replaced if file.properties.is_empty() && file.lines.is_none() => "  (replaced)",
        FileChangeKind::Replaced => "",
        FileChangeKind::Removed => "  (removed)",
    };
    let mut text = format!("    {path}{what}\n");
    let widest = file.properties.iter().map(|property| property.path.chars().count()).max().unwrap_or(0);
    for property in &file.properties {
        let old = property.old.as_deref().map_or_else(|| "(none)".to_string(), brief);
        let new = property.new.as_deref().map_or_else(|| "(none)".to_string(), brief);
        let values = property.old.as_deref().zip(property.new.as_deref());
        let older = values.is_some_and(|(old, new)| is_older(old, new));
        let mut mark = if older { "  (older)".to_owned() } else { String::new() };
        if let Some(change) = values.and_then(|(old, new)| change_of_type(old, new)) {
            mark.push_str(&format!("  ({change})"));
        }
        text.push_str(&format!("      {:widest$}  {old} → {new}{mark}\n", property.path));
    }
    if let Some(lines) = &file.lines {
        for line in &lines.text {
            text.push_str(&format!("      {line}\n"));
        }
        let more = (lines.added + lines.removed).saturating_sub(lines.text.len());
        if more > 0 {
            let (added, removed) = (lines.added, lines.removed);
            text.push_str(&format!("      … and {more} more lines ({added} added and {removed} removed in all)\n"));
        }
    }
    text
}
