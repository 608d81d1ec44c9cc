//! `promoc preview FLOW --product P`, `promoc preview PRODUCT --from E --to E`

use std::path::PathBuf;

use super::project::Opened;
use super::{Answer, Failure, Format, Out};
use crate::api::PreviewDocument;
use crate::edit::{FileChangeKind, FileView};
use crate::run::{Preview as Previewed, Promotion, ReleaseSpec, preview};

/// Show the changes to every file without making them
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Preview a release of a flow" => "promoc preview main",
    "Preview one promotion" => "promoc preview shop --from dev --to qa",
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
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Program file, or the folder that contains it
    #[arg(long, value_name = "PATH", default_value = ".")]
    project: PathBuf,
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
        let shown =
            preview(&project.inner.root, checked, &product, &spec).map_err(|error| project.failed(error, out))?;
        match self.format {
            Format::Json => out.json(&PreviewDocument::from(&shown))?,
            Format::Human => out.result(&text(&shown))?,
        }
        Ok(Answer::Yes)
    }
}

fn text(preview: &Previewed) -> String {
    let commit: String = preview.commit.chars().take(10).collect();
    let version = preview.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let mut text = format!("{}{version} via {}, at commit {commit}\n", preview.product, preview.flow);
    for environment in &preview.environments {
        let note = if environment.unchanged { " (no changes)" } else { "" };
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
        FileChangeKind::Replaced => "  (replaced)",
        FileChangeKind::Removed => "  (removed)",
    };
    let mut text = format!("    {path}{what}\n");
    let one_line = |value: &str| {
        value.lines().next().map_or_else(String::new, |first| {
            if value.lines().count() > 1 { format!("{first} …") } else { first.to_string() }
        })
    };
    let widest = file.properties.iter().map(|property| property.path.chars().count()).max().unwrap_or(0);
    for property in &file.properties {
        let old = property.old.as_deref().map_or_else(|| "(none)".to_string(), one_line);
        let new = property.new.as_deref().map_or_else(|| "(none)".to_string(), one_line);
        text.push_str(&format!("      {:widest$}  {old} → {new}\n", property.path));
    }
    text
}
