//! `promoc run FLOW --product P`

use std::path::PathBuf;

use super::progress::{Progress, options};
use super::project::Opened;
use super::{Answer, Failure, Format, Out};
use crate::api::RunDocument;
use crate::release::{Status, describe};
use crate::run::{Ended, run};

/// Start a release of a flow and run it to the end
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Release the only product that lists the flow" => "promoc run main",
    "Release one of several products" => "promoc run main --product shop",
})]
pub(super) struct Run {
    /// Flow to run
    flow: String,
    /// Product to release [default: the only product that lists the flow]
    #[arg(long)]
    product: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Program file, or the folder that contains it
    #[arg(long, value_name = "PATH", default_value = ".")]
    project: PathBuf,
}

impl Run {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let project = Opened::open(&self.project)?;
        let flow = project.flow(&self.flow)?;
        let product = project.product(self.product.as_deref(), flow)?;
        let checked = project.checked(out)?;
        let name = project.program().products[product].name.value.clone();
        let mut progress = Progress::new(out, self.format);
        let ended = run(&project.inner.root, checked, &name, &self.flow, &mut progress, options()?);
        progress.end();
        let ended = ended.map_err(|error| project.failed(error, out))?;
        answer(&[ended], self.format, out)
    }
}

/// Prints how releases ended, and returns the answer for the exit code.
pub(super) fn answer(ended: &[Ended], format: Format, out: &mut Out) -> Result<Answer, Failure> {
    if format == Format::Json {
        out.json(&RunDocument::from(ended))?;
    }
    let mut answer = Answer::Yes;
    for Ended { id, status, interrupted, nothing_to_change } in ended {
        if format == Format::Human {
            match (interrupted, nothing_to_change) {
                (true, _) => {
                    out.line(&format!("release {id} was interrupted; to continue, run `promoc resume {id}`"))?;
                }
                (_, true) => out.line(&format!("nothing to change: release {id} already promoted these values"))?,
                _ => {
                    let ended = describe::ended(*status);
                    out.line(&format!("release {id} {ended}; for details, run `promoc release {id}`"))?;
                }
            }
        }
        answer = match (interrupted, status) {
            (true, _) => Answer::Interrupted,
            (false, Status::Succeeded) => answer,
            (false, _) => Answer::No,
        };
    }
    Ok(answer)
}
