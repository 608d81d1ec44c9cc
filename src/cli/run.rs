//! `promoc run FLOW --product P`

use std::path::PathBuf;

use super::progress::{Progress, options};
use super::project::Opened;
use super::{Answer, Failure, Format, Out};
use crate::api::RunDocument;
use crate::release::{Status, describe};
use crate::run::{Ended, run};

/// Starts a release of a flow that the product lists, and drives it to its end.
#[derive(Debug, clap::Args)]
pub(super) struct Run {
    /// The flow
    flow: String,
    /// The product (default: the only one that lists the flow)
    #[arg(long)]
    product: Option<String>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The program: a file or a folder
    #[arg(long, default_value = ".")]
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

/// Says how releases ended, and what that means for the exit code.
pub(super) fn answer(ended: &[Ended], format: Format, out: &mut Out) -> Result<Answer, Failure> {
    if format == Format::Json {
        out.json(&RunDocument::from(ended))?;
    }
    let mut answer = Answer::Yes;
    for Ended { id, status, interrupted, nothing_to_change } in ended {
        if format == Format::Human {
            match (interrupted, nothing_to_change) {
                (true, _) => out.line(&format!("release {id} was interrupted; go on with `promoc resume {id}`"))?,
                (_, true) => out.line(&format!("nothing to change: release {id} has brought these values"))?,
                _ => out.line(&format!("release {id} {}; `promoc release {id}` shows it", describe::ended(*status)))?,
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
