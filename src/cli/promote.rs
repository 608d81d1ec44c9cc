//! `promoc promote PRODUCT --from E --to E`

use std::path::PathBuf;

use super::progress::{Progress, options};
use super::project::Opened;
use super::run::answer;
use super::{Answer, Failure, Format, Out};
use crate::run::{Promotion, RunOptions, promote};

/// Promote a product from one environment to another
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Promote what runs in dev to qa" => "promoc promote shop --from dev --to qa",
    "Promote an older version" => "promoc promote shop --from dev --to qa --at 542bf9668a",
    "The same, but with a different workflow after the commit" =>
        "promoc promote shop --from dev --to qa --post-action smoke-tests",
})]
pub(super) struct Promote {
    /// Product to promote
    product: String,
    /// Environment to promote from
    #[arg(long, value_name = "ENVIRONMENT")]
    from: String,
    /// Environment to promote to
    #[arg(long, value_name = "ENVIRONMENT")]
    to: String,
    /// Promote what was there at this commit of the repository [default: the head of its branch]
    #[arg(long, value_name = "COMMIT", value_parser = super::habits::commit)]
    at: Option<String>,
    /// Override the action set by the policies: `commit`, `pull-request` or `none`
    #[arg(long)]
    action: Option<String>,
    /// Override the pre-action set by the policies: a workflow or `none`
    #[arg(long, value_name = "WORKFLOW")]
    pre_action: Option<String>,
    /// Override the post-action set by the policies: a workflow or `none`
    #[arg(long, value_name = "WORKFLOW")]
    post_action: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Program file, or the folder that contains it
    #[arg(long, value_name = "PATH", default_value = ".")]
    project: PathBuf,
}

impl Promote {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let project = Opened::open(&self.project)?;
        let checked = project.checked(out)?;
        let promotion = Promotion {
            from: self.from.clone(),
            to: self.to.clone(),
            action: self.action.clone(),
            pre_action: self.pre_action.clone(),
            post_action: self.post_action.clone(),
        };
        let mut progress = Progress::new(out, self.format);
        let options = RunOptions { at: self.at.clone(), ..options()? };
        let ended = promote(&project.inner.root, checked, &self.product, promotion, &mut progress, options);
        progress.end();
        let ended = ended.map_err(|error| project.failed(error, out))?;
        answer(&[ended], self.format, out)
    }
}
