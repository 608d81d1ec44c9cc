//! `promoc resume [ID]`

use std::path::PathBuf;

use super::progress::{Progress, options};
use super::project::{failure, project};
use super::run::answer;
use super::{Answer, Failure, Format, Out};
use crate::run::resume;

/// Resume interrupted releases
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Resume every release that has not ended" => "promoc resume",
    "Resume one release" => "promoc resume main-2db2de49c4",
    "Resume a release whose ID several products have" => "promoc resume shop/main-2db2de49c4",
})]
pub(super) struct Resume {
    /// ID of the release, or PRODUCT/ID [default: every release that has not ended]
    id: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Folder of the project, or its program file
    #[arg(long, value_name = "PATH", default_value = ".")]
    project: PathBuf,
}

impl Resume {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let root = project(&self.project)?;
        let mut progress = Progress::new(out, self.format);
        let ended = resume(&root, self.id.as_deref(), &mut progress, options()?);
        progress.end();
        let ended = ended.map_err(failure)?;
        if ended.is_empty() && self.format == Format::Human {
            out.line("nothing to resume: every release has ended")?;
        }
        answer(&ended, self.format, out)
    }
}
