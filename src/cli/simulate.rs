//! `promoc simulate FLOW --product P`

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::preview::brief;
use super::progress::{counter, interrupt};
use super::project::Opened;
use super::releases::{aligned, short};
use super::test::told;
use super::{Answer, Failure, Format, Out};
use crate::api::{SimulateDocument, SimulateRunsDocument};
use crate::check::Checked;
use crate::edit::{FileChangeKind, FileView, PropertyView, change_of_type};
use crate::graph::{Picture, svg};
use crate::program::{FlowId, ProductId, Program, ScenarioId};
use crate::report::{Page, RepositoryValues, TimelineOptions, ValueLine, page};
use crate::run::{ReleaseSpec, is_older, preview_and_save};
use crate::simulate::{Played, SampleOptions, SimulateOptions, Simulation, Tested, sample, simulate, test};
use crate::source::plain;
use crate::syntax::literal::{Instant, InstantError};

/// The most releases that one call simulates: they fit in memory and take less than a minute.
const MOST_RUNS: u64 = 10_000_000;

/// Simulate a release without changing anything
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Show the timeline of a release" => "promoc simulate main",
    "Start the release on a Friday evening, and show every event" =>
        "promoc simulate main --at 2026-11-27T18:00Z --events",
    "Simulate a scenario of the program" => "promoc simulate main --scenario a-failing-test-stops-it",
    "Estimate how often a release succeeds, and how long it takes" => "promoc simulate main --runs 10000",
    "Write a report for a pull request" => "promoc simulate main --report release.html",
})]
pub(super) struct Simulate {
    /// Flow to simulate
    flow: String,
    /// Product to release [default: the only product that lists the flow]
    #[arg(long)]
    product: Option<String>,
    /// Simulate this scenario, and fail if it does not meet its expectations
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// Start of the release: `now`, or a time with an offset, such as 2026-11-23T08:00Z
    #[arg(long, value_name = "TIME", value_parser = instant, conflicts_with = "scenario")]
    at: Option<Instant>,
    /// Simulate N releases with random durations and failures, within the `takes` and `fails` of each workflow
    #[arg(long, value_name = "N", conflicts_with_all = ["scenario", "events"], value_parser = clap::value_parser!(u64).range(1..=MOST_RUNS))]
    runs: Option<u64>,
    /// Seed for `--runs`; the same seed gives the same output
    #[arg(long, value_name = "SEED", default_value_t = 0, requires = "runs")]
    seed: u64,
    /// Also write an HTML report: flow, timeline, environments, events
    #[arg(long, value_name = "FILE", conflicts_with = "runs")]
    report: Option<PathBuf>,
    /// Show every event after the timeline
    #[arg(long)]
    events: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Program file, or the folder that contains it
    #[arg(long, value_name = "PATH", default_value = ".")]
    project: PathBuf,
}

fn instant(text: &str) -> Result<Instant, String> {
    if text == "now" {
        return Ok(Instant(jiff::Timestamp::now().as_millisecond()));
    }
    text.parse().map_err(|error: InstantError| {
        let form = match text.parse::<jiff::civil::Date>() {
            Err(_) => "a time needs a date and an offset",
            Ok(_) if text.contains(['T', ' ']) => "the time needs an offset",
            Ok(_) => "the date needs a time of day and an offset",
        };
        match error.reason().filter(|_| error != InstantError::NoOffset) {
            Some(reason) => format!("{reason}\n  help: {}", error.help()),
            None => format!("{form}, such as {}", suggested(text)),
        }
    })
}

/// The same time in UTC, as far as it is one.
fn suggested(text: &str) -> String {
    let morning = jiff::civil::Time::constant(8, 0, 0, 0);
    let time = text.parse::<jiff::civil::DateTime>().ok().filter(|_| text.contains(['T', ' ']));
    let time = time.or_else(|| text.parse::<jiff::civil::Date>().ok().map(|date| date.to_datetime(morning)));
    let time = time.unwrap_or(jiff::civil::date(2026, 11, 23).to_datetime(morning));
    time.strftime("%Y-%m-%dT%H:%MZ, or `now`").to_string()
}

impl Simulate {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let project = Opened::open(&self.project)?;
        let flow = project.flow(&self.flow)?;
        let product = project.product(self.product.as_deref(), flow)?;
        let checked = project.checked(out)?;
        let program = checked.program();
        let at = self.at.unwrap_or(Instant::DEFAULT_START);
        if let Some(runs) = self.runs {
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            let options = SampleOptions { runs, seed: self.seed, at, threads };
            let counter = counter(out, runs);
            let interrupt = interrupt()?;
            let sample = sample(checked, product, flow, &options, &|played| {
                counter.inc(played);
                if interrupt.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            counter.finish_and_clear();
            match self.format {
                Format::Json => out.json(&SimulateRunsDocument::from(&sample))?,
                Format::Human => out.result(&sample.table(out.style.narrated))?,
            }
            return Ok(if sample.runs < runs { Answer::Interrupted } else { Answer::Yes });
        }
        let tested = match &self.scenario {
            Some(name) => {
                let scenario = program.scenario(name).map_err(|unknown| Failure::new(unknown.message))?;
                if !plays(program, scenario, product, flow) {
                    let failure = Failure::new(format!("scenario `{name}` has no release via `{}`", self.flow));
                    return Err(failure.help("Name the flow and the product of one of its `release` statements."));
                }
                test(checked, scenario)
            }
            None => Tested::from(simulate(checked, product, flow, &SimulateOptions { at })),
        };
        if let Some(path) = &self.report {
            let values = self.scenario.is_none().then(|| values(&project, checked, product, &self.flow)).flatten();
            self.write(path, program, &tested, values.as_ref())?;
        }
        match self.format {
            Format::Json => out.json(&SimulateDocument::from(&tested.played))?,
            Format::Human => self.show(&tested.played, out)?,
        }
        if let Some(path) = &self.report {
            out.note(&format!("wrote {}", path.display()));
        }
        for unmet in &tested.unmet {
            let file = project.sources.file(unmet.span.file);
            let at = file.lines.position(&file.text, unmet.span.start);
            out.note(&format!("{}:{}:{}: {}", file.path, at.line, at.column, unmet.message));
        }
        let scenario = self.scenario.as_ref().filter(|_| !tested.unmet.is_empty());
        if let Some(scenario) = scenario.and_then(|name| program.scenario(name).ok()) {
            for idle in tested.played.idle(program, &program.scenarios[scenario].decl.givens) {
                out.note(&told(&project, &idle));
            }
        }
        // without a scenario there are no expectations, so every outcome is a success
        Ok(if tested.unmet.is_empty() || self.scenario.is_none() { Answer::Yes } else { Answer::No })
    }

    fn write(
        &self,
        path: &Path,
        program: &Program,
        tested: &Tested,
        values: Option<&RepositoryValues>,
    ) -> Result<(), Failure> {
        let scenario = self.scenario.as_deref();
        let decl = scenario.and_then(|name| program.scenario(name).ok()).map(|id| &program.scenarios[id].decl);
        let graphs = graphs(program, &tested.played);
        let expectations = decl.map_or(0, |decl| decl.expectations.len());
        let project = match self.project.to_str() {
            Some(".") | None => String::new(),
            Some(path) if path.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c)) => {
                format!(" --project {path}")
            }
            Some(path) => format!(" --project '{}'", path.replace('\'', r"'\''")),
        };
        let about = Page { scenario, expectations, graphs: &graphs, values, project: &project };
        std::fs::write(path, page(program, tested, &about))
            .map_err(|error| Failure::new(format!("cannot write `{}`: {}", path.display(), plain(&error))))
    }

    fn show(&self, played: &Played, out: &mut Out) -> Result<(), Failure> {
        for (nth, release) in played.releases.iter().enumerate() {
            if nth > 0 {
                out.line("")?;
            }
            out.result(&release.timeline(&TimelineOptions { width: out.width, ascii: out.style.narrated }))?;
            out.result(&release.waits_text())?;
            if self.events {
                out.result(&events(release))?;
            }
        }
        Ok(())
    }
}

/// What a release would change now, as `promoc preview` shows it; `None` if no repository can be read.
fn values(project: &Opened, checked: Checked<'_>, product: ProductId, flow: &str) -> Option<RepositoryValues> {
    let product = &checked.program().products.find(product)?.name.value;
    let spec = ReleaseSpec::Flow { flow: flow.to_owned() };
    let (preview, _) = preview_and_save(&project.inner.root, checked, product, &spec, None).ok()?;
    let known = preview.environments.iter().filter(|environment| !environment.incomplete);
    let lines = known.flat_map(|environment| {
        environment.applications.iter().map(|application| {
            let lines = application.files.iter().flat_map(value_lines).collect();
            ((environment.name.clone(), application.name.clone()), lines)
        })
    });
    let lines: BTreeMap<_, _> = lines.collect();
    let commit = preview.commit.chars().take(10).collect();
    (!lines.is_empty()).then_some(RepositoryValues { commit, lines })
}

/// A line for each value of a file that changes, or one for the whole file.
fn value_lines(file: &FileView) -> Vec<ValueLine> {
    let of_file = |note: &str| ValueLine { file: file.file.clone(), note: note.to_owned(), ..ValueLine::default() };
    match (file.change, &file.lines) {
        (FileChangeKind::Created, _) => return vec![of_file("new file")],
        (FileChangeKind::Removed, _) => return vec![of_file("removed")],
        _ if !file.properties.is_empty() => {}
        (_, Some(lines)) => return vec![of_file(&format!("{} lines added, {} removed", lines.added, lines.removed))],
        (_, None) => return vec![of_file("replaced")],
    }
    let line = |property: &PropertyView| {
        let values = property.old.as_deref().zip(property.new.as_deref());
        let older = values.filter(|(old, new)| is_older(old, new)).map(|_| "older".to_owned());
        let note = [older, values.and_then(|(old, new)| change_of_type(old, new))];
        ValueLine {
            path: Some(property.path.clone()),
            old: property.old.as_deref().map(brief),
            new: property.new.as_deref().map(brief),
            ..of_file(&note.into_iter().flatten().collect::<Vec<_>>().join(", "))
        }
    };
    file.properties.iter().map(line).collect()
}

/// A drawing of each release's flow; `None` if an earlier release has the same flow and product.
fn graphs(program: &Program, played: &Played) -> Vec<Option<String>> {
    let mut drawn = BTreeSet::new();
    let mut graphs = Vec::new();
    for release in &played.releases {
        let (flow, product) = (release.names.flow.as_str(), release.names.product.as_str());
        let graph = program.flow(flow).ok().filter(|_| drawn.insert((flow, product)));
        graphs.push(graph.map(|flow| svg(&Picture::new(program, flow, program.product(product).ok()))));
    }
    graphs
}

/// Whether a scenario has a release of a product via a flow.
fn plays(program: &Program, scenario: ScenarioId, product: ProductId, flow: FlowId) -> bool {
    program.scenarios[scenario].decl.releases.iter().any(|release| {
        let product_of = release.product.as_ref().and_then(|name| program.product(&name.value).ok());
        let flow_of = release.flow.as_ref().and_then(|name| program.flow(&name.value).ok());
        product_of == Some(product) && flow_of == Some(flow)
    })
}

/// A line for each event of a release.
fn events(release: &Simulation) -> String {
    let rows: Vec<[String; 4]> = release
        .events()
        .map(|event| {
            let words = |one: Option<&str>, two: Option<&str>| {
                [one.unwrap_or_default(), two.unwrap_or_default()].join(" ").trim().to_owned()
            };
            let place = words(event.environment, event.application);
            let what = words(event.workflow, event.detail.as_deref());
            [short(&event.at.to_string()), event.kind.to_string(), place, what]
        })
        .collect();
    format!("\n{}", aligned(&rows))
}
