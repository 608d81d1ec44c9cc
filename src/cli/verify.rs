//! `promoc verify FLOW --product P`

use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::project::Opened;
use super::test::quoted;
use super::{Answer, Failure, Format, Out};
use crate::api::VerifyDocument;
use crate::verify::{Verified, VerifyOptions, verify};

/// Explores every run of a release, and proves or refutes what holds of them all.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 proved, 1 refuted, 2 cut short: no proof.")]
pub(super) struct Verify {
    /// The flow
    flow: String,
    /// The product (default: the only one that lists the flow)
    #[arg(long)]
    product: Option<String>,
    /// How much may go wrong in one run: failures, timeouts, lost health, a terminate
    #[arg(long, value_name = "N", default_value_t = 1)]
    failures: u32,
    /// How often the release may be retried
    #[arg(long, value_name = "N", default_value_t = 1)]
    retries: u32,
    /// 2: explore two releases of the flow together, too
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=2))]
    releases: u32,
    /// Give up after so many states
    #[arg(long, value_name = "N", default_value_t = 2_000_000)]
    limit: usize,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The program: a file or a folder
    #[arg(long, default_value = ".")]
    project: PathBuf,
}

impl Verify {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let project = Opened::open(&self.project)?;
        let flow = project.flow(&self.flow)?;
        let product = project.product(self.product.as_deref(), flow)?;
        let checked = project.checked(out)?;
        let (failures, retries, releases, limit) = (self.failures, self.retries, self.releases, self.limit);
        let options = VerifyOptions { failures, retries, releases, limit };
        let bar = out.live.then(bar);
        let found = verify(checked, product, flow, options, &mut |progress| {
            if let Some(bar) = &bar {
                let (states, open, depth) = (progress.states, progress.open, progress.depth);
                bar.set_message(format!("{states} states, {open} of them open, {depth} steps deep"));
            }
        });
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        match self.format {
            Format::Json => out.json(&VerifyDocument::from(&found))?,
            Format::Human => show(&found, &project, out)?,
        }
        match found.holds() {
            Some(true) => Ok(Answer::Yes),
            Some(false) => Ok(Answer::No),
            None => Err(Failure::said(2)),
        }
    }
}

fn show(found: &Verified, project: &Opened, out: &mut Out) -> Result<(), Failure> {
    out.result(&found.table(out.style.narrated))?;
    for judged in &found.judged {
        let Some(refutation) = &judged.refutation else { continue };
        let said = match judged.span {
            Some(span) => quoted(&project.sources, span, &refutation.what),
            None => format!("{} is broken: {}\n", judged.law.code(), refutation.what),
        };
        out.result(&format!("\n{said}{}", refutation.page()))?;
    }
    Ok(())
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}  {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
