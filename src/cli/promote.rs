//! `promoc promote PRODUCT --from E --to E`

use std::path::PathBuf;

use super::progress::{Progress, options};
use super::project::Opened;
use super::run::answer;
use super::{Answer, Failure, Format, Out};
use crate::run::{Promotion, promote};

/// Promotes a product from one environment to another, as one drags and drops it in a console.
#[derive(Debug, clap::Args)]
pub(super) struct Promote {
    /// The product
    product: String,
    /// From this environment
    #[arg(long)]
    from: String,
    /// To this one
    #[arg(long)]
    to: String,
    /// commit, pull-request or none, instead of what the policies say
    #[arg(long)]
    action: Option<String>,
    /// The workflow before, or `none`, instead of what the policies say
    #[arg(long)]
    pre_action: Option<String>,
    /// The workflow after, or `none`, instead of what the policies say
    #[arg(long)]
    post_action: Option<String>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The program: a file or a folder
    #[arg(long, default_value = ".")]
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
        let ended = promote(&project.inner.root, checked, &self.product, promotion, &mut progress, options()?);
        progress.end();
        let ended = ended.map_err(|error| project.failed(error, out))?;
        answer(&[ended], self.format, out)
    }
}
