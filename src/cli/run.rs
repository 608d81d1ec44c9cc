//! `promoc run FLOW --product P`

use std::path::{Path, PathBuf};

use super::progress::{Progress, options};
use super::project::{Opened, cannot_read};
use super::releases::to_continue;
use super::{Answer, Failure, Format, Out};
use crate::api::RunDocument;
use crate::release::{Status, describe};
use crate::run::{Ended, RunError, RunOptions, SavedPlan, run, run_plan};

/// Start a release of a flow and run it to the end
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Release the only product that lists the flow" => "promoc run main",
    "Release one of several products" => "promoc run main --product shop",
    "Release what was there at an older commit" => "promoc run main --at 542bf9668a",
    "Run a plan that was saved and read before" => "promoc run --plan plan.json",
})]
pub(super) struct Run {
    /// Flow to run
    #[arg(required_unless_present = "plan")]
    flow: Option<String>,
    /// Product to release [default: the only product that lists the flow]
    #[arg(long)]
    product: Option<String>,
    /// Read what is promoted at this commit of the trigger's repository [default: the head of its branch]
    #[arg(long, value_name = "COMMIT", value_parser = super::habits::commit)]
    at: Option<String>,
    /// Run the plan that `promoc preview --out FILE` saved, if the program and the targets are still the same
    #[arg(long, value_name = "FILE", conflicts_with_all = ["flow", "product", "at"])]
    plan: Option<PathBuf>,
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
        let ended = match (&self.plan, &self.flow) {
            (Some(file), _) => self.run_plan(&project, file, out)?,
            (None, flow) => {
                let name = flow.as_deref().unwrap_or_default();
                let flow = project.flow(name)?;
                let product = project.product(self.product.as_deref(), flow)?;
                let checked = project.checked(out)?;
                let product = project.program().products[product].name.value.clone();
                let options = RunOptions { at: self.at.clone(), ..options()? };
                let mut progress = Progress::new(out, self.format);
                let ended = run(&project.inner.root, checked, &product, name, &mut progress, options);
                progress.end();
                ended
            }
        };
        let ended = ended.map_err(|error| project.failed(error, out))?;
        answer(&[ended], self.format, out)
    }

    fn run_plan(&self, project: &Opened, file: &Path, out: &mut Out) -> Result<Result<Ended, RunError>, Failure> {
        let text = std::fs::read_to_string(file).map_err(|error| cannot_read(file, &error))?;
        let plan = match SavedPlan::parse(&text) {
            Ok(plan) => plan,
            Err(error) => return Ok(Err(error)),
        };
        let checked = project.checked(out)?;
        let options = options()?;
        let mut progress = Progress::new(out, self.format);
        let ended = run_plan(&project.inner.root, checked, &plan, &mut progress, options);
        progress.end();
        Ok(ended)
    }
}

/// Prints how releases ended, and returns the answer for the exit code.
pub(super) fn answer(ended: &[Ended], format: Format, out: &mut Out) -> Result<Answer, Failure> {
    if format == Format::Json {
        out.json(&RunDocument::from(ended))?;
    }
    let mut answer = Answer::Yes;
    for Ended { name: id, status, interrupted, nothing_to_change, .. } in ended {
        if format == Format::Human {
            match (interrupted, nothing_to_change) {
                (true, _) => out.line(&to_continue(id))?,
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
