//! `promoc resume [ID]`

use std::path::PathBuf;

use super::progress::{Progress, options};
use super::project::{failure, unopened};
use super::run::answer;
use super::{Answer, Failure, Format, Out};
use crate::project::ProjectRoot;
use crate::run::resume;

/// Goes on with releases that were interrupted: with one, or with every one of the project that has not ended.
#[derive(Debug, clap::Args)]
pub(super) struct Resume {
    /// The release (default: all that have not ended)
    id: Option<String>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The project: a folder, or a program file
    #[arg(long, default_value = ".")]
    project: PathBuf,
}

impl Resume {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let root = ProjectRoot::find(&self.project).map_err(unopened)?;
        let mut progress = Progress::new(out, self.format);
        let ended = resume(&root, self.id.as_deref(), &mut progress, options()?);
        progress.end();
        let ended = ended.map_err(failure)?;
        if ended.is_empty() && self.format == Format::Human {
            out.line("every release has ended")?;
        }
        answer(&ended, self.format, out)
    }
}
