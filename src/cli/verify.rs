//! `promoc verify FLOW --product P`

mod keep;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::progress::{interrupt, some};
use super::project::Opened;
use super::test::quoted;
use super::{Answer, Failure, Format, Out};
use crate::api::VerifyDocument;
use crate::verify::{Verified, VerifyOptions, verify};

/// Prove or refute properties of every possible run of a release
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    examples! {
        "Prove the `never` properties of a flow, or find a run that breaks one" => "promoc verify main",
        "Allow two failures in a run, and a second release that overlaps the first" =>
            "promoc verify main --failures 2 --releases 2",
        "Keep the runs that break properties as scenarios for `promoc test`" =>
            "promoc verify main --write scenarios.promo",
    },
    "\n\n\u{1b}[1m\u{1b}[4mExit codes:\u{1b}[0m\
    \n  0  proved\
    \n  1  refuted, or the program has errors\
    \n  2  no answer: the limit was reached before every run with one failure was explored, or a usage or environment error\
    \n  130  interrupted"
))]
pub(super) struct Verify {
    /// Flow to verify
    flow: String,
    /// Product to release [default: the only product that lists the flow]
    #[arg(long)]
    product: Option<String>,
    /// Allow up to N failures, timeouts, losses of health and terminations in a run [default: more and more, until a
    /// property is broken, nothing new happens, or the limit is reached]
    #[arg(long, value_name = "N")]
    failures: Option<u32>,
    /// Allow up to N retries of the release
    #[arg(long, value_name = "N", default_value_t = 1)]
    retries: u32,
    /// Explore one release, or also two overlapping releases of the flow
    #[arg(long, value_name = "1|2", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=2))]
    releases: u32,
    /// Stop after N states
    #[arg(long, value_name = "N", default_value_t = VerifyOptions::default().limit as u64, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,
    /// Append a scenario for each broken property to a file
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Program file, or the folder that contains it
    #[arg(long, value_name = "PATH", default_value = ".")]
    project: PathBuf,
}

impl Verify {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let project = Opened::open(&self.project)?;
        let flow = project.flow(&self.flow)?;
        let product = project.product(self.product.as_deref(), flow)?;
        let checked = project.checked(out)?;
        let (failures, retries, releases) = (self.failures, self.retries, self.releases);
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let options = VerifyOptions { failures, retries, releases, limit };
        let interrupt = interrupt()?;
        let bar = out.live.then(bar);
        let found = verify(checked, product, flow, options, &mut |progress| {
            if let Some(bar) = &bar {
                let (failures, states, open, depth) =
                    (progress.failures, progress.states, progress.open, progress.depth);
                bar.set_message(format!(
                    "up to {}: {states} states found, {open} to explore, {depth} steps deep",
                    some(failures as usize, "failure")
                ));
            }
            if interrupt.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        match self.format {
            Format::Json => out.json(&VerifyDocument::from(&found))?,
            Format::Human => show(&found, &project, out)?,
        }
        if let Some(path) = &self.write {
            keep::keep(&found, path, &project, out)?;
        }
        if found.is_interrupted() {
            return Ok(Answer::Interrupted);
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
            None => format!("{} does not hold: {}\n", judged.law.code(), refutation.what),
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
